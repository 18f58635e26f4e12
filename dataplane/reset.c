/* SPDX-License-Identifier: BSD-3-Clause */
#include "reset.h"

#include <string.h>

#include "icmp.h"
#include "link.h"
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

/* tcp: ports and numbers. */
static struct reset
reset_make(rte_be32_t source, rte_be32_t destination, const struct rte_tcp_hdr *tcp)
{
	struct reset reset = {
		.ip = {
			.version_ihl = RTE_IPV4_VHL_DEF,
			.total_length = RTE_BE16(sizeof(reset)),
			/* RFC 6864: what is never cut needs no identification. */
			.fragment_offset = RTE_BE16(RTE_IPV4_HDR_DF_FLAG),
			.time_to_live = RESET_TTL,
			.next_proto_id = IPPROTO_TCP,
			.src_addr = source,
			.dst_addr = destination,
		},
		.tcp = *tcp,
	};

	reset.tcp.data_off = RESET_DATA_OFFSET;
	reset.tcp.tcp_flags |= RTE_TCP_RST_FLAG;
	reset.tcp.cksum = rte_ipv4_udptcp_cksum(&reset.ip, &reset.tcp);
	reset.ip.hdr_checksum = rte_ipv4_cksum(&reset.ip);
	return reset;
}

/* Behind so many bytes for what stands in front of it. NULL: there is no buffer. */
static struct rte_mbuf *
reset_write(struct worker *worker, const struct reset *reset, uint16_t before)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(worker->pool);
	char *data = NULL;

	if (mbuf != NULL)
		data = rte_pktmbuf_append(mbuf, (uint16_t)(before + sizeof(*reset)));
	if (data == NULL) {
		rte_pktmbuf_free(mbuf);
		worker->counters.tcp_resets_lost++;
		return NULL;
	}
	memcpy(data + before, reset, sizeof(*reset));
	worker->counters.originated++;
	worker->counters.tcp_resets_sent++;
	return mbuf;
}

/* In the direction of that flow, to the sender of the other. */
static void
reset_send_one(struct worker *worker, const struct flow *flow, const struct flow *twin)
{
	const struct rte_tcp_hdr tcp = {
		.src_port = flow->source_port,
		.dst_port = flow->destination_port,
		.sent_seq = twin->tcp_expected,
	};
	const struct reset reset = reset_make(flow->source, flow->destination, &tcp);
	struct rte_mbuf *mbuf;

	/* One end can not be reached, or has said nothing that could be answered. */
	if (flow->egress & EGRESS_DROP || !(twin->flags & FLOW_TCP_KNOWN))
		return;
	mbuf = reset_write(worker, &reset, 0);
	if (mbuf != NULL)
		transmit_to_adjacency(worker, mbuf, rte_pktmbuf_mtod(mbuf, struct rte_ipv4_hdr *),
				      flow->egress);
}

void
reset_send(struct worker *worker, const struct flow *flow, const struct flow *twin)
{
	reset_send_one(worker, flow, twin);
	reset_send_one(worker, twin, flow);
}

/* SEG.LEN of RFC 9293 section 3.4: bytes, and one each for SYN and FIN. UINT32_MAX: it is broken.
 */
static uint32_t
segment_length(const struct packet *packet, const struct rte_tcp_hdr *tcp)
{
	uint32_t headers = rte_ipv4_hdr_len(packet->ip) + (tcp->data_off >> 4) * 4U;

	if (tcp->data_off < RESET_DATA_OFFSET || headers > packet->ip_length)
		return UINT32_MAX;
	return packet->ip_length - headers + !!(tcp->tcp_flags & RTE_TCP_SYN_FLAG) +
	       !!(tcp->tcp_flags & RTE_TCP_FIN_FLAG);
}

void
reset_refuse(struct worker *worker, const struct packet *packet)
{
	const struct snapshot_interface *link = &worker->snapshot->interfaces[packet->interface];
	const struct rte_ether_hdr *ether = rte_pktmbuf_mtod(packet->mbuf, struct rte_ether_hdr *);
	const struct rte_tcp_hdr *segment = tcp_header(packet);
	uint32_t length = segment_length(packet, segment);
	struct rte_tcp_hdr tcp = { .src_port = segment->dst_port, .dst_port = segment->src_port };
	uint8_t header[LINK_HEADER_MAX];
	uint8_t before = link_header_write(link, &ether->src_addr, RTE_ETHER_TYPE_IPV4, header);
	struct rte_mbuf *mbuf;
	struct reset reset;

	if (segment->tcp_flags & RTE_TCP_RST_FLAG || length == UINT32_MAX)
		return;
	if (!icmp_rate_pass(worker)) {
		worker->counters.tcp_resets_lost++;
		return;
	}
	if (segment->tcp_flags & RTE_TCP_ACK_FLAG) {
		tcp.sent_seq = segment->recv_ack;
	} else {
		tcp.recv_ack = rte_cpu_to_be_32(rte_be_to_cpu_32(segment->sent_seq) + length);
		tcp.tcp_flags = RTE_TCP_ACK_FLAG;
	}
	reset = reset_make(packet->ip->dst_addr, packet->ip->src_addr, &tcp);
	mbuf = reset_write(worker, &reset, before);
	if (mbuf == NULL)
		return;
	memcpy(rte_pktmbuf_mtod(mbuf, uint8_t *), header, before);
	transmit_frame(worker, link->port, mbuf);
}
