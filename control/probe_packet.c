/* SPDX-License-Identifier: BSD-3-Clause */
#include "probe_packet.h"

#include <netinet/in.h>
#include <string.h>

#include <rte_ip.h>
#include <rte_tcp.h>

enum {
	PROBE_TTL = 64,
	PROBE_WINDOW = 4096, /* bytes; an answer's first line is all that is wanted */
};

static void
ip_write(struct rte_ipv4_hdr *ip, const struct probe_segment *segment, size_t length)
{
	*ip = (struct rte_ipv4_hdr){
		.version_ihl = RTE_IPV4_VHL_DEF,
		.total_length = rte_cpu_to_be_16((uint16_t)length),
		.fragment_offset = RTE_BE16(RTE_IPV4_HDR_DF_FLAG),
		.time_to_live = PROBE_TTL,
		.next_proto_id = IPPROTO_TCP,
		.src_addr = segment->source,
		.dst_addr = segment->destination,
	};
	ip->hdr_checksum = rte_ipv4_cksum(ip);
}

struct rte_mbuf *
probe_segment_build(const struct probe_segment *segment, struct rte_mempool *pool)
{
	size_t length = sizeof(struct rte_ipv4_hdr) + sizeof(struct rte_tcp_hdr) + segment->length;
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);
	struct rte_ipv4_hdr *ip;
	struct rte_tcp_hdr *tcp;

	if (mbuf == NULL)
		return NULL;
	ip = length > UINT16_MAX ? NULL : (void *)rte_pktmbuf_append(mbuf, (uint16_t)length);
	if (ip == NULL) {
		rte_pktmbuf_free(mbuf);
		return NULL;
	}
	tcp = (struct rte_tcp_hdr *)(ip + 1);
	ip_write(ip, segment, length);
	*tcp = (struct rte_tcp_hdr){
		.src_port = rte_cpu_to_be_16(segment->source_port),
		.dst_port = rte_cpu_to_be_16(segment->destination_port),
		.sent_seq = rte_cpu_to_be_32(segment->sequence),
		.recv_ack = rte_cpu_to_be_32(segment->acknowledgement),
		.data_off = sizeof(*tcp) / sizeof(uint32_t) << 4,
		.tcp_flags = segment->flags,
		.rx_win = RTE_BE16(PROBE_WINDOW),
	};
	if (segment->length > 0)
		memcpy(tcp + 1, segment->data, segment->length);
	tcp->cksum = rte_ipv4_udptcp_cksum(ip, tcp);
	return mbuf;
}
