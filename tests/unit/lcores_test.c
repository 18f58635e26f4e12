/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/lcores.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <rte_eal.h>
#include <rte_lcore.h>

#include "dataplane/worker.h"

/* A gateway of workers that receive what the test says, in place of the real one. */
struct gateway {
	unsigned int count;
	struct worker *workers[4];
};

/* By worker: what it receives in each of its rounds, and how many rounds there were. */
static _Atomic unsigned int receives[4];
static _Atomic unsigned int rounds[4];
static _Atomic uint64_t last_time[4];

unsigned int
gateway_worker_count(const struct gateway *gateway)
{
	return gateway->count;
}

struct worker *
gateway_worker(const struct gateway *gateway, unsigned int index)
{
	return gateway->workers[index];
}

unsigned int
worker_poll(struct worker *worker, uint64_t now)
{
	if (now < last_time[worker->id])
		rte_panic("the clock goes back\n");
	last_time[worker->id] = now;
	rounds[worker->id]++;
	return receives[worker->id];
}

/* By worker: what it takes over from others once they stop. */
static _Atomic unsigned int hands[4];

unsigned int
worker_poll_handoffs(struct worker *worker, uint64_t now)
{
	(void)now;
	if (hands[worker->id] == 0)
		return 0;
	hands[worker->id]--;
	__atomic_fetch_add(&worker->counters.handoffs_taken, 1, __ATOMIC_RELEASE);
	return 1;
}

static struct worker workers[4];

static struct gateway
gateway_make(unsigned int count)
{
	struct gateway gateway = { .count = count };

	for (uint16_t i = 0; i < count; i++) {
		workers[i].id = i;
		gateway.workers[i] = &workers[i];
		receives[i] = 0;
		rounds[i] = 0;
		last_time[i] = 0;
	}
	return gateway;
}

static void
wait_for_rounds(unsigned int worker, unsigned int count)
{
	unsigned int seen = rounds[worker];

	while (rounds[worker] - seen < count)
		sched_yield();
}

static void
more_workers_than_lcores_do_not_start(void **state)
{
	struct gateway gateway = gateway_make(4);
	struct clock clock = clock_make(rte_rdtsc(), rte_get_tsc_hz());
	struct lcores lcores;

	(void)state;
	/* Lcores 1 to 3 are there: those that were started have been stopped again. */
	assert_int_equal(lcores_start(&lcores, &gateway, &clock, 1, false), -EINVAL);
	for (unsigned int i = 1; i < 4; i++)
		assert_int_equal(rte_eal_get_lcore_state(i), WAIT);
	assert_null(lcores.items);
}

static void
workers_run_until_they_are_stopped(void **state)
{
	struct gateway gateway = gateway_make(3);
	struct clock clock = clock_make(rte_rdtsc(), rte_get_tsc_hz());
	struct lcores lcores;
	unsigned int stopped;

	(void)state;
	assert_int_equal(lcores_start(&lcores, &gateway, &clock, 1, false), 0);
	assert_int_equal(lcores.count, 3);
	for (unsigned int i = 0; i < 3; i++) {
		assert_true(lcores.items[i].shares_cpu);
		wait_for_rounds(i, 3);
	}
	lcores_stop(&lcores);
	stopped = rounds[1];
	for (unsigned int i = 1; i < 4; i++)
		assert_int_equal(rte_eal_get_lcore_state(i), WAIT);
	assert_int_equal(rounds[1], stopped);
	assert_true(last_time[1] > 0);
}

/* For workers that sleep, who look whether there are commands. */
static void
rings_create(void)
{
	for (unsigned int i = 0; i < 2; i++) {
		workers[i].commands = command_ring_create(i == 0 ? "zero" : "one", SOCKET_ID_ANY);
		assert_non_null(workers[i].commands);
	}
}

static void
rings_free(void)
{
	for (unsigned int i = 0; i < 2; i++) {
		rte_ring_free(workers[i].commands);
		workers[i].commands = NULL;
	}
}

/* One that sleeps makes rounds all the same, and is woken to stop. */
static void
idle_workers_sleep_where_they_may(void **state)
{
	struct gateway gateway = gateway_make(2);
	struct clock clock = clock_make(rte_rdtsc(), rte_get_tsc_hz());
	struct lcores lcores;

	(void)state;
	rings_create();
	receives[1] = 1;
	assert_int_equal(lcores_start(&lcores, &gateway, &clock, 1, true), 0);
	while (lcores.items[0].sleeper.sleeps < 10)
		sched_yield();
	lcores_wake(&lcores);
	wait_for_rounds(0, 10);
	assert_int_equal(lcores.items[1].sleeper.sleeps, 0);
	lcores_stop(&lcores);
	rings_free();
}

/* What is due is done a little in each round: to sleep between them would put it off. */
static void
workers_that_are_behind_do_not_sleep(void **state)
{
	struct gateway gateway = gateway_make(2);
	struct clock clock = clock_make(rte_rdtsc(), rte_get_tsc_hz());
	struct lcores lcores;

	(void)state;
	rings_create();
	workers[1].behind = true;
	assert_int_equal(lcores_start(&lcores, &gateway, &clock, 1, true), 0);
	while (lcores.items[0].sleeper.sleeps < 10)
		sched_yield();
	assert_int_equal(lcores.items[1].sleeper.sleeps, 0);
	lcores_stop(&lcores);
	workers[1].behind = false;
	rings_free();
}

static void
what_a_queue_holds_is_taken_at_the_end(void **state)
{
	struct gateway gateway = gateway_make(1);
	struct clock clock = clock_make(rte_rdtsc(), rte_get_tsc_hz());
	struct lcores lcores;
	uint64_t polled;

	(void)state;
	/* A source that never ends is stopped after the rounds that are allowed. */
	receives[0] = 32;
	assert_int_equal(lcores_start(&lcores, &gateway, &clock, 1000000, false), 0);
	wait_for_rounds(0, 1);
	lcores_stop(&lcores);
	assert_true(rounds[0] > 1000000);

	/* One that has nothing is asked once. */
	gateway = gateway_make(1);
	assert_int_equal(lcores_start(&lcores, &gateway, &clock, 1000000, false), 0);
	wait_for_rounds(0, 1);
	lcores.stop = true;
	rte_eal_wait_lcore(1);
	polled = lcores.items[0].rounds;
	assert_int_equal(rounds[0], polled + 1);
	lcores_stop(&lcores);
}

static void
marks_tell_whole_rounds(void **state)
{
	struct gateway gateway = gateway_make(2);
	struct clock clock = clock_make(rte_rdtsc(), rte_get_tsc_hz());
	struct lcores lcores;

	(void)state;
	assert_int_equal(lcores_start(&lcores, &gateway, &clock, 1, false), 0);
	lcores_mark(&lcores);
	wait_for_rounds(0, 4);
	wait_for_rounds(1, 4);
	assert_true(lcores_made_round(&lcores));
	lcores.stop = true;
	rte_eal_mp_wait_lcore();

	/* They stand still now. */
	lcores_mark(&lcores);
	assert_false(lcores_made_round(&lcores));
	lcores.items[0].rounds += 2;
	assert_false(lcores_made_round(&lcores));
	lcores.items[1].rounds += 1;
	assert_false(lcores_made_round(&lcores));
	lcores.items[1].rounds += 1;
	assert_true(lcores_made_round(&lcores));
	lcores_stop(&lcores);
}

static void
eal_start_lcores(void)
{
	char prefix[64];
	char program[] = "test", no_huge[] = "--no-huge", no_shconf[] = "--no-shconf",
	     no_pci[] = "--no-pci", no_telemetry[] = "--no-telemetry", size[] = "-m32",
	     lcores[] = "--lcores=0@0,1@0,2@0,3@0", quiet[] = "--log-level=error";
	char *arguments[] = { program, no_huge, no_shconf, no_pci, no_telemetry,
			      lcores,  quiet,   prefix,    size,   NULL };

	snprintf(prefix, sizeof(prefix), "--file-prefix=viaduct-test-%d", (int)getpid());
	if (rte_eal_init(9, arguments) < 0) {
		fprintf(stderr, "DPDK does not start\n");
		exit(2);
	}
}

/* A worker that receives nothing more goes on as long as others have something for it. */
static void
what_was_handed_over_is_taken_at_the_end(void **state)
{
	struct gateway gateway = gateway_make(3);
	struct clock clock = clock_make(rte_rdtsc(), rte_get_tsc_hz());
	struct lcores lcores;

	(void)state;
	workers[0].counters.handed_off = 7;
	hands[1] = 4;
	hands[2] = 3;
	assert_int_equal(lcores_start(&lcores, &gateway, &clock, 1, false), 0);
	lcores_stop(&lcores);
	assert_int_equal(hands[1], 0);
	assert_int_equal(hands[2], 0);
	workers[0].counters.handed_off = 0;
	workers[1].counters.handoffs_taken = 0;
	workers[2].counters.handoffs_taken = 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(more_workers_than_lcores_do_not_start),
		cmocka_unit_test(workers_run_until_they_are_stopped),
		cmocka_unit_test(idle_workers_sleep_where_they_may),
		cmocka_unit_test(workers_that_are_behind_do_not_sleep),
		cmocka_unit_test(what_a_queue_holds_is_taken_at_the_end),
		cmocka_unit_test(marks_tell_whole_rounds),
		cmocka_unit_test(what_was_handed_over_is_taken_at_the_end),
	};

	eal_start_lcores();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
