/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports_queue.h"

#include <stdio.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>

static uint16_t
queue_receive(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	const struct ports_queue *queue = context;

	return n == 0 ? 0 : rte_eth_rx_burst(queue->ethdev, queue->rx, mbufs, n);
}

static uint16_t
queue_receive_nothing(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	(void)context;
	(void)mbufs;
	(void)n;
	return 0;
}

/* A worker comes by here in each of its rounds, even if it has nothing to send itself. */
static uint16_t
queue_receive_and_relay(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	const struct ports_queue *queue = context;

	(void)ports_queue_relay(queue->ethdev, queue->tx, queue->ring);
	return queue->rx == PORTS_QUEUE_NONE ? 0 : queue_receive(context, mbufs, n);
}

static uint16_t
queue_put(const struct ports_queue *queue, struct rte_mbuf **mbufs, uint16_t n)
{
	if (queue->gives)
		return (uint16_t)rte_ring_enqueue_burst(queue->ring, (void **)mbufs, n, NULL);
	return rte_eth_tx_burst(queue->ethdev, queue->tx, mbufs, n);
}

static uint16_t
queue_transmit(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	const struct ports_queue *queue = context;
	uint16_t sent = queue_put(queue, mbufs, n);
	uint64_t until;

	if (likely(sent == n))
		return n;
	until = atomic_load_explicit(queue->retry_until, memory_order_relaxed);
	while (sent < n && rte_rdtsc() < until)
		sent = (uint16_t)(sent + queue_put(queue, mbufs + sent, (uint16_t)(n - sent)));
	return sent;
}

/*
 * For a device that sends one buffer for each packet: those in several, as fragments are, become
 * copies. Returns how many from the first on are so: one may not be copied.
 */
static uint16_t
queue_make_whole(const struct ports_queue *queue, struct rte_mbuf **mbufs, uint16_t n)
{
	for (uint16_t whole = 0; whole < n; whole++) {
		struct rte_mbuf *mbuf = mbufs[whole], *copy;

		if (likely(mbuf->nb_segs == 1))
			continue;
		copy = rte_pktmbuf_copy(mbuf, queue->pool, 0, UINT32_MAX);
		if (copy == NULL || copy->nb_segs > 1) {
			rte_pktmbuf_free(copy);
			return whole;
		}
		rte_pktmbuf_free(mbuf);
		mbufs[whole] = copy;
	}
	return n;
}

/* One that can not be made ready ends the burst; the rest is dropped as by a full queue. */
static uint16_t
queue_transmit_ready(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	const struct ports_queue *queue = context;

	if (!queue->segments)
		n = queue_make_whole(queue, mbufs, n);
	if (queue->prepares)
		n = rte_eth_tx_prepare(queue->ethdev, queue->tx, mbufs, n);
	return queue_transmit(context, mbufs, n);
}

struct rte_ring *
ports_queue_ring_create(uint16_t ethdev, uint16_t tx, unsigned int descriptors, int socket)
{
	char name[RTE_RING_NAMESIZE];

	snprintf(name, sizeof(name), "transmit %u %u", ethdev, tx);
	/* Workers may share a core: none waits for one that was stopped while it wrote. */
	return rte_ring_create(name, descriptors, socket,
			       RING_F_MP_RTS_ENQ | RING_F_SC_DEQ | RING_F_EXACT_SZ);
}

struct port_queue
ports_queue_interface(struct ports_queue *queue)
{
	struct port_queue interface = {
		.receive = queue->rx == PORTS_QUEUE_NONE ? queue_receive_nothing : queue_receive,
		.transmit = queue_transmit,
		.context = queue,
	};

	if (!queue->segments || queue->prepares)
		interface.transmit = queue_transmit_ready;
	if (queue->shared)
		interface.receive = queue_receive_and_relay;
	return interface;
}

bool
ports_queue_relay(uint16_t ethdev, uint16_t tx, struct rte_ring *ring)
{
	struct rte_mbuf *mbufs[TRANSMIT_BURST];
	unsigned int n = rte_ring_dequeue_burst_start(ring, (void **)mbufs, TRANSMIT_BURST, NULL);

	if (n == 0)
		return false;
	rte_ring_dequeue_finish(ring, rte_eth_tx_burst(ethdev, tx, mbufs, (uint16_t)n));
	return true;
}
