/* SPDX-License-Identifier: BSD-3-Clause */
#include "deciding.h"

#define HOST      IP4(10, 0, 1, 4)
#define DATA_HOST IP4(10, 0, 2, 9)

static struct decision
decide_tcp(const struct world *world, uint16_t zone, uint32_t source, uint32_t destination)
{
	return world_decide(world, world_key(zone, IPPROTO_TCP, source, 5000, destination, 443));
}

static void
destinations_without_a_way_are_dropped(void **state)
{
	static const struct {
		uint32_t destination;
		enum drop_reason reason;
	} cases[] = {
		{ IP4(10, 0, 4, 4), DROP_subnet_missing },
		{ IP4(10, 0, 1, 64), DROP_subnet_missing },
		{ IP4(10, 0, 1, 0), DROP_ip_broadcast },
		{ IP4(10, 0, 1, 63), DROP_ip_broadcast },
		{ IP4(10, 0, 2, 255), DROP_ip_broadcast },
		{ IP4(10, 1, 0, 0), DROP_route_none },
		{ IP4(172, 31, 255, 255), DROP_route_none },
		{ IP4(192, 168, 1, 1), DROP_route_none },
		{ IP4(100, 64, 0, 1), DROP_route_none },
		{ IP4(192, 0, 2, 9), DROP_no_route },
		{ IP4(198, 51, 100, 255), DROP_ip_broadcast },
	};
	struct world *world = *state;
	struct decision decision;

	for (size_t i = 0; i < RTE_DIM(cases); i++) {
		decision = decide_tcp(world, APP, HOST, cases[i].destination);
		expect_drop(&decision, cases[i].reason);
	}
	world_route(world, APP, IP4(93, 0, 0, 0), 8,
		    (struct subnet_route){ .kind = SUBNET_ROUTE_GATEWAY });
	decision = decide_tcp(world, APP, HOST, CLIENT);
	expect_drop(&decision, DROP_route_gateway_missing);
	world_route(world, APP, IP4(93, 184, 0, 0), 16,
		    (struct subnet_route){ .kind = SUBNET_ROUTE_NONE });
	decision = decide_tcp(world, APP, HOST, CLIENT);
	expect_drop(&decision, DROP_route_none);
	assert_int_equal(decision.route, ROUTES_MADE + 1);

	/* No routes at all. */
	world->routes[APP].interval_count = 0;
	world_routes_build(world, APP);
	decision = decide_tcp(world, APP, HOST, CLIENT);
	expect_drop(&decision, DROP_route_missing);
	assert_int_equal(decision.route, SUBNET_ROUTE_MISSING);
}

static void
neighbours_in_the_network_keep_the_source(void **state)
{
	struct world *world = *state;
	struct decision decision = decide_tcp(world, APP, HOST, DATA_HOST);

	expect_tuple(&decision, HOST, 5000, DATA_HOST, 443);
	assert_false(decision.snat);
	assert_int_equal(decision.outbound_vip, VIP_NONE);
	assert_int_equal(decision.inbound_vip, VIP_NONE);
	assert_int_equal(decision.outbound_zone, APP);
	assert_int_equal(decision.inbound_zone, DATA);
	assert_int_equal(decision.egress_zone, DATA);
	assert_int_equal(decision.route, DATA);
	assert_int_equal(decision.reverse_route, APP);
	expect_egress(&decision.forward, DATA, DATA_HOST);
	expect_egress(&decision.reverse, APP, HOST);

	/* Both ends on one link. */
	decision = decide_tcp(world, APP, HOST, IP4(10, 0, 1, 9));
	expect_tuple(&decision, HOST, 5000, IP4(10, 0, 1, 9), 443);
	assert_int_equal(decision.egress_zone, APP);
	expect_egress(&decision.forward, APP, IP4(10, 0, 1, 9));
	expect_egress(&decision.reverse, APP, HOST);

	/* The same addresses in another network are other hosts. */
	decision = decide_tcp(world, TEST, HOST, IP4(10, 0, 1, 9));
	expect_tuple(&decision, HOST, 5000, IP4(10, 0, 1, 9), 443);
	assert_int_equal(decision.egress_zone, TEST);
	expect_egress(&decision.forward, TEST, IP4(10, 0, 1, 9));
	expect_egress(&decision.reverse, TEST, HOST);
	decision = decide_tcp(world, TEST, HOST, DATA_HOST);
	expect_drop(&decision, DROP_subnet_missing);
}

static void
esp_and_ah_stay_in_the_network(void **state)
{
	static const uint8_t protocols[] = { IPPROTO_ESP, IPPROTO_AH };
	struct world *world = *state;

	for (size_t i = 0; i < RTE_DIM(protocols); i++) {
		struct decision decision =
			world_decide(world, world_key(APP, protocols[i], HOST, 0, DATA_HOST, 0));

		expect_tuple(&decision, HOST, 0, DATA_HOST, 0);
		expect_egress(&decision.forward, DATA, DATA_HOST);
		decision = world_decide(world, world_key(APP, protocols[i], HOST, 0, CLIENT, 0));
		expect_drop(&decision, DROP_protocol_not_translatable);
		decision =
			world_decide(world, world_key(APP, protocols[i], HOST, 0, ADDRESS_TWO, 0));
		expect_drop(&decision, DROP_vip_rule_missing);
	}
}

static void
the_internet_is_reached_by_the_fabric(void **state)
{
	struct world *world = *state;
	struct decision decision = decide_tcp(world, APP, HOST, CLIENT);

	expect_tuple(&decision, ADDRESS_ONE, 5000, CLIENT, 443);
	assert_int_equal(decision.egress_zone, ZONE_FABRIC);
	assert_int_equal(decision.inbound_zone, ZONE_FABRIC);
	assert_int_equal(decision.route, TO_INTERNET);
	assert_int_equal(decision.reverse_route, SUBNET_ROUTE_MISSING);
	assert_int_equal(decision.fabric_target, 0x1000000); /* group 0 */
	expect_egress(&decision.forward, 0, ROUTER);
	expect_egress(&decision.reverse, APP, HOST);

	/* On the fabric's own link. */
	decision = decide_tcp(world, APP, HOST, IP4(198, 51, 100, 77));
	expect_tuple(&decision, ADDRESS_ONE, 5000, IP4(198, 51, 100, 77), 443);
	assert_int_equal(decision.fabric_target, 0x2000000);
	expect_egress(&decision.forward, 0, IP4(198, 51, 100, 77));
}

/* The hash sees the packet as the fabric path would: equal next hops, whoever sends it. */
static void
equal_next_hops_are_chosen_by_flow(void **state)
{
	struct world *world = *state;
	unsigned int second = 0;

	for (uint16_t port = 1; port <= 1000; port++) {
		struct flow_key key =
			world_key(APP, IPPROTO_UDP, HOST, port, IP4(203, 0, 113, 9), 53);
		struct decision inside = world_decide(world, key);
		struct decision outside;

		key.zone = ZONE_FABRIC;
		outside = world_decide(world, key);
		assert_int_equal(inside.verdict, VERDICT_SESSION);
		assert_int_equal(outside.verdict, VERDICT_FABRIC);
		assert_int_equal(inside.forward.address, outside.forward.address);
		if (rte_be_to_cpu_32(inside.forward.address) == ROUTER_B)
			second++;
		else
			assert_int_equal(rte_be_to_cpu_32(inside.forward.address), ROUTER);
	}
	assert_in_range(second, 400, 600);
}

/* Replies of an inbound session take the next hop that a packet from the VIP would take. */
static void
replies_from_a_vip_are_spread_too(void **state)
{
	struct world *world = *state;
	unsigned int second = 0;

	for (uint16_t port = 1; port <= 1000; port++) {
		struct decision decision =
			world_decide(world, world_key(ZONE_FABRIC, IPPROTO_TCP, IP4(203, 0, 113, 9),
						      port, ADDRESS_ONE, 443));
		struct decision reply =
			world_decide(world, world_key(ZONE_FABRIC, IPPROTO_TCP, ADDRESS_ONE, 443,
						      IP4(203, 0, 113, 9), port));

		assert_int_equal(reply.verdict, VERDICT_FABRIC);
		assert_int_equal(decision.reverse.address, reply.forward.address);
		second += rte_be_to_cpu_32(decision.reverse.address) == ROUTER_B;
	}
	assert_in_range(second, 400, 600);
}

static void
replies_to_nowhere_are_dropped(void **state)
{
	struct world *world = *state;
	struct decision decision = decide_tcp(world, ZONE_FABRIC, IP4(192, 0, 2, 9), ADDRESS_ONE);

	assert_int_equal(decision.verdict, VERDICT_SESSION);
	assert_int_equal(decision.reverse.interface, INTERFACE_NONE);
	assert_int_equal(decision.reverse.reason, DROP_session_reverse_unroutable);

	decision = decide_tcp(world, ZONE_FABRIC, IP4(198, 51, 100, 77), ADDRESS_ONE);
	expect_egress(&decision.reverse, 0, IP4(198, 51, 100, 77));

	/* DATA can not answer APP. */
	world->routes[DATA].items[APP].kind = SUBNET_ROUTE_NONE;
	decision = decide_tcp(world, APP, HOST, DATA_HOST);
	expect_egress(&decision.forward, DATA, DATA_HOST);
	assert_int_equal(decision.reverse.interface, INTERFACE_NONE);
	assert_int_equal(decision.reverse.reason, DROP_session_reverse_unroutable);
}

/* 0/0 to an appliance: nothing is translated, and no VIP is hairpinned. */
static void
an_appliance_takes_packets_as_they_are(void **state)
{
	static const uint32_t destinations[] = { CLIENT, ADDRESS_ONE, ADDRESS_TWO, ADDRESS_THREE,
						 IP4(198, 51, 100, 2) };
	struct world *world = *state;

	world->routes[DATA].items[TO_INTERNET] = world_to_appliance();
	for (size_t i = 0; i < RTE_DIM(destinations); i++) {
		struct decision decision = decide_tcp(world, DATA, DATA_HOST, destinations[i]);

		expect_tuple(&decision, DATA_HOST, 5000, destinations[i], 443);
		assert_false(decision.snat);
		assert_int_equal(decision.inbound_vip, VIP_NONE);
		assert_int_equal(decision.egress_zone, FIREWALL);
		assert_int_equal(decision.inbound_zone, FIREWALL);
		assert_int_equal(decision.route, TO_INTERNET);
		expect_egress(&decision.forward, FIREWALL, APPLIANCE);
		assert_int_equal(decision.reverse_route, DATA);
		expect_egress(&decision.reverse, DATA, DATA_HOST);
	}
}

/* It sends them on unchanged: it is the sender, its block is used, and it gets the replies. */
static void
a_transparent_appliance_is_found(void **state)
{
	struct world *world = *state;
	struct decision decision;

	world->routes[DATA].items[TO_INTERNET] = world_to_appliance();
	decision = decide_tcp(world, FIREWALL, DATA_HOST, CLIENT);
	expect_tuple(&decision, ADDRESS_ONE, 5000, CLIENT, 443);
	assert_true(decision.snat);
	assert_int_equal(decision.first_unit, 59); /* of 10.0.3.4, the first usable address */
	expect_egress(&decision.forward, 0, ROUTER);
	expect_egress(&decision.reverse, FIREWALL, APPLIANCE);

	/* Its own calls. */
	decision = decide_tcp(world, FIREWALL, APPLIANCE, CLIENT);
	assert_int_equal(decision.first_unit, 59);
	expect_egress(&decision.reverse, FIREWALL, APPLIANCE);

	/* To another environment: replies come back by the appliance as well. */
	decision = decide_tcp(world, FIREWALL, DATA_HOST, ADDRESS_TWO);
	expect_tuple(&decision, ADDRESS_ONE, 5000, HOST, 443);
	expect_egress(&decision.forward, TEST, HOST);
	expect_egress(&decision.reverse, FIREWALL, APPLIANCE);
}

/* Whose packets they are that leave the subnet of an appliance can not be told. */
static void
other_forwarded_packets_have_no_block(void **state)
{
	struct world *world = *state;
	struct decision decision;

	/* DATA does not send to the Internet by the appliance. */
	decision = decide_tcp(world, FIREWALL, DATA_HOST, CLIENT);
	expect_drop(&decision, DROP_snat_block_missing);
	/* It does, but only elsewhere. */
	world_route(world, DATA, IP4(8, 0, 0, 0), 8, world_to_appliance());
	decision = decide_tcp(world, FIREWALL, DATA_HOST, CLIENT);
	expect_drop(&decision, DROP_snat_block_missing);
	decision = decide_tcp(world, FIREWALL, DATA_HOST, IP4(8, 8, 8, 8));
	expect_egress(&decision.reverse, FIREWALL, APPLIANCE);
	/* No host of the network. */
	decision = decide_tcp(world, FIREWALL, IP4(9, 9, 9, 9), CLIENT);
	expect_drop(&decision, DROP_snat_block_missing);
	/* By an appliance, but in another subnet, be there ports for any sender or not. */
	world->subnets[APP].ip_forwarding = true;
	world->vips[ONE].snat.on_demand = true;
	decision = decide_tcp(world, APP, DATA_HOST, IP4(8, 8, 8, 8));
	expect_drop(&decision, DROP_snat_block_missing);
}

/* APP sends to DATA by the appliance, DATA answers as its own routes say. */
static void
replies_follow_the_routes_of_their_subnet(void **state)
{
	struct world *world = *state;
	struct decision decision;

	world->routes[APP].items[DATA] = world_to_appliance();
	decision = decide_tcp(world, APP, HOST, DATA_HOST);
	expect_tuple(&decision, HOST, 5000, DATA_HOST, 443);
	assert_int_equal(decision.egress_zone, FIREWALL);
	expect_egress(&decision.forward, FIREWALL, APPLIANCE);
	expect_egress(&decision.reverse, APP, HOST);

	/* The appliance hands it on. */
	decision = decide_tcp(world, FIREWALL, HOST, DATA_HOST);
	expect_tuple(&decision, HOST, 5000, DATA_HOST, 443);
	assert_int_equal(decision.egress_zone, DATA);
	expect_egress(&decision.forward, DATA, DATA_HOST);
	expect_egress(&decision.reverse, APP, HOST);
	assert_int_equal(decision.reverse_route, APP);

	/* In both directions. */
	world->routes[DATA].items[APP] = world_to_appliance();
	decision = decide_tcp(world, FIREWALL, HOST, DATA_HOST);
	expect_egress(&decision.forward, DATA, DATA_HOST);
	expect_egress(&decision.reverse, FIREWALL, APPLIANCE);

	/* In this direction only. */
	world->routes[APP].items[DATA] =
		(struct subnet_route){ SUBNET_ROUTE_SUBNET, DATA, 0, 0, 0 };
	decision = decide_tcp(world, APP, HOST, DATA_HOST);
	expect_egress(&decision.forward, DATA, DATA_HOST);
	assert_int_equal(decision.egress_zone, DATA);
	expect_egress(&decision.reverse, FIREWALL, APPLIANCE);

	/* Whoever may not send for others may not reply for them. */
	world->routes[APP].items[DATA] = world_to_appliance();
	world->subnets[FIREWALL].ip_forwarding = false;
	decision = decide_tcp(world, APP, HOST, DATA_HOST);
	assert_int_equal(decision.reverse.interface, INTERFACE_NONE);
	assert_int_equal(decision.reverse.reason, DROP_source_spoofed);
	decision = decide_tcp(world, APP, HOST, APPLIANCE);
	expect_egress(&decision.reverse, APP, HOST);
}

/* The session decides: 0/0 to an appliance does not catch the replies of inbound sessions. */
static void
replies_of_inbound_sessions_ignore_forced_tunnelling(void **state)
{
	struct world *world = *state;
	struct decision decision;

	world->routes[APP].items[TO_INTERNET] = world_to_appliance();
	decision = decide_tcp(world, ZONE_FABRIC, CLIENT, ADDRESS_ONE);
	assert_int_equal(decision.verdict, VERDICT_SESSION);
	assert_int_equal(decision.egress_zone, APP);
	expect_egress(&decision.reverse, 0, ROUTER);
	assert_int_equal(decision.reverse_route, SUBNET_ROUTE_MISSING);
}

/* From VIP to VIP: in one network, in two with the same addresses, and back to the caller's own. */
static void
calls_between_environments_stay_inside(void **state)
{
	struct world *world = *state;
	struct decision decision;

	decision = decide_tcp(world, APP, HOST, ADDRESS_TWO);
	expect_tuple(&decision, ADDRESS_ONE, 5000, HOST, 443);
	assert_true(decision.snat);
	assert_int_equal(decision.outbound_vip, ONE);
	assert_int_equal(decision.inbound_vip, TWO);
	assert_int_equal(decision.inbound_rule, 200);
	assert_int_equal(decision.outbound_zone, APP);
	assert_int_equal(decision.inbound_zone, TEST);
	assert_int_equal(decision.egress_zone, TEST);
	assert_int_equal(decision.fabric_target, 0x4000001);
	expect_egress(&decision.forward, TEST, HOST);
	expect_egress(&decision.reverse, APP, HOST);

	world_rule(world, ONE, IPPROTO_TCP, 8443, 8443, 443, DATA, DATA_HOST, 0);
	decision = world_decide(world, world_key(APP, IPPROTO_TCP, HOST, 5000, ADDRESS_ONE, 8443));
	expect_tuple(&decision, ADDRESS_ONE, 5000, DATA_HOST, 443);
	assert_int_equal(decision.egress_zone, DATA);
	expect_egress(&decision.forward, DATA, DATA_HOST);
	expect_egress(&decision.reverse, APP, HOST);

	/* The host itself is the only backend. */
	decision = world_decide(world, world_key(APP, IPPROTO_TCP, HOST, 5000, ADDRESS_ONE, 10001));
	expect_tuple(&decision, ADDRESS_ONE, 5000, HOST, 20001);
	expect_egress(&decision.forward, APP, HOST);
	expect_egress(&decision.reverse, APP, HOST);

	/* Who has no VIP can not call one. */
	decision = decide_tcp(world, DATA, DATA_HOST, ADDRESS_TWO);
	expect_drop(&decision, DROP_outbound_vip_missing);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WORLD(destinations_without_a_way_are_dropped),
		WITH_WORLD(replies_to_nowhere_are_dropped),
		WITH_WORLD(other_forwarded_packets_have_no_block),
		WITH_WORLD(neighbours_in_the_network_keep_the_source),
		WITH_WORLD(esp_and_ah_stay_in_the_network),
		WITH_WORLD(the_internet_is_reached_by_the_fabric),
		WITH_WORLD(equal_next_hops_are_chosen_by_flow),
		WITH_WORLD(replies_from_a_vip_are_spread_too),
		WITH_WORLD(an_appliance_takes_packets_as_they_are),
		WITH_WORLD(a_transparent_appliance_is_found),
		WITH_WORLD(replies_follow_the_routes_of_their_subnet),
		WITH_WORLD(replies_of_inbound_sessions_ignore_forced_tunnelling),
		WITH_WORLD(calls_between_environments_stay_inside),
	};

	test_eal_start("512");
	return cmocka_run_group_tests(tests, fabric_setup, fabric_teardown);
}
