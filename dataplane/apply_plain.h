/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "rewrite.h"
#include "transmit.h"

/*
 * What is done to nearly every packet: it is plain (packet_plain.h), on the fabric's path or of a
 * session that it does not change, and its neighbour is known. apply_packet() is the plain form of
 * this, and does what is left. Each returns false where it is to do it, and has done nothing then.
 */

/* Nothing is in the way to that neighbour. */
static inline bool
plain_may_leave(const struct rte_ipv4_hdr *ip, uint32_t length, const struct adjacency *to)
{
	return likely(ip->time_to_live > 1) && likely(length <= to->mtu) &&
	       likely(to->state == ADJACENCY_RESOLVED);
}

static inline void
plain_rewrite(struct rte_ipv4_hdr *ip, const struct flow *flow)
{
	rewrite_addresses(ip, flow);
	if (likely(flow->checksum_at != 0)) {
		rewrite_checksum(ip + 1, flow);
		rewrite_ports(ip + 1, flow);
	}
}

static inline bool
apply_plain_session(struct worker *worker, const struct packet *packet)
{
	struct flow *flow = flow_at(&worker->sessions.flows, packet->flow);
	const struct adjacency *to = &worker->neighbors.adjacencies[flow->egress];
	struct rte_ipv4_hdr *ip = packet->ip;
	const struct rte_tcp_hdr *tcp = (const void *)(ip + 1); /* or as many bytes */
	uint32_t length = packet->ip_length;

	/* The flow's first packet is marked by apply_session(). */
	if (unlikely(flow->egress & EGRESS_DROP) || !plain_may_leave(ip, length, to) ||
	    unlikely(!(flow->flags & FLOW_SEEN)) || !tcp_is_steady(tcp, flow))
		return false;
	tcp_pass(tcp, flow, worker->now_seconds);
	worker->counters.path_packets[PATH_STATEFUL]++;
	plain_rewrite(ip, flow);
	transmit_plain(worker, packet->mbuf, ip, length, to);
	return true;
}

static inline bool
apply_plain_fabric(struct worker *worker, const struct packet *packet)
{
	const struct adjacency *to = &worker->neighbors.adjacencies[packet->egress];
	struct rte_ipv4_hdr *ip = packet->ip;
	uint32_t length = packet->ip_length;

	if (unlikely(packet->kind != PACKET_FABRIC) || !plain_may_leave(ip, length, to))
		return false;
	worker->counters.path_packets[PATH_FABRIC]++;
	rewrite_ttl(ip);
	transmit_plain(worker, packet->mbuf, ip, length, to);
	return true;
}

/* i: its place in the burst. */
static __rte_always_inline bool
apply_plain(struct worker *worker, unsigned int i)
{
	struct packet *packet = &worker->burst[i];

	if (worker->burst_plain & worker->burst_known & 1U << i)
		return apply_plain_session(worker, packet);
	return likely(worker->burst_plain & 1U << i) && apply_plain_fabric(worker, packet);
}
