/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/publisher.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bytes.h"
#include "dataplane/command.h"
#include "eal.h"

enum {
	WORKERS = 2,
	CAPACITY = 4
};

/* A publisher whose workers are two rings and two numbers. */
struct fixture {
	struct store *store;
	struct rte_ring *rings[WORKERS];
	_Atomic uint64_t seen[WORKERS];
	const _Atomic uint64_t *acknowledged[WORKERS];
	struct publisher publisher;
	char error[256];
};

static int
setup(void **state)
{
	static const char *const names[WORKERS] = { "one", "two" };
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	fixture->store = store_create();
	for (unsigned int i = 0; i < WORKERS; i++) {
		fixture->rings[i] = command_ring_create(names[i], SOCKET_ID_ANY);
		assert_non_null(fixture->rings[i]);
		fixture->acknowledged[i] = &fixture->seen[i];
	}
	fixture->publisher = (struct publisher){
		.routes = fabric_routes_create(CAPACITY),
		.worker_count = WORKERS,
		.rings = fixture->rings,
		.acknowledged = fixture->acknowledged,
	};
	assert_non_null(fixture->publisher.routes);
	*state = fixture;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *fixture = *state;
	struct fabric_routes *routes = fixture->publisher.routes;

	publisher_clear(&fixture->publisher);
	fabric_routes_free(routes);
	for (unsigned int i = 0; i < WORKERS; i++)
		rte_ring_free(fixture->rings[i]);
	store_free(fixture->store);
	free(fixture);
	return 0;
}

/* A generation with routes to 10.first.0.0/16 ... 10.last.0.0/16, all of that target. */
static struct generation *
generation_of(struct fixture *fixture, uint32_t first, uint32_t last, route_target target)
{
	struct generation *generation = generation_create(fixture->store, SOCKET_ID_ANY);

	assert_non_null(generation);
	for (uint32_t i = first; i <= last; i++)
		assert_int_equal(
			prefix_table_add(&generation->prefixes, IP4(10, i, 0, 0), 16, target), 0);
	assert_int_equal(prefix_table_finish(&generation->prefixes), 0);
	return generation;
}

static int
publish(struct fixture *fixture, struct generation *generation)
{
	int rc = publisher_publish(&fixture->publisher, generation, fixture->error,
				   sizeof(fixture->error));

	if (rc != 0)
		generation_free(generation);
	return rc;
}

/* The worker takes what waits and says so; the snapshot that came, or NULL. */
static const struct snapshot *
worker_take(struct fixture *fixture, unsigned int worker)
{
	const struct snapshot *snapshot = NULL;
	struct command command;

	while (rte_ring_sc_dequeue_elem(fixture->rings[worker], &command, sizeof(command)) == 0) {
		if (command.type != COMMAND_SNAPSHOT)
			continue;
		snapshot = command.snapshot;
		fixture->seen[worker] = snapshot->generation;
	}
	return snapshot;
}

static uint64_t
route_of(const struct snapshot *snapshot, uint32_t address)
{
	uint64_t target;

	assert_int_equal(rte_fib_lookup_bulk(snapshot->fib, &address, &target, 1), 0);
	return target;
}

static void
a_full_ring_stops_all(void **state)
{
	struct fixture *fixture = *state;
	const struct command filler = { .type = COMMAND_ARP_REQUEST };

	while (command_broadcast(&fixture->rings[1], 1, &filler, 1) == 0)
		;
	assert_int_equal(publish(fixture, generation_of(fixture, 1, 2, 5)), -ENOBUFS);
	assert_string_equal(fixture->error, "the command ring of a worker is full");
	assert_null(fixture->publisher.current);
	assert_null(worker_take(fixture, 0));

	/* Nothing is left of it, the staged routes included. */
	assert_null(worker_take(fixture, 1));
	assert_int_equal(publish(fixture, generation_of(fixture, 3, 4, 6)), 0);
	assert_int_equal(fabric_routes_count(fixture->publisher.routes), 2);
	assert_non_null(worker_take(fixture, 0));
	assert_non_null(worker_take(fixture, 1));
}

static void
routes_that_do_not_fit_stop_all(void **state)
{
	struct fixture *fixture = *state;
	const struct snapshot *snapshot;

	assert_int_equal(publish(fixture, generation_of(fixture, 1, 2, 5)), 0);
	snapshot = worker_take(fixture, 0);
	assert_ptr_equal(worker_take(fixture, 1), snapshot);
	assert_int_equal(publish(fixture, generation_of(fixture, 2, 6, 5)), -ENOSPC);
	assert_null(worker_take(fixture, 0));
	assert_true(publisher_settled(&fixture->publisher));
	assert_ptr_equal(fixture->publisher.current->snapshot, snapshot);
	assert_int_equal(route_of(snapshot, IP4(10, 1, 0, 1)), 5);
	assert_int_equal(route_of(snapshot, IP4(10, 3, 0, 1)), 0);
	/* The rings' room was given back. */
	assert_int_equal(publish(fixture, generation_of(fixture, 1, 4, 6)), 0);
}

static void
the_next_waits_until_all_have_acknowledged(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(publish(fixture, generation_of(fixture, 1, 1, 5)), 0);
	assert_false(publisher_settled(&fixture->publisher));
	assert_int_equal(publish(fixture, generation_of(fixture, 1, 1, 6)), -EBUSY);
	worker_take(fixture, 0);
	assert_int_equal(publish(fixture, generation_of(fixture, 1, 1, 6)), -EBUSY);
	worker_take(fixture, 1);
	assert_true(publisher_settled(&fixture->publisher));
	assert_false(publisher_tick(&fixture->publisher)); /* there was none before it */

	assert_int_equal(publish(fixture, generation_of(fixture, 1, 1, 6)), 0);
	assert_false(publisher_tick(&fixture->publisher));
	worker_take(fixture, 1);
	assert_false(publisher_tick(&fixture->publisher));
	assert_non_null(fixture->publisher.retiring);
	worker_take(fixture, 0);
	assert_false(publisher_settled(&fixture->publisher));
	assert_true(publisher_tick(&fixture->publisher));
	assert_null(fixture->publisher.retiring);
	assert_true(publisher_settled(&fixture->publisher));
	assert_false(publisher_tick(&fixture->publisher));
}

static void
each_worker_gets_the_same_whole_snapshot(void **state)
{
	struct fixture *fixture = *state;
	const struct snapshot *one, *two;

	assert_int_equal(publish(fixture, generation_of(fixture, 1, 3, 5)), 0);
	one = worker_take(fixture, 0);
	assert_ptr_equal(one, worker_take(fixture, 1));
	assert_int_equal(one->generation, 1);
	assert_int_equal(one->decided_from, 0);
	assert_int_equal(route_of(one, IP4(10, 3, 0, 0)), 5);

	assert_int_equal(publish(fixture, generation_of(fixture, 3, 4, 7)), 0);
	two = worker_take(fixture, 0);
	assert_int_equal(two->generation, 2);
	assert_int_equal(two->decided_from, 1);
	assert_ptr_not_equal(two->fib, one->fib);
	assert_int_equal(route_of(two, IP4(10, 2, 0, 0)), 0);
	assert_int_equal(route_of(two, IP4(10, 4, 0, 0)), 7);
	/* The other worker still reads what it had. */
	assert_int_equal(route_of(one, IP4(10, 2, 0, 0)), 5);
	assert_int_equal(route_of(one, IP4(10, 4, 0, 0)), 0);
	worker_take(fixture, 1);
	assert_true(publisher_tick(&fixture->publisher));
}

static void
unchanged_routes_keep_their_fib(void **state)
{
	struct fixture *fixture = *state;
	struct rte_fib *fib;

	assert_int_equal(publish(fixture, generation_of(fixture, 1, 3, 5)), 0);
	fib = worker_take(fixture, 0)->fib;
	worker_take(fixture, 1);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(publish(fixture, generation_of(fixture, 1, 3, 5)), 0);
		assert_ptr_equal(worker_take(fixture, 0)->fib, fib);
		worker_take(fixture, 1);
		assert_true(publisher_tick(&fixture->publisher));
		assert_int_equal(fixture->publisher.current->snapshot->decided_from, 0);
	}
}

static void
both_fibs_stay_alike(void **state)
{
	struct fixture *fixture = *state;

	srand(5);
	for (unsigned int round = 0; round < 300; round++) {
		uint32_t first = (uint32_t)rand() % 8, last = first + (uint32_t)rand() % 4;
		route_target target = (route_target)rand() % 3 + 1;
		const struct snapshot *snapshot;

		assert_int_equal(publish(fixture, generation_of(fixture, first, last, target)), 0);
		snapshot = worker_take(fixture, 0);
		worker_take(fixture, 1);
		publisher_tick(&fixture->publisher);
		for (uint32_t i = 0; i < 12; i++)
			assert_int_equal(route_of(snapshot, IP4(10, i, 5, 5)),
					 i >= first && i <= last ? target : 0);
	}
}

static void
broken_fibs_need_a_restart(void **state)
{
	struct fixture *fixture = *state;

	fixture->publisher.settle_error = -ENOMEM;
	assert_int_equal(publish(fixture, generation_of(fixture, 1, 3, 5)), -EIO);
	assert_string_equal(fixture->error,
			    "the fabric's routes could not be brought up to date (Cannot allocate "
			    "memory); restart");
}

#define fixture_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	test_eal_start("256");

	const struct CMUnitTest tests[] = {
		fixture_test(a_full_ring_stops_all),
		fixture_test(routes_that_do_not_fit_stop_all),
		fixture_test(the_next_waits_until_all_have_acknowledged),
		fixture_test(each_worker_gets_the_same_whole_snapshot),
		fixture_test(unchanged_routes_keep_their_fib),
		fixture_test(both_fibs_stay_alike),
		fixture_test(broken_fibs_need_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
