/* SPDX-License-Identifier: BSD-3-Clause */
#include "handoff.h"

#include <rte_ring_elem.h>

#include "fragment.h"
#include "owner.h"
#include "packet_plain.h"
#include "stages.h"
#include "transmit.h"
#include "worker.h"

enum {
	/* What a packet's flags tell the next worker. */
	TOLD = PACKET_TRIED | PACKET_LEARNED | PACKET_HANDOFFS | PACKET_OWN,
};

struct rte_ring *
handoff_ring_create(const char *name, int socket)
{
	/* Workers may share a core: none waits for one that was stopped while it wrote. */
	return rte_ring_create_elem(name, sizeof(struct handoff), HANDOFF_RING_SIZE, socket,
				    RING_F_MP_RTS_ENQ | RING_F_SC_DEQ);
}

void
handoff_abandon(struct worker *worker)
{
	struct handoff handoff;

	while (rte_ring_dequeue_elem(worker->handoffs[worker->id], &handoff, sizeof(handoff)) ==
	       0) {
		worker->counters.handoffs_taken++;
		transmit_drop(worker, handoff.mbuf, DROP_worker_stopped);
	}
}

static void
handoff_write(struct worker *worker, uint16_t to)
{
	const struct handoff_batch *batch = &worker->handoff_batch;
	struct handoff handoffs[HANDOFF_BATCH];
	unsigned int n = 0, written;

	for (uint32_t i = 0; i < batch->count; i++) {
		if (batch->to[i] == to)
			handoffs[n++] = batch->handoffs[i];
	}
	/* Before they can be taken, so that what is under way is never told to be less. */
	worker->counters.handed_off += n;
	written = rte_ring_enqueue_burst_elem(worker->handoffs[to], handoffs, sizeof(handoffs[0]),
					      n, NULL);
	worker->counters.handed_off -= n - written;
	for (; written < n; written++)
		transmit_drop(worker, handoffs[written].mbuf, DROP_handoff_full);
}

void
handoff_flush(struct worker *worker)
{
	struct handoff_batch *batch = &worker->handoff_batch;

	for (; batch->receivers != 0; batch->receivers &= batch->receivers - 1)
		handoff_write(worker, (uint16_t)rte_bsf64(batch->receivers));
	batch->count = 0;
}

static void
handoff_give(struct worker *worker, uint16_t to, const struct handoff *handoff)
{
	struct handoff_batch *batch = &worker->handoff_batch;

	if (unlikely(batch->count == HANDOFF_BATCH))
		handoff_flush(worker);
	batch->receivers |= 1ULL << to;
	batch->to[batch->count] = to;
	batch->handoffs[batch->count++] = *handoff;
}

void
handoff_packet(struct worker *worker, struct packet *packet, uint16_t to)
{
	struct handoff handoff = {
		.mbuf = packet->mbuf,
		.port = worker->snapshot->interfaces[packet->interface].port,
		.flags = (packet->flags & TOLD) + PACKET_HANDOFF_ONE,
		.facts = fragment_facts_of(packet),
	};

	packet->kind = PACKET_HELD;
	if (unlikely((packet->flags & PACKET_HANDOFFS) >= HANDOFFS_MAX * PACKET_HANDOFF_ONE)) {
		transmit_drop(worker, handoff.mbuf, DROP_handoff_astray);
		return;
	}
	handoff_give(worker, to, &handoff);
	if (likely(!(packet->flags & PACKET_AWAITED)))
		return;
	while (fragment_hold_take(&worker->fragments.hold, &packet->held, &handoff.mbuf,
				  &handoff.port)) {
		worker->counters.held--;
		handoff_give(worker, to, &handoff);
	}
	packet->flags &= (uint16_t)~PACKET_AWAITED;
}

void
handoff_home(struct worker *worker, struct packet *packet)
{
	uint16_t home = owner_find(worker->snapshot, &packet->key).home;

	packet->flags |= PACKET_TRIED;
	handoff_packet(worker, packet, home);
}

/* The part of parsing that a fragment has behind it. */
static void
handoff_learn(struct packet *packet, const struct fragment_facts *facts)
{
	if (packet->kind == PACKET_DROP)
		return;
	if (packet->flags & PACKET_LATER_FRAGMENT)
		fragment_learn(packet, facts);
	else
		packet_parse_transport(packet);
	packet->fragment_id = facts->id;
}

/* Whether it is plain. */
static bool
handoff_parse(const struct snapshot *snapshot, const struct handoff *handoff, struct packet *packet)
{
	struct packet_plain_port from = packet_plain_port(snapshot, handoff->port);

	if (likely(packet_parse_plain(&from, from.told, handoff->mbuf, packet)))
		return true;
	packet_parse(snapshot, handoff->port, handoff->mbuf, packet);
	return false;
}

unsigned int
handoff_receive(struct worker *worker, uint16_t *flags)
{
	struct handoff handoffs[BURST];
	unsigned int n = rte_ring_dequeue_burst_elem(worker->handoffs[worker->id], handoffs,
						     sizeof(handoffs[0]), BURST, NULL);

	burst_begin(worker);
	/* What another core has had is far away: first the mbufs, then what they lead to. */
	for (unsigned int i = 0; i < n; i++)
		rte_prefetch0(handoffs[i].mbuf);
	for (unsigned int i = 0; i < n; i++)
		rte_prefetch0(rte_pktmbuf_mtod(handoffs[i].mbuf, void *));
	for (unsigned int i = 0; i < n; i++) {
		struct packet *packet = &worker->burst[i];

		if (likely(handoff_parse(worker->snapshot, &handoffs[i], packet)))
			worker->burst_plain |= 1U << i;
		packet->flags |= handoffs[i].flags;
		if (unlikely(handoffs[i].flags & PACKET_LEARNED))
			handoff_learn(packet, &handoffs[i].facts);
		*flags |= packet->flags;
		burst_add(worker, (enum packet_kind)packet->kind);
	}
	return n;
}
