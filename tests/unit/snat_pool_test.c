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

static struct port_range ranges[] = { { 1024, 1055 }, { 1072, 1087 } };
static const struct port_range_list free_ports = { ranges, RTE_DIM(ranges) };

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
ports_of(struct pools *pools, const struct snat_pool *pool)
{
	struct snat_ports ports;

	assert_int_equal(snat_pool_share(pools->generation, pool, &ports), 0);
	return ports;
}

static void
who_nobody_sends_by_has_no_ports(void **state)
{
	struct snat_pool pool = { .unit = 8, .workers = 1, .free = &free_ports };

	for (unsigned int i = 0; i < 2; i++) {
		struct snat_ports ports;

		pool.on_demand = i == 1;
		ports = ports_of(*state, &pool);
		assert_int_equal(ports.unit_count, 0);
		assert_int_equal(ports.host_count, 0);
		for (uint32_t port = 0; port < 65536; port++)
			assert_int_equal(snat_unit_of(&ports, (uint16_t)port), SNAT_UNIT_NONE);
	}
}

static void
a_port_tells_its_host(void **state)
{
	static const uint32_t hosts[] = { 11, 0, 13 };
	static const uint16_t starts[] = { 1040, 0, 1024 };
	const struct snat_pool pool = { .unit = 16,
					.workers = 2,
					.starts = starts,
					.free = &free_ports,
					.hosts = hosts,
					.host_count = 3 };
	struct snat_ports ports = ports_of(*state, &pool);

	assert_false(ports.on_demand);
	assert_int_equal(ports.unit, 16);
	assert_int_equal(ports.unit_count, 3);
	assert_int_equal(ports.host_count, 3);
	assert_memory_equal(ports.hosts, hosts, sizeof(hosts));
	assert_memory_equal(ports.starts, starts, sizeof(starts));
	assert_int_equal(snat_unit_of(&ports, 1023), SNAT_UNIT_NONE);
	assert_int_equal(snat_unit_of(&ports, 1024), 2);
	assert_int_equal(snat_unit_of(&ports, 1039), 2);
	assert_int_equal(snat_unit_of(&ports, 1040), 0);
	assert_int_equal(snat_unit_of(&ports, 1055), 0);
	assert_int_equal(snat_unit_of(&ports, 1056), SNAT_UNIT_NONE);
}

/* Chunks 128 to 131, 134 and 135: those of each worker lie together. */
static void
on_demand_workers_share_the_chunks(void **state)
{
	static const uint32_t hosts[] = { 11 };
	static const uint16_t one[] = { 1024, 1032, 1040, 1048, 1072, 1080 };
	static const uint16_t two[] = { 1024, 1040, 1072, 1032, 1048, 1080 };
	struct snat_pool pool = { .on_demand = true,
				  .unit = 8,
				  .workers = 1,
				  .free = &free_ports,
				  .hosts = hosts,
				  .host_count = 1 };
	struct snat_ports ports = ports_of(*state, &pool);

	assert_true(ports.on_demand);
	assert_int_equal(ports.unit_count, 6);
	assert_memory_equal(ports.starts, one, sizeof(one));
	assert_int_equal(ports.shares[0], 0);
	assert_int_equal(ports.shares[1], 6);
	assert_int_equal(ports.shares[64], 6); /* what does not draw has an empty share */
	pool.workers = 2;
	ports = ports_of(*state, &pool);
	assert_memory_equal(ports.starts, two, sizeof(two));
	assert_int_equal(ports.shares[0], 0);
	assert_int_equal(ports.shares[1], 3);
	assert_int_equal(ports.shares[2], 6);
	assert_int_equal(snat_unit_of(&ports, 1079), 2);
	assert_int_equal(snat_unit_of(&ports, 1055), 4);
	assert_int_equal(snat_unit_of(&ports, 1063), SNAT_UNIT_NONE);
	/* More workers than chunks: some have none. */
	pool.workers = 64;
	ports = ports_of(*state, &pool);
	assert_int_equal(ports.shares[64], 6);
	assert_int_equal(ports.shares[4] - ports.shares[0], 4);
	assert_int_equal(ports.shares[6] - ports.shares[4], 0);
	assert_int_equal(ports.shares[8] - ports.shares[6], 2);
}

static void
equal_pools_are_one(void **state)
{
	static const uint32_t hosts[] = { 11, 12 };
	static const uint32_t others[] = { 11, 13 };
	static const uint16_t starts[] = { 1024, 1040 };
	struct snat_pool pool = { .unit = 16,
				  .workers = 1,
				  .starts = starts,
				  .free = &free_ports,
				  .hosts = hosts,
				  .host_count = 2 };
	struct snat_ports first = ports_of(*state, &pool), same = ports_of(*state, &pool), other;

	assert_ptr_equal(first.starts, same.starts);
	assert_ptr_equal(first.hosts, same.hosts);
	pool.hosts = others;
	other = ports_of(*state, &pool);
	assert_ptr_equal(first.starts, other.starts);
	assert_ptr_not_equal(first.hosts, other.hosts);
	pool.unit = 8;
	assert_ptr_not_equal(first.starts, ports_of(*state, &pool).starts);
}

#define pools_test(function) cmocka_unit_test_setup_teardown(function, pools_setup, pools_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		pools_test(who_nobody_sends_by_has_no_ports),
		pools_test(a_port_tells_its_host),
		pools_test(on_demand_workers_share_the_chunks),
		pools_test(equal_pools_are_one),
	};

	test_eal_start("32");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
