/* SPDX-License-Identifier: BSD-3-Clause */
#include "apply.h"
#include "apply_plain.h"
#include "stages.h"

/*
 * The flow that was found is the packet's, of this snapshot, and nobody else's: not that of another
 * worker, of several. Sends it on then. own: what such a flow has of FLOW_OWN and FLOW_ASTRAY.
 */
static inline bool
pass_session(struct worker *worker, const struct packet *packet, uint8_t own)
{
	const struct flow *flow = flow_at(&worker->sessions.flows, packet->flow);

	return likely(flow_key_equal(&flow->key, &packet->key)) &&
	       likely(flow->decided_from == worker->snapshot->decided_from) &&
	       likely((flow->flags & (FLOW_OWN | FLOW_ASTRAY)) == own) &&
	       likely(apply_plain_session(worker, packet));
}

/* How many of the n packets. */
static unsigned int
pass_sessions(struct worker *worker, unsigned int n, uint8_t own)
{
	unsigned int done = 0;

	while (done < n && pass_session(worker, &worker->burst[done], own))
		done++;
	return done;
}

static unsigned int
pass_fabric(struct worker *worker, unsigned int n)
{
	unsigned int done = 0;

	while (done < n && apply_plain_fabric(worker, &worker->burst[done]))
		done++;
	return done;
}

/*
 * In a flood, those that have no session are gone around: no branch is on which they are, which
 * nobody can foresee. All that would leave of them is gone before, as they are dropped, or handed
 * to others. A bit for each packet that was sent on.
 */
static uint32_t
pass_around(struct worker *worker, uint32_t named, uint8_t own)
{
	uint32_t left = named;

	while (left != 0 && pass_session(worker, &worker->burst[rte_bsf32(left)], own))
		left &= left - 1;
	return named & ~left;
}

/* A bit for each packet that was sent on, of a burst that is all of sessions. */
static inline uint32_t
pass_stateful(struct worker *worker, unsigned int n)
{
	uint8_t own = worker->snapshot->worker_count > 1 ? FLOW_OWN : 0;

	if (unlikely(worker->burst_named != burst_bits(n)) && !apply_is_stateless(worker))
		return pass_around(worker, worker->burst_named, own);
	return burst_bits(pass_sessions(worker, n, own));
}

void
stage_pass(struct worker *worker, unsigned int n)
{
	if (!burst_is_plain(worker, n))
		return;
	if (worker->burst_kinds == PACKET_STATEFUL)
		worker->burst_done = pass_stateful(worker, n);
	else if (worker->burst_kinds == PACKET_FABRIC)
		worker->burst_done = burst_bits(pass_fabric(worker, n));
}
