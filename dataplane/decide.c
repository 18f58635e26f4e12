/* SPDX-License-Identifier: BSD-3-Clause */
#include "decide.h"

#include <netinet/in.h>

#include "probe.h"
#include "route.h"
#include "subnet.h"
#include "walk.h"

void
decision_init(struct decision *decision, const struct flow_key *key)
{
	*decision = (struct decision){
		.verdict = VERDICT_SESSION,
		.source = key->source,
		.destination = key->destination,
		.source_port = key->source_port,
		.destination_port = key->destination_port,
		.forward = { .interface = INTERFACE_NONE },
		.reverse = { .interface = INTERFACE_NONE },
		.outbound_vip = VIP_NONE,
		.inbound_vip = VIP_NONE,
		.inbound_rule = INBOUND_RULE_NONE,
		.outbound_rule = SECURITY_NO_RULE,
		.inbound_rule_index = SECURITY_NO_RULE,
		.route = SUBNET_ROUTE_MISSING,
		.reverse_route = SUBNET_ROUTE_MISSING,
	};
}

/* What a session can be made of. */
static enum drop_reason
protocol_check(const struct flow_key *key)
{
	/* Apart, so that all others are told by one test of a bit. */
	if (key->protocol == IPPROTO_ICMP)
		return flow_key_is_echo_reply(key) ? DROP_icmp_unsupported : DROP_NONE;
	switch (key->protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_ESP:
	case IPPROTO_AH:
		return DROP_NONE;
	default:
		return DROP_protocol_unsupported;
	}
}

static void
group_ask(struct walk *walk, const struct security_policy *policy)
{
	if (policy == NULL)
		return;
	if (walk->request->established && !policy->reevaluate)
		walk_pass(walk, policy);
	else
		walk->policy = policy;
}

/* A packet from a subnet: its own checks, its effective route, and the outbound group to ask. */
static void
start_in_subnet(struct walk *walk)
{
	const struct flow_key *key = &walk->request->key;
	const struct snapshot *snapshot = walk->snapshot;
	const struct subnet_route *route;
	enum drop_reason reason;

	if (key->zone >= snapshot->subnet_count || !snapshot->subnets[key->zone].present) {
		walk_drop(walk, DROP_subnet_missing);
		return;
	}
	walk->from = &snapshot->subnets[key->zone];
	walk->decision->outbound_zone = key->zone;
	reason = subnet_source_fault(walk->from, key->source);
	if (reason == DROP_NONE)
		reason = protocol_check(key);
	if (reason != DROP_NONE) {
		walk_drop(walk, reason);
		return;
	}
	/* Answers to probes belong to no session, and no group is asked about them. */
	if (unlikely(key->destination == rte_cpu_to_be_32(LOAD_BALANCER_ADDRESS)) &&
	    key->protocol == IPPROTO_TCP) {
		walk->decision->verdict = VERDICT_LOCAL;
		return;
	}
	route = walk_route(walk->from, key->destination, &walk->decision->route);
	if (route == NULL || route->kind != SUBNET_ROUTE_LOCAL)
		group_ask(walk, walk->from->outbound);
}

static void
ask_inbound(struct walk *walk)
{
	if (walk_goes_on(walk) && walk->decision->inbound_zone != ZONE_FABRIC)
		group_ask(walk, walk->snapshot->subnets[walk->decision->inbound_zone].inbound);
}

/* One look-up in the fabric's routes for all the walks that need it. */
struct fabric_lookup {
	uint32_t addresses[DECIDE_BURST];
	uint64_t targets[DECIDE_BURST];
	uint8_t walk[DECIDE_BURST];
	unsigned int count;
};

static void
fabric_add(struct fabric_lookup *lookup, unsigned int walk, rte_be32_t address)
{
	lookup->addresses[lookup->count] = rte_be_to_cpu_32(address);
	lookup->walk[lookup->count++] = (uint8_t)walk;
}

static void
fabric_find(const struct snapshot *snapshot, struct fabric_lookup *lookup)
{
	if (lookup->count > 0)
		rte_fib_lookup_bulk(snapshot->fib, lookup->addresses, lookup->targets,
				    (int)lookup->count);
}

static void
decide_egress(const struct snapshot *snapshot, struct walk *walks, unsigned int n)
{
	struct fabric_lookup lookup;

	lookup.count = 0;
	for (unsigned int i = 0; i < n; i++) {
		if (walk_goes_on(&walks[i]) &&
		    (walks[i].from == NULL || walk_egress_subnet(&walks[i])))
			fabric_add(&lookup, i, walks[i].request->key.destination);
	}
	fabric_find(snapshot, &lookup);
	for (unsigned int i = 0; i < lookup.count; i++)
		walk_egress_fabric(&walks[lookup.walk[i]], (uint32_t)lookup.targets[i]);
}

static void
decide_return(const struct snapshot *snapshot, struct walk *walks, unsigned int n)
{
	struct fabric_lookup lookup;

	lookup.count = 0;
	for (unsigned int i = 0; i < n; i++) {
		if (!walk_goes_on(&walks[i]))
			continue;
		walk_timeout(&walks[i]);
		if (walks[i].from == NULL)
			fabric_add(&lookup, i, walks[i].request->key.source);
		else
			walk_return(&walks[i], 0);
	}
	fabric_find(snapshot, &lookup);
	for (unsigned int i = 0; i < lookup.count; i++)
		walk_return(&walks[lookup.walk[i]], (uint32_t)lookup.targets[i]);
}

void
decide(const struct snapshot *snapshot, const struct decide_request *requests,
       struct decision *decisions, unsigned int n)
{
	struct walk walks[DECIDE_BURST];

	for (unsigned int i = 0; i < n; i++) {
		decision_init(&decisions[i], &requests[i].key);
		walks[i] = (struct walk){ .snapshot = snapshot,
					  .request = &requests[i],
					  .decision = &decisions[i] };
		if (requests[i].key.zone != ZONE_FABRIC)
			start_in_subnet(&walks[i]);
	}
	walk_security(walks, n, false);
	decide_egress(snapshot, walks, n);
	for (unsigned int i = 0; i < n; i++)
		ask_inbound(&walks[i]);
	walk_security(walks, n, true);
	decide_return(snapshot, walks, n);
}
