/* SPDX-License-Identifier: BSD-3-Clause */
#include "first_share.h"

#include <rte_branch_prediction.h>

void
first_share_init(struct first_share *share, uint64_t (*cycles)(void))
{
	*share = (struct first_share){ .cycles = cycles };
}

/* Adds to what is left: no more than that is saved up, nor are more debts kept than a rush. */
static int64_t
first_share_add(int64_t left, int64_t cycles, int64_t most)
{
	return RTE_MAX(RTE_MIN(left + cycles, most), -(int64_t)FIRST_SHARE_SAVED);
}

/* Cycles of `passed` that a packet took which was not decided, on average. */
static uint64_t
first_share_each(const struct first_share *share, uint64_t passed)
{
	uint64_t each = (passed - RTE_MIN(share->charged, passed)) / RTE_MAX(share->packets, 1U);

	return RTE_MIN(each, (uint64_t)FIRST_SHARE_MISS_MOST);
}

bool
first_share_admits(struct first_share *share, uint32_t percent, uint64_t now, unsigned int count)
{
	uint64_t cycles, passed, cost;
	int64_t earned;

	if (first_share_refuses(share, now)) {
		share->first += count;
		return false;
	}
	share->limits = share->cycles != NULL && percent < FIRST_SHARE_ALL && share->waited != 0 &&
			now - share->waited < FIRST_SHARE_WAIT;
	if (likely(!share->limits))
		return true;
	share->first += count;
	cycles = share->cycles();
	/* Others have waited for a worker that was stopped for a while: it has nothing to spend. */
	passed = RTE_MIN(cycles - share->since, (uint64_t)FIRST_SHARE_SAVED);
	cost = share->first * first_share_each(share, passed) * FIRST_SHARE_MISS / FIRST_SHARE_ALL;
	share->first = 0;
	share->since = cycles;
	share->charged = 0;
	share->packets = 0;
	earned = (int64_t)(passed * percent / FIRST_SHARE_ALL);
	share->least = first_share_add(share->least, earned / FIRST_SHARE_LEAST,
				       FIRST_SHARE_SAVED / FIRST_SHARE_LEAST);
	share->credit = first_share_add(share->credit, earned - (int64_t)cost, FIRST_SHARE_SAVED);
	if (share->credit > 0 || share->least > 0)
		return true;
	share->refused_until = RTE_MIN(now + FIRST_SHARE_AGAIN, share->waited + FIRST_SHARE_WAIT);
	return false;
}
