/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <rte_common.h>
#include <rte_ip.h>
#include <rte_log.h>

#include "dataplane/fib.h"
#include "eal.h"
#include "slow_routes.h"

static route_target
fib_lookup(const struct fib *fib, uint32_t address)
{
	uint64_t next_hop = UINT64_MAX;

	assert_int_equal(rte_fib_lookup_bulk(fib->rte, &address, &next_hop, 1), 0);
	return (route_target)next_hop;
}

static void
fib_add(struct fib *fib, uint32_t prefix, uint8_t length, route_target target)
{
	const struct route_change change = { prefix, length, 0, target };

	assert_int_equal(fib_change(fib, &change), 0);
}

static void
fib_remove(struct fib *fib, uint32_t prefix, uint8_t length)
{
	const struct route_change change = { prefix, length, 1, 0 };

	assert_int_equal(fib_change(fib, &change), 0);
}

static void
wrong_capacities_are_refused(void **state)
{
	const uint32_t level = rte_log_get_global_level();
	struct fib fib;

	(void)state;
	assert_int_equal(fib_open(&fib, 0), -EINVAL);
	assert_int_equal(fib_open(&fib, (1U << 24) + 1), -EINVAL);

	rte_log_set_global_level(RTE_LOG_EMERG); /* DPDK tells it on stderr too */
	assert_int_equal(fib_open(&fib, 1U << 24), -ENOMEM);
	rte_log_set_global_level(level);
}

static void
refused_change_changes_nothing(void **state)
{
	const struct route_change absent = { RTE_IPV4(10, 0, 0, 0), 16, 1, 0 };
	const struct route_change last_absent = { RTE_IPV4(254U, 0, 0, 0), 7, 1, 0 };
	const struct route_change third = { RTE_IPV4(11, 0, 0, 0), 8, 0, 3 };
	const struct route_change last_third = { RTE_IPV4(254U, 0, 0, 0), 7, 0, 3 };
	struct fib fib;

	(void)state;
	assert_int_equal(fib_open(&fib, 2), 0);
	assert_int_equal(fib_change(&fib, &absent), -ENOENT);
	fib_add(&fib, RTE_IPV4(10, 0, 0, 0), 8, 1);
	fib_add(&fib, RTE_IPV4(255U, 255, 255, 255), 32, 2);

	assert_int_equal(fib_change(&fib, &absent), -ENOENT);
	assert_int_equal(fib_change(&fib, &last_absent), -ENOENT);
	assert_int_equal(fib_change(&fib, &third), -ENOSPC);
	assert_int_equal(fib_change(&fib, &last_third), -ENOSPC);

	assert_int_equal(fib.prefixes, 2);
	assert_int_equal(fib_lookup(&fib, RTE_IPV4(10, 0, 0, 1)), 1);
	assert_int_equal(fib_lookup(&fib, RTE_IPV4(11, 0, 0, 1)), ROUTE_UNREACHABLE);
	assert_int_equal(fib_lookup(&fib, RTE_IPV4(255U, 255, 255, 254)), ROUTE_UNREACHABLE);
	assert_int_equal(fib_lookup(&fib, RTE_IPV4(255U, 255, 255, 255)), 2);
	fib_close(&fib);
}

static void
find_wants_the_very_prefix(void **state)
{
	route_target target = 0;
	struct fib fib;

	(void)state;
	assert_int_equal(fib_open(&fib, 4), 0);
	fib_add(&fib, RTE_IPV4(10, 0, 0, 0), 8, 7);
	assert_false(fib_find(&fib, RTE_IPV4(10, 0, 0, 0), 7, &target));
	assert_false(fib_find(&fib, RTE_IPV4(10, 0, 0, 0), 9, &target));
	assert_false(fib_find(&fib, RTE_IPV4(11, 0, 0, 0), 8, &target));
	assert_true(fib_find(&fib, RTE_IPV4(10, 0, 0, 0), 8, &target));
	assert_int_equal(target, 7);
	fib_close(&fib);
}

static void
longest_prefix_wins(void **state)
{
	struct fib fib, other;

	(void)state;
	assert_int_equal(fib_open(&fib, 16), 0);
	assert_int_equal(fib_open(&other, 16), 0);
	fib_add(&fib, 0, 0, 1);
	fib_add(&fib, RTE_IPV4(10, 0, 0, 0), 8, 2);
	fib_add(&fib, RTE_IPV4(10, 1, 2, 0), 24, 3);
	fib_add(&fib, RTE_IPV4(10, 1, 2, 128), 25, 4);
	fib_add(&fib, RTE_IPV4(10, 1, 2, 255), 32, INT32_MAX);
	fib_add(&fib, 0, 32, 6);

	assert_int_equal(fib.prefixes, 6);
	assert_int_equal(fib_lookup(&fib, RTE_IPV4(11, 0, 0, 0)), 1);
	assert_int_equal(fib_lookup(&fib, RTE_IPV4(10, 255, 255, 255)), 2);
	assert_int_equal(fib_lookup(&fib, RTE_IPV4(10, 1, 2, 127)), 3);
	assert_int_equal(fib_lookup(&fib, RTE_IPV4(10, 1, 2, 128)), 4);
	assert_int_equal(fib_lookup(&fib, RTE_IPV4(10, 1, 2, 255)), INT32_MAX);
	assert_int_equal(fib_lookup(&fib, 0), 6);
	assert_int_equal(fib_lookup(&other, RTE_IPV4(10, 1, 2, 127)), ROUTE_UNREACHABLE);

	fib_remove(&fib, RTE_IPV4(10, 1, 2, 128), 25);
	fib_remove(&fib, 0, 0);
	fib_add(&fib, RTE_IPV4(10, 0, 0, 0), 8, 9);
	assert_int_equal(fib.prefixes, 4);
	assert_int_equal(fib_lookup(&fib, RTE_IPV4(11, 0, 0, 0)), ROUTE_UNREACHABLE);
	assert_int_equal(fib_lookup(&fib, RTE_IPV4(10, 255, 255, 255)), 9);
	assert_int_equal(fib_lookup(&fib, RTE_IPV4(10, 1, 2, 128)), 3);
	fib_close(&other);
	fib_close(&fib);
}

/* rte_fib writes 0/0 to every address here; see fib_write_last(). */
static void
halves_of_the_world_outrank_the_default(void **state)
{
	struct fib fib;

	(void)state;
	assert_int_equal(fib_open(&fib, 5), 0);
	fib_add(&fib, RTE_IPV4(255U, 255, 255, 255), 32, 4);
	fib_add(&fib, RTE_IPV4(10, 0, 0, 0), 8, 3);
	fib_add(&fib, RTE_IPV4(128U, 0, 0, 0), 1, 2);
	fib_add(&fib, 0, 1, 1);
	for (route_target target = 5; target < 7; target++) {
		fib_add(&fib, 0, 0, target);
		assert_int_equal(fib_lookup(&fib, RTE_IPV4(1, 0, 0, 1)), 1);
		assert_int_equal(fib_lookup(&fib, RTE_IPV4(10, 0, 0, 1)), 3);
		assert_int_equal(fib_lookup(&fib, RTE_IPV4(200U, 0, 0, 1)), 2);
		assert_int_equal(fib_lookup(&fib, RTE_IPV4(255U, 255, 255, 255)), 4);
	}
	fib_remove(&fib, 0, 1);
	assert_int_equal(fib_lookup(&fib, RTE_IPV4(1, 0, 0, 1)), 6);
	fib_add(&fib, 0, 1, 1);
	fib_remove(&fib, 0, 0);
	assert_int_equal(fib_lookup(&fib, RTE_IPV4(1, 0, 0, 1)), 1);
	assert_int_equal(fib_lookup(&fib, RTE_IPV4(200U, 0, 0, 1)), 2);
	assert_int_equal(fib_lookup(&fib, RTE_IPV4(10, 0, 0, 1)), 3);
	fib_close(&fib);
}

/* rte_fib loses count of its tbl8 groups here; see fib_insert(). */
static void
host_route_like_its_parent_costs_no_room(void **state)
{
	struct fib fib;

	(void)state;
	assert_int_equal(fib_open(&fib, 4), 0);
	fib_add(&fib, RTE_IPV4(10, 0, 0, 0), 8, 1);
	for (unsigned int i = 0; i < 200; i++) {
		fib_add(&fib, RTE_IPV4(10, 0, 0, 1), 32, 1);
		assert_int_equal(fib_lookup(&fib, RTE_IPV4(10, 0, 0, 1)), 1);
		fib_remove(&fib, RTE_IPV4(10, 0, 0, 1), 32);
		assert_int_equal(fib_lookup(&fib, RTE_IPV4(10, 0, 0, 1)), 1);
	}
	fib_add(&fib, RTE_IPV4(10, 0, 0, 1), 32, 2);
	assert_int_equal(fib_lookup(&fib, RTE_IPV4(10, 0, 0, 1)), 2);
	assert_int_equal(fib_lookup(&fib, RTE_IPV4(10, 0, 0, 2)), 1);
	fib_close(&fib);
}

/* A host route in every third /24 from 10/8 on, until no more fit. */
static void
long_prefixes_have_a_limit_of_their_own(void **state)
{
	const struct route_change beyond = { RTE_IPV4(9, 0, 0, 0), 25, 0, 2 };
	struct fib fib;

	(void)state;
	assert_int_equal(fib_open(&fib, ROUTE_SPLITS_MAX + 16), 0);
	for (uint32_t i = 0; i < ROUTE_SPLITS_MAX; i++)
		fib_add(&fib, RTE_IPV4(10, 0, 0, 1) + i * 3 * 256, 32, 1);

	assert_int_equal(fib_change(&fib, &beyond), -ENOSPC);
	fib_add(&fib, RTE_IPV4(10, 0, 0, 128), 25, 3); /* beside another */
	fib_add(&fib, RTE_IPV4(9, 0, 0, 0), 24, 4);    /* no longer than /24 */
	assert_int_equal(fib_change(&fib, &beyond), -ENOSPC);
	fib_remove(&fib, RTE_IPV4(10, 0, 3, 1), 32);
	assert_int_equal(fib_change(&fib, &beyond), 0);

	assert_int_equal(fib.prefixes, 65536 + 2);
	assert_int_equal(fib_lookup(&fib, RTE_IPV4(10, 0, 0, 200)), 3);
	assert_int_equal(fib_lookup(&fib, RTE_IPV4(10, 0, 3, 1)), ROUTE_UNREACHABLE);
	assert_int_equal(fib_lookup(&fib, RTE_IPV4(9, 0, 0, 127)), 2);
	assert_int_equal(fib_lookup(&fib, RTE_IPV4(9, 0, 0, 128)), 4);
	assert_int_equal(fib_lookup(&fib, RTE_IPV4(10, 0, 0, 1) + 65535 * 768), 1);
	fib_close(&fib);
}

/* After every change: where it was made, just before, and at random. */
static void
random_changes_equal_a_linear_search(void **state)
{
	static struct slow_table slow;
	struct fib fib;

	(void)state;
	srand(5);
	assert_int_equal(fib_open(&fib, RTE_DIM(slow.routes)), 0);
	for (unsigned int round = 0; round < 3000; round++) {
		struct route_change change = random_change(&slow);

		assert_int_equal(fib_change(&fib, &change), slow_apply(&slow, &change));
		assert_int_equal(fib.prefixes, slow.count);
		for (unsigned int i = 0; i < 32; i++) {
			uint32_t address = i < 2 ? change.prefix - i : random_address();

			assert_int_equal(fib_lookup(&fib, address), slow_find(&slow, address));
		}
	}
	fib_close(&fib);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_capacities_are_refused),
		cmocka_unit_test(refused_change_changes_nothing),
		cmocka_unit_test(find_wants_the_very_prefix),
		cmocka_unit_test(longest_prefix_wins),
		cmocka_unit_test(halves_of_the_world_outrank_the_default),
		cmocka_unit_test(host_route_like_its_parent_costs_no_room),
		cmocka_unit_test(long_prefixes_have_a_limit_of_their_own),
		cmocka_unit_test(random_changes_equal_a_linear_search),
	};

	test_eal_start("512");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
