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
plain_may_leave(const struct packet *packet, const struct adjacency *to)
{
	return likely(packet->ip->time_to_live > 1) && likely(packet->ip_length <= to->mtu) &&
	       likely(to->state == ADJACENCY_RESOLVED);
}

/* What a plain packet has behind its IPv4 header is as long as TCP's. */
static inline const struct rte_tcp_hdr *
plain_tcp(const struct packet *packet)
{
	return (const void *)(packet->ip + 1);
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
apply_plain_session(struct worker *worker, struct packet *packet)
{
	struct flow *flow = flow_at(&worker->sessions.flows, packet->flow);
	const struct adjacency *to = &worker->neighbors.adjacencies[flow->egress];

	if (unlikely(flow->egress & EGRESS_DROP) || !plain_may_leave(packet, to) ||
	    unlikely(!tcp_is_steady(plain_tcp(packet), flow)))
		return false;
	flow_see(flow, worker->now_seconds);
	worker->counters.path_packets[PATH_STATEFUL]++;
	plain_rewrite(packet->ip, flow);
	transmit_plain(worker, packet, to);
	return true;
}

static inline bool
apply_plain_fabric(struct worker *worker, struct packet *packet)
{
	const struct adjacency *to = &worker->neighbors.adjacencies[packet->egress];

	if (!plain_may_leave(packet, to))
		return false;
	worker->counters.path_packets[PATH_FABRIC]++;
	rewrite_ttl(packet->ip);
	transmit_plain(worker, packet, to);
	return true;
}

/* i: its place in the burst. */
static __rte_always_inline bool
apply_plain(struct worker *worker, unsigned int i)
{
	struct packet *packet = &worker->burst[i];

	if (worker->burst_plain & worker->burst_known & 1U << i)
		return apply_plain_session(worker, packet);
	return packet->kind == PACKET_FABRIC && likely(worker->burst_plain & 1U << i) &&
	       apply_plain_fabric(worker, packet);
}
