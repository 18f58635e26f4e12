/* SPDX-License-Identifier: BSD-3-Clause */
#include "embedded.h"

#include <netinet/in.h>

#include <rte_icmp.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#include "checksum.h"
#include "icmp_message.h"

enum {
	QUOTE_TRANSPORT_MIN = 8, /* bytes: RFC 792 quotes at least that many */
};

/* What an error quotes. */
struct quote {
	struct rte_icmp_hdr *error;
	struct rte_ipv4_hdr *ip;
	uint8_t *transport;
	unsigned int transport_length; /* bytes of it that are there */
};

/* Redirects are about the sender's own link, and source quench is no longer (RFC 6633). */
static bool
error_travels(uint8_t type)
{
	return type == ICMP_UNREACHABLE || type == ICMP_TIME_EXCEEDED ||
	       type == ICMP_PARAMETER_PROBLEM;
}

/* False: the quotation is not whole. */
static bool
quote_find(const struct packet *packet, struct quote *quote)
{
	uint8_t *outer = (uint8_t *)packet->ip;
	const uint8_t *begin = rte_pktmbuf_mtod(packet->mbuf, const uint8_t *);
	unsigned int in_segment =
		rte_pktmbuf_data_len(packet->mbuf) - (unsigned int)(outer - begin);
	unsigned int available = RTE_MIN(in_segment, (unsigned int)packet->ip_length);
	unsigned int offset = rte_ipv4_hdr_len(packet->ip);
	unsigned int header_length;

	quote->error = (struct rte_icmp_hdr *)(outer + offset);
	offset += (unsigned int)sizeof(*quote->error);
	if (available < offset + sizeof(*quote->ip))
		return false;
	quote->ip = (struct rte_ipv4_hdr *)(outer + offset);
	header_length = rte_ipv4_hdr_len(quote->ip);
	if (quote->ip->version != 4 || header_length < sizeof(*quote->ip) ||
	    available < offset + header_length)
		return false;
	quote->transport = outer + offset + header_length;
	quote->transport_length = available - offset - header_length;
	return true;
}

/* The ports of the quoted packet, turned round. False: it has none that a session is found by. */
static bool
quote_ports(const struct quote *quote, struct flow_key *key)
{
	const struct rte_udp_hdr *udp = (const void *)quote->transport; /* and TCP's ports */
	const struct rte_icmp_hdr *echo = (const void *)quote->transport;

	switch (quote->ip->next_proto_id) {
	case IPPROTO_ESP:
	case IPPROTO_AH:
		return true;
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		if (quote->transport_length < QUOTE_TRANSPORT_MIN)
			return false;
		key->source_port = udp->dst_port;
		key->destination_port = udp->src_port;
		return true;
	case IPPROTO_ICMP:
		if (quote->transport_length < QUOTE_TRANSPORT_MIN)
			return false;
		if (echo->icmp_type == RTE_IP_ICMP_ECHO_REQUEST) {
			key->destination_port = echo->icmp_ident;
			key->family |= FLOW_FAMILY_ECHO_REPLY;
		} else if (echo->icmp_type == RTE_IP_ICMP_ECHO_REPLY) {
			key->source_port = echo->icmp_ident;
		} else {
			return false;
		}
		return true;
	default:
		return false;
	}
}

bool
embedded_key(const struct packet *packet, struct flow_key *key)
{
	struct quote quote;

	if (!quote_find(packet, &quote) || !error_travels(quote.error->icmp_type) ||
	    (quote.ip->fragment_offset & RTE_BE16(RTE_IPV4_HDR_OFFSET_MASK)) != 0 ||
	    quote.ip->src_addr != packet->ip->dst_addr)
		return false;
	*key = (struct flow_key){
		.source = quote.ip->dst_addr,
		.destination = quote.ip->src_addr,
		.zone = packet->key.zone,
		.protocol = quote.ip->next_proto_id,
		.family = packet->key.family,
	};
	return quote_ports(&quote, key);
}

bool
embedded_is_sound(const struct packet *packet)
{
	const char *begin = rte_pktmbuf_mtod(packet->mbuf, const char *);
	uint32_t header = rte_ipv4_hdr_len(packet->ip);
	uint32_t offset = (uint32_t)((const char *)packet->ip - begin) + header;
	struct quote quote;
	uint16_t sum;

	return quote_find(packet, &quote) &&
	       rte_raw_cksum_mbuf(packet->mbuf, offset, packet->ip_length - header, &sum) == 0 &&
	       sum == UINT16_MAX &&
	       rte_raw_cksum(quote.ip, rte_ipv4_hdr_len(quote.ip)) == UINT16_MAX;
}

/* The quoted packet's ports and checksum, as far as they are quoted. */
static void
quote_rewrite_transport(const struct quote *quote, const struct flow *flow)
{
	struct rte_udp_hdr *udp = (struct rte_udp_hdr *)quote->transport; /* and TCP's ports */
	struct rte_icmp_hdr *echo = (struct rte_icmp_hdr *)quote->transport;
	unaligned_uint16_t *checksum = (unaligned_uint16_t *)(quote->transport + flow->checksum_at);
	bool none = flow->key.protocol == IPPROTO_UDP && *checksum == 0;

	if (flow->checksum_at == 0)
		return;
	if (flow->checksum_at + sizeof(*checksum) <= quote->transport_length && !none)
		*checksum = checksum_apply(*checksum, flow->transport_delta);
	if (flow->key.protocol != IPPROTO_ICMP) {
		udp->src_port = flow->destination_port;
		udp->dst_port = flow->source_port;
	} else {
		echo->icmp_ident = echo->icmp_type == RTE_IP_ICMP_ECHO_REQUEST
					   ? flow->destination_port
					   : flow->source_port;
	}
}

static void
quote_rewrite(const struct quote *quote, const struct flow *flow)
{
	unsigned int changing =
		rte_ipv4_hdr_len(quote->ip) +
		RTE_MIN(quote->transport_length, (unsigned int)sizeof(struct rte_tcp_hdr));
	uint16_t before = rte_raw_cksum(quote->ip, changing);
	uint16_t delta = checksum_delta32(quote->ip->src_addr, flow->destination, 0);

	delta = checksum_delta32(quote->ip->dst_addr, flow->source, delta);
	quote->ip->hdr_checksum = checksum_apply(quote->ip->hdr_checksum, delta);
	quote->ip->src_addr = flow->destination;
	quote->ip->dst_addr = flow->source;
	quote_rewrite_transport(quote, flow);
	delta = checksum_fold((uint32_t)(uint16_t)~before + rte_raw_cksum(quote->ip, changing));
	quote->error->icmp_cksum = checksum_apply(quote->error->icmp_cksum, delta);
}

void
embedded_rewrite(const struct packet *packet, const struct flow *flow)
{
	struct rte_ipv4_hdr *ip = packet->ip;
	/* A router on the way speaks for itself; one behind a translation, for what stands there.
	 */
	rte_be32_t source = flow->source == flow->key.source ? ip->src_addr : flow->source;
	uint16_t delta = checksum_delta32(ip->src_addr, source, CHECKSUM_DELTA_TTL);
	struct quote quote;

	if (quote_find(packet, &quote))
		quote_rewrite(&quote, flow);
	ip->hdr_checksum = checksum_apply(ip->hdr_checksum,
					  checksum_delta32(ip->dst_addr, flow->destination, delta));
	ip->time_to_live--;
	ip->src_addr = source;
	ip->dst_addr = flow->destination;
}
