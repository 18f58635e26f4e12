/* SPDX-License-Identifier: BSD-3-Clause */
#include "changing.h"

/* What becomes of flows when the fabric's routes change, held against what decide() says. */

enum {
	SESSIONS = 200,
};

/* Nothing but the fabric's routes differs. */
static void
routes_changed(struct change *change)
{
	change->after.snapshot.decided_from = change->before.snapshot.decided_from + 1;
	change->worker->snapshot = &change->after.snapshot;
}

/* True: the flow is of the snapshot, and nothing else about it has changed. */
static bool
rerouted(struct change *change, struct flow *flow)
{
	uint32_t index = (uint32_t)(flow - change->worker->sessions.flows.flows);
	struct flow before = *flow, twin = *twin_of(change, flow);
	bool renewed;

	flow->flags |= FLOW_OWN | FLOW_ASTRAY;
	session_reroute(change->worker, &index, 1);
	renewed = flow->decided_from == change->after.snapshot.decided_from;
	if (renewed) {
		assert_int_equal(flow->flags & (FLOW_OWN | FLOW_ASTRAY), 0);
		before.decided_from = flow->decided_from;
	}
	flow->flags = before.flags;
	assert_memory_equal(flow, &before, sizeof(before));
	assert_memory_equal(twin_of(change, flow), &twin, sizeof(twin));
	return renewed;
}

static void
flows_that_lead_where_they_led_are_renewed(void **state)
{
	const struct flow_key keys[] = { inside(),
					 outbound(IPPROTO_TCP),
					 outbound(IPPROTO_UDP),
					 outbound(IPPROTO_ICMP),
					 inbound(IPPROTO_TCP, 443),
					 hairpin() };
	struct change *change = *state;

	for (size_t i = 0; i < RTE_DIM(keys); i++) {
		struct flow *flow;

		change->worker->snapshot = &change->before.snapshot;
		flow = session_open(change, keys[i]);
		routes_changed(change);
		assert_true(rerouted(change, flow));
		assert_true(rerouted(change, twin_of(change, flow)));
	}
}

static void
another_next_hop_is_no_place_that_it_led_to(void **state)
{
	const struct ecmp_member other = { 1, 1 };
	struct change *change = *state;
	struct flow *out = session_open(change, outbound(IPPROTO_TCP));
	struct flow *in = session_open(change, inbound(IPPROTO_TCP, 443));

	assert_int_equal(ecmp_group_build(&change->after.groups[0], NULL, &other, 1), 0);
	routes_changed(change);
	assert_false(rerouted(change, out));
	assert_true(rerouted(change, twin_of(change, out)));
	assert_true(rerouted(change, in));
	assert_false(rerouted(change, twin_of(change, in)));
}

static void
another_kind_of_route_neither(void **state)
{
	const route_target targets[] = { route_target_make(ROUTE_UNREACHABLE, 0),
					 route_target_make(ROUTE_CONNECTED, 0),
					 route_target_make(ROUTE_VIP, TWO),
					 route_target_make(ROUTE_LOCAL, 0) };
	struct route_change there = { CLIENT, 32, 0, 0 };
	const struct route_change gone = { CLIENT, 32, 1, 0 };
	struct change *change = *state;
	struct flow *out = session_open(change, outbound(IPPROTO_TCP));

	routes_changed(change);
	for (size_t i = 0; i < RTE_DIM(targets); i++) {
		there.target = targets[i];
		world_fabric_change(&change->after, &there, 1);
		assert_false(rerouted(change, out));
		world_fabric_change(&change->after, &gone, 1);
	}
	assert_true(rerouted(change, out));
}

/* On the link of an interface, the destination is its own next hop. */
static void
neighbours_on_a_link_are_their_own_next_hops(void **state)
{
	const uint32_t neighbor = IP4(198, 51, 100, 77);
	struct change *change = *state;
	struct flow *out =
		session_open(change, world_key(APP, IPPROTO_UDP, HOST, 5000, neighbor, 53));

	expect_adjacency(change, out->egress, 0, neighbor);
	routes_changed(change);
	assert_true(rerouted(change, out));
}

static void
what_else_has_changed_is_decided(void **state)
{
	struct change *change = *state;
	struct flow *out = session_open(change, outbound(IPPROTO_TCP));

	change->worker->snapshot = &change->after.snapshot; /* a policy's */
	assert_false(rerouted(change, out));
	assert_false(rerouted(change, twin_of(change, out)));
}

static void
what_is_not_sent_is_decided(void **state)
{
	struct change *change = *state;
	struct flow *out = session_open(change, outbound(IPPROTO_TCP));

	session_clear_egress(change->worker, out);
	out->egress = EGRESS_DROP | DROP_no_route;
	routes_changed(change);
	assert_false(rerouted(change, out));
}

/* Many to one group of two next hops, whose shares change: from inside, and answers to outside. */
static void
next_hops_are_those_of_a_decision(void **state)
{
	const struct ecmp_member members[] = { { 0, 1 }, { 1, 3 } };
	struct change *change = *state;
	const uint32_t remote = IP4(203, 0, 113, 9);
	unsigned int renewed = 0;

	assert_int_equal(ecmp_group_build(&change->after.groups[1], NULL, members, 2), 0);
	for (uint16_t i = 0; i < SESSIONS; i++) {
		struct flow_key key =
			i % 2 == 0 ? outbound(IPPROTO_UDP) : inbound(IPPROTO_TCP, 443);
		struct flow *flow;
		struct decision decision;
		uint32_t index;
		bool same;

		if (i % 2 == 0) {
			key.destination = rte_cpu_to_be_32(remote);
			key.destination_port = rte_cpu_to_be_16(i);
		} else {
			key.source = rte_cpu_to_be_32(remote);
			key.source_port = rte_cpu_to_be_16(i);
		}
		change->worker->snapshot = &change->before.snapshot;
		flow = session_open(change, key);
		routes_changed(change);
		flow = i % 2 == 0 ? flow : twin_of(change, flow);
		index = (uint32_t)(flow - change->worker->sessions.flows.flows);
		session_decide_again(change->worker, &index, &decision, 1);
		same = session_leads_to(change->worker, flow,
					i % 2 == 0 ? &decision.forward : &decision.reverse);
		assert_int_equal(rerouted(change, flow), same);
		renewed += same;
	}
	assert_in_range(renewed, SESSIONS / 4, SESSIONS - SESSIONS / 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CHANGE(flows_that_lead_where_they_led_are_renewed),
		WITH_CHANGE(another_next_hop_is_no_place_that_it_led_to),
		WITH_CHANGE(another_kind_of_route_neither),
		WITH_CHANGE(neighbours_on_a_link_are_their_own_next_hops),
		WITH_CHANGE(what_else_has_changed_is_decided),
		WITH_CHANGE(what_is_not_sent_is_decided),
		WITH_CHANGE(next_hops_are_those_of_a_decision),
	};

	test_eal_start("512");
	return cmocka_run_group_tests(tests, fabric_setup, fabric_teardown);
}
