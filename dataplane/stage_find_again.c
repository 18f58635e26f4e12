/* SPDX-License-Identifier: BSD-3-Clause */
#include "stages.h"

/*
 * Packets whose sessions were decided from an older snapshot. What becomes of those is found out at
 * once, and done in the order of the packets.
 */

/* The packet has a session, and that was decided from an older snapshot. */
static bool
find_is_stale(const struct worker *worker, const struct packet *packet)
{
	return packet->flow != FLOW_NONE &&
	       flow_at(&worker->sessions.flows, packet->flow)->decided_from !=
		       worker->snapshot->decided_from;
}

/* Which of the known packets are stale; their flows, in order. */
static uint32_t
find_stale(const struct worker *worker, uint32_t known, uint32_t flows[BURST])
{
	unsigned int count = 0;
	uint32_t stale = 0;

	for (; known != 0; known &= known - 1) {
		unsigned int i = rte_bsf32(known);

		if (find_is_stale(worker, &worker->burst[i])) {
			flows[count++] = worker->burst[i].flow;
			stale |= 1U << i;
		}
	}
	return stale;
}

/* Decides the sessions of stale packets anew, in order. Which packets those are. */
static uint32_t
find_decide(struct worker *worker, uint32_t known, struct decision decisions[BURST])
{
	uint32_t flows[BURST] = { 0 };
	uint32_t stale = find_stale(worker, known, flows);

	session_reroute(worker, flows, (unsigned int)__builtin_popcount(stale));
	stale = find_stale(worker, stale, flows);
	if (stale != 0)
		session_decide_again(worker, flows, decisions,
				     (unsigned int)__builtin_popcount(stale));
	return stale;
}

void
stage_find_again(struct worker *worker, uint32_t wanted)
{
	struct session_table *table = &worker->sessions;
	struct decision decisions[BURST], *decision = decisions;
	uint32_t stale = find_decide(worker, worker->burst_known & wanted, decisions);
	uint32_t removals = table->removals, known = 0;

	for (; wanted != 0; wanted &= wanted - 1) {
		unsigned int i = rte_bsf32(wanted);
		struct packet *packet = &worker->burst[i];

		/* An earlier packet's session may have ended, or moved its entries. */
		if (unlikely(table->removals != removals))
			packet->flow = flow_find(&table->flows, &packet->key);
		if (find_is_stale(worker, packet)) {
			session_settle_again(worker, packet->flow, decision);
			if (unlikely(table->removals != removals))
				packet->flow = flow_find(&table->flows, &packet->key);
		}
		decision += stale >> i & 1;
		known |= (uint32_t)(packet->flow != FLOW_NONE) << i;
	}
	worker->burst_known = known;
}
