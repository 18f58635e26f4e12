/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/snat_pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <rte_memory.h>

#include "eal.h"

struct pools {
	struct store *store;
	struct generation *generation;
};

static int
pools_setup(void **state)
{
	static struct pools pools;

	pools.store = store_create();
	pools.generation = generation_create(pools.store, SOCKET_ID_ANY);
	*state = &pools;
	return 0;
}

static int
pools_teardown(void **state)
{
	struct pools *pools = *state;

	generation_free(pools->generation);
	store_free(pools->store);
	return 0;
}

static struct snat_ports
ports_of(struct pools *pools, const struct vip *vip)
{
	struct snat_ports ports;

	assert_int_equal(snat_pool_share(pools->generation, vip, &ports), 0);
	return ports;
}

static void
inbound_ports_and_what_is_left_of_blocks_are_left_out(void **state)
{
	/* 10001-10020 touches the blocks 10000-10023. */
	struct inbound_rule rule = { .ports = { 10001, 10020 } };
	const struct vip vip = { .inbound = &rule,
				 .inbound_count = 1,
				 .outbound.ports_per_host = 512 };
	struct snat_ports ports = ports_of(*state, &vip);

	assert_false(ports.on_demand);
	assert_int_equal(ports.unit, 512);
	/* (10000 - 1024) / 512 = 17 before, (65536 - 10024) / 512 = 108 behind. */
	assert_int_equal(ports.unit_count, 125);
	assert_int_equal(ports.starts[0], 1024);
	assert_int_equal(ports.starts[16], 1024 + 16 * 512);
	assert_int_equal(ports.starts[17], 10024);
	assert_int_equal(ports.starts[124], 10024 + 107 * 512);
}

static void
on_demand_all_blocks_of_eight_are_units(void **state)
{
	struct inbound_rule rules[] = { { .ports = { 443, 443 } }, { .ports = { 1024, 1024 } } };
	const struct vip vip = { .inbound = rules,
				 .inbound_count = 2,
				 .outbound.ports_per_host = PORTS_ON_DEMAND };
	struct snat_ports ports = ports_of(*state, &vip);

	assert_true(ports.on_demand);
	assert_int_equal(ports.unit, 8);
	assert_int_equal(ports.unit_count, 8063);
	assert_int_equal(ports.starts[0], 1032);
	assert_int_equal(ports.starts[8062], 65528);
}

static void
a_vip_full_of_rules_has_no_units(void **state)
{
	struct inbound_rule rule = { .ports = { 1, 65535 } };
	const struct vip vip = { .inbound = &rule,
				 .inbound_count = 1,
				 .outbound.ports_per_host = 64 };

	assert_int_equal(ports_of(*state, &vip).unit_count, 0);
}

static void
equal_pools_are_one(void **state)
{
	struct pools *pools = *state;
	const struct vip vip = { .outbound.ports_per_host = 64 };
	const struct vip wider = { .outbound.ports_per_host = 128 };

	assert_ptr_equal(ports_of(pools, &vip).starts, ports_of(pools, &vip).starts);
	assert_ptr_not_equal(ports_of(pools, &vip).starts, ports_of(pools, &wider).starts);
}

#define pools_test(function) cmocka_unit_test_setup_teardown(function, pools_setup, pools_teardown)

int
main(void)
{
	test_eal_start("32");

	const struct CMUnitTest tests[] = {
		pools_test(inbound_ports_and_what_is_left_of_blocks_are_left_out),
		pools_test(on_demand_all_blocks_of_eight_are_units),
		pools_test(a_vip_full_of_rules_has_no_units),
		pools_test(equal_pools_are_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
