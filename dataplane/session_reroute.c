/* SPDX-License-Identifier: BSD-3-Clause */
#include "route.h"
#include "session.h"
#include "walk.h"
#include "worker.h"

/*
 * When the fabric's routes change, most flows lead where they led before. That is found out for a
 * burst at once, and for the direction of its packets alone: the other one, and the record of the
 * session, are not looked at.
 */

enum {
	ROUTE_EPOCH_BITS = 16, /* of snapshot.decided_from */
};

void
session_renew_flow(const struct worker *worker, struct flow *flow)
{
	flow->decided_from = worker->snapshot->decided_from;
	flow->flags &= (uint8_t) ~(FLOW_OWN | FLOW_ASTRAY);
}

bool
session_leads_to(const struct worker *worker, const struct flow *flow, const struct egress *egress)
{
	const struct adjacency *adjacency;

	if (flow->egress & EGRESS_DROP)
		return false;
	adjacency = &worker->neighbors.adjacencies[flow->egress];
	return adjacency->interface == egress->interface && adjacency->address == egress->address;
}

/* What is not to be sent is asked about again: its route may have come back. */
static bool
reroute_is_asked(const struct snapshot *snapshot, const struct flow *flow)
{
	return (flow->decided_from ^ snapshot->decided_from) >> ROUTE_EPOCH_BITS == 0 &&
	       !(flow->egress & EGRESS_DROP);
}

static bool
reroute_leads_inside(const struct worker *worker, const struct flow *flow)
{
	const struct adjacency *adjacency = &worker->neighbors.adjacencies[flow->egress];

	return worker->snapshot->interfaces[adjacency->interface].zone != ZONE_FABRIC;
}

/* By what decide() chooses among next hops: the packet that was decided, or the reply to it. */
static struct flow_key
reroute_key(const struct flow *flow)
{
	struct flow_key key = flow->key;

	if (flow->flags & FLOW_REVERSE) {
		key.source = flow->source;
		key.destination = flow->destination;
		key.source_port = flow->source_port;
		key.destination_port = flow->destination_port;
	}
	return key;
}

static bool
reroute_is_same(const struct worker *worker, const struct flow *flow, route_target target)
{
	uint32_t id = route_target_id(target);
	struct egress egress;

	switch (route_target_kind(target)) {
	case ROUTE_GROUP:
		egress = walk_next_hop(worker->snapshot, id, reroute_key(flow));
		break;
	case ROUTE_CONNECTED:
		egress = (struct egress){ (uint16_t)id, DROP_NONE, flow->destination };
		break;
	default:
		return false;
	}
	return session_leads_to(worker, flow, &egress);
}

void
session_reroute(struct worker *worker, const uint32_t *flows, unsigned int n)
{
	const struct snapshot *snapshot = worker->snapshot;
	struct flow *asked[DECIDE_BURST];
	uint32_t addresses[DECIDE_BURST];
	uint64_t targets[DECIDE_BURST];
	unsigned int count = 0;

	for (unsigned int i = 0; i < n; i++) {
		struct flow *flow = flow_at(&worker->sessions.flows, flows[i]);

		if (!reroute_is_asked(snapshot, flow))
			continue;
		if (reroute_leads_inside(worker, flow)) {
			session_renew_flow(worker, flow);
			continue;
		}
		addresses[count] = rte_be_to_cpu_32(flow->destination);
		asked[count++] = flow;
	}
	if (count > 0)
		(void)rte_fib_lookup_bulk(snapshot->fib, addresses, targets, (int)count);
	for (unsigned int i = 0; i < count; i++) {
		if (reroute_is_same(worker, asked[i], (route_target)targets[i]))
			session_renew_flow(worker, asked[i]);
	}
}
