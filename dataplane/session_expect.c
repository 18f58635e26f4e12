/* SPDX-License-Identifier: BSD-3-Clause */
#include "session.h"
#include "worker.h"

/* The hash by which the place of the replies' entry is looked for. */
static uint32_t
expect_reply(const struct worker *worker, const struct flow_key *key,
	     const struct decision *decision, unsigned int *draws)
{
	const struct snapshot *snapshot = worker->snapshot;
	const struct flow_table *flows = &worker->sessions.flows;
	struct flow_key reply = session_reply_key(key, decision);

	if (!decision->snat || snapshot->vips[decision->outbound_vip].rfc)
		return flow_hash(flows, &reply);
	return snat_port_expect(&worker->snat, flows, &snapshot->vips[decision->outbound_vip].snat,
				decision, (*draws)++, reply);
}

void
session_expect(const struct worker *worker, const struct decide_request *requests,
	       const struct decision *decisions, unsigned int n)
{
	const struct flow_table *flows = &worker->sessions.flows;
	struct flow_search searches[DECIDE_BURST];
	unsigned int count = 0, draws = 0;

	for (unsigned int i = 0; i < n; i++) {
		if (decisions[i].verdict != VERDICT_SESSION)
			continue;
		searches[count++] = flow_search(flows, expect_reply(worker, &requests[i].key,
								    &decisions[i], &draws));
	}
	for (unsigned int i = 0; i < count; i++)
		(void)flow_first(flows, &searches[i]);
}
