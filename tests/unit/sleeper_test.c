/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>

#include <rte_ring_elem.h>

#include "control/sleeper.h"

#define HOUR 3600000000000ULL /* nanoseconds: who is not woken is not back in time */

enum {
	COMMANDS = 64,
};

struct fixture {
	struct sleeper sleeper;
	struct rte_ring *commands;
	_Atomic unsigned int taken; /* commands that the worker has seen */
	unsigned int wanted;        /* as many as it waits for */
	pthread_t worker;
};

static int
set_up(void **state)
{
	ssize_t size = rte_ring_get_memsize_elem(sizeof(uint32_t), COMMANDS);
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (fixture == NULL || size < 0)
		return -1;
	fixture->commands = aligned_alloc(RTE_CACHE_LINE_SIZE, (size_t)size);
	if (fixture->commands == NULL || rte_ring_init(fixture->commands, "commands", COMMANDS,
						       RING_F_SP_ENQ | RING_F_SC_DEQ) != 0)
		return -1;
	*state = fixture;
	return sleeper_open(&fixture->sleeper);
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	sleeper_close(&fixture->sleeper);
	free(fixture->commands);
	free(fixture);
	return 0;
}

static void
command_give(struct fixture *fixture)
{
	uint32_t command = 1;

	while (rte_ring_sp_enqueue_elem(fixture->commands, &command, sizeof(command)) != 0)
		sched_yield();
	sleeper_tell(&fixture->sleeper, fixture->commands);
}

/* Takes what is there and sleeps, until it has all of it. */
static void *
worker_main(void *context)
{
	struct fixture *fixture = context;
	uint32_t command;

	while (fixture->taken < fixture->wanted) {
		while (rte_ring_sc_dequeue_elem(fixture->commands, &command, sizeof(command)) == 0)
			fixture->taken++;
		if (fixture->taken < fixture->wanted)
			sleeper_sleep(&fixture->sleeper, fixture->commands, HOUR);
	}
	return NULL;
}

static void
worker_start(struct fixture *fixture, unsigned int wanted)
{
	fixture->wanted = wanted;
	assert_int_equal(pthread_create(&fixture->worker, NULL, worker_main, fixture), 0);
}

static void
wait_until_asleep(struct fixture *fixture)
{
	while (!fixture->sleeper.asleep)
		sched_yield();
}

static void
nobody_sleeps_before_commands(void **state)
{
	struct fixture *fixture = *state;

	command_give(fixture);
	sleeper_sleep(&fixture->sleeper, fixture->commands, HOUR);
	assert_int_equal(fixture->sleeper.sleeps, 0);
	assert_false(fixture->sleeper.asleep);
}

static void
time_ends_a_sleep(void **state)
{
	struct fixture *fixture = *state;

	sleeper_sleep(&fixture->sleeper, fixture->commands, 1000);
	sleeper_sleep(&fixture->sleeper, fixture->commands, 0);
	assert_int_equal(fixture->sleeper.sleeps, 2);
	assert_false(fixture->sleeper.asleep);
}

/* However they meet: no command is slept through. */
static void
commands_end_a_sleep(void **state)
{
	struct fixture *fixture = *state;

	worker_start(fixture, 20001);
	wait_until_asleep(fixture);
	for (unsigned int i = 0; i < 20001; i++)
		command_give(fixture);
	assert_int_equal(pthread_join(fixture->worker, NULL), 0);
	assert_int_equal(fixture->taken, 20001);
	assert_true(fixture->sleeper.sleeps > 0);
}

/* Who has no commands is not woken, and one wake-up is for one sleep. */
static void
a_wake_up_waits_for_the_sleep(void **state)
{
	struct fixture *fixture = *state;

	sleeper_wake(&fixture->sleeper);
	sleeper_sleep(&fixture->sleeper, fixture->commands, HOUR);
	assert_int_equal(fixture->sleeper.sleeps, 1);

	worker_start(fixture, 1);
	wait_until_asleep(fixture);
	sleeper_tell(&fixture->sleeper, fixture->commands);
	assert_int_equal(fixture->taken, 0);
	command_give(fixture);
	assert_int_equal(pthread_join(fixture->worker, NULL), 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(nobody_sleeps_before_commands),
		TEST(time_ends_a_sleep),
		TEST(commands_end_a_sleep),
		TEST(a_wake_up_waits_for_the_sleep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
