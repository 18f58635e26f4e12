/* SPDX-License-Identifier: BSD-3-Clause */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <rte_common.h>
#include <rte_ip.h>

#include "dataplane/route.h"
#include "eal.h"

/*
 * In a table of a million prefixes, a worker reads all the time while the control thread changes
 * 10.0.0.0/11 batch by batch. With each generation comes what every address there leads to then,
 * painted by hand: no value of another generation or of another prefix will do. The rest of the
 * table, the backdrop, never changes, and must not seem to.
 */

#ifdef __SANITIZE_ADDRESS__
#define BACKDROP 10000 /* the sanitizer is for our code, and DPDK's routes take it a minute */
#else
#define BACKDROP 950000 /* /24s */
#endif

enum {
	BASE = RTE_IPV4(10, 0, 0, 0),
	BASE_LENGTH = 11,
	BLOCKS = 1 << (24 - BASE_LENGTH), /* /24s */
	BLOCK_ROUTES_MAX = 24,            /* longer than /24, in one of them */
	BACKDROP_BASE = RTE_IPV4(64, 0, 0, 0),
	ROUTES_MAX = 131072, /* without the backdrop */
	CHANGES_MAX = BLOCKS * (BLOCK_ROUTES_MAX + 1),
	BATCHES = 200,
	BATCH_STEPS = 64,
	BURST = 32,
};

struct block {
	unsigned int count;
	struct route_change routes[BLOCK_ROUTES_MAX];
	bool dirty; /* to be painted anew */
};

/* What is in the table, and the batch that is being made. */
struct world {
	route_target shorter[25][BLOCKS]; /* by length and number; UNREACHABLE: not there */
	struct block blocks[BLOCKS];
	uint32_t route_count;
	size_t change_count;
	struct route_change changes[CHANGES_MAX];
};

/* A snapshot as the worker sees it. */
struct generation {
	uint64_t number;
	struct rte_fib *fib;
	route_target truth[BLOCKS][256];
};

struct reader {
	_Atomic(const struct generation *) current;
	atomic_uint_fast64_t acknowledged;
	atomic_bool stop;
	uint64_t lookups; /* these two are the reader's until it has ended */
	uint64_t wrong;
};

static route_target
backdrop_target(uint32_t number)
{
	return 1 + number % 251;
}

/* Looks up a random burst in the backdrop: how many were wrong. */
static uint64_t
backdrop_look(struct rte_fib *fib, uint64_t random)
{
	uint32_t addresses[BURST];
	uint64_t next_hops[BURST];
	uint64_t wrong = 0;

	for (unsigned int i = 0; i < BURST; i++) {
		random = random * 6364136223846793005ULL + 1442695040888963407ULL;
		addresses[i] = BACKDROP_BASE + (uint32_t)(random >> 33) % (BACKDROP * 256U);
	}
	if (rte_fib_lookup_bulk(fib, addresses, next_hops, BURST) != 0)
		return BURST;
	for (unsigned int i = 0; i < BURST; i++)
		wrong += next_hops[i] != backdrop_target((addresses[i] - BACKDROP_BASE) / 256);
	return wrong;
}

static void *
reader_run(void *argument)
{
	struct reader *reader = argument;
	uint64_t random = 88172645463325252ULL;

	while (!atomic_load(&reader->stop)) {
		const struct generation *generation = atomic_load(&reader->current);
		uint32_t addresses[BURST];
		uint64_t next_hops[BURST];

		for (unsigned int i = 0; i < BURST; i++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			addresses[i] = BASE + (uint32_t)random % (BLOCKS * 256);
		}
		if (rte_fib_lookup_bulk(generation->fib, addresses, next_hops, BURST) != 0)
			reader->wrong++;
		for (unsigned int i = 0; i < BURST; i++) {
			uint32_t place = addresses[i] - BASE;

			reader->wrong +=
				next_hops[i] != generation->truth[place / 256][place % 256];
		}
		reader->wrong += backdrop_look(generation->fib, random);
		reader->lookups += BURST;
		atomic_store(&reader->acknowledged, generation->number);
	}
	return NULL;
}

static void
world_change(struct world *world, const struct route_change *change)
{
	assert_true(world->change_count < CHANGES_MAX);
	world->changes[world->change_count++] = *change;
	world->route_count += change->remove ? UINT32_MAX : 1;
}

/* All long prefixes of a /24 go, or some come: its tbl8 is given back, or taken. */
static void
block_toggle(struct world *world, uint32_t index)
{
	struct block *block = &world->blocks[index];
	unsigned int wanted = block->count == 0 ? 1 + (unsigned int)rand() % BLOCK_ROUTES_MAX : 0;

	block->dirty = true;
	while (block->count > 0) {
		struct route_change removal = block->routes[--block->count];

		removal.remove = 1;
		world_change(world, &removal);
	}
	for (; wanted > 0; wanted--) {
		uint8_t length = (uint8_t)(25 + rand() % 8);
		uint32_t place = (uint32_t)rand() % 256 & (uint32_t)(0xff00 >> (length - 24));
		struct route_change route = {
			.prefix = BASE + index * 256 + place,
			.length = length,
			.target = 1 + (uint32_t)rand() % 8,
		};
		bool there = false;

		for (unsigned int i = 0; i < block->count; i++)
			there |= block->routes[i].prefix == route.prefix &&
				 block->routes[i].length == route.length;
		if (there)
			continue;
		block->routes[block->count++] = route;
		world_change(world, &route);
	}
}

static void
shorter_toggle(struct world *world, uint8_t length)
{
	uint32_t number = (uint32_t)rand() % (1U << (length - BASE_LENGTH));
	uint32_t size = 1U << (24 - length); /* in blocks */
	route_target *target = &world->shorter[length][number];
	struct route_change change = {
		.prefix = BASE + number * size * 256,
		.length = length,
		.remove = *target != ROUTE_UNREACHABLE,
		.target = 1 + (uint32_t)rand() % 8,
	};

	*target = change.remove ? (route_target)ROUTE_UNREACHABLE : change.target;
	world_change(world, &change);
	for (uint32_t i = 0; i < size; i++)
		world->blocks[number * size + i].dirty = true;
}

static void
world_fill(struct world *world)
{
	for (uint32_t i = 0; i < BLOCKS; i++)
		block_toggle(world, i);
	for (uint32_t i = 0; i < BLOCKS / 2; i++)
		shorter_toggle(world, 24);
}

static void
world_step(struct world *world)
{
	for (unsigned int i = 0; i < BATCH_STEPS; i++) {
		if (rand() % 4 != 0 && world->route_count < ROUTES_MAX - BLOCK_ROUTES_MAX)
			block_toggle(world, (uint32_t)rand() % BLOCKS);
		else
			shorter_toggle(world, (uint8_t)(16 + rand() % 9));
	}
}

/* Shorter prefixes first, so that longer ones paint over them. */
static void
block_paint(const struct world *world, uint32_t index, route_target *truth)
{
	const struct block *block = &world->blocks[index];
	route_target target = ROUTE_UNREACHABLE;

	for (unsigned int length = BASE_LENGTH; length <= 24; length++) {
		route_target shorter = world->shorter[length][index >> (24 - length)];

		if (shorter != ROUTE_UNREACHABLE)
			target = shorter;
	}
	for (unsigned int i = 0; i < 256; i++)
		truth[i] = target;
	for (unsigned int length = 25; length <= 32; length++) {
		for (unsigned int r = 0; r < block->count; r++) {
			const struct route_change *route = &block->routes[r];

			if (route->length != length)
				continue;
			for (uint32_t i = 0; i < 1U << (32 - length); i++)
				truth[route->prefix % 256 + i] = route->target;
		}
	}
}

static void
world_paint(const struct world *world, struct generation *generation)
{
	for (uint32_t i = 0; i < BLOCKS; i++) {
		if (world->blocks[i].dirty)
			block_paint(world, i, generation->truth[i]);
	}
}

/* Stages, publishes, waits until the worker has looked, settles. */
static void
batch_publish(struct world *world, struct fabric_routes *routes, struct generation *next,
	      struct generation *old, struct reader *reader)
{
	assert_int_equal(fabric_routes_stage(routes, world->changes, world->change_count), 0);
	fabric_routes_swap(routes);
	world_paint(world, next);
	next->number = old->number + 1;
	next->fib = fabric_routes_active(routes);
	atomic_store(&reader->current, next);

	while (atomic_load(&reader->acknowledged) != next->number)
		sched_yield();

	assert_int_equal(fabric_routes_settle(routes, world->changes, world->change_count), 0);
	assert_int_equal(fabric_routes_count(routes), BACKDROP + world->route_count);
	world_paint(world, old);
	for (uint32_t i = 0; i < BLOCKS; i++)
		world->blocks[i].dirty = false;
	world->change_count = 0;
}

/* Before anybody reads. */
static void
backdrop_fill(struct fabric_routes *routes)
{
	struct route_change *changes = calloc(BACKDROP, sizeof(*changes));

	assert_non_null(changes);
	for (uint32_t i = 0; i < BACKDROP; i++) {
		changes[i].prefix = BACKDROP_BASE + i * 256;
		changes[i].length = 24;
		changes[i].target = backdrop_target(i);
	}
	assert_int_equal(fabric_routes_stage(routes, changes, BACKDROP), 0);
	fabric_routes_swap(routes);
	assert_int_equal(fabric_routes_settle(routes, changes, BACKDROP), 0);
	free(changes);
}

static void
reader_sees_one_generation_at_a_time(void **state)
{
	struct generation *generations = calloc(2, sizeof(*generations));
	struct world *world = calloc(1, sizeof(*world));
	struct fabric_routes *routes = fabric_routes_create(BACKDROP + ROUTES_MAX);
	struct reader reader = { .lookups = 0 };
	pthread_t thread;

	(void)state;
	srand(6);
	assert_non_null(generations);
	assert_non_null(world);
	assert_non_null(routes);
	backdrop_fill(routes);
	generations[0].fib = fabric_routes_active(routes);
	atomic_store(&reader.current, &generations[0]);
	assert_int_equal(pthread_create(&thread, NULL, reader_run, &reader), 0);

	for (unsigned int batch = 0; batch < BATCHES; batch++) {
		if (batch == 0)
			world_fill(world);
		else
			world_step(world);
		batch_publish(world, routes, &generations[(batch + 1) % 2], &generations[batch % 2],
			      &reader);
	}

	atomic_store(&reader.stop, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(reader.wrong, 0);
	assert_true(reader.lookups >= BATCHES * BURST);
	fabric_routes_free(routes);
	free(world);
	free(generations);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reader_sees_one_generation_at_a_time),
	};

	test_eal_start("1400");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
