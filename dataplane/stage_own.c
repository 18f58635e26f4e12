/* SPDX-License-Identifier: BSD-3-Clause */
#include "handoff.h"
#include "owner.h"
#include "stages.h"

/*
 * That a flow is here does not say that its packets are this worker's: a backend's own call from
 * the endpoint that it serves is at home here, and a client who comes later may have a session with
 * the same key at the worker that is asked first. But who owns a packet follows from its key and
 * the snapshot. So a flow remembers that its worker was the one to be asked, as long as its word of
 * the snapshot is the same, which stands for all that owner_find() reads (control/epoch.h).
 *
 * Only the owner of a port that has moved is told by something else, by who holds it
 * (snat_moves.h). With a flow that holds it itself, that is this worker as long as there is the
 * flow. Any other flow to it began here because here is its home; then this worker is asked first
 * only when it holds the port too, or nobody does any more: either way it stays the one.
 */

/* The packet's flow, if it has one that was decided from this snapshot's word. */
static inline struct flow *
own_flow(const struct worker *worker, const struct packet *packet)
{
	struct flow *flow;

	if (unlikely(packet->flow == FLOW_NONE))
		return NULL;
	flow = flow_at(&worker->sessions.flows, packet->flow);
	return likely(flow->decided_from == worker->snapshot->decided_from) ? flow : NULL;
}

/* False: it has left. */
static bool
own_ask(struct worker *worker, struct packet *packet, struct flow *flow)
{
	struct owner owner = owner_find(worker->snapshot, &packet->key);
	uint16_t to = packet->flags & PACKET_TRIED ? owner.home : owner.first;
	bool astray = owner.home != to && owner.home != OWNER_ANY;

	if (to != worker->id && to != OWNER_ANY) {
		handoff_packet(worker, packet, to);
		return false;
	}
	if (astray)
		packet->flags |= PACKET_ASTRAY;
	if (flow != NULL && owner.first == worker->id)
		flow->flags |= (uint8_t)(FLOW_OWN | (astray ? FLOW_ASTRAY : 0));
	return true;
}

static inline bool
own_packet(struct worker *worker, struct packet *packet)
{
	struct flow *flow = own_flow(worker, packet);

	if (unlikely(flow == NULL || !(flow->flags & FLOW_OWN) || packet->flags & PACKET_TRIED))
		return own_ask(worker, packet, flow);
	if (flow->flags & FLOW_ASTRAY)
		packet->flags |= PACKET_ASTRAY;
	return true;
}

uint32_t
stage_own(struct worker *worker, uint32_t wanted)
{
	uint32_t own = 0;

	for (; wanted != 0; wanted &= wanted - 1) {
		unsigned int i = rte_bsf32(wanted);

		own |= (uint32_t)own_packet(worker, &worker->burst[i]) << i;
	}
	return own;
}

void
stage_own_fragments(struct worker *worker, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		struct packet *packet = &worker->burst[i];
		uint16_t owner;

		if ((packet->kind != PACKET_STATEFUL && packet->kind != PACKET_LOCAL) ||
		    (packet->flags & (PACKET_FRAGMENT | PACKET_LEARNED)) != PACKET_FRAGMENT)
			continue;
		owner = owner_of_fragments(worker->snapshot, &packet->key, packet->ip->packet_id);
		if (owner != worker->id)
			handoff_packet(worker, packet, owner);
	}
}
