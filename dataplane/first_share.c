/* SPDX-License-Identifier: BSD-3-Clause */
#include "first_share.h"

#include <rte_branch_prediction.h>
#include <rte_common.h>

void
first_share_init(struct first_share *share, uint64_t (*cycles)(void))
{
	*share = (struct first_share){ .cycles = cycles };
}

/* Adds to what is left: neither more than that is saved up, nor are more debts kept. */
static int64_t
first_share_add(int64_t left, int64_t cycles, int64_t most)
{
	return RTE_MAX(RTE_MIN(left + cycles, most), -most);
}

bool
first_share_admits(struct first_share *share, uint32_t percent, uint64_t now, unsigned int count)
{
	uint64_t cycles, passed;
	int64_t earned, cost;

	share->limits = share->cycles != NULL && percent < FIRST_SHARE_ALL && share->waited != 0 &&
			now - share->waited < FIRST_SHARE_WAIT;
	if (likely(!share->limits))
		return true;
	cycles = share->cycles();
	/* Others have waited for a worker that was stopped for a while: it has nothing to spend. */
	passed = RTE_MIN(cycles - share->since, (uint64_t)FIRST_SHARE_SAVED);
	share->since = cycles;
	earned = (int64_t)(passed * percent / FIRST_SHARE_ALL);
	cost = FIRST_SHARE_BURST + (int64_t)count * FIRST_SHARE_MISS;
	share->least = first_share_add(share->least, earned / FIRST_SHARE_LEAST,
				       FIRST_SHARE_SAVED / FIRST_SHARE_LEAST);
	share->credit = first_share_add(share->credit, earned - cost, FIRST_SHARE_SAVED);
	if (share->credit <= 0 && share->least <= 0)
		return false;
	share->credit -= (int64_t)count * FIRST_SHARE_BEHIND;
	share->least -= (int64_t)count * FIRST_SHARE_BEHIND;
	return true;
}
