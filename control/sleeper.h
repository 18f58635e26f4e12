/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_ring.h>

/* How a worker that has nothing to do sleeps, until time passes or the control thread wakes it. */

struct sleeper {
	int wakeup;          /* eventfd */
	_Atomic bool asleep; /* written by the worker, read by the control thread */
	/* Times that it slept; written by the worker, read by any. */
	_Atomic uint64_t sleeps;
};

/* 0 or -errno. */
int sleeper_open(struct sleeper *sleeper);
void sleeper_close(struct sleeper *sleeper);

/* The worker sleeps for so long, but only while there are no commands. */
void sleeper_sleep(struct sleeper *sleeper, const struct rte_ring *commands, uint64_t nanoseconds);
/* Has the worker look at its commands if there are any. Called after they are in the ring. */
void sleeper_tell(struct sleeper *sleeper, const struct rte_ring *commands);
/* Whatever the worker does: it does not sleep through its next sleep. */
void sleeper_wake(struct sleeper *sleeper);
