/* SPDX-License-Identifier: BSD-3-Clause */
#include "refusal.h"

#include <netinet/in.h>

#include <rte_udp.h>

#include "checksum.h"
#include "icmp.h"
#include "reset.h"
#include "worker.h"

/* The packet has a whole TCP or UDP header, and what that covers came as it was sent. */
static bool
refusal_is_sound(const struct packet *packet)
{
	uint32_t header = rte_ipv4_hdr_len(packet->ip);
	const struct rte_udp_hdr *udp = (const void *)((const char *)packet->ip + header);
	uint32_t offset = packet_link_length(packet) + header;
	uint16_t sum;

	if (packet->flags & PACKET_TRUNCATED)
		return false;
	if (packet->ip->next_proto_id == IPPROTO_UDP && udp->dgram_cksum == 0)
		return true;
	return rte_raw_cksum_mbuf(packet->mbuf, offset, packet->ip_length - header, &sum) == 0 &&
	       checksum_fold((uint32_t)sum + rte_ipv4_phdr_cksum(packet->ip, 0)) == UINT16_MAX;
}

void
refusal_send(struct worker *worker, const struct packet *packet)
{
	const struct snapshot_interface *link = &worker->snapshot->interfaces[packet->interface];

	if (packet->flags & PACKET_FRAGMENT || !icmp_is_unicast(packet, link))
		return;
	switch (packet->ip->next_proto_id) {
	case IPPROTO_TCP:
		if (refusal_is_sound(packet))
			reset_refuse(worker, packet);
		break;
	case IPPROTO_UDP:
		if (refusal_is_sound(packet))
			icmp_refuse(worker, packet, ICMP_UNREACHABLE_PORT);
		break;
	case IPPROTO_ICMP: /* what is not known of it is dropped without a word */
		break;
	default:
		icmp_refuse(worker, packet, ICMP_UNREACHABLE_PROTOCOL);
	}
}
