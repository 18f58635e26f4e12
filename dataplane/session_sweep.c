/* SPDX-License-Identifier: BSD-3-Clause */
#include "session.h"
#include "worker.h"

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

static void
sweep_look(struct worker *worker, uint32_t index)
{
	const struct session *session = &worker->sessions.sessions[index];

	if ((session->flags & (SESSION_IN_USE | SESSION_HELD)) == SESSION_IN_USE &&
	    session_has_lost_vip(worker, session))
		session_end_and_tell(worker, index);
}

bool
session_sweep(struct worker *worker)
{
	struct session_table *table = &worker->sessions;
	uint32_t end;

	if (unlikely(table->vip_losses != worker->snapshot->vip_losses)) {
		table->vip_losses = worker->snapshot->vip_losses;
		table->swept = 0;
	}
	if (likely(table->swept == table->capacity))
		return true;
	end = RTE_MIN(table->swept + SESSION_SWEEP_BUDGET, table->capacity);
	for (; table->swept < end; table->swept++)
		sweep_look(worker, table->swept);
	return table->swept == table->capacity;
}
