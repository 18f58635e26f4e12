/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "pipeline_traffic.h"

/*
 * What the least that can be called the same work costs: loops over the same traffic without
 * counters, checks, kinds of packets, or anything that is not in every packet's way.
 */

struct floor {
	struct flow
		*flows; /* a place for each hash, or the next free one; at most half are taken */
	uint32_t mask;
};

/* Room for the flows of n sessions. 0 or -1. */
int floor_open(struct floor *floor, uint32_t n);
void floor_close(struct floor *floor);
/* Remembers that what is like the one tuple leaves like the other. */
void floor_add(struct floor *floor, const struct tuple *from, const struct tuple *to);

/* Rewrites the packet from a host as the flow says, for the fabric. */
void floor_send(struct rte_mbuf *mbuf, struct rte_ipv4_hdr *ip, const struct flow *flow);
/* One burst each. Of sessions, every packet has to be one of those that were added. */
void floor_sessions(const struct floor *floor, struct traffic *traffic);
/* The same with the checks of RFC 1812 before it (packet_plain.h), which every packet must pass. */
void floor_checked(const struct floor *floor, const struct snapshot *snapshot,
		   struct traffic *traffic);
/*
 * The same by the gateway's own flow table, where a session has the memory that it may take. A
 * packet without a flow is dropped.
 */
void floor_table(const struct flow_table *flows, const struct snapshot *snapshot,
		 struct traffic *traffic);
void floor_routes(struct rte_fib *fib, struct traffic *traffic);
