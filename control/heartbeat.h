/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lcores.h"

/*
 * Whether all workers make rounds. A worker that makes none forwards nothing and acknowledges
 * nothing: the process can only end, and leave a core that tells why.
 *
 * What counts is how often the control thread has looked in vain, not how much time has passed: a
 * process that was stopped, or a machine that was, makes no rounds, and looks no more often.
 */

struct heartbeat {
	uint64_t next;                   /* nanoseconds: when it looks again */
	unsigned int looks_max;          /* in vain; 0: any number */
	uint64_t rounds[WORKERS_MAX];    /* at the last look */
	unsigned int looks[WORKERS_MAX]; /* in vain, one after the other */
};

struct heartbeat heartbeat_make(unsigned int limit_seconds); /* 0: none */
/*
 * Looks if it is time to: the worker that stands still for too long, or NULL. fresh becomes
 * whether it has looked now, and all workers had made rounds.
 */
const struct lcore *heartbeat_tick(struct heartbeat *heartbeat, const struct lcores *lcores,
				   uint64_t now, bool *fresh);
/* Says where the worker stands. */
void heartbeat_tell(const struct heartbeat *heartbeat, const struct lcores *lcores,
		    const struct lcore *lcore, const struct model *model, FILE *stream);
