/* SPDX-License-Identifier: BSD-3-Clause */
#include "icmp.h"

#include <netinet/in.h>

#include "icmp_message.h"
#include "link.h"
#include "rewrite.h"
#include "transmit.h"
#include "worker.h"

enum {
	ICMP_READ = PACKET_ECHO_REQUEST | PACKET_ECHO_REPLY | PACKET_ICMP_OTHER,
};

static const struct rte_ether_hdr *
icmp_frame(const struct packet *packet)
{
	return rte_pktmbuf_mtod(packet->mbuf, const struct rte_ether_hdr *);
}

bool
icmp_is_unicast(const struct packet *packet, const struct snapshot_interface *link)
{
	uint32_t source = rte_be_to_cpu_32(packet->ip->src_addr);
	uint32_t destination = rte_be_to_cpu_32(packet->ip->dst_addr);

	return !(packet->flags & PACKET_LINK_BROADCAST) &&
	       rte_is_valid_assigned_ether_addr(&icmp_frame(packet)->src_addr) &&
	       source >> 24 != 0 && source >> 24 != IN_LOOPBACKNET &&
	       source < INADDR_UNSPEC_GROUP && destination < INADDR_UNSPEC_GROUP &&
	       !link_is_broadcast(link, source) && !link_is_broadcast(link, destination);
}

/*
 * Options stay as they came: the gateway takes part in none, as RFC 7126 permits, and source routes
 * have been dropped. A ping in fragments is answered fragment by fragment: who sent it puts the
 * reply together as he would have put the gateway's.
 */
void
icmp_echo_reply(struct worker *worker, struct packet *packet)
{
	const struct snapshot_interface *link = &worker->snapshot->interfaces[packet->interface];
	struct rte_ipv4_hdr *ip = packet->ip;
	struct rte_icmp_hdr *icmp = (struct rte_icmp_hdr *)((uint8_t *)ip + rte_ipv4_hdr_len(ip));
	uint16_t delta = checksum_delta16(RTE_BE16(RTE_IP_ICMP_ECHO_REQUEST << 8),
					  RTE_BE16(RTE_IP_ICMP_ECHO_REPLY << 8), 0);
	rte_be32_t own = ip->dst_addr;

	if (!icmp_is_unicast(packet, link)) {
		transmit_drop(worker, packet->mbuf, DROP_local_unsupported);
		return;
	}
	if (!(packet->flags & PACKET_LATER_FRAGMENT)) {
		icmp->icmp_type = RTE_IP_ICMP_ECHO_REPLY;
		icmp->icmp_cksum = rewrite_zero(IPPROTO_ICMP, icmp->icmp_cksum,
						checksum_apply(icmp->icmp_cksum, delta));
	}
	if (packet->flags & PACKET_FRAGMENT)
		ip->packet_id = packet->fragment_id;
	ip->dst_addr = ip->src_addr;
	ip->src_addr = own;
	ip->time_to_live = ICMP_TTL;
	ip->hdr_checksum = 0;
	ip->hdr_checksum = rte_ipv4_cksum(ip);
	transmit_back(worker, packet);
}

static bool
icmp_error_is_due(const struct packet *packet, const struct snapshot_interface *link)
{
	if (packet->flags & PACKET_LATER_FRAGMENT || link->address_count == 0)
		return false;
	/* What is not read of an ICMP message may be an error. */
	if (packet->ip->next_proto_id == IPPROTO_ICMP &&
	    (packet->flags & PACKET_ICMP_ERROR || !(packet->flags & ICMP_READ)))
		return false;
	return icmp_is_unicast(packet, link);
}

bool
icmp_rate_pass(struct worker *worker)
{
	return bucket_pass(&worker->icmp, worker->snapshot->icmp_error_rate, worker->now);
}

struct rte_mbuf *
icmp_originate(struct worker *worker, const struct icmp_subject *subject,
	       const struct snapshot_interface *link, const struct rte_ether_addr *to,
	       rte_be32_t from, const struct rte_icmp_hdr *icmp)
{
	struct rte_mbuf *mbuf = NULL;

	if (icmp_rate_pass(worker))
		mbuf = icmp_message_make(worker->pool, subject, link, to, from, icmp);
	if (mbuf == NULL) {
		worker->counters.icmp_errors_suppressed++;
		return NULL;
	}
	worker->counters.originated++;
	worker->counters.icmp_errors_sent++;
	return mbuf;
}

static void
icmp_tell(struct worker *worker, const struct packet *packet, rte_be32_t from,
	  const struct rte_icmp_hdr *icmp)
{
	const struct snapshot_interface *link = &worker->snapshot->interfaces[packet->interface];
	const struct icmp_subject subject = {
		.mbuf = packet->mbuf,
		.offset = packet_link_length(packet),
		.ip = packet->ip,
	};
	struct rte_mbuf *mbuf;

	if (!icmp_error_is_due(packet, link))
		return;
	mbuf = icmp_originate(worker, &subject, link, &icmp_frame(packet)->src_addr, from, icmp);
	if (mbuf != NULL)
		transmit_frame(worker, link->port, mbuf);
}

/* A router tells from the interface that received the packet (RFC 1812 section 4.3.2.4). */
static rte_be32_t
icmp_source(const struct worker *worker, const struct packet *packet)
{
	return icmp_message_source(&worker->snapshot->interfaces[packet->interface],
				   packet->ip->src_addr);
}

void
icmp_error(struct worker *worker, const struct packet *packet, uint8_t type, uint8_t code,
	   uint16_t mtu)
{
	const struct rte_icmp_hdr icmp = {
		.icmp_type = type,
		.icmp_code = code,
		.icmp_seq_nb = rte_cpu_to_be_16(mtu), /* its place in RFC 1191 section 4 */
	};

	icmp_tell(worker, packet, icmp_source(worker, packet), &icmp);
}

void
icmp_refuse(struct worker *worker, const struct packet *packet, uint8_t code)
{
	const struct rte_icmp_hdr icmp = { .icmp_type = ICMP_UNREACHABLE, .icmp_code = code };

	icmp_tell(worker, packet, packet->ip->dst_addr, &icmp);
}

void
icmp_parameter_problem(struct worker *worker, const struct packet *packet, uint8_t pointer)
{
	const struct rte_icmp_hdr icmp = {
		.icmp_type = ICMP_PARAMETER_PROBLEM,
		/* The upper byte of the identifier's place. */
		.icmp_ident = rte_cpu_to_be_16((uint16_t)(pointer << 8)),
	};

	icmp_tell(worker, packet, icmp_source(worker, packet), &icmp);
}
