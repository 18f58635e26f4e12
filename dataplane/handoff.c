/* SPDX-License-Identifier: BSD-3-Clause */
#include "handoff.h"

#include <rte_ring_elem.h>

#include "fragment.h"
#include "owner.h"
#include "stages.h"
#include "transmit.h"
#include "worker.h"

enum {
	/* What a packet's flags tell the next worker. */
	TOLD = PACKET_TRIED | PACKET_LEARNED | PACKET_HANDOFFS | PACKET_OWN,
};

struct handoff {
	struct rte_mbuf *mbuf;
	uint16_t port; /* that received it */
	uint16_t flags;
	struct fragment_facts facts; /* with PACKET_LEARNED */
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
handoff_give(struct worker *worker, uint16_t to, const struct handoff *handoff)
{
	/* Before it can be taken, so that what is under way is never told to be less. */
	worker->counters.handed_off++;
	if (rte_ring_enqueue_elem(worker->handoffs[to], (void *)(uintptr_t)handoff,
				  sizeof(*handoff)) == 0)
		return;
	worker->counters.handed_off--;
	transmit_drop(worker, handoff->mbuf, DROP_handoff_full);
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

unsigned int
handoff_receive(struct worker *worker, uint16_t *flags)
{
	struct handoff handoffs[BURST];
	unsigned int n = rte_ring_dequeue_burst_elem(worker->handoffs[worker->id], handoffs,
						     sizeof(handoffs[0]), BURST, NULL);

	burst_begin(worker);
	for (unsigned int i = 0; i < n; i++)
		rte_prefetch0(rte_pktmbuf_mtod(handoffs[i].mbuf, void *));
	for (unsigned int i = 0; i < n; i++) {
		struct packet *packet = &worker->burst[i];

		packet_parse(worker->snapshot, handoffs[i].port, handoffs[i].mbuf, packet);
		packet->flags |= handoffs[i].flags;
		if (unlikely(handoffs[i].flags & PACKET_LEARNED))
			handoff_learn(packet, &handoffs[i].facts);
		*flags |= packet->flags;
		burst_add(worker, (enum packet_kind)packet->kind);
	}
	return n;
}
