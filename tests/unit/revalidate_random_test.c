/* SPDX-License-Identifier: BSD-3-Clause */
#include "changing.h"

/* Entries are chained where they collide: moving some must not lose others. */
static void
moves_lose_no_session(void **state)
{
	enum {
		SESSIONS = 90
	};
	const struct subnet_route routes[] = { { .kind = SUBNET_ROUTE_SUBNET, .zone = DATA },
					       world_to_appliance() };
	struct change *change = *state;

	srand(5);
	for (uint16_t i = 0; i < SESSIONS; i++)
		session_open(change, world_key(APP, IPPROTO_TCP, HOST, i, DATA_HOST, 80));
	for (unsigned int round = 0; round < 2000; round++) {
		uint16_t port = (uint16_t)(rand() % SESSIONS);
		struct flow_key key = world_key(APP, IPPROTO_TCP, HOST, port, DATA_HOST, 80);
		const struct flow *flow;

		change->after.routes[APP].items[DATA] = routes[rand() % 2];
		flow = next_packet(change, key);
		assert_non_null(flow);
		assert_int_equal(twin_of(change, flow)->key.destination_port, key.source_port);
		assert_ptr_equal(flow_of(change, twin_of(change, flow)->key),
				 twin_of(change, flow));
	}
	for (uint16_t i = 0; i < SESSIONS; i++) {
		const struct flow *flow =
			flow_of(change, world_key(APP, IPPROTO_TCP, HOST, i, DATA_HOST, 80));

		assert_non_null(flow);
		session_end(change->worker, flow->session);
	}
	assert_int_equal(change->worker->sessions.flows.used, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CHANGE(moves_lose_no_session),
	};

	test_eal_start("512");
	return cmocka_run_group_tests(tests, fabric_setup, fabric_teardown);
}
