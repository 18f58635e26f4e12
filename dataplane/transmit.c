/* SPDX-License-Identifier: BSD-3-Clause */
#include "transmit.h"

#include "cut.h"
#include "tag.h"
#include "unreachable.h"

void
transmit_drop(struct worker *worker, struct rte_mbuf *mbuf, enum drop_reason reason)
{
	worker->counters.drops[reason]++;
	rte_pktmbuf_free(mbuf);
}

void
transmit_back(struct worker *worker, struct packet *packet)
{
	const struct snapshot_interface *link = &worker->snapshot->interfaces[packet->interface];
	struct rte_ether_hdr *ether;

	if (!tag_restore(packet, link)) {
		transmit_drop(worker, packet->mbuf, DROP_vlan_unknown);
		return;
	}
	ether = rte_pktmbuf_mtod(packet->mbuf, struct rte_ether_hdr *);
	ether->dst_addr = ether->src_addr;
	ether->src_addr = link->mac;
	transmit_frame(worker, link->port, packet->mbuf);
}

/* With the tag that the port puts in. */
static uint32_t
frame_length(const struct rte_mbuf *mbuf)
{
	uint32_t tag = mbuf->ol_flags & RTE_MBUF_F_TX_VLAN ? sizeof(struct rte_vlan_hdr) : 0;

	return rte_pktmbuf_pkt_len(mbuf) + tag;
}

void
transmit_flush_port(struct worker *worker, uint16_t port)
{
	const struct port_queue *queue = &worker->queues[port];
	struct transmit_buffer *buffer = &worker->transmit[port];
	struct port_counters *counters = &worker->counters.ports[port];
	uint16_t sent = queue->transmit(queue->context, buffer->mbufs, buffer->count);

	for (uint16_t i = sent; i < buffer->count; i++) {
		buffer->bytes -= frame_length(buffer->mbufs[i]);
		transmit_drop(worker, buffer->mbufs[i], DROP_transmit_full);
	}
	counters->sent_packets += sent;
	counters->sent_bytes += buffer->bytes;
	buffer->count = 0;
	buffer->bytes = 0;
}

void
transmit_flush(struct worker *worker)
{
	for (uint16_t port = 0; port < worker->port_count; port++) {
		if (worker->transmit[port].count > 0)
			transmit_flush_port(worker, port);
	}
}

static void
transmit_fragments(struct worker *worker, struct rte_mbuf *mbuf, struct rte_ipv4_hdr *ip,
		   const struct adjacency *adjacency)
{
	struct rte_mbuf *fragments[CUT_PIECES_MAX];
	unsigned int count;

	if (ip->fragment_offset & RTE_BE16(RTE_IPV4_HDR_DF_FLAG)) {
		transmit_drop(worker, mbuf, DROP_mtu_exceeded);
		return;
	}
	rewrite_begin(mbuf, ip);
	count = cut_packet(mbuf, adjacency->mtu, worker->pool, fragments);
	if (count == 0) {
		transmit_drop(worker, mbuf, DROP_fragment_failed);
		return;
	}
	worker->counters.originated += count - 1;
	for (unsigned int i = 0; i < count; i++) {
		transmit_to_resolved(worker, fragments[i],
				     rte_pktmbuf_mtod(fragments[i], struct rte_ipv4_hdr *),
				     adjacency);
	}
	rte_pktmbuf_free(mbuf); /* the fragments hold on to its payload */
}

/* An event that is lost is posted again with the next packet. */
static void
transmit_ask(struct worker *worker, struct adjacency *adjacency)
{
	struct event event = {
		.type = EVENT_RESOLVE,
		.interface = adjacency->interface,
		.address = adjacency->address,
	};
	uint64_t lost = worker->counters.events_lost;

	worker_post(worker, &event);
	if (worker->counters.events_lost == lost)
		adjacency->state = ADJACENCY_ASKED;
}

static void
transmit_hold(struct worker *worker, struct rte_mbuf *mbuf, struct rte_ipv4_hdr *ip, uint32_t index)
{
	struct adjacency *adjacency = &worker->neighbors.adjacencies[index];
	struct rte_mbuf *given_up;

	if (adjacency->port == ADJACENCY_PORT_NONE) {
		transmit_drop(worker, mbuf, DROP_neighbor_unresolved);
		return;
	}
	if (adjacency->state == ADJACENCY_UNRESOLVED)
		transmit_ask(worker, adjacency);
	rewrite_begin(mbuf, ip);
	given_up = neighbor_hold(&worker->neighbors, index, mbuf);
	if (given_up != NULL)
		transmit_drop(worker, given_up, DROP_neighbor_queue_full);
	else
		worker->counters.held++;
}

void
transmit_otherwise(struct worker *worker, struct rte_mbuf *mbuf, struct rte_ipv4_hdr *ip,
		   uint32_t adjacency)
{
	const struct adjacency *to = &worker->neighbors.adjacencies[adjacency];

	if (to->state != ADJACENCY_RESOLVED)
		transmit_hold(worker, mbuf, ip, adjacency);
	else
		transmit_fragments(worker, mbuf, ip, to);
}

void
transmit_release_held(struct worker *worker, uint32_t adjacency)
{
	struct rte_mbuf *mbufs[HELD_PACKETS_PER_NEIGHBOR];
	unsigned int count = neighbor_take_held(&worker->neighbors, adjacency, mbufs);

	worker->counters.held -= count;
	for (unsigned int i = 0; i < count; i++)
		transmit_to_adjacency(worker, mbufs[i],
				      rte_pktmbuf_mtod(mbufs[i], struct rte_ipv4_hdr *), adjacency);
}

unsigned int
transmit_abandon_held(struct worker *worker, uint32_t adjacency, struct rte_mbuf **errors)
{
	struct adjacency *to = &worker->neighbors.adjacencies[adjacency];
	struct rte_mbuf *mbufs[HELD_PACKETS_PER_NEIGHBOR];
	unsigned int count = neighbor_take_held(&worker->neighbors, adjacency, mbufs);
	unsigned int told = 0;

	to->state = ADJACENCY_UNRESOLVED;
	worker->counters.held -= count;
	for (unsigned int i = 0; i < count; i++) {
		errors[told] = unreachable_make(worker, mbufs[i], to->interface);
		told += errors[told] != NULL;
		transmit_drop(worker, mbufs[i], DROP_neighbor_unresolved);
	}
	return told;
}

void
transmit_abandon_lost(struct worker *worker)
{
	const struct neighbor_table *neighbors = &worker->neighbors;
	struct rte_mbuf *errors[HELD_PACKETS_PER_NEIGHBOR]; /* none, for want of an interface */

	for (unsigned int i = 0; i < RTE_DIM(neighbors->held.places); i++) {
		const struct held_packet *packet = &neighbors->held.places[i];

		if (packet->mbuf != NULL &&
		    neighbors->adjacencies[packet->adjacency].port == ADJACENCY_PORT_NONE)
			(void)transmit_abandon_held(worker, packet->adjacency, errors);
	}
}
