/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <rte_mbuf.h>
#include <rte_tcp.h>

#include "changing.h"
#include "dataplane/stages.h"

/* Bursts of plain packets of sessions, as the stages hand them on. */

struct segment {
	struct rte_ipv4_hdr ip;
	struct rte_tcp_hdr tcp;
};

/* The burst's i-th packet, of that flow. */
static inline void
burst_put(struct worker *worker, unsigned int i, struct segment *segment, const struct flow *flow)
{
	*segment = (struct segment){
		.ip = { .version_ihl = RTE_IPV4_VHL_DEF, .time_to_live = 64 },
		.tcp = { .data_off = sizeof(segment->tcp) / 4 << 4 },
	};
	worker->burst[i] = (struct packet){
		.ip = &segment->ip,
		.key = flow->key,
		.kind = PACKET_STATEFUL,
		.ip_length = sizeof(*segment),
		.flow = (uint32_t)(flow - worker->sessions.flows.flows),
		.decision = DECISION_NONE,
	};
	worker->burst_known |= 1U << i;
}

/* The way of that flow is known, and leads to port 0. */
static inline void
adjacency_resolve(struct worker *worker, const struct flow *flow)
{
	struct adjacency *to = &worker->neighbors.adjacencies[flow->egress];

	to->state = ADJACENCY_RESOLVED;
	to->header_length = sizeof(struct rte_ether_hdr);
	to->mtu = 1500;
	to->port = 0;
}

/* Plain packets of a session, but for the one in place 7. */
static inline void
burst_make(struct worker *worker, struct rte_mempool *pool, const struct flow *flow,
	   const struct flow *other)
{
	for (unsigned int i = 0; i < BURST; i++) {
		struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);
		struct segment *segment = (void *)(rte_pktmbuf_append(mbuf, 54) + 14);

		burst_put(worker, i, segment, i == 7 ? other : flow);
		worker->burst[i].mbuf = mbuf;
	}
	worker->burst_plain = worker->burst_known = UINT32_MAX;
	worker->burst_done = 0;
}
