/* SPDX-License-Identifier: BSD-3-Clause */
#include "unreachable.h"

#include <netinet/in.h>

#include "checksum.h"
#include "icmp.h"
#include "icmp_message.h"
#include "link.h"
#include "probe.h"
#include "route.h"
#include "worker.h"

/* As icmp_error() has it; what is no host's does not get as far as waiting. */
static bool
unreachable_is_due(const struct rte_mbuf *packet, const struct rte_ipv4_hdr *ip)
{
	uint32_t header = rte_ipv4_hdr_len(ip);
	const uint8_t *type;
	uint8_t copy;

	if ((ip->fragment_offset & RTE_BE16(RTE_IPV4_HDR_OFFSET_MASK)) != 0 ||
	    ip->src_addr == rte_cpu_to_be_32(LOAD_BALANCER_ADDRESS))
		return false;
	if (ip->next_proto_id != IPPROTO_ICMP)
		return true;
	type = rte_pktmbuf_read(packet, header, sizeof(copy), &copy);
	return type != NULL &&
	       (*type == RTE_IP_ICMP_ECHO_REQUEST || *type == RTE_IP_ICMP_ECHO_REPLY);
}

/* Where packets to that address leave the fabric; NULL: nowhere, or they belong to a session. */
static const struct snapshot_interface *
unreachable_way_back(const struct worker *worker, rte_be32_t address)
{
	const struct snapshot *snapshot = worker->snapshot;
	route_target target = route_find(snapshot->fib, rte_be_to_cpu_32(address));
	uint32_t id = route_target_id(target);
	uint32_t adjacency;

	switch (route_target_kind(target)) {
	case ROUTE_CONNECTED:
		return link_find(snapshot, (uint16_t)id);
	case ROUTE_GROUP:
		adjacency = worker->next_hop_adjacency[ecmp_group_select(snapshot->groups[id], 0)];
		if (adjacency == ADJACENCY_NONE)
			return NULL;
		return link_find(snapshot, worker->neighbors.adjacencies[adjacency].interface);
	default:
		return NULL;
	}
}

struct rte_mbuf *
unreachable_make(struct worker *worker, const struct rte_mbuf *packet, uint16_t interface)
{
	const struct rte_icmp_hdr icmp = {
		.icmp_type = ICMP_UNREACHABLE,
		.icmp_code = ICMP_UNREACHABLE_HOST,
	};
	const struct rte_ipv4_hdr *ip = rte_pktmbuf_mtod(packet, const struct rte_ipv4_hdr *);
	const struct icmp_subject subject = { .mbuf = packet, .ip = ip };
	const struct snapshot_interface *link = link_find(worker->snapshot, interface);
	const struct snapshot_interface *back;

	if (link == NULL || link->address_count == 0 || !unreachable_is_due(packet, ip))
		return NULL;
	back = link->zone == ZONE_FABRIC ? unreachable_way_back(worker, ip->src_addr) : NULL;
	if (back == NULL || back->address_count == 0)
		back = link;
	return icmp_originate(worker, &subject, link, &link->mac,
			      icmp_message_source(back, ip->src_addr), &icmp);
}

void
unreachable_sign(const struct worker *worker, struct rte_ipv4_hdr *ip, uint32_t adjacency)
{
	uint16_t interface = worker->neighbors.adjacencies[adjacency].interface;
	const struct snapshot_interface *link = link_find(worker->snapshot, interface);
	rte_be32_t source;

	if (link == NULL || link->address_count == 0)
		return;
	source = icmp_message_source(link, ip->dst_addr);
	ip->hdr_checksum =
		checksum_apply(ip->hdr_checksum, checksum_delta32(ip->src_addr, source, 0));
	ip->src_addr = source;
}
