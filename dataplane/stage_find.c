/* SPDX-License-Identifier: BSD-3-Clause */
#include "stages.h"

/* What the burst's flows have come to. */
struct found {
	uint32_t known; /* a bit for each packet */
	bool stale;     /* one's session is of an older snapshot */
};

/*
 * The flow in packet.flow is the packet's: adds it. No branch is on whether it is, which nobody can
 * foresee in a flood, or in a full table.
 */
static inline void
find_match(const struct worker *worker, unsigned int i, struct found *found)
{
	const struct packet *packet = &worker->burst[i];
	const struct flow *flow = flow_at(&worker->sessions.flows, packet->flow);
	bool equal = flow_key_equal(&flow->key, &packet->key);

	found->known |= (uint32_t)equal << i;
	found->stale |= equal & (flow->decided_from != worker->snapshot->decided_from);
}

/* Those of these packets whose flow is the one that they name. */
static struct found
find_first(struct worker *worker, uint32_t named)
{
	struct found found = { .known = 0 };

	for (uint32_t left = named; left != 0; left &= left - 1)
		find_match(worker, rte_bsf32(left), &found);
	return found;
}

/* And those in whose way another one was. */
static void
find_behind(struct worker *worker, uint32_t others, struct found *found)
{
	const struct flow_table *flows = &worker->sessions.flows;

	for (uint32_t left = others; left != 0; left &= left - 1) {
		unsigned int i = rte_bsf32(left);
		struct packet *packet = &worker->burst[i];

		if (packet->flow == FLOW_NONE)
			continue;
		packet->flow = flow_find_behind(flows, &packet->key);
		if (packet->flow != FLOW_NONE)
			find_match(worker, i, found);
	}
}

void
stage_find(struct worker *worker)
{
	uint32_t wanted = worker->burst_wanted & ~worker->burst_done;
	uint32_t named = worker->burst_named & wanted;
	struct found found;

	if (likely(wanted == 0))
		return;
	found = find_first(worker, named);
	if (unlikely(found.known != named))
		find_behind(worker, named & ~found.known, &found);
	if (unlikely(worker->snapshot->worker_count > 1))
		wanted = stage_own(worker, wanted);
	worker->burst_known = found.known & wanted;
	if (unlikely(found.stale))
		stage_find_again(worker, wanted);
	worker->burst_first = wanted & ~worker->burst_known;
}
