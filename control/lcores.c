/* SPDX-License-Identifier: BSD-3-Clause */
#include "lcores.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_pause.h>

#include "dataplane/worker.h"

enum {
	/* One may be under way at the mark, and has perhaps polled its ports already. */
	ROUNDS_SURELY_WHOLE = 2,
	/* A call to sleep and awake takes a few microseconds: answers that follow at once do not
	 * meet it, and it is a small part of the time. */
	AWAKE_NS = 100 * 1000,
	/* The longest that a packet, or what another worker hands over, waits to be seen. */
	SLEEP_NS_MAX = 1000 * 1000,
};

/* Gives the core up, or waits a little: there is nothing to do. */
static void
lcore_rest(const struct lcore *lcore)
{
	if (lcore->shares_cpu)
		sched_yield();
	else
		rte_pause();
}

/* Nothing has come for so long: rests, or sleeps for as long again. */
static void
lcore_idle(struct lcore *lcore, uint64_t nanoseconds)
{
	if (!lcore->all->sleep || nanoseconds < AWAKE_NS)
		lcore_rest(lcore);
	else
		sleeper_sleep(&lcore->sleeper, lcore->worker->commands,
			      RTE_MIN(nanoseconds, (uint64_t)SLEEP_NS_MAX));
}

/*
 * Packets that one worker gave and the other has not come to the end of. They are counted before
 * they are given and after they were taken, and read the other way round.
 */
static bool
handoffs_under_way(const struct lcores *all)
{
	uint64_t taken = 0, given = 0;

	for (unsigned int i = 0; i < all->count; i++)
		taken += __atomic_load_n(&all->items[i].worker->counters.handoffs_taken,
					 __ATOMIC_ACQUIRE);
	for (unsigned int i = 0; i < all->count; i++)
		given += __atomic_load_n(&all->items[i].worker->counters.handed_off,
					 __ATOMIC_ACQUIRE);
	return given != taken;
}

/* What the others hand over until they too receive nothing more. */
static void
lcore_finish(struct lcore *lcore)
{
	struct lcores *all = lcore->all;

	atomic_fetch_add_explicit(&all->finishing, 1, memory_order_acq_rel);
	while (atomic_load_explicit(&all->finishing, memory_order_acquire) < all->count ||
	       handoffs_under_way(all)) {
		if (worker_poll_handoffs(lcore->worker, clock_now(&all->clock)) == 0)
			lcore_rest(lcore);
	}
}

static int
lcore_main(void *context)
{
	struct lcore *lcore = context;
	struct lcores *all = lcore->all;
	uint64_t rounds = 0, busy = 0; /* when something came last */

	while (!atomic_load_explicit(&all->stop, memory_order_acquire)) {
		uint64_t now = clock_now(&all->clock);
		unsigned int received = worker_poll(lcore->worker, now);

		atomic_store_explicit(&lcore->rounds, ++rounds, memory_order_release);
		/* What is due is done a little in each round: one that is behind does not sleep. */
		if (received > 0 || lcore->worker->behind)
			busy = now;
		if (received == 0)
			lcore_idle(lcore, now - busy);
	}

	for (unsigned int i = 0; i < all->last_rounds; i++) {
		if (worker_poll(lcore->worker, clock_now(&all->clock)) == 0)
			break;
	}
	lcore_finish(lcore);
	return 0;
}

static unsigned int
cpu_of(unsigned int lcore)
{
	rte_cpuset_t cpus = rte_lcore_cpuset(lcore);

	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &cpus))
			return cpu;
	}
	return 0;
}

/* The lcores are numbered from 0 without gaps (eal.h). */
static bool
shares_cpu(unsigned int lcore)
{
	for (unsigned int other = 0; other < rte_lcore_count(); other++) {
		if (other != lcore && cpu_of(other) == cpu_of(lcore))
			return true;
	}
	return false;
}

static int
lcore_start(struct lcore *lcore, unsigned int id)
{
	int rc = sleeper_open(&lcore->sleeper);

	if (rc != 0)
		return rc;
	rc = -EINVAL; /* DPDK itself does not look whether the lcore is there */
	if (rte_lcore_is_enabled(id))
		rc = rte_eal_remote_launch(lcore_main, lcore, id);
	if (rc != 0)
		sleeper_close(&lcore->sleeper);
	return rc;
}

int
lcores_start(struct lcores *lcores, const struct gateway *gateway, const struct clock *clock,
	     unsigned int last_rounds, bool sleep)
{
	unsigned int count = gateway_worker_count(gateway);
	size_t bytes = count * sizeof(*lcores->items);
	int rc = 0;

	*lcores = (struct lcores){ .clock = *clock, .sleep = sleep, .last_rounds = last_rounds };
	lcores->items = aligned_alloc(RTE_CACHE_LINE_SIZE, bytes);
	if (lcores->items == NULL)
		return -ENOMEM;

	for (unsigned int i = 0; i < count && rc == 0; i++) {
		struct lcore *lcore = &lcores->items[i];

		*lcore = (struct lcore){ .worker = gateway_worker(gateway, i),
					 .all = lcores,
					 .cpu = cpu_of(i + 1),
					 .shares_cpu = shares_cpu(i + 1) };
		rc = lcore_start(lcore, i + 1);
		if (rc == 0)
			lcores->count++;
	}
	if (rc != 0)
		lcores_stop(lcores);
	return rc;
}

void
lcores_stop(struct lcores *lcores)
{
	atomic_store_explicit(&lcores->stop, true, memory_order_release);
	for (unsigned int i = 0; i < lcores->count; i++)
		sleeper_wake(&lcores->items[i].sleeper);
	for (unsigned int i = 0; i < lcores->count; i++) {
		(void)rte_eal_wait_lcore(i + 1); /* always 0: what lcore_main() returns */
		sleeper_close(&lcores->items[i].sleeper);
	}
	lcores->count = 0;
	free(lcores->items);
	lcores->items = NULL;
}

void
lcores_wake(struct lcores *lcores)
{
	for (unsigned int i = 0; i < lcores->count && lcores->sleep; i++)
		sleeper_tell(&lcores->items[i].sleeper, lcores->items[i].worker->commands);
}

void
lcores_mark(struct lcores *lcores)
{
	for (unsigned int i = 0; i < lcores->count; i++)
		lcores->items[i].marked =
			atomic_load_explicit(&lcores->items[i].rounds, memory_order_acquire);
}

bool
lcores_made_round(const struct lcores *lcores)
{
	for (unsigned int i = 0; i < lcores->count; i++) {
		const struct lcore *lcore = &lcores->items[i];

		if (atomic_load_explicit(&lcore->rounds, memory_order_acquire) - lcore->marked <
		    ROUNDS_SURELY_WHOLE)
			return false;
	}
	return true;
}
