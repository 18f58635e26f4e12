/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rte_common.h>

/*
 * What first packets may take of a worker's cycles. To decide one and to remember its session costs
 * as much as ten or twenty packets of sessions that are there, so that a flood of them would take
 * the worker from everybody else. While others wait, first packets have a share of the cycles, and
 * those for which there is none are dropped, which takes its part of the share too.
 *
 * A burst's first packets are decided together, as one costs the less the more there are, or not at
 * all; what they take too much is kept back from the next ones. To drop a flood may take all of the
 * share. So that sessions begin even then, a part of it is for those alone that are decided. Once
 * there is no share, all are dropped for a moment: bursts of which that is known before are gone
 * through faster (stage_pass.c), and the clock need not be read.
 *
 * Others wait when a queue had a whole burst and not all of it were first packets: there are more
 * behind. Who is alone may have the whole worker.
 */

enum {
	FIRST_SHARE_ALL = 100, /* percent */
	FIRST_SHARE_WAIT =
		1000000, /* nanoseconds for which others wait, once they have been seen */
	FIRST_SHARE_SAVED =
		1 << 18, /* cycles: a tenth of a millisecond's, so that a rush is a short one */
	FIRST_SHARE_LEAST = 20,    /* one part in so many is for those that are decided */
	FIRST_SHARE_AGAIN = 30000, /* nanoseconds: so long a refusal holds without a second look */
	/*
	 * What one that is dropped takes, percent of what packets take at present: more, for its
	 * burst goes ways that nobody could foresee (tests/bench/pipeline_flood.c).
	 */
	FIRST_SHARE_MISS = 125,
	FIRST_SHARE_MISS_MOST = 300, /* cycles, where nobody knows who else has the core */
	/*
	 * What one that is decided costs those in its burst, by caches, by stores under way and as
	 * they go the long way, percent of what it takes itself.
	 */
	FIRST_SHARE_BEHIND = 140,
	FIRST_SHARE_BURST_MOST = 1 << 17, /* cycles: somebody else had the core if more went by */
};

struct first_share {
	uint64_t (*cycles)(void); /* any clock; NULL: nothing is ever limited */
	uint64_t waited;          /* nanoseconds: when others were last seen to wait */
	uint64_t since;           /* cycles: when the share was last added up */
	uint64_t charged;         /* ... to those that were decided since */
	uint32_t first;         /* first packets that have come since, of those that are limited */
	uint32_t packets;       /* ... and all packets together */
	uint64_t refused_until; /* nanoseconds: so long the last refusal holds, if it limits */
	int64_t credit;         /* cycles that first packets have left */
	int64_t least;          /* ... that those that are decided have left in any case */
	bool limits;            /* at present */
};

void first_share_init(struct first_share *share, uint64_t (*cycles)(void));

/* Others wait. now: nanoseconds. */
static inline void
first_share_wait(struct first_share *share, uint64_t now)
{
	share->waited = now;
}

/* Until the last refusal is over, no first packet is admitted. */
static inline bool
first_share_refuses(const struct first_share *share, uint64_t now)
{
	return share->limits && now < share->refused_until;
}

/* So many packets have come. */
static inline void
first_share_count(struct first_share *share, unsigned int packets)
{
	share->packets += packets;
}

/* Whether a burst's first packets may be decided, count of them, of a share of so many percent. */
bool first_share_admits(struct first_share *share, uint32_t percent, uint64_t now,
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
	uint64_t charge;

	if (!share->limits)
		return;
	charge = (share->cycles() - begun) * (FIRST_SHARE_ALL + FIRST_SHARE_BEHIND) /
		 FIRST_SHARE_ALL;
	charge = RTE_MIN(charge, (uint64_t)FIRST_SHARE_BURST_MOST);
	share->charged += charge;
	share->credit -= (int64_t)charge;
	share->least -= (int64_t)charge;
}
