/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "rewrite.h"
#include "worker.h"

/* The end of a packet's way through a worker. What happens to every packet is inline. */

/* Counts why the packet is not sent, and frees it. */
void transmit_drop(struct worker *worker, struct rte_mbuf *mbuf, enum drop_reason reason);

/* Hands the frames that wait for that port to it. */
void transmit_flush_port(struct worker *worker, uint16_t port);
/* The same for all ports. */
void transmit_flush(struct worker *worker);

/*
 * Sends a frame by a port that there is. length: on the wire, with a tag that the port puts in.
 * Takes the mbuf.
 */
static inline void
transmit_put(struct worker *worker, uint16_t port, struct rte_mbuf *mbuf, uint32_t length)
{
	struct transmit_buffer *buffer = &worker->transmit[port];

	buffer->bytes += length;
	buffer->mbufs[buffer->count++] = mbuf;
	if (unlikely(buffer->count == TRANSMIT_BURST))
		transmit_flush_port(worker, port);
}

/* Sends a whole frame as it is, by any port. Takes the mbuf. */
static inline void
transmit_frame(struct worker *worker, uint16_t port, struct rte_mbuf *mbuf)
{
	if (unlikely(port >= worker->port_count))
		transmit_drop(worker, mbuf, DROP_transmit_full);
	else
		transmit_put(worker, port, mbuf, rte_pktmbuf_pkt_len(mbuf));
}

/* A frame that begins with the adjacency's header. Takes the mbuf. */
static inline void
transmit_over(struct worker *worker, const struct adjacency *to, struct rte_mbuf *mbuf,
	      uint32_t length)
{
	if (to->type == ADJACENCY_TAGGED) {
		rewrite_tag(mbuf, to);
		length += (uint32_t)sizeof(struct rte_vlan_hdr);
	}
	transmit_put(worker, to->port, mbuf, length);
}

/* To an adjacency that is resolved, over a link that is not too narrow. Takes the mbuf. */
static inline void
transmit_to_resolved(struct worker *worker, struct rte_mbuf *mbuf, struct rte_ipv4_hdr *ip,
		     const struct adjacency *to)
{
	rewrite_begin(mbuf, rewrite_link(ip, to));
	transmit_over(worker, to, mbuf, rte_pktmbuf_pkt_len(mbuf));
}

/* The same with a packet in one segment, of so many bytes, whatever trails it. */
static inline void
transmit_plain(struct worker *worker, struct rte_mbuf *mbuf, struct rte_ipv4_hdr *ip,
	       uint32_t length, const struct adjacency *to)
{
	length += to->header_length;
	rewrite_frame(mbuf, rewrite_link(ip, to), length);
	transmit_over(worker, to, mbuf, length);
}

/* Sends a frame back to who sent it, where it came from. Takes the mbuf. */
void transmit_back(struct worker *worker, struct packet *packet);

/*
 * For an adjacency that is not resolved, or whose link is too narrow: asks for its MAC address and
 * lets the packet wait, or cuts it into fragments. Takes the mbuf.
 */
void transmit_otherwise(struct worker *worker, struct rte_mbuf *mbuf, struct rte_ipv4_hdr *ip,
			uint32_t adjacency);

/* Sends a rewritten packet, whose IPv4 header is given, to an adjacency. Takes the mbuf. */
static inline void
transmit_to_adjacency(struct worker *worker, struct rte_mbuf *mbuf, struct rte_ipv4_hdr *ip,
		      uint32_t adjacency)
{
	const struct adjacency *to = &worker->neighbors.adjacencies[adjacency];

	if (unlikely(to->state != ADJACENCY_RESOLVED ||
		     rte_be_to_cpu_16(ip->total_length) > to->mtu)) {
		transmit_otherwise(worker, mbuf, ip, adjacency);
		return;
	}
	transmit_to_resolved(worker, mbuf, ip, to);
}

/* The adjacency is resolved: sends what waited for it, in order. */
void transmit_release_held(struct worker *worker, uint32_t adjacency);
/*
 * It does not answer: drops what waited for it; the next packet asks again. Returns how many ICMP
 * errors there are to tell the senders (unreachable.h), at most HELD_PACKETS_PER_NEIGHBOR.
 */
unsigned int transmit_abandon_held(struct worker *worker, uint32_t adjacency,
				   struct rte_mbuf **errors);
/* The neighbours have been refreshed: drops what waited for those whose interface is gone. */
void transmit_abandon_lost(struct worker *worker);
