/* SPDX-License-Identifier: BSD-3-Clause */
#include "deciding.h"

#define HOST IP4(10, 0, 1, 4)

static void
packets_of_no_subnet_are_dropped(void **state)
{
	struct world *world = *state;
	struct decision decision;

	decision = world_decide(world, world_key(ZONES, IPPROTO_TCP, HOST, 5000, CLIENT, 443));
	expect_drop(&decision, DROP_subnet_missing);
	decision = world_decide(world, world_key(UINT16_MAX, IPPROTO_TCP, HOST, 5000, CLIENT, 443));
	expect_drop(&decision, DROP_subnet_missing);
	world->snapshot.subnet_count = DATA;
	decision = world_decide(world,
				world_key(DATA, IPPROTO_TCP, IP4(10, 0, 2, 9), 5000, CLIENT, 443));
	expect_drop(&decision, DROP_subnet_missing);
	world->subnets[APP].present = false;
	decision = world_decide(world, world_key(APP, IPPROTO_TCP, HOST, 5000, CLIENT, 443));
	expect_drop(&decision, DROP_subnet_missing);
}

static void
sources_are_of_the_subnet(void **state)
{
	static const uint32_t strangers[] = {
		IP4(10, 0, 0, 255), IP4(10, 0, 1, 64), IP4(10, 0, 2, 9),
		IP4(10, 0, 3, 4),   IP4(8, 8, 8, 8),   ADDRESS_ONE,
	};
	static const uint8_t reserved[] = { 0, 1, 2, 3, 63 };
	struct world *world = *state;
	struct decision decision;

	for (size_t i = 0; i < RTE_DIM(strangers); i++) {
		decision = world_decide(world, world_key(APP, IPPROTO_UDP, strangers[i], 1,
							 IP4(10, 0, 2, 9), 2));
		expect_drop(&decision, DROP_source_spoofed);
	}
	/* Not even the gateway itself is asked, nor is the protocol. */
	decision = world_decide(world, world_key(APP, IPPROTO_ICMP, IP4(8, 8, 8, 8), 1,
						 IP4(10, 0, 1, 1), 0));
	expect_drop(&decision, DROP_source_spoofed);
	decision = world_decide(world, world_key(APP, IPPROTO_GRE, IP4(8, 8, 8, 8), 0,
						 IP4(10, 0, 2, 9), 0));
	expect_drop(&decision, DROP_source_spoofed);

	/* Five of its addresses are no host's, and .1 is the gateway's. */
	for (size_t i = 0; i < RTE_DIM(reserved); i++) {
		decision =
			world_decide(world, world_key(APP, IPPROTO_UDP, IP4(10, 0, 1, reserved[i]),
						      1, IP4(10, 0, 2, 9), 2));
		expect_drop(&decision, DROP_ip_source_martian);
	}

	world->subnets[APP].ip_forwarding = true;
	decision = world_decide(world, world_key(APP, IPPROTO_UDP, IP4(8, 8, 8, 8), 1,
						 IP4(10, 0, 2, 9), 2));
	expect_tuple(&decision, IP4(8, 8, 8, 8), 1, IP4(10, 0, 2, 9), 2);
}

static void
other_protocols_have_no_sessions(void **state)
{
	static const uint8_t others[] = { 0, 2, 4, 41, IPPROTO_GRE, 58, 132, 255 };
	struct world *world = *state;
	struct decision decision;

	for (size_t i = 0; i < RTE_DIM(others); i++) {
		decision = world_decide(world,
					world_key(APP, others[i], HOST, 0, IP4(10, 0, 2, 9), 0));
		expect_drop(&decision, DROP_protocol_unsupported);
		decision = world_decide(world, world_key(APP, others[i], HOST, 0, ADDRESS_TWO, 0));
		expect_drop(&decision, DROP_protocol_unsupported);
		decision = world_decide(world, world_key(ZONE_FABRIC, others[i], CLIENT, 0,
							 ADDRESS_ONE, 0));
		expect_drop(&decision, DROP_vip_rule_missing);
	}
}

static void
echo_replies_make_no_session(void **state)
{
	static const uint32_t destinations[] = { IP4(10, 0, 1, 9), IP4(10, 0, 2, 9), CLIENT,
						 ADDRESS_ONE, ADDRESS_TWO };
	struct world *world = *state;
	struct flow_key zero = world_key(APP, IPPROTO_ICMP, HOST, 0, CLIENT, 0);
	struct decision decision;

	for (size_t i = 0; i < RTE_DIM(destinations); i++) {
		decision = world_decide(world,
					world_key(APP, IPPROTO_ICMP, HOST, 0, destinations[i], 77));
		expect_drop(&decision, DROP_icmp_unsupported);
	}
	decision = world_decide(world,
				world_key(ZONE_FABRIC, IPPROTO_ICMP, CLIENT, 0, ADDRESS_ONE, 77));
	expect_drop(&decision, DROP_vip_session_missing);

	/* Identifier 0 leaves no port to tell it by. */
	zero.family |= FLOW_FAMILY_ECHO_REPLY;
	decision = world_decide(world, zero);
	expect_drop(&decision, DROP_icmp_unsupported);
	zero = world_key(ZONE_FABRIC, IPPROTO_ICMP, CLIENT, 0, ADDRESS_ONE, 0);
	zero.family |= FLOW_FAMILY_ECHO_REPLY;
	decision = world_decide(world, zero);
	expect_drop(&decision, DROP_vip_session_missing);
}

/* Which of the gateway's addresses are its own, and whether a group is asked first. */
static void
own_addresses_are_local(void **state)
{
	static const struct {
		uint16_t zone;
		uint32_t source, destination;
		bool guarded;
	} cases[] = {
		{ APP, HOST, IP4(10, 0, 1, 1), false },
		{ APP, HOST, IP4(10, 0, 2, 1), false },
		{ TEST, HOST, IP4(10, 0, 1, 1), false },
		{ APP, HOST, IP4(198, 51, 100, 2), true },
		{ APP, HOST, ADDRESS_ONE, true },
		{ APP, HOST, ADDRESS_TWO, true },
		{ DATA, IP4(10, 0, 2, 9), ADDRESS_ONE, true },
		{ ZONE_FABRIC, CLIENT, IP4(198, 51, 100, 2), false },
		{ ZONE_FABRIC, CLIENT, ADDRESS_ONE, false },
	};
	struct world *world = *state;
	const struct security_policy *nothing = world_policy(world, NULL, 0);

	for (unsigned int guard = 0; guard < 2; guard++) {
		for (size_t i = 0; i < RTE_DIM(cases); i++) {
			struct decision decision = world_decide(
				world, world_key(cases[i].zone, IPPROTO_ICMP, cases[i].source, 9,
						 cases[i].destination, 0));

			if (guard == 1 && cases[i].guarded)
				expect_drop(&decision, DROP_security_outbound);
			else
				assert_int_equal(decision.verdict, VERDICT_LOCAL);
		}
		for (uint16_t zone = APP; zone < ZONES; zone++)
			world->subnets[zone].inbound = world->subnets[zone].outbound = nothing;
	}
}

/* Another subnet's gateway address is another network's host, and the Internet's for TEST. */
static void
own_addresses_are_of_their_network(void **state)
{
	struct decision decision =
		world_decide(*state, world_key(TEST, IPPROTO_ICMP, HOST, 9, IP4(10, 0, 2, 1), 0));

	expect_drop(&decision, DROP_subnet_missing);
}

static void
other_packets_of_the_fabric_need_no_session(void **state)
{
	struct world *world = *state;
	struct decision decision;

	decision = world_decide(world,
				world_key(ZONE_FABRIC, IPPROTO_GRE, CLIENT, 0, IP4(8, 8, 8, 8), 0));
	assert_int_equal(decision.verdict, VERDICT_FABRIC);
	assert_int_equal(decision.fabric_target, 0x1000000);
	expect_egress(&decision.forward, 0, ROUTER);

	decision = world_decide(world, world_key(ZONE_FABRIC, IPPROTO_UDP, CLIENT, 1,
						 IP4(198, 51, 100, 77), 2));
	assert_int_equal(decision.verdict, VERDICT_FABRIC);
	assert_int_equal(decision.fabric_target, 0x2000000);
	expect_egress(&decision.forward, 0, IP4(198, 51, 100, 77));

	decision = world_decide(world, world_key(ZONE_FABRIC, IPPROTO_UDP, CLIENT, 1,
						 IP4(198, 51, 100, 255), 2));
	expect_drop(&decision, DROP_ip_broadcast);
	decision = world_decide(world, world_key(ZONE_FABRIC, IPPROTO_UDP, CLIENT, 1,
						 IP4(192, 0, 2, 9), 2));
	expect_drop(&decision, DROP_no_route);
	/* The networks' addresses mean nothing there. */
	decision = world_decide(world, world_key(ZONE_FABRIC, IPPROTO_UDP, CLIENT, 1, HOST, 2));
	assert_int_equal(decision.verdict, VERDICT_FABRIC);
	expect_egress(&decision.forward, 0, ROUTER);
}

/* A session that exists is as a rule not asked again: the groups let it pass, the rest is looked
 * up. */
static void
established_sessions_pass_their_groups(void **state)
{
	struct world *world = *state;
	struct security_policy *outbound = world_policy(world, NULL, 0);
	struct security_policy *inbound = world_policy(world, NULL, 0);
	struct decide_request request = {
		.key = world_key(APP, IPPROTO_TCP, HOST, 5000, IP4(10, 0, 2, 9), 80),
		.established = true,
		.outbound_vip = VIP_NONE,
	};
	struct decision decision;

	world->subnets[APP].outbound = outbound;
	world->subnets[DATA].inbound = inbound;
	decide(&world->snapshot, &request, &decision, 1);
	expect_tuple(&decision, HOST, 5000, IP4(10, 0, 2, 9), 80);

	inbound->reevaluate = true;
	decide(&world->snapshot, &request, &decision, 1);
	expect_drop(&decision, DROP_security_inbound);
	inbound->reevaluate = false;
	outbound->reevaluate = true;
	decide(&world->snapshot, &request, &decision, 1);
	expect_drop(&decision, DROP_security_outbound);

	/* A first packet is asked whatever the group says. */
	outbound->reevaluate = false;
	request.established = false;
	decide(&world->snapshot, &request, &decision, 1);
	expect_drop(&decision, DROP_security_outbound);
}

/* The groups that passed a session before still say how long it may be idle. */
static void
established_sessions_keep_their_idle_time(void **state)
{
	struct world *world = *state;
	struct security_policy *outbound = world_policy(world, NULL, 0);
	struct security_policy *inbound = world_policy(world, NULL, 0);
	struct decide_request request = {
		.key = world_key(APP, IPPROTO_TCP, HOST, 5000, IP4(10, 0, 2, 9), 80),
		.established = true,
		.outbound_vip = VIP_NONE,
	};
	struct decision decision;

	world->subnets[DATA].inbound = inbound;
	inbound->flow_timeout = 2000;
	decide(&world->snapshot, &request, &decision, 1);
	assert_int_equal(decision.idle_timeout, 2000);
	world->subnets[APP].outbound = outbound;
	decide(&world->snapshot, &request, &decision, 1);
	assert_int_equal(decision.idle_timeout, 2000);
	outbound->flow_timeout = 1000;
	decide(&world->snapshot, &request, &decision, 1);
	assert_int_equal(decision.idle_timeout, 1000);
}

static uint32_t
random_address(uint16_t zone)
{
	static const uint32_t outside[] = { CLIENT, IP4(203, 0, 113, 9), IP4(192, 0, 2, 9),
					    IP4(198, 51, 100, 7) };
	static const uint32_t prefixes[ZONES] = { 0, IP4(10, 0, 1, 0), IP4(10, 0, 2, 0),
						  IP4(10, 0, 3, 0), IP4(10, 0, 1, 0) };

	if (zone == ZONE_FABRIC || rand() % 16 == 0)
		return outside[rand() % 4];
	return prefixes[zone] + (uint32_t)rand() % 72;
}

static struct decide_request
random_request(void)
{
	static const uint8_t protocols[] = { IPPROTO_TCP,  IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDP,
					     IPPROTO_ICMP, IPPROTO_ESP, IPPROTO_GRE };
	static const uint16_t ports[] = { 0, 53, 80, 81, 443, 1024, 10001, 10007, 10020, 10021 };
	static const uint32_t vips[] = { ADDRESS_ONE, ADDRESS_TWO, ADDRESS_THREE };
	uint16_t zone = (uint16_t)(rand() % ZONES);
	uint32_t destination = random_address((uint16_t)(rand() % ZONES));
	struct decide_request request = { .outbound_vip = VIP_NONE };

	if (rand() % (zone == ZONE_FABRIC ? 2 : 4) == 0)
		destination = vips[rand() % 3];
	request.key = world_key(zone, protocols[rand() % 7], random_address(zone),
				(uint16_t)(rand() % 4 * 7000), destination, ports[rand() % 10]);
	if (rand() % 4 == 0) {
		request.established = true;
		request.backend = rte_cpu_to_be_32(IP4(10, 0, 1, 4 + (uint32_t)rand() % 3));
		request.outbound_vip = (uint16_t)(rand() % 2);
	}
	return request;
}

static void
expect_same_egress(const struct egress *a, const struct egress *b)
{
	assert_int_equal(a->interface, b->interface);
	assert_int_equal(a->reason, b->reason);
	assert_int_equal(a->address, b->address);
}

static void
expect_same(const struct decision *a, const struct decision *b)
{
	assert_int_equal(a->verdict, b->verdict);
	assert_int_equal(a->reason, b->reason);
	assert_int_equal(a->snat, b->snat);
	assert_int_equal(a->reply_refreshes, b->reply_refreshes);
	assert_int_equal(a->backend_removed, b->backend_removed);
	assert_int_equal(a->source, b->source);
	assert_int_equal(a->destination, b->destination);
	assert_int_equal(a->source_port, b->source_port);
	assert_int_equal(a->destination_port, b->destination_port);
	assert_int_equal(a->egress_zone, b->egress_zone);
	assert_int_equal(a->idle_timeout, b->idle_timeout);
	assert_int_equal(a->drain_timeout, b->drain_timeout);
	expect_same_egress(&a->forward, &b->forward);
	expect_same_egress(&a->reverse, &b->reverse);
	assert_int_equal(a->outbound_vip, b->outbound_vip);
	assert_int_equal(a->first_unit, b->first_unit);
	assert_int_equal(a->unit_count, b->unit_count);
	assert_int_equal(a->inbound_vip, b->inbound_vip);
	assert_int_equal(a->inbound_rule, b->inbound_rule);
	assert_int_equal(a->outbound_zone, b->outbound_zone);
	assert_int_equal(a->outbound_rule, b->outbound_rule);
	assert_int_equal(a->inbound_zone, b->inbound_zone);
	assert_int_equal(a->inbound_rule_index, b->inbound_rule_index);
	assert_int_equal(a->route, b->route);
	assert_int_equal(a->reverse_route, b->reverse_route);
	assert_int_equal(a->fabric_target, b->fabric_target);
}

static void
a_burst_is_decided_as_single_packets_are(void **state)
{
	struct world *world = *state;
	const struct world_spec open[] = {
		{ .allow = true, .source = ANYWHERE, .destination = ANYWHERE }
	};
	const struct world_spec web[] = {
		{ .allow = false,
		  .protocol = IPPROTO_UDP,
		  .source = ANYWHERE,
		  .destination = ANYWHERE },
		{ .allow = true,
		  .source = ANYWHERE,
		  .destination = ANYWHERE,
		  .ports = { 80, 443 } },
	};
	struct security_policy *shared = world_policy(world, open, 1);
	struct security_policy *strict = world_policy(world, web, 2);
	unsigned int verdicts[4] = { 0 }, reasons[DROP_REASON_COUNT] = { 0 }, kinds = 0;

	world->subnets[APP].outbound = world->subnets[APP].inbound = shared;
	world->subnets[FIREWALL].outbound = shared;
	world->subnets[DATA].outbound = world_policy(world, web, 2);
	world->subnets[DATA].inbound = strict;
	strict->reevaluate = true;
	world->routes[DATA].items[TO_INTERNET] = world_to_appliance();
	srand(3);
	for (unsigned int round = 0; round < 2000; round++) {
		struct decide_request requests[DECIDE_BURST];
		struct decision burst[DECIDE_BURST], single;
		unsigned int n = 1 + (unsigned int)rand() % DECIDE_BURST;

		memset(burst, 0xa5, sizeof(burst));
		for (unsigned int i = 0; i < n; i++)
			requests[i] = random_request();
		decide(&world->snapshot, requests, burst, n);
		for (unsigned int i = 0; i < n; i++) {
			memset(&single, 0x5a, sizeof(single));
			decide(&world->snapshot, &requests[i], &single, 1);
			expect_same(&single, &burst[i]);
			verdicts[single.verdict]++;
			reasons[single.reason]++;
		}
	}
	/* All sorts of packets were among them. */
	for (unsigned int i = 0; i < RTE_DIM(verdicts); i++)
		assert_in_range(verdicts[i], 100, UINT32_MAX);
	for (unsigned int i = 0; i < DROP_REASON_COUNT; i++)
		kinds += reasons[i] > 0;
	assert_in_range(kinds, 15, DROP_REASON_COUNT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WORLD(packets_of_no_subnet_are_dropped),
		WITH_WORLD(sources_are_of_the_subnet),
		WITH_WORLD(other_protocols_have_no_sessions),
		WITH_WORLD(echo_replies_make_no_session),
		WITH_WORLD(own_addresses_are_local),
		WITH_WORLD(own_addresses_are_of_their_network),
		WITH_WORLD(other_packets_of_the_fabric_need_no_session),
		WITH_WORLD(established_sessions_pass_their_groups),
		WITH_WORLD(established_sessions_keep_their_idle_time),
		WITH_WORLD(a_burst_is_decided_as_single_packets_are),
	};

	test_eal_start("512");
	return cmocka_run_group_tests(tests, fabric_setup, fabric_teardown);
}
