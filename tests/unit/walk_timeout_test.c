/* SPDX-License-Identifier: BSD-3-Clause */
#include "deciding.h"

#define HOST      IP4(10, 0, 1, 4)
#define DATA_HOST IP4(10, 0, 2, 9)

/* The rule's for inbound, the VIP's for outbound, then the first group's, then the default. */
static void
timeouts_have_an_order(void **state)
{
	static const struct {
		uint16_t zone;
		uint8_t protocol;
		uint32_t destination;
		uint16_t timeouts[3]; /* without groups; with APP's; with APP's and DATA's */
		bool reply_refreshes;
	} cases[] = {
		{ ZONE_FABRIC, IPPROTO_TCP, ADDRESS_ONE, { 300, 300, 300 }, true },
		{ APP, IPPROTO_TCP, CLIENT, { 500, 500, 500 }, true },
		{ APP, IPPROTO_UDP, CLIENT, { 501, 501, 501 }, false },
		{ APP, IPPROTO_ICMP, CLIENT, { 51, 51, 51 }, false },
		{ APP, IPPROTO_TCP, ADDRESS_TWO, { 300, 300, 300 }, true },
		{ APP, IPPROTO_TCP, DATA_HOST, { 240, 1000, 1000 }, true },
		{ APP, IPPROTO_UDP, DATA_HOST, { 240, 1000, 1000 }, true },
		{ APP, IPPROTO_ESP, DATA_HOST, { 240, 1000, 1000 }, true },
		{ APP, IPPROTO_ICMP, DATA_HOST, { 60, 1000, 1000 }, true },
		{ FIREWALL, IPPROTO_TCP, DATA_HOST, { 240, 240, 2000 }, true },
	};
	static const uint32_t sources[ZONES] = { CLIENT, HOST, DATA_HOST, APPLIANCE, HOST };
	struct world *world = *state;
	const struct world_spec open[] = {
		{ .allow = true, .source = ANYWHERE, .destination = ANYWHERE }
	};
	struct security_policy *app = world_policy(world, open, 1);
	struct security_policy *data = world_policy(world, open, 1);

	app->flow_timeout = 1000;
	data->flow_timeout = 2000;
	for (unsigned int groups = 0; groups < 3; groups++) {
		if (groups >= 1)
			world->subnets[APP].outbound = world->subnets[APP].inbound = app;
		if (groups >= 2)
			world->subnets[DATA].inbound = data;
		for (size_t i = 0; i < RTE_DIM(cases); i++) {
			bool ports = cases[i].protocol != IPPROTO_ESP;
			bool echo = cases[i].protocol == IPPROTO_ICMP;
			struct decision decision = world_decide(
				world, world_key(cases[i].zone, cases[i].protocol,
						 sources[cases[i].zone], ports ? 5000 : 0,
						 cases[i].destination, ports && !echo ? 443 : 0));

			assert_int_equal(decision.verdict, VERDICT_SESSION);
			assert_int_equal(decision.idle_timeout, cases[i].timeouts[groups]);
			assert_int_equal(decision.reply_refreshes, cases[i].reply_refreshes);
		}
	}
}

/*
 * RFC 4787 REQ-6: what comes by a mapping does not keep UDP alive, what its host answers does; from
 * another host it is sent by a mapping as well.
 */
static void
mappings_are_refreshed_from_inside(void **state)
{
	static const struct {
		uint8_t protocol;
		uint16_t zone;
		uint32_t source;
		uint16_t timeout;
		bool refreshes, reply_refreshes;
	} cases[] = {
		{ IPPROTO_UDP, ZONE_FABRIC, CLIENT, 501, false, true },
		{ IPPROTO_TCP, ZONE_FABRIC, CLIENT, 500, true, true },
		{ IPPROTO_UDP, TEST, HOST, 501, true, true },
	};
	struct world *world = *state;

	world->vips[ONE].rfc = true;
	world->pools[ONE].hosts[0] = HOST;
	for (size_t i = 0; i < RTE_DIM(cases); i++) {
		const struct decide_request request = {
			.key = world_key(cases[i].zone, cases[i].protocol, cases[i].source, 99,
					 ADDRESS_ONE, 1030),
			.outbound_vip = VIP_NONE,
			.mapped_address = RTE_BE32(HOST),
			.mapped_port = RTE_BE16(5000),
		};
		struct decision decision;

		decide(&world->snapshot, &request, &decision, 1);
		assert_int_equal(decision.verdict, VERDICT_SESSION);
		assert_true(decision.mapped_in);
		assert_int_equal(decision.idle_timeout, cases[i].timeout);
		assert_int_equal(decision.refreshes, cases[i].refreshes);
		assert_int_equal(decision.reply_refreshes, cases[i].reply_refreshes);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WORLD(timeouts_have_an_order),
		WITH_WORLD(mappings_are_refreshed_from_inside),
	};

	test_eal_start("512");
	return cmocka_run_group_tests(tests, fabric_setup, fabric_teardown);
}
