/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rte_common.h>

#include "clock.h"
#include "gateway.h"
#include "sleeper.h"

/*
 * The workers' threads: worker i polls on lcore 1 + i until it is told to stop. When nothing comes,
 * it goes on polling, or sleeps: the longer nothing came the longer, but never for long, so that
 * timers, packets and what other workers hand over are not kept waiting.
 */

struct lcore {
	struct worker *worker;
	struct lcores *all;
	unsigned int cpu;
	bool shares_cpu; /* with another lcore: it gives it up when there is nothing to do */
	struct sleeper sleeper;
	uint64_t marked;         /* rounds at lcores_mark(); the control thread's */
	_Atomic uint64_t rounds; /* calls of worker_poll(); written by the worker, read by any */
} __rte_cache_aligned;

struct lcores {
	_Atomic bool stop;              /* written by the control thread, read by the workers */
	_Atomic unsigned int finishing; /* workers that receive nothing more */
	unsigned int count;
	bool sleep;               /* when nothing comes */
	unsigned int last_rounds; /* at most so many bursts are taken from a queue at the end */
	struct clock clock;
	struct lcore *items;
};

/*
 * Starts a thread for each worker of the gateway. last_rounds: after the stop, a worker goes on
 * until it receives nothing, but no longer than that. sleep: it may, when nothing comes. 0 or
 * -errno.
 */
int lcores_start(struct lcores *lcores, const struct gateway *gateway, const struct clock *clock,
		 unsigned int last_rounds, bool sleep);
/* Wakes workers that sleep and have commands. */
void lcores_wake(struct lcores *lcores);
/* Stops the threads and waits for them. What their queues held has been forwarded. */
void lcores_stop(struct lcores *lcores);

/* Remembers how far each worker is; true when each has made a whole round since then. */
void lcores_mark(struct lcores *lcores);
bool lcores_made_round(const struct lcores *lcores);
