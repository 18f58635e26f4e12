/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <string.h>

#include <rte_icmp.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#include "checksum.h"
#include "flow.h"
#include "neighbor.h"
#include "packet.h"

/*
 * How a packet is changed before it leaves; all checksums incrementally (checksum.h). What is done
 * to every packet is inline.
 */

/* Fills in the entry's deltas and checksum_at from its key and its rewritten tuple. */
void rewrite_prepare(struct flow *flow);

/* What a transport checksum becomes that was 0, or would become 0. */
rte_be16_t rewrite_zero(uint8_t protocol, rte_be16_t before, rte_be16_t after);

/*
 * TCP and UDP come in no order that can be foreseen: nothing in these two branches on which of them
 * it is.
 */
static inline void
rewrite_checksum(void *header, const struct flow *flow)
{
	unaligned_uint16_t *checksum =
		(unaligned_uint16_t *)((uint8_t *)header + flow->checksum_at);
	rte_be16_t before = *checksum;
	rte_be16_t after = checksum_apply(before, flow->transport_delta);

	/* Either of them is 0. */
	if (unlikely(((before - 1U) | (after - 1U)) > UINT16_MAX))
		after = rewrite_zero(flow->key.protocol, before, after);
	*checksum = after;
}

static inline void
rewrite_ports(void *header, const struct flow *flow)
{
	struct rte_udp_hdr *ports = header; /* as in TCP */

	ports->src_port = flow->source_port;
	ports->dst_port = flow->destination_port;
}

static inline void
rewrite_transport(const struct packet *packet, const struct flow *flow)
{
	uint8_t *header = (uint8_t *)packet->ip + rte_ipv4_hdr_len(packet->ip);

	rewrite_checksum(header, flow);
	if (likely(flow->key.protocol != IPPROTO_ICMP)) {
		rewrite_ports(header, flow);
	} else {
		struct rte_icmp_hdr *echo = (struct rte_icmp_hdr *)header;

		echo->icmp_ident = packet->flags & PACKET_ECHO_REPLY ? flow->destination_port
								     : flow->source_port;
	}
}

/* A session's addresses, of a packet that has no transport header; its time to live is at least 2.
 */
static inline void
rewrite_addresses(struct rte_ipv4_hdr *ip, const struct flow *flow)
{
	ip->time_to_live--;
	ip->hdr_checksum = checksum_apply(ip->hdr_checksum, flow->ip_delta);
	ip->src_addr = flow->source;
	ip->dst_addr = flow->destination;
}

/*
 * Applies a session's rewrite; one that translates nothing changes the time to live alone. That is
 * at least 2, and the packet's first segment goes on to the end of the TCP, UDP or ICMP header that
 * its key was read from.
 */
static inline void
rewrite_session(struct packet *packet, const struct flow *flow)
{
	rewrite_addresses(packet->ip, flow);
	if (flow->checksum_at != 0)
		rewrite_transport(packet, flow);
}

static inline void
rewrite_id(struct rte_ipv4_hdr *ip, rte_be16_t id)
{
	ip->hdr_checksum = checksum_apply(ip->hdr_checksum, checksum_delta16(ip->packet_id, id, 0));
	ip->packet_id = id;
}

/* A packet that is forwarded without a session; its time to live is at least 2. */
static inline void
rewrite_ttl(struct rte_ipv4_hdr *ip)
{
	ip->time_to_live--;
	ip->hdr_checksum = checksum_apply(ip->hdr_checksum, CHECKSUM_DELTA_TTL);
}

_Static_assert(RTE_PKTMBUF_HEADROOM >= ADJACENCY_HEADER_MAX,
	       "every mbuf has room for the longest header in front of its data");

/* Lets the mbuf begin at that byte of its first segment, or of the headroom in front of it. */
static inline void
rewrite_begin(struct rte_mbuf *mbuf, const void *begin)
{
	ptrdiff_t longer = rte_pktmbuf_mtod(mbuf, const char *) - (const char *)begin;

	mbuf->data_off = (uint16_t)(mbuf->data_off - longer);
	mbuf->data_len = (uint16_t)(mbuf->data_len + longer);
	mbuf->pkt_len = (uint32_t)(mbuf->pkt_len + longer);
}

/* Leaves the VLAN's tag to the port, of ADJACENCY_TAGGED. */
static inline void
rewrite_tag(struct rte_mbuf *mbuf, const struct adjacency *adjacency)
{
	memcpy(&mbuf->vlan_tci, adjacency->header, sizeof(mbuf->vlan_tci));
	mbuf->ol_flags |= RTE_MBUF_F_TX_VLAN;
}

/*
 * Puts the adjacency's header right in front of the IPv4 header: 14 or 18 bytes, in three pieces
 * that overlap. Not a byte more is written, for what stands in front of a frame is often in another
 * cache line, which nobody has fetched. Returns where it begins.
 */
static inline uint8_t *
rewrite_link(struct rte_ipv4_hdr *ip, const struct adjacency *adjacency)
{
	const uint8_t *from = adjacency->header + ADJACENCY_HEADER_MAX;
	uint8_t *to = (uint8_t *)ip;
	size_t length = adjacency->header_length;

	memcpy(to - length, from - length, 4);
	memcpy(to - 14, from - 14, 8);
	memcpy(to - 8, from - 8, 8);
	return to - length;
}

/* Lets an mbuf of one segment be that frame. */
static inline void
rewrite_frame(struct rte_mbuf *mbuf, const uint8_t *frame, uint32_t length)
{
	mbuf->data_off = (uint16_t)(frame - (const uint8_t *)mbuf->buf_addr);
	mbuf->data_len = (uint16_t)length;
	mbuf->pkt_len = length;
}
