/* SPDX-License-Identifier: BSD-3-Clause */
#include "stages.h"

enum {
	PREFETCH_AHEAD = 4,
};

void
stage_parse(struct worker *worker, uint16_t port, struct rte_mbuf **mbufs, unsigned int n)
{
	struct port_counters *counters = &worker->counters.ports[port];

	counters->received_packets += n;
	for (unsigned int i = 0; i < n && i < PREFETCH_AHEAD; i++)
		rte_prefetch0(rte_pktmbuf_mtod(mbufs[i], void *));
	for (unsigned int i = 0; i < n; i++) {
		if (i + PREFETCH_AHEAD < n)
			rte_prefetch0(rte_pktmbuf_mtod(mbufs[i + PREFETCH_AHEAD], void *));
		counters->received_bytes += rte_pktmbuf_pkt_len(mbufs[i]);
		packet_parse(worker->snapshot, port, mbufs[i], &worker->burst[i]);
	}
}
