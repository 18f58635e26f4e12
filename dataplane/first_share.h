/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * What first packets may take of a worker's cycles. To decide one and to remember its session costs
 * as much as ten or twenty packets of sessions that are there, so that a flood of them would take
 * the worker from everybody else. While others wait, first packets have a share of the cycles, and
 * those for which there is none are dropped, which takes its part of the share too.
 *
 * Others wait when a queue had a whole burst and not all of it were first packets: there are more
 * behind. Who is alone may have the whole worker.
 */

enum {
	FIRST_SHARE_ALL = 100, /* percent */
	FIRST_SHARE_WAIT =
		1000000, /* nanoseconds for which others wait, once they have been seen */
	FIRST_SHARE_SAVED =
		1 << 20,         /* cycles: half a millisecond's, so that a rush is a short one */
	FIRST_SHARE_COST = 1024, /* cycles of one, until some have been measured */
	/*
	 * Cycles of each, from its parsing on: none has a session. About 90 in a flood of
	 * 10M a second (tests/bench/pipeline_flood.c), and more where they are fewer.
	 */
	FIRST_SHARE_MISS = 100,
	FIRST_SHARE_COST_WEIGHT = 8, /* of what was known of the cost, to 1 of what is measured */
};

struct first_share {
	uint64_t (*cycles)(void); /* any clock; NULL: nothing is ever limited */
	uint64_t waited;          /* nanoseconds: when others were last seen to wait */
	uint64_t since;           /* cycles: when the share was last added up */
	int64_t credit;           /* cycles that first packets have left */
	uint64_t spent;           /* cycles, by those that were admitted since */
	uint32_t admitted;
	uint32_t cost; /* cycles of one, on average */
	bool limits;   /* at present */
};

void first_share_init(struct first_share *share, uint64_t (*cycles)(void));

/* Others wait. now: nanoseconds. */
static inline void
first_share_wait(struct first_share *share, uint64_t now)
{
	share->waited = now;
}

/* How many of `count` first packets of a burst may be decided, of a share of so many percent. */
unsigned int first_share_admit(struct first_share *share, uint32_t percent, uint64_t now,
			       unsigned int count);

/* Around all that is done for those that were admitted. */
static inline uint64_t
first_share_begin(const struct first_share *share)
{
	return share->limits ? share->cycles() : 0;
}

static inline void
first_share_end(struct first_share *share, uint64_t begun)
{
	if (share->limits)
		share->spent += share->cycles() - begun;
}
