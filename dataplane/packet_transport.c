/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet.h"

#include <netinet/in.h>

#include <rte_branch_prediction.h>
#include <rte_icmp.h>
#include <rte_tcp.h>
#include <rte_udp.h>

static bool
icmp_is_error(uint8_t type)
{
	switch (type) {
	case 3:  /* destination unreachable */
	case 4:  /* source quench */
	case 5:  /* redirect */
	case 11: /* time exceeded */
	case 12: /* parameter problem */
		return true;
	default:
		return false;
	}
}

/* available: bytes of the transport header that are in the mbuf's first segment. */
static void
parse_transport(struct packet *packet, const uint8_t *transport, unsigned int available)
{
	static const uint8_t lengths[UINT8_MAX + 1] = {
		[IPPROTO_ICMP] = sizeof(struct rte_icmp_hdr),
		[IPPROTO_TCP] = sizeof(struct rte_tcp_hdr),
		[IPPROTO_UDP] = sizeof(struct rte_udp_hdr),
	};
	const struct rte_icmp_hdr *icmp = (const void *)transport;
	const struct rte_udp_hdr *udp = (const void *)transport;

	if (unlikely(available < lengths[packet->key.protocol])) {
		packet->flags |= PACKET_TRUNCATED;
		return;
	}
	switch (packet->key.protocol) {
	case IPPROTO_TCP: /* the ports stand where UDP has them */
	case IPPROTO_UDP:
		packet->key.source_port = udp->src_port;
		packet->key.destination_port = udp->dst_port;
		break;
	case IPPROTO_ICMP:
		if (icmp->icmp_type == RTE_IP_ICMP_ECHO_REQUEST) {
			packet->flags |= PACKET_ECHO_REQUEST;
			packet->key.source_port = icmp->icmp_ident;
		} else if (icmp->icmp_type == RTE_IP_ICMP_ECHO_REPLY) {
			packet->flags |= PACKET_ECHO_REPLY;
			packet->key.destination_port = icmp->icmp_ident;
			packet->key.family |= FLOW_FAMILY_ECHO_REPLY;
		} else {
			packet->flags |= PACKET_ICMP_OTHER;
			if (icmp_is_error(icmp->icmp_type))
				packet->flags |= PACKET_ICMP_ERROR;
		}
		break;
	default:
		break;
	}
}

unsigned int
packet_transport_available(const struct packet *packet)
{
	const uint8_t *ip = (const uint8_t *)packet->ip;
	unsigned int in_segment =
		rte_pktmbuf_data_len(packet->mbuf) -
		(unsigned int)(ip - rte_pktmbuf_mtod(packet->mbuf, const uint8_t *));

	return RTE_MIN(in_segment, (unsigned int)packet->ip_length) - rte_ipv4_hdr_len(packet->ip);
}

void
packet_parse_transport(struct packet *packet)
{
	parse_transport(packet, (const uint8_t *)packet->ip + rte_ipv4_hdr_len(packet->ip),
			packet_transport_available(packet));
}
