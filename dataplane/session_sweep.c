/* SPDX-License-Identifier: BSD-3-Clause */
#include "session_fetch.h"
#include "worker.h"

enum {
	SWEEP_AHEAD = 8, /* records, for each step of what is fetched */
};

/* The VIP is no more, or another network's than that of the zone that its session is of. */
static bool
vip_left(const struct snapshot *snapshot, uint16_t vip, uint16_t zone)
{
	if (vip == VIP_NONE)
		return false;
	if (vip >= snapshot->vip_count || !snapshot->vips[vip].present)
		return true;
	return zone < snapshot->subnet_count && snapshot->subnets[zone].present &&
	       snapshot->subnets[zone].network != snapshot->vips[vip].network;
}

bool
session_has_lost_vip(const struct worker *worker, const struct session *session)
{
	const struct flow_table *flows = &worker->sessions.flows;
	const struct flow *out = flow_at(flows, session->flow);

	return vip_left(worker->snapshot, session->outbound_vip, out->key.zone) ||
	       vip_left(worker->snapshot, session->inbound_vip,
			flow_at(flows, out->twin)->key.zone);
}

/* False: the session goes on, or there is none. */
static bool
sweep_ends(struct worker *worker, uint32_t index)
{
	const struct session *session = &worker->sessions.sessions[index];

	if ((session->flags & (SESSION_IN_USE | SESSION_HELD)) != SESSION_IN_USE ||
	    !session_has_lost_vip(worker, session))
		return false;
	session_end_and_tell(worker, index);
	return true;
}

/* What is read of the records that come next. A free one has no entry: the first is fetched. */
static void
sweep_fetch(const struct session_table *table)
{
	static void (*const steps[])(const struct session_table *, uint32_t) = {
		session_fetch_twin,
		session_fetch_flow,
		session_fetch_record,
	};

	for (unsigned int i = 0; i < RTE_DIM(steps); i++) {
		uint32_t ahead = table->swept + (i + 1) * SWEEP_AHEAD;

		if (ahead < table->capacity)
			steps[i](table, ahead);
	}
}

bool
session_sweep(struct worker *worker)
{
	struct session_table *table = &worker->sessions;
	unsigned int ends = 0;
	uint32_t end;

	if (unlikely(table->vip_losses != worker->snapshot->vip_losses)) {
		table->vip_losses = worker->snapshot->vip_losses;
		table->swept = 0;
	}
	if (likely(table->swept == table->capacity))
		return true;
	end = RTE_MIN(table->swept + SESSION_SWEEP_BUDGET, table->capacity);
	for (; table->swept < end && ends < SESSION_SWEEP_ENDS; table->swept++) {
		sweep_fetch(table);
		ends += sweep_ends(worker, table->swept);
	}
	return table->swept == table->capacity;
}
