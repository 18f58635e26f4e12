/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <rte_common.h>
#include <rte_ip.h>
#include <rte_log.h>

#include "dataplane/route.h"
#include "eal.h"
#include "slow_routes.h"

static route_target
routes_find(const struct fabric_routes *routes, uint32_t address)
{
	uint64_t next_hop = UINT64_MAX;

	assert_int_equal(rte_fib_lookup_bulk(fabric_routes_active(routes), &address, &next_hop, 1),
			 0);
	return (route_target)next_hop;
}

/* A whole batch, as the control thread does it when nobody reads. */
static void
batch_apply(struct fabric_routes *routes, const struct route_change *changes, size_t count)
{
	assert_int_equal(fabric_routes_stage(routes, changes, count), 0);
	fabric_routes_swap(routes);
	assert_int_equal(fabric_routes_settle(routes, changes, count), 0);
}

static struct fabric_routes *
routes_create(uint32_t capacity)
{
	struct fabric_routes *routes = fabric_routes_create(capacity);

	assert_non_null(routes);
	return routes;
}

static void
wrong_capacities_are_refused(void **state)
{
	(void)state;
	errno = 0;
	assert_null(fabric_routes_create(0));
	assert_int_equal(errno, EINVAL);
	errno = 0;
	assert_null(fabric_routes_create((1U << 24) + 1));
	assert_int_equal(errno, EINVAL);
	fabric_routes_free(NULL);
}

static void
memory_that_is_short_is_told(void **state)
{
	static const uint32_t capacities[] = {
		1U << 24, /* no copy fits */
		600000,   /* one copy fits, two do not */
	};
	const uint32_t level = rte_log_get_global_level();

	(void)state;
	rte_log_set_global_level(RTE_LOG_EMERG); /* DPDK tells it on stderr too */
	for (size_t c = 0; c < RTE_DIM(capacities); c++) {
		errno = 0;
		assert_null(fabric_routes_create(capacities[c]));
		assert_int_equal(errno, ENOMEM);
	}
	rte_log_set_global_level(level);
}

static void
wrong_changes_are_refused(void **state)
{
	static const struct {
		struct route_change change;
		int error;
	} cases[] = {
		{ { RTE_IPV4(10, 0, 0, 0), 33, 0, 1 }, -EINVAL },
		{ { RTE_IPV4(10, 0, 0, 0), 255, 1, 0 }, -EINVAL },
		{ { RTE_IPV4(10, 0, 0, 1), 24, 0, 1 }, -EINVAL },
		{ { RTE_IPV4(10, 0, 0, 1), 31, 1, 0 }, -EINVAL },
		{ { RTE_IPV4(128U, 0, 0, 0), 0, 0, 1 }, -EINVAL },
		{ { RTE_IPV4(10, 0, 0, 0), 24, 0, 0x80000000 }, -EINVAL },
		{ { RTE_IPV4(10, 0, 0, 0), 24, 1, 0 }, -ENOENT },
		{ { RTE_IPV4(10, 9, 0, 0), 15, 1, 0 }, -EINVAL },
		{ { RTE_IPV4(10, 8, 0, 0), 15, 1, 0 }, -ENOENT },
	};
	struct fabric_routes *routes = routes_create(16);

	(void)state;
	for (size_t c = 0; c < RTE_DIM(cases); c++) {
		/* the good one before it must not remain either */
		const struct route_change batch[] = { { RTE_IPV4(10, 8, 0, 0), 16, 0, 7 },
						      cases[c].change };

		assert_int_equal(fabric_routes_stage(routes, batch, 2), cases[c].error);
		batch_apply(routes, NULL, 0);
		assert_int_equal(fabric_routes_count(routes), 0);
		assert_int_equal(routes_find(routes, RTE_IPV4(10, 8, 0, 1)), ROUTE_UNREACHABLE);
	}
	fabric_routes_free(routes);
}

static void
steps_out_of_order_are_refused(void **state)
{
	const struct route_change add = { RTE_IPV4(10, 0, 0, 0), 8, 0, 7 };
	struct fabric_routes *routes = routes_create(16);

	(void)state;
	assert_int_equal(fabric_routes_settle(routes, &add, 1), -EINVAL);
	assert_int_equal(fabric_routes_unstage(routes, &add, 1), -EINVAL);

	assert_int_equal(fabric_routes_stage(routes, &add, 1), 0);
	assert_int_equal(fabric_routes_stage(routes, &add, 1), -EBUSY);
	assert_int_equal(fabric_routes_settle(routes, &add, 1), -EINVAL);
	assert_int_equal(fabric_routes_count(routes), 0);

	fabric_routes_swap(routes);
	assert_int_equal(fabric_routes_count(routes), 1);
	assert_int_equal(fabric_routes_stage(routes, &add, 1), -EBUSY);
	assert_int_equal(fabric_routes_unstage(routes, &add, 1), -EINVAL);

	assert_int_equal(fabric_routes_settle(routes, &add, 1), 0);
	assert_int_equal(fabric_routes_settle(routes, &add, 1), -EINVAL);
	fabric_routes_free(routes);
}

static void
targets_keep_kind_and_id(void **state)
{
	const route_target target = route_target_make(ROUTE_BROADCAST, 0xabcdef);

	(void)state;
	assert_int_equal(target, 0x5abcdef);
	assert_int_equal(route_target_kind(target), ROUTE_BROADCAST);
	assert_int_equal(route_target_id(target), 0xabcdef);
	assert_int_equal(route_target_make(ROUTE_GROUP, 0x1000001), 0x1000001);
	assert_int_equal(route_target_make(ROUTE_UNREACHABLE, 0), 0);
}

/* What a refused or withdrawn batch must not touch: 10/8, 10.1/16 and 10.1.1.1. */
static const struct route_change held[] = {
	{ RTE_IPV4(10, 0, 0, 0), 8, 0, 1 },
	{ RTE_IPV4(10, 1, 0, 0), 16, 0, 2 },
	{ RTE_IPV4(10, 1, 1, 1), 32, 0, 3 },
};

static void
held_check(struct fabric_routes *routes)
{
	for (unsigned int copy = 0; copy < 2; copy++) {
		batch_apply(routes, NULL, 0); /* so that both copies are seen */
		assert_int_equal(fabric_routes_count(routes), 3);
		assert_int_equal(routes_find(routes, RTE_IPV4(10, 0, 0, 1)), 1);
		assert_int_equal(routes_find(routes, RTE_IPV4(10, 1, 0, 1)), 2);
		assert_int_equal(routes_find(routes, RTE_IPV4(10, 1, 1, 1)), 3);
		assert_int_equal(routes_find(routes, RTE_IPV4(10, 1, 1, 2)), 2);
		assert_int_equal(routes_find(routes, RTE_IPV4(10, 2, 2, 2)), 1);
	}
}

static void
refused_batch_leaves_no_trace(void **state)
{
	const struct route_change batch[] = {
		{ RTE_IPV4(10, 1, 0, 0), 16, 1, 0 }, /* removed */
		{ RTE_IPV4(10, 1, 1, 1), 32, 0, 9 }, /* replaced */
		{ RTE_IPV4(10, 1, 1, 1), 32, 1, 0 }, /* and removed */
		{ RTE_IPV4(10, 2, 2, 2), 32, 0, 1 }, /* a new one, leading where its parent does */
		{ RTE_IPV4(10, 0, 0, 0), 8, 0, 8 },  /* replaced */
		{ RTE_IPV4(10, 1, 1, 2), 31, 0, 9 }, /* a new one */
		{ RTE_IPV4(10, 2, 2, 2), 32, 0, 5 }, /* replaced */
		{ RTE_IPV4(10, 3, 0, 0), 16, 0, 6 }, /* the fourth */
		{ RTE_IPV4(10, 1, 0, 0), 16, 0, 7 }, /* one too many */
		{ RTE_IPV4(10, 2, 2, 2), 32, 1, 0 },
	};
	struct fabric_routes *routes = routes_create(4);

	(void)state;
	batch_apply(routes, held, RTE_DIM(held));
	assert_int_equal(fabric_routes_stage(routes, batch, RTE_DIM(batch)), -ENOSPC);
	held_check(routes);

	/* without the one too many it fits */
	batch_apply(routes, batch, 8);
	assert_int_equal(fabric_routes_count(routes), 4);
	assert_int_equal(routes_find(routes, RTE_IPV4(10, 1, 1, 1)), 8);
	assert_int_equal(routes_find(routes, RTE_IPV4(10, 1, 1, 3)), 9);
	assert_int_equal(routes_find(routes, RTE_IPV4(10, 2, 2, 2)), 5);
	assert_int_equal(routes_find(routes, RTE_IPV4(10, 3, 2, 2)), 6);
	fabric_routes_free(routes);
}

static void
staged_batch_can_be_taken_back(void **state)
{
	const struct route_change batch[] = {
		{ RTE_IPV4(10, 1, 0, 0), 16, 1, 0 },
		{ RTE_IPV4(10, 1, 1, 1), 32, 0, 9 },
		{ RTE_IPV4(10, 2, 2, 2), 32, 0, 5 },
		{ RTE_IPV4(10, 0, 0, 0), 8, 0, 8 },
	};
	struct fabric_routes *routes = routes_create(4);

	(void)state;
	batch_apply(routes, held, RTE_DIM(held));
	assert_int_equal(fabric_routes_stage(routes, batch, RTE_DIM(batch)), 0);
	assert_int_equal(fabric_routes_unstage(routes, batch, RTE_DIM(batch)), 0);
	assert_int_equal(fabric_routes_settle(routes, batch, RTE_DIM(batch)), -EINVAL);
	held_check(routes);
	fabric_routes_free(routes);
}

static void
tables_compare(const struct fabric_routes *routes, const struct slow_table *slow)
{
	assert_int_equal(fabric_routes_count(routes), slow->count);
	for (size_t i = 0; i < slow->count; i++) {
		const struct route_change *route = &slow->routes[i];
		uint32_t last = route->prefix + (uint32_t)(1ULL << (32 - route->length)) - 1;
		const uint32_t edges[] = { route->prefix - 1, route->prefix, last, last + 1 };

		for (size_t e = 0; e < RTE_DIM(edges); e++)
			assert_int_equal(routes_find(routes, edges[e]), slow_find(slow, edges[e]));
	}
	for (unsigned int i = 0; i < 200; i++) {
		uint32_t address = random_address();

		assert_int_equal(routes_find(routes, address), slow_find(slow, address));
	}
}

static void
random_batches_equal_a_linear_search(void **state)
{
	static struct slow_table slow;
	struct fabric_routes *routes = routes_create(RTE_DIM(slow.routes));
	unsigned int refused = 0;

	(void)state;
	srand(4);
	for (unsigned int round = 0; round < 150; round++) {
		const struct slow_table before = slow;
		struct route_change batch[32];
		size_t count = (size_t)rand() % RTE_DIM(batch);
		int error = 0;

		for (size_t i = 0; i < count; i++) {
			batch[i] = random_change(&slow);
			if (error == 0)
				error = slow_apply(&slow, &batch[i]);
		}
		assert_int_equal(fabric_routes_stage(routes, batch, count), error);
		if (error != 0) {
			refused++;
			slow = before;
			count = 0;
			assert_int_equal(fabric_routes_stage(routes, batch, count), 0);
		}
		fabric_routes_swap(routes);
		tables_compare(routes, &slow);
		assert_int_equal(fabric_routes_settle(routes, batch, count), 0);
	}
	assert_in_range(refused, 5, 145); /* both ways are walked */
	fabric_routes_free(routes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_capacities_are_refused),
		cmocka_unit_test(memory_that_is_short_is_told),
		cmocka_unit_test(wrong_changes_are_refused),
		cmocka_unit_test(steps_out_of_order_are_refused),
		cmocka_unit_test(targets_keep_kind_and_id),
		cmocka_unit_test(refused_batch_leaves_no_trace),
		cmocka_unit_test(staged_batch_can_be_taken_back),
		cmocka_unit_test(random_batches_equal_a_linear_search),
	};

	test_eal_start("512");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
