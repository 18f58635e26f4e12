/* SPDX-License-Identifier: BSD-3-Clause */
#include "deciding.h"

#define HOST      IP4(10, 0, 1, 4)
#define DATA_HOST IP4(10, 0, 2, 9)

static struct decision
decide_tcp(const struct world *world, uint16_t zone, uint32_t source, uint32_t destination,
	   uint16_t port)
{
	return world_decide(world, world_key(zone, IPPROTO_TCP, source, 5000, destination, port));
}

/* Never sent untranslated: without a VIP, or without a block, the packet is dropped. */
static void
who_has_no_ports_reaches_no_internet(void **state)
{
	struct world *world = *state;
	struct decision decision;

	decision = decide_tcp(world, DATA, DATA_HOST, CLIENT, 443);
	expect_drop(&decision, DROP_outbound_vip_missing);
	assert_false(decision.snat);
	/* The VIP has no block for this host, and none for who has no place on it. */
	world->pools[ONE].starts[2] = 0;
	decision = decide_tcp(world, APP, IP4(10, 0, 1, 6), CLIENT, 443);
	expect_drop(&decision, DROP_snat_block_missing);
	decision = decide_tcp(world, APP, IP4(10, 0, 1, 7), CLIENT, 443);
	assert_int_equal(decision.verdict, VERDICT_SESSION);
	world->pools[ONE].hosts[3] = 0;
	decision = decide_tcp(world, APP, IP4(10, 0, 1, 7), CLIENT, 443);
	expect_drop(&decision, DROP_snat_block_missing);
	world->vips[ONE].snat.host_count = 2;
	decision = decide_tcp(world, APP, IP4(10, 0, 1, 8), CLIENT, 443);
	expect_drop(&decision, DROP_snat_block_missing);
	decision = decide_tcp(world, APP, IP4(10, 0, 1, 5), CLIENT, 443);
	assert_int_equal(decision.verdict, VERDICT_SESSION);
}

static void
blocks_follow_the_hosts_places(void **state)
{
	static const struct {
		uint16_t zone;
		uint32_t host;
		uint16_t vip;
		uint32_t unit;
	} cases[] = {
		{ APP, IP4(10, 0, 1, 4), ONE, 0 },        { APP, IP4(10, 0, 1, 5), ONE, 1 },
		{ APP, IP4(10, 0, 1, 62), ONE, 58 },      { FIREWALL, IP4(10, 0, 3, 4), ONE, 59 },
		{ FIREWALL, IP4(10, 0, 3, 14), ONE, 69 }, { TEST, IP4(10, 0, 1, 62), TWO, 58 },
	};
	struct world *world = *state;

	for (size_t i = 0; i < RTE_DIM(cases); i++) {
		struct decision decision =
			decide_tcp(world, cases[i].zone, cases[i].host, CLIENT, 443);

		assert_true(decision.snat);
		assert_int_equal(decision.outbound_vip, cases[i].vip);
		assert_int_equal(decision.first_unit, cases[i].unit);
		assert_int_equal(decision.unit_count, 1);
		expect_tuple(&decision, cases[i].vip == ONE ? ADDRESS_ONE : ADDRESS_TWO, 5000,
			     CLIENT, 443);
	}
}

static void
on_demand_all_hosts_draw_from_all(void **state)
{
	struct world *world = *state;
	struct decision decision;

	world->subnets[DATA].vip_count = 1;
	world->subnets[DATA].vips[0].vip = THREE;
	decision = decide_tcp(world, DATA, IP4(10, 0, 2, 254), CLIENT, 443);
	expect_tuple(&decision, ADDRESS_THREE, 5000, CLIENT, 443);
	assert_int_equal(decision.first_unit, 0);
	assert_int_equal(decision.unit_count, 3);
	decision = world_decide(world, world_key(DATA, IPPROTO_ICMP, DATA_HOST, 77, CLIENT, 0));
	expect_tuple(&decision, ADDRESS_THREE, 77, CLIENT, 0);
	assert_true(decision.snat);
}

/* RFC 4787 REQ-2: a host keeps its VIP, whatever it calls; the hosts share them all. */
static void
one_host_keeps_one_vip(void **state)
{
	struct world *world = *state;
	unsigned int hosts[VIPS_MADE] = { 0 };

	world->subnets[DATA].vip_count = 3;
	for (uint16_t vip = 0; vip < VIPS_MADE; vip++) {
		world->subnets[DATA].vips[vip].vip = vip;
		world->vips[vip].snat.on_demand = true;
		world->vips[vip].snat.host_count = WORLD_HOSTS;
	}
	for (uint32_t host = IP4(10, 0, 2, 4); host < IP4(10, 0, 2, 255); host++) {
		uint16_t vip = decide_tcp(world, DATA, host, CLIENT, 443).outbound_vip;

		assert_in_range(vip, 0, VIPS_MADE - 1);
		hosts[vip]++;
		assert_int_equal(decide_tcp(world, DATA, host, CLIENT, 80).outbound_vip, vip);
		assert_int_equal(decide_tcp(world, DATA, host, ROUTER, 443).outbound_vip, vip);
		assert_int_equal(decide_tcp(world, DATA, host, ADDRESS_TWO, 443).outbound_vip, vip);
	}
	/* 251 hosts. */
	assert_int_equal(hosts[0], 84);
	assert_int_equal(hosts[1], 84);
	assert_int_equal(hosts[2], 83);
}

/*
 * A host that has sessions by one of its subnet's VIPs gets no other, whatever its place says. Its
 * sessions keep the VIP that they have, and end when the subnet has it no more.
 */
static void
rfc4787_req2_paired_pooling(void **state)
{
	struct world *world = *state;
	struct decide_request request = {
		.key = world_key(APP, IPPROTO_TCP, HOST, 5000, CLIENT, 443),
	};
	struct decision decision;

	world->subnets[APP].vip_count = 2;
	world->subnets[APP].vips[1] = (struct subnet_outbound){ THREE, 0 };
	for (unsigned int i = 0; i < 4; i++) {
		request.established = i >= 2;
		request.outbound_vip = world->subnets[APP].vips[i % 2].vip;
		decide(&world->snapshot, &request, &decision, 1);
		assert_int_equal(decision.verdict, VERDICT_SESSION);
		assert_int_equal(decision.outbound_vip, request.outbound_vip);
		assert_int_equal(decision.remembered, i % 2 == 1);
	}
	request.outbound_vip = TWO;
	decide(&world->snapshot, &request, &decision, 1);
	expect_drop(&decision, DROP_outbound_vip_missing);
	request.established = false;
	decide(&world->snapshot, &request, &decision, 1);
	assert_int_equal(decision.verdict, VERDICT_SESSION);
	assert_int_equal(decision.outbound_vip, ONE);
}

static void
ports_without_a_rule_are_dropped(void **state)
{
	static const struct {
		uint8_t protocol;
		uint16_t port;
		enum drop_reason reason;
	} cases[] = {
		{ IPPROTO_TCP, 0, DROP_vip_rule_missing },
		{ IPPROTO_TCP, 80, DROP_vip_rule_missing },
		{ IPPROTO_UDP, 443, DROP_vip_rule_missing },
		{ IPPROTO_TCP, 53, DROP_vip_rule_missing },
		{ IPPROTO_TCP, 1023, DROP_vip_rule_missing },
		{ IPPROTO_ESP, 0, DROP_vip_rule_missing },
		{ IPPROTO_TCP, 1024, DROP_vip_session_missing },
		{ IPPROTO_UDP, 5503, DROP_vip_session_missing },
		{ IPPROTO_TCP, 5504, DROP_vip_rule_missing },  /* behind the last block */
		{ IPPROTO_TCP, 10000, DROP_vip_rule_missing }, /* beside a rule, in its chunk */
		{ IPPROTO_TCP, 10021, DROP_vip_rule_missing },
		{ IPPROTO_UDP, 10001, DROP_vip_rule_missing },
		{ IPPROTO_UDP, 65535, DROP_vip_rule_missing },
		{ IPPROTO_TCP, 81, DROP_vip_backend_missing },
	};
	struct world *world = *state;

	for (size_t i = 0; i < RTE_DIM(cases); i++) {
		struct decision decision =
			world_decide(world, world_key(ZONE_FABRIC, cases[i].protocol, CLIENT, 5000,
						      ADDRESS_ONE, cases[i].port));

		expect_drop(&decision, cases[i].reason);
		/* From another environment too. */
		decision = world_decide(world, world_key(TEST, cases[i].protocol, HOST, 5000,
							 ADDRESS_ONE, cases[i].port));
		expect_drop(&decision, cases[i].reason);
	}
}

static void
inbound_sessions_reach_a_backend(void **state)
{
	struct world *world = *state;
	struct decision decision = decide_tcp(world, ZONE_FABRIC, CLIENT, ADDRESS_ONE, 10001);

	expect_tuple(&decision, CLIENT, 5000, HOST, 20001);
	assert_false(decision.snat);
	assert_int_equal(decision.outbound_vip, VIP_NONE);
	assert_int_equal(decision.inbound_vip, ONE);
	assert_int_equal(decision.inbound_rule, 101);
	assert_int_equal(decision.egress_zone, APP);
	assert_int_equal(decision.idle_timeout, 300);
	assert_false(decision.backend_removed);
	expect_egress(&decision.forward, APP, HOST);
	expect_egress(&decision.reverse, 0, ROUTER);

	decision = decide_tcp(world, ZONE_FABRIC, CLIENT, ADDRESS_ONE, 10020);
	expect_tuple(&decision, CLIENT, 5000, HOST, 20020);
	decision = world_decide(world,
				world_key(ZONE_FABRIC, IPPROTO_UDP, CLIENT, 5000, ADDRESS_ONE, 53));
	expect_tuple(&decision, CLIENT, 5000, IP4(10, 0, 1, 5), 5353);
	assert_int_equal(decision.inbound_rule, 102);
	/* The same backend address in another network. */
	decision = decide_tcp(world, ZONE_FABRIC, CLIENT, ADDRESS_TWO, 443);
	expect_tuple(&decision, CLIENT, 5000, HOST, 443);
	assert_int_equal(decision.egress_zone, TEST);
	expect_egress(&decision.forward, TEST, HOST);
}

/* A ping of a VIP goes to a backend where a rule says so, and keeps its identifier. */
static void
pings_go_to_the_backends_of_their_rule(void **state)
{
	struct world *world = *state;
	struct flow_key ping = world_key(ZONE_FABRIC, IPPROTO_ICMP, CLIENT, 77, ADDRESS_ONE, 0);
	struct decision decision = world_decide(world, ping);

	assert_int_equal(decision.verdict, VERDICT_LOCAL);
	world_rule(world, ONE, IPPROTO_ICMP, 0, 0, 0, APP, HOST, 0);
	decision = world_decide(world, ping);
	expect_tuple(&decision, CLIENT, 77, HOST, 0);
	assert_int_equal(decision.inbound_vip, ONE);
	assert_int_equal(decision.idle_timeout, 300);
	expect_egress(&decision.forward, APP, HOST);
	/* A reply without its request starts nothing. */
	ping.family |= FLOW_FAMILY_ECHO_REPLY;
	decision = world_decide(world, ping);
	expect_drop(&decision, DROP_vip_session_missing);
}

/* What a distribution looks at moves clients between the two backends, and nothing else does. */
static void
distributions_look_at_what_they_name(void **state)
{
	static const struct {
		uint8_t hash;
		bool by_port, by_address;
	} cases[] = {
		{ BACKEND_HASH_FIVE_TUPLE, true, true },
		{ BACKEND_HASH_SOURCE_PROTOCOL, false, true },
		{ BACKEND_HASH_SOURCE, false, true },
	};
	struct world *world = *state;

	for (size_t i = 0; i < RTE_DIM(cases); i++) {
		unsigned int ports = 0, addresses = 0;

		world->inbound[ONE].rules[0].hash = cases[i].hash;
		for (uint16_t n = 1; n <= 1000; n++) {
			struct decision port =
				world_decide(world, world_key(ZONE_FABRIC, IPPROTO_TCP, CLIENT, n,
							      ADDRESS_ONE, 443));
			struct decision address =
				decide_tcp(world, ZONE_FABRIC, CLIENT + n, ADDRESS_ONE, 443);

			ports += rte_be_to_cpu_32(port.destination) == HOST;
			addresses += rte_be_to_cpu_32(address.destination) == HOST;
		}
		assert_in_range(addresses, 425, 575);
		if (cases[i].by_port)
			assert_in_range(ports, 425, 575);
		else
			assert_true(ports == 0 || ports == 1000);
	}
}

/* With `source`, TCP and UDP of a client reach one backend; with the protocol they need not. */
static void
the_protocol_counts_where_it_is_named(void **state)
{
	struct world *world = *state;
	size_t udp = world_rule(world, ONE, IPPROTO_UDP, 443, 443, 443, APP, HOST, HOST + 1);

	for (uint8_t hash = BACKEND_HASH_SOURCE_PROTOCOL; hash <= BACKEND_HASH_SOURCE; hash++) {
		unsigned int differ = 0;

		world->inbound[ONE].rules[0].hash = hash;
		world->inbound[ONE].rules[udp].hash = hash;
		for (uint32_t client = CLIENT; client < CLIENT + 200; client++) {
			struct decision tcp =
				decide_tcp(world, ZONE_FABRIC, client, ADDRESS_ONE, 443);
			struct decision other =
				world_decide(world, world_key(ZONE_FABRIC, IPPROTO_UDP, client, 7,
							      ADDRESS_ONE, 443));

			differ += tcp.destination != other.destination;
		}
		if (hash == BACKEND_HASH_SOURCE)
			assert_int_equal(differ, 0);
		else
			assert_in_range(differ, 50, 150);
	}
}

static void
a_session_keeps_its_backend(void **state)
{
	struct world *world = *state;
	struct decide_request request = {
		.key = world_key(ZONE_FABRIC, IPPROTO_TCP, CLIENT, 5000, ADDRESS_ONE, 443),
		.established = true,
		.outbound_vip = VIP_NONE,
	};
	struct decision decision;

	for (uint32_t backend = HOST; backend <= HOST + 1; backend++) {
		request.backend = rte_cpu_to_be_32(backend);
		decide(&world->snapshot, &request, &decision, 1);
		expect_tuple(&decision, CLIENT, 5000, backend, 443);
		assert_false(decision.backend_removed);
	}
	/* It was one of the rule's, and is still in the network. */
	request.backend = rte_cpu_to_be_32(DATA_HOST);
	decide(&world->snapshot, &request, &decision, 1);
	expect_tuple(&decision, CLIENT, 5000, DATA_HOST, 443);
	assert_true(decision.backend_removed);
	assert_int_equal(decision.drain_timeout, 120);
	assert_int_equal(decision.egress_zone, DATA);
	expect_egress(&decision.forward, DATA, DATA_HOST);
	/* A new one can not have it. */
	request.established = false;
	decide(&world->snapshot, &request, &decision, 1);
	assert_in_range(rte_be_to_cpu_32(decision.destination), HOST, HOST + 1);
	assert_false(decision.backend_removed);
	/* All of them were taken out. */
	request.established = true;
	world->inbound[ONE].rules[0].backend_count = 0;
	world->inbound[ONE].rules[0].healthy_count = 0;
	world_inbound_build(world, ONE);
	decide(&world->snapshot, &request, &decision, 1);
	expect_tuple(&decision, CLIENT, 5000, DATA_HOST, 443);
	assert_true(decision.backend_removed);
	/* Its subnet is gone. */
	request.backend = rte_cpu_to_be_32(IP4(10, 0, 4, 4));
	decide(&world->snapshot, &request, &decision, 1);
	expect_drop(&decision, DROP_vip_backend_missing);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WORLD(who_has_no_ports_reaches_no_internet),
		WITH_WORLD(ports_without_a_rule_are_dropped),
		WITH_WORLD(blocks_follow_the_hosts_places),
		WITH_WORLD(on_demand_all_hosts_draw_from_all),
		WITH_WORLD(one_host_keeps_one_vip),
		WITH_WORLD(rfc4787_req2_paired_pooling),
		WITH_WORLD(inbound_sessions_reach_a_backend),
		WITH_WORLD(pings_go_to_the_backends_of_their_rule),
		WITH_WORLD(distributions_look_at_what_they_name),
		WITH_WORLD(the_protocol_counts_where_it_is_named),
		WITH_WORLD(a_session_keeps_its_backend),
	};

	test_eal_start("512");
	return cmocka_run_group_tests(tests, fabric_setup, fabric_teardown);
}
