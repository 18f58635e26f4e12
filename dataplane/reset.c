/* SPDX-License-Identifier: BSD-3-Clause */
#include "reset.h"

#include <string.h>

#include "transmit.h"
#include "worker.h"

enum {
	RESET_TTL = 64,
	RESET_DATA_OFFSET = (sizeof(struct rte_tcp_hdr) / 4) << 4,
};

struct reset {
	struct rte_ipv4_hdr ip;
	struct rte_tcp_hdr tcp;
};

/* A RST in the direction of that flow, to the sender of the other. */
static struct reset
reset_make(const struct flow *flow, const struct flow *twin)
{
	struct reset reset = {
		.ip = {
			.version_ihl = RTE_IPV4_VHL_DEF,
			.total_length = RTE_BE16(sizeof(reset)),
			/* RFC 6864: what is never cut needs no identification. */
			.fragment_offset = RTE_BE16(RTE_IPV4_HDR_DF_FLAG),
			.time_to_live = RESET_TTL,
			.next_proto_id = IPPROTO_TCP,
			.src_addr = flow->source,
			.dst_addr = flow->destination,
		},
		.tcp = {
			.src_port = flow->source_port,
			.dst_port = flow->destination_port,
			.sent_seq = rte_cpu_to_be_32(twin->tcp_expected),
			.data_off = RESET_DATA_OFFSET,
			.tcp_flags = RTE_TCP_RST_FLAG,
		},
	};

	reset.tcp.cksum = rte_ipv4_udptcp_cksum(&reset.ip, &reset.tcp);
	reset.ip.hdr_checksum = rte_ipv4_cksum(&reset.ip);
	return reset;
}

static void
reset_send_one(struct worker *worker, const struct flow *flow, const struct flow *twin)
{
	const struct reset reset = reset_make(flow, twin);
	struct rte_mbuf *mbuf;
	void *data;

	/* One end can not be reached, or has said nothing that could be answered. */
	if (flow->egress & EGRESS_DROP || !(twin->flags & FLOW_TCP_KNOWN))
		return;
	mbuf = rte_pktmbuf_alloc(worker->pool);
	data = mbuf == NULL ? NULL : rte_pktmbuf_append(mbuf, sizeof(reset));
	if (data == NULL) {
		rte_pktmbuf_free(mbuf);
		worker->counters.tcp_resets_lost++;
		return;
	}
	memcpy(data, &reset, sizeof(reset));
	worker->counters.originated++;
	worker->counters.tcp_resets_sent++;
	transmit_to_adjacency(worker, mbuf, data, flow->egress);
}

void
reset_send(struct worker *worker, const struct flow *flow, const struct flow *twin)
{
	reset_send_one(worker, flow, twin);
	reset_send_one(worker, twin, flow);
}
