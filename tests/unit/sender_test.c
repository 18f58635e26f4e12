/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/sender.h"

#include "deciding.h"

#define HOST      IP4(10, 0, 1, 4)
#define DATA_HOST IP4(10, 0, 2, 9)

static uint32_t
sender_of(const struct world *world, uint16_t zone, uint32_t source, uint32_t destination)
{
	struct flow_key key = world_key(zone, IPPROTO_TCP, source, 5000, destination, 443);

	return rte_be_to_cpu_32(sender_find(&world->snapshot, &key));
}

/* Whose subnet's route names nobody there has no sender. */
static void
strangers_are_unknown(void **state)
{
	struct world *world = *state;

	assert_int_equal(sender_of(world, FIREWALL, CLIENT, CLIENT), 0);
	assert_int_equal(sender_of(world, FIREWALL, IP4(10, 0, 9, 9), CLIENT), 0);
	assert_int_equal(sender_of(world, FIREWALL, DATA_HOST, CLIENT), 0);
	world_route(world, DATA, 0, 0, world_to_appliance());
	assert_int_equal(sender_of(world, APP, DATA_HOST, CLIENT), 0);
}

static void
hosts_send_for_themselves(void **state)
{
	struct world *world = *state;

	assert_int_equal(sender_of(world, APP, HOST, CLIENT), HOST);
	assert_int_equal(sender_of(world, FIREWALL, APPLIANCE, CLIENT), APPLIANCE);
	world_route(world, APP, 0, 0, world_to_appliance());
	assert_int_equal(sender_of(world, APP, HOST, CLIENT), HOST);
}

static void
an_appliance_sends_for_those_whose_route_names_it(void **state)
{
	struct world *world = *state;

	world_route(world, DATA, CLIENT, 32, world_to_appliance());
	assert_int_equal(sender_of(world, FIREWALL, DATA_HOST, CLIENT), APPLIANCE);
	assert_int_equal(sender_of(world, FIREWALL, DATA_HOST, CLIENT + 1), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WORLD(strangers_are_unknown),
		WITH_WORLD(hosts_send_for_themselves),
		WITH_WORLD(an_appliance_sends_for_those_whose_route_names_it),
	};

	test_eal_start("512");
	return cmocka_run_group_tests(tests, fabric_setup, fabric_teardown);
}
