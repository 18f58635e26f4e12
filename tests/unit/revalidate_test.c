/* SPDX-License-Identifier: BSD-3-Clause */
#include "changing.h"

static void
nothing_changed(void **state)
{
	const struct flow_key keys[] = { inside(), outbound(IPPROTO_TCP), outbound(IPPROTO_ICMP),
					 inbound(IPPROTO_TCP, 10002), hairpin() };
	struct change *change = *state;

	for (size_t i = 0; i < RTE_DIM(keys); i++) {
		struct flow *flow, out, back;

		change->worker->snapshot = &change->before.snapshot;
		flow = session_open(change, keys[i]);
		out = *flow;
		back = *twin_of(change, flow);
		out.decided_from = back.decided_from = change->after.snapshot.decided_from;
		/* But for who owns its packets, which is forgotten. */
		flow->flags |= FLOW_OWN;
		twin_of(change, flow)->flags |= FLOW_OWN | FLOW_ASTRAY;
		/* A reply is as good as a packet of the first direction. */
		flow = next_packet(change, i % 2 == 0 ? keys[i] : back.key);
		assert_non_null(flow);
		assert_memory_equal(flow_of(change, keys[i]), &out, sizeof(out));
		assert_memory_equal(flow_of(change, back.key), &back, sizeof(back));
	}
}

/* What is decided at once comes into force one after the other. */
static void
sessions_of_a_burst_are_decided_at_once(void **state)
{
	const struct flow_key keys[] = { outbound(IPPROTO_TCP), inside(), outbound(IPPROTO_UDP) };
	struct change *change = *state;
	const uint32_t *removals = &change->worker->sessions.removals;
	struct decision decisions[RTE_DIM(keys)];
	uint32_t flows[RTE_DIM(keys)], before = *removals;

	for (size_t i = 0; i < RTE_DIM(keys); i++) {
		struct flow *flow = session_open(change, keys[i]);

		flows[i] = i % 2 == 0 ? flow->twin : twin_of(change, flow)->twin;
	}
	change->after.subnets[APP].vip_count = 0;
	change->worker->snapshot = &change->after.snapshot;
	session_decide_again(change->worker, flows, decisions, RTE_DIM(keys));
	assert_int_equal(change->worker->sessions.used, 3);
	session_settle_again(change->worker, flows[1], &decisions[1]);
	assert_int_equal(*removals, before);
	session_settle_again(change->worker, flows[0], &decisions[0]);
	session_settle_again(change->worker, flows[2], &decisions[2]);
	assert_int_equal(*removals, before + 2);
	assert_non_null(flow_of(change, keys[1]));
	assert_null(flow_of(change, keys[0]));
	assert_null(flow_of(change, keys[2]));
}

/* Of a session that is over, the entry that holds its port goes on to do so. */
static void
what_is_held_stays_held(void **state)
{
	struct change *change = *state;
	struct flow *out = session_open(change, outbound(IPPROTO_UDP));
	struct flow *back = twin_of(change, out);

	back->flags |= FLOW_OWN;
	change->before.snapshot.hold_downs.udp = 65;
	session_end(change->worker, back->session);
	assert_int_equal(back->egress, EGRESS_DROP | DROP_session_over);
	change->worker->snapshot = &change->after.snapshot;
	decide_again(change, back);
	assert_int_equal(back->egress, EGRESS_DROP | DROP_session_over);
	assert_int_equal(back->decided_from, change->after.snapshot.decided_from);
	assert_int_equal(back->flags & FLOW_OWN, 0);
	session_let_go(change->worker, back->session);
}

static void
groups_let_sessions_go_on(void **state)
{
	struct change *change = *state;
	struct security_policy *nothing = world_policy(&change->after, NULL, 0);

	nothing->flow_timeout = 777;
	for (uint16_t zone = APP; zone < ZONES; zone++)
		change->after.subnets[zone].inbound = change->after.subnets[zone].outbound =
			nothing;
	session_open(change, inside());
	session_open(change, inbound(IPPROTO_TCP, 443));
	assert_non_null(next_packet(change, inside()));
	assert_int_equal(session_of(change, flow_of(change, inside()))->idle_timeout, 777);
	assert_non_null(next_packet(change, inbound(IPPROTO_TCP, 443)));

	nothing->reevaluate = true;
	change_again(change);
	assert_null(next_packet(change, inside()));
	assert_null(next_packet(change, inbound(IPPROTO_TCP, 443)));
	assert_int_equal(change->worker->sessions.used, 0);
}

static void
next_hops_change_the_egress_alone(void **state)
{
	const struct ecmp_member other = { 1, 1 };
	struct change *change = *state;
	struct flow *flow = session_open(change, outbound(IPPROTO_TCP));
	rte_be16_t port = flow->source_port;

	expect_adjacency(change, flow->egress, 0, ROUTER);
	assert_int_equal(ecmp_group_build(&change->after.groups[0], NULL, &other, 1), 0);
	flow = next_packet(change, outbound(IPPROTO_TCP));
	assert_non_null(flow);
	expect_adjacency(change, flow->egress, 0, ROUTER_B);
	expect_adjacency(change, twin_of(change, flow)->egress, APP, HOST);
	assert_int_equal(rte_be_to_cpu_32(flow->source), ADDRESS_ONE);
	assert_int_equal(flow->source_port, port);

	/* Replies of an inbound session. */
	change->worker->snapshot = &change->before.snapshot;
	flow = session_open(change, inbound(IPPROTO_TCP, 443));
	expect_adjacency(change, twin_of(change, flow)->egress, 0, ROUTER);
	flow = next_packet(change, inbound(IPPROTO_TCP, 443));
	expect_adjacency(change, twin_of(change, flow)->egress, 0, ROUTER_B);
}

/* While the fabric has no route, its packets are dropped for that; with the route they go on. */
static void
a_route_that_is_lost_may_come_back(void **state)
{
	const struct route_change loss = { 0, 0, 1, 0 };
	const struct route_change back = { 0, 0, 0, route_target_make(ROUTE_GROUP, 0) };
	struct change *change = *state;
	struct flow *flow = session_open(change, outbound(IPPROTO_TCP));
	rte_be16_t port = flow->source_port;

	session_open(change, inbound(IPPROTO_TCP, 443));
	world_fabric_change(&change->after, &loss, 1);
	flow = next_packet(change, outbound(IPPROTO_TCP));
	assert_non_null(flow);
	assert_int_equal(flow->egress, EGRESS_DROP | DROP_no_route);
	expect_adjacency(change, twin_of(change, flow)->egress, APP, HOST);
	flow = next_packet(change, inbound(IPPROTO_TCP, 443));
	assert_non_null(flow);
	expect_adjacency(change, flow->egress, APP, rte_be_to_cpu_32(flow->destination));
	assert_int_equal(twin_of(change, flow)->egress,
			 EGRESS_DROP | DROP_session_reverse_unroutable);

	world_fabric_change(&change->after, &back, 1);
	change_again(change);
	flow = next_packet(change, outbound(IPPROTO_TCP));
	assert_non_null(flow);
	assert_int_equal(flow->source_port, port);
	expect_adjacency(change, flow->egress, 0, ROUTER);
	flow = next_packet(change, inbound(IPPROTO_TCP, 443));
	expect_adjacency(change, twin_of(change, flow)->egress, 0, ROUTER);
}

/* Replies come from where the route leads now: from the appliance's subnet, and back again. */
static void
a_new_route_moves_the_replies_zone(void **state)
{
	struct change *change = *state;
	struct flow_key reply = world_key(DATA, IPPROTO_TCP, DATA_HOST, 80, HOST, 5000);
	struct flow_key by_appliance = reply;
	struct flow *flow = session_open(change, inside());

	by_appliance.zone = FIREWALL;
	change->after.routes[APP].items[DATA] = world_to_appliance();
	assert_null(flow_of(change, by_appliance));
	assert_ptr_equal(flow_of(change, reply), twin_of(change, flow));
	flow = next_packet(change, inside());
	assert_non_null(flow);
	expect_adjacency(change, flow->egress, FIREWALL, APPLIANCE);
	assert_null(flow_of(change, reply));
	assert_ptr_equal(flow_of(change, by_appliance), twin_of(change, flow));
	assert_int_equal(twin_of(change, flow)->session, flow->session);
	expect_adjacency(change, twin_of(change, flow)->egress, APP, HOST);
	assert_int_equal(rte_be_to_cpu_32(twin_of(change, flow)->destination), HOST);

	change_again(change);
	change->after.routes[APP].items[DATA] = change->before.routes[APP].items[DATA];
	flow = next_packet(change, by_appliance);
	assert_null(flow); /* it has moved away from that key... */
	flow = flow_of(change, inside());
	assert_non_null(flow);
	assert_ptr_equal(flow_of(change, reply), twin_of(change, flow)); /* ...to this one */
}

static void
replies_whose_new_key_is_taken_end_the_session(void **state)
{
	struct change *change = *state;

	change->before.routes[FIREWALL].items[APP] = world_to_appliance();
	change->before.routes[FIREWALL].items[APP].zone = DATA;
	session_open(change, inside());
	session_open(change, world_key(FIREWALL, IPPROTO_TCP, DATA_HOST, 80, HOST, 5000));
	change->after.routes[APP].items[DATA] = world_to_appliance();
	assert_null(next_packet(change, inside()));
	assert_int_equal(change->worker->sessions.used, 1);
}

/* Only what was decided as translated may stay so, and nothing else becomes it. */
static void
translation_does_not_come_or_go(void **state)
{
	static const struct subnet_route routes[] = {
		{ .kind = SUBNET_ROUTE_NONE },
		{ .kind = SUBNET_ROUTE_GATEWAY },
		{ .kind = SUBNET_ROUTE_UNASSIGNED },
		{ .kind = SUBNET_ROUTE_SUBNET, .zone = DATA },
		{ .kind = SUBNET_ROUTE_APPLIANCE, .zone = FIREWALL },
	};
	struct change *change = *state;

	for (size_t i = 0; i < RTE_DIM(routes); i++) {
		change->worker->snapshot = &change->before.snapshot;
		session_open(change, outbound(IPPROTO_TCP));
		change->after.routes[APP].items[TO_INTERNET] = routes[i];
		assert_null(next_packet(change, outbound(IPPROTO_TCP)));
		assert_int_equal(change->worker->counters.snat_ports_returned, i + 1);
	}
	change->worker->snapshot = &change->before.snapshot;
	session_open(change, inside());
	change->after.routes[APP].items[DATA].kind = SUBNET_ROUTE_INTERNET;
	assert_null(next_packet(change, inside()));
}

/* Another outbound VIP takes new sessions; those that exist keep the one that they have. */
static void
outbound_vips_are_kept(void **state)
{
	struct change *change = *state;
	unsigned int moved = 0;

	change->after.subnets[APP].vip_count = 2;
	change->after.subnets[APP].vips[1] = (struct subnet_outbound){ THREE, 0 };
	for (uint32_t host = HOST; host < HOST + 20; host++) {
		struct flow_key key = world_key(APP, IPPROTO_UDP, host, 5000, CLIENT, 53);
		struct flow *flow;

		change->worker->snapshot = &change->before.snapshot;
		session_open(change, key);
		flow = next_packet(change, key);
		assert_non_null(flow);
		assert_int_equal(rte_be_to_cpu_32(flow->source), ADDRESS_ONE);
		moved += world_decide(&change->after, key).outbound_vip == THREE;
	}
	assert_in_range(moved, 4, 16);
}

/* 0/0 moved to an appliance. */
static void
forced_tunnelling_ends_what_was_translated(void **state)
{
	struct change *change = *state;
	struct flow *flow;

	session_open(change, outbound(IPPROTO_TCP));
	session_open(change, hairpin());
	session_open(change, inbound(IPPROTO_TCP, 443));
	change->after.routes[APP].items[TO_INTERNET] = world_to_appliance();
	assert_null(next_packet(change, outbound(IPPROTO_TCP)));
	assert_null(next_packet(change, hairpin()));
	flow = next_packet(change, inbound(IPPROTO_TCP, 443));
	assert_non_null(flow);
	expect_adjacency(change, twin_of(change, flow)->egress, 0, ROUTER);
}

static void
rules_that_are_removed_end_their_sessions(void **state)
{
	const struct flow_key key = inbound(IPPROTO_TCP, 10001);
	struct change *change = *state;
	struct world_inbound *rules = &change->after.inbound[ONE];

	/* Another rule has taken the port. */
	session_open(change, key);
	rules->rules[1].id = 999;
	assert_null(next_packet(change, key));
	rules->rules[1].id = 101;
	/* Its ports lead to others of the backend's. */
	change->worker->snapshot = &change->before.snapshot;
	session_open(change, key);
	rules->rules[1].backend_first_port++;
	assert_null(next_packet(change, key));
	rules->rules[1].backend_first_port--;
	/* It is gone. */
	change->worker->snapshot = &change->before.snapshot;
	session_open(change, key);
	rules->ports[1].first++;
	world_inbound_build(&change->after, ONE);
	assert_null(next_packet(change, key));
}

/* A VIP that moves to another network is another one; the same addresses there are not reached. */
static void
vips_that_are_moved_or_removed_end_their_sessions(void **state)
{
	const struct route_change move = { ADDRESS_ONE, 32, 0, route_target_make(ROUTE_VIP, TWO) };
	const struct route_change removal = { ADDRESS_ONE, 32, 1, 0 };
	const struct route_change back = { ADDRESS_ONE, 32, 0, route_target_make(ROUTE_VIP, ONE) };
	struct change *change = *state;

	session_open(change, inbound(IPPROTO_TCP, 443));
	session_open(change, outbound(IPPROTO_TCP));
	change->after.subnets[APP].vips[0].vip = THREE;
	world_fabric_change(&change->after, &move, 1);
	assert_null(next_packet(change, inbound(IPPROTO_TCP, 443)));
	assert_null(next_packet(change, outbound(IPPROTO_TCP)));

	world_fabric_change(&change->after, &back, 1);
	change->before.snapshot.fib = change->after.snapshot.fib;
	change->worker->snapshot = &change->before.snapshot;
	session_open(change, inbound(IPPROTO_TCP, 443));
	session_open(change, outbound(IPPROTO_UDP));
	change->after.subnets[APP].vip_count = 0;
	world_fabric_change(&change->after, &removal, 1);
	assert_null(next_packet(change, inbound(IPPROTO_TCP, 443)));
	assert_null(next_packet(change, outbound(IPPROTO_UDP)));
	world_fabric_change(&change->after, &back, 1);
}

/* The subnet of either end. */
static void
subnets_that_are_removed_end_their_sessions(void **state)
{
	struct change *change = *state;

	session_open(change, inside());
	session_open(change, inbound(IPPROTO_TCP, 443));
	session_open(change, outbound(IPPROTO_TCP));
	change->after.subnets[APP].present = false;
	change->after.inbound[ONE].rules[0].backend_count = 0;
	change->after.inbound[ONE].rules[0].healthy_count = 0;
	world_inbound_build(&change->after, ONE);
	interval_tree_free((struct interval_tree *)(uintptr_t)change->after.networks[0].zones);
	change->after.networks[0].zones = interval_tree_build(NULL, 0, ZONE_FABRIC);
	assert_null(next_packet(change, inside()));
	assert_null(next_packet(change, inbound(IPPROTO_TCP, 443)));
	assert_null(next_packet(change, outbound(IPPROTO_TCP)));

	change->worker->snapshot = &change->before.snapshot;
	change->after.subnets[APP].present = true;
	session_open(change, inside());
	change->after.routes[APP].items[DATA].kind = SUBNET_ROUTE_UNASSIGNED;
	assert_null(next_packet(change, inside()));
}

static void
forwarders_that_may_no_more_lose_their_sessions(void **state)
{
	const struct flow_key key = world_key(FIREWALL, IPPROTO_TCP, HOST, 5000, DATA_HOST, 80);
	struct change *change = *state;

	session_open(change, key);
	change->after.subnets[FIREWALL].ip_forwarding = false;
	assert_null(next_packet(change, key));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CHANGE(nothing_changed),
		WITH_CHANGE(sessions_of_a_burst_are_decided_at_once),
		WITH_CHANGE(what_is_held_stays_held),
		WITH_CHANGE(groups_let_sessions_go_on),
		WITH_CHANGE(next_hops_change_the_egress_alone),
		WITH_CHANGE(a_route_that_is_lost_may_come_back),
		WITH_CHANGE(a_new_route_moves_the_replies_zone),
		WITH_CHANGE(replies_whose_new_key_is_taken_end_the_session),
		WITH_CHANGE(translation_does_not_come_or_go),
		WITH_CHANGE(outbound_vips_are_kept),
		WITH_CHANGE(forced_tunnelling_ends_what_was_translated),
		WITH_CHANGE(rules_that_are_removed_end_their_sessions),
		WITH_CHANGE(vips_that_are_moved_or_removed_end_their_sessions),
		WITH_CHANGE(subnets_that_are_removed_end_their_sessions),
		WITH_CHANGE(forwarders_that_may_no_more_lose_their_sessions),
	};

	test_eal_start("512");
	return cmocka_run_group_tests(tests, fabric_setup, fabric_teardown);
}
