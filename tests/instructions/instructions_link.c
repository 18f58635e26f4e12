/* SPDX-License-Identifier: BSD-3-Clause */
#include "instructions_link.h"

#include <string.h>

#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_udp.h>

static uint16_t
link_receive(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	const struct link *link = context;
	struct traffic *traffic = link->traffic;
	uint16_t count = (uint16_t)RTE_MIN(traffic->waiting, (unsigned int)n);

	if (link->port != traffic->port || link->worker != traffic->worker || count == 0 ||
	    rte_pktmbuf_alloc_bulk(traffic->pool, mbufs, count) != 0)
		return 0;
	for (uint16_t i = 0; i < count; i++) {
		const struct frame *frame = traffic->next++;

		memcpy(rte_pktmbuf_append(mbufs[i], frame->length), frame->bytes, frame->length);
	}
	traffic->waiting -= count;
	return count;
}

static struct packet_text
sent_describe(const struct rte_mbuf *mbuf)
{
	const struct rte_ipv4_hdr *ip = rte_pktmbuf_mtod_offset(mbuf, const struct rte_ipv4_hdr *,
								sizeof(struct rte_ether_hdr));
	const struct rte_udp_hdr *ports = (const struct rte_udp_hdr *)(ip + 1);

	return (struct packet_text){
		.protocol = ip->next_proto_id,
		.source = rte_be_to_cpu_32(ip->src_addr),
		.destination = rte_be_to_cpu_32(ip->dst_addr),
		.source_port = rte_be_to_cpu_16(ports->src_port),
		.destination_port = rte_be_to_cpu_16(ports->dst_port),
	};
}

static uint16_t
link_transmit(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	const struct link *link = context;
	struct traffic *traffic = link->traffic;

	for (uint16_t i = 0; i < n; i++) {
		if (link->port == WAN && traffic->sent_count < PACKETS)
			traffic->sent[traffic->sent_count] = sent_describe(mbufs[i]);
		traffic->sent_count++;
	}
	rte_pktmbuf_free_bulk(mbufs, n);
	return n;
}

struct port_queue
link_queue(struct link *link)
{
	return (struct port_queue){ link_receive, link_transmit, link };
}
