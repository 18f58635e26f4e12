/* SPDX-License-Identifier: BSD-3-Clause */
#include "deciding.h"

#define HOST      IP4(10, 0, 1, 4)
#define DATA_HOST IP4(10, 0, 2, 9)

/* A group that lets one source, destination and port range pass, as its second rule. */
static struct security_policy *
policy_only(struct world *world, struct security_address_range source,
	    struct security_address_range destination, uint16_t port)
{
	const struct world_spec specs[] = {
		{ .allow = false,
		  .protocol = IPPROTO_ESP,
		  .source = ANYWHERE,
		  .destination = ANYWHERE },
		{ .allow = true,
		  .source = source,
		  .destination = destination,
		  .ports = { port, port } },
		{ .allow = false, .source = ANYWHERE, .destination = ANYWHERE },
	};

	return world_policy(world, specs, RTE_DIM(specs));
}

static struct decision
decide_tcp(const struct world *world, uint16_t zone, uint32_t source, uint32_t destination,
	   uint16_t port)
{
	return world_decide(world, world_key(zone, IPPROTO_TCP, source, 5000, destination, port));
}

/* A group without a rule that matches, and one whose matching rule denies. */
static void
what_no_rule_allows_is_dropped(void **state)
{
	struct world *world = *state;
	struct decision decision;

	world->subnets[APP].outbound = world_policy(world, NULL, 0);
	decision = decide_tcp(world, APP, HOST, DATA_HOST, 80);
	expect_drop(&decision, DROP_security_outbound);
	assert_int_equal(decision.outbound_rule, SECURITY_NO_RULE);
	assert_int_equal(decision.outbound_zone, APP);

	world->subnets[APP].outbound = policy_only(world, ANYWHERE, ANYWHERE, 81);
	decision = decide_tcp(world, APP, HOST, DATA_HOST, 80);
	expect_drop(&decision, DROP_security_outbound);
	assert_int_equal(decision.outbound_rule, 2);
	assert_int_equal(decision.inbound_rule_index, SECURITY_NO_RULE);

	world->subnets[DATA].inbound = policy_only(world, ANYWHERE, ANYWHERE, 82);
	decision = decide_tcp(world, APP, HOST, DATA_HOST, 81);
	expect_drop(&decision, DROP_security_inbound);
	assert_int_equal(decision.outbound_rule, 1);
	assert_int_equal(decision.inbound_rule_index, 2);
	assert_int_equal(decision.inbound_zone, DATA);
}

/* Outbound of the first subnet, inbound of the second; never the other two. */
static void
each_subnet_asks_its_own_direction(void **state)
{
	struct world *world = *state;
	struct decision decision;

	world->subnets[APP].inbound = world_policy(world, NULL, 0);
	world->subnets[DATA].outbound = world_policy(world, NULL, 0);
	decision = decide_tcp(world, APP, HOST, DATA_HOST, 80);
	expect_tuple(&decision, HOST, 5000, DATA_HOST, 80);
	assert_int_equal(decision.outbound_rule, SECURITY_NO_RULE);
	assert_int_equal(decision.inbound_rule_index, SECURITY_NO_RULE);
	decision = decide_tcp(world, DATA, DATA_HOST, HOST, 80);
	expect_drop(&decision, DROP_security_outbound);

	/* Within one subnet both are its own. */
	decision = decide_tcp(world, APP, HOST, IP4(10, 0, 1, 9), 80);
	expect_drop(&decision, DROP_security_inbound);
	world->subnets[APP].inbound = policy_only(world, ONLY(HOST), ONLY(IP4(10, 0, 1, 9)), 80);
	world->subnets[APP].outbound = policy_only(world, ONLY(HOST), ONLY(IP4(10, 0, 1, 9)), 80);
	decision = decide_tcp(world, APP, HOST, IP4(10, 0, 1, 9), 80);
	expect_tuple(&decision, HOST, 5000, IP4(10, 0, 1, 9), 80);
	assert_int_equal(decision.outbound_rule, 1);
	assert_int_equal(decision.inbound_rule_index, 1);
}

/* The real client and the backend, with the backend's port. */
static void
inbound_groups_stand_behind_the_vip(void **state)
{
	struct world *world = *state;
	struct decision decision;

	world->subnets[APP].inbound = policy_only(world, ONLY(CLIENT), ONLY(HOST), 20003);
	decision = decide_tcp(world, ZONE_FABRIC, CLIENT, ADDRESS_ONE, 10003);
	expect_tuple(&decision, CLIENT, 5000, HOST, 20003);
	assert_int_equal(decision.inbound_rule_index, 1);
	assert_int_equal(decision.outbound_zone, ZONE_FABRIC);
	assert_int_equal(decision.outbound_rule, SECURITY_NO_RULE);
	decision = decide_tcp(world, ZONE_FABRIC, CLIENT + 1, ADDRESS_ONE, 10003);
	expect_drop(&decision, DROP_security_inbound);
	decision = decide_tcp(world, ZONE_FABRIC, CLIENT, ADDRESS_ONE, 10004);
	expect_drop(&decision, DROP_security_inbound);

	world->subnets[APP].inbound = policy_only(world, ONLY(CLIENT), ONLY(ADDRESS_ONE), 10003);
	decision = decide_tcp(world, ZONE_FABRIC, CLIENT, ADDRESS_ONE, 10003);
	expect_drop(&decision, DROP_security_inbound);
}

/* The private source and the destination as the host named it. */
static void
outbound_groups_stand_before_translation(void **state)
{
	struct world *world = *state;
	struct decision decision;

	world->subnets[APP].outbound = policy_only(world, ONLY(HOST), ONLY(CLIENT), 443);
	decision = decide_tcp(world, APP, HOST, CLIENT, 443);
	expect_tuple(&decision, ADDRESS_ONE, 5000, CLIENT, 443);
	decision = decide_tcp(world, APP, HOST + 1, CLIENT, 443);
	expect_drop(&decision, DROP_security_outbound);
	world->subnets[APP].outbound = policy_only(world, ONLY(ADDRESS_ONE), ONLY(CLIENT), 443);
	decision = decide_tcp(world, APP, HOST, CLIENT, 443);
	expect_drop(&decision, DROP_security_outbound);

	world->subnets[APP].outbound = policy_only(world, ONLY(HOST), ONLY(ADDRESS_TWO), 443);
	decision = decide_tcp(world, APP, HOST, ADDRESS_TWO, 443);
	expect_tuple(&decision, ADDRESS_ONE, 5000, HOST, 443);
	world->subnets[APP].outbound = policy_only(world, ONLY(HOST), ONLY(HOST), 443);
	decision = decide_tcp(world, APP, HOST, ADDRESS_TWO, 443);
	expect_drop(&decision, DROP_security_outbound);
}

/* The golden case: another environment is a stranger with the caller's VIP for an address. */
static void
a_called_environment_sees_the_callers_vip(void **state)
{
	static const struct security_address_range network = { IP4(10, 0, 0, 0),
							       IP4(10, 0, 255, 255) };
	struct world *world = *state;
	struct decision decision;

	world_rule(world, THREE, IPPROTO_TCP, 443, 443, 443, DATA, DATA_HOST, 0);
	world->subnets[DATA].inbound = policy_only(world, network, network, 443);
	world->subnets[TEST].inbound = world->subnets[DATA].inbound;
	decision = decide_tcp(world, APP, HOST, ADDRESS_THREE, 443);
	expect_drop(&decision, DROP_security_inbound);
	decision = decide_tcp(world, APP, HOST, ADDRESS_TWO, 443);
	expect_drop(&decision, DROP_security_inbound);

	world->subnets[DATA].inbound = policy_only(world, ONLY(ADDRESS_ONE), network, 443);
	world->subnets[TEST].inbound = world->subnets[DATA].inbound;
	decision = decide_tcp(world, APP, HOST, ADDRESS_THREE, 443);
	expect_tuple(&decision, ADDRESS_ONE, 5000, DATA_HOST, 443);
	decision = decide_tcp(world, APP, HOST, ADDRESS_TWO, 443);
	expect_tuple(&decision, ADDRESS_ONE, 5000, HOST, 443);
	assert_int_equal(decision.inbound_zone, TEST);
}

/* Addresses that groups trust are worth nothing to who comes from outside. */
static void
strangers_do_not_pass_for_insiders(void **state)
{
	static const struct {
		uint32_t source;
		bool inside;
	} cases[] = {
		{ DATA_HOST, true },
		{ IP4(10, 0, 1, 5), true },
		{ IP4(10, 0, 77, 7), true }, /* of no subnet, but VirtualNetwork has it */
		{ ADDRESS_ONE, true },
		{ ADDRESS_TWO, true },
		{ IP4(168, 63, 129, 16), true },
		{ IP4(198, 51, 100, 2), true },
		{ IP4(198, 51, 100, 255), true },
		{ IP4(10, 1, 0, 0), false },
		{ IP4(9, 255, 255, 255), false },
		{ IP4(168, 63, 129, 17), false },
		{ IP4(198, 51, 100, 3), false },
		{ IP4(192, 0, 2, 9), false },
	};
	struct world *world = *state;

	world->subnets[APP].inbound = policy_only(world, ANYWHERE, ANYWHERE, 443);
	for (size_t i = 0; i < RTE_DIM(cases); i++) {
		struct decision decision =
			decide_tcp(world, ZONE_FABRIC, cases[i].source, ADDRESS_ONE, 443);

		if (cases[i].inside)
			expect_drop(&decision, DROP_source_inside);
		else
			assert_int_equal(decision.verdict, VERDICT_SESSION);
	}
}

/* On its way to an appliance a packet meets the appliance's group, still with its own addresses. */
static void
an_appliances_group_sees_what_passes_it(void **state)
{
	struct world *world = *state;
	struct decision decision;

	world->routes[DATA].items[TO_INTERNET] = world_to_appliance();
	world->subnets[FIREWALL].inbound = policy_only(world, ONLY(DATA_HOST), ONLY(CLIENT), 443);
	world->subnets[FIREWALL].outbound = policy_only(world, ONLY(DATA_HOST), ONLY(CLIENT), 443);
	decision = decide_tcp(world, DATA, DATA_HOST, CLIENT, 443);
	expect_tuple(&decision, DATA_HOST, 5000, CLIENT, 443);
	decision = decide_tcp(world, DATA, DATA_HOST, CLIENT, 80);
	expect_drop(&decision, DROP_security_inbound);
	decision = decide_tcp(world, FIREWALL, DATA_HOST, CLIENT, 443);
	expect_tuple(&decision, ADDRESS_ONE, 5000, CLIENT, 443);
	decision = decide_tcp(world, FIREWALL, DATA_HOST, CLIENT, 80);
	expect_drop(&decision, DROP_security_outbound);
}

/* Protocols without ports match no rule that names ports. */
static void
echo_requests_match_by_protocol(void **state)
{
	struct world *world = *state;
	const struct world_spec ping[] = { { .allow = true,
					     .protocol = IPPROTO_ICMP,
					     .source = ANYWHERE,
					     .destination = ANYWHERE } };
	struct decision decision;

	world->subnets[APP].outbound = policy_only(world, ANYWHERE, ANYWHERE, 0x4d);
	decision = world_decide(world, world_key(APP, IPPROTO_ICMP, HOST, 0x4d, DATA_HOST, 0));
	expect_drop(&decision, DROP_security_outbound);
	world->subnets[APP].outbound = world_policy(world, ping, 1);
	decision = world_decide(world, world_key(APP, IPPROTO_ICMP, HOST, 0x4d, DATA_HOST, 0));
	expect_tuple(&decision, HOST, 0x4d, DATA_HOST, 0);
	decision = decide_tcp(world, APP, HOST, DATA_HOST, 80);
	expect_drop(&decision, DROP_security_outbound);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WORLD(what_no_rule_allows_is_dropped),
		WITH_WORLD(each_subnet_asks_its_own_direction),
		WITH_WORLD(strangers_do_not_pass_for_insiders),
		WITH_WORLD(inbound_groups_stand_behind_the_vip),
		WITH_WORLD(outbound_groups_stand_before_translation),
		WITH_WORLD(a_called_environment_sees_the_callers_vip),
		WITH_WORLD(an_appliances_group_sees_what_passes_it),
		WITH_WORLD(echo_requests_match_by_protocol),
	};

	test_eal_start("512");
	return cmocka_run_group_tests(tests, fabric_setup, fabric_teardown);
}
