/* SPDX-License-Identifier: BSD-3-Clause */
#include "first_share.h"

#include <rte_branch_prediction.h>
#include <rte_common.h>

void
first_share_init(struct first_share *share, uint64_t (*cycles)(void))
{
	*share = (struct first_share){ .cycles = cycles, .cost = FIRST_SHARE_COST };
}

/* Charges those that were admitted last. */
static void
first_share_charge(struct first_share *share)
{
	uint64_t one;

	share->credit -= (int64_t)share->spent;
	if (share->admitted > 0) {
		one = share->spent / share->admitted;
		share->cost = (uint32_t)((share->cost * (uint64_t)FIRST_SHARE_COST_WEIGHT +
					  RTE_MIN(one, (uint64_t)FIRST_SHARE_SAVED)) /
					 (FIRST_SHARE_COST_WEIGHT + 1));
	}
	share->admitted = 0;
	share->spent = 0;
}

unsigned int
first_share_admit(struct first_share *share, uint32_t percent, uint64_t now, unsigned int count)
{
	uint64_t cycles, passed;

	first_share_charge(share);
	share->limits = share->cycles != NULL && percent < FIRST_SHARE_ALL && share->waited != 0 &&
			now - share->waited < FIRST_SHARE_WAIT;
	if (likely(!share->limits))
		return count;
	cycles = share->cycles();
	passed = RTE_MIN(cycles - share->since, (uint64_t)FIRST_SHARE_SAVED * FIRST_SHARE_ALL);
	share->since = cycles;
	share->credit = RTE_MIN(share->credit + (int64_t)(passed * percent / FIRST_SHARE_ALL),
				(int64_t)FIRST_SHARE_SAVED);
	/* What one takes too much is kept back from the next ones. */
	share->admitted = 0;
	if (share->credit > 0)
		share->admitted =
			(uint32_t)RTE_MIN((int64_t)count, share->credit / share->cost + 1);
	share->credit -= (int64_t)count * FIRST_SHARE_MISS;
	share->credit = RTE_MAX(share->credit, -(int64_t)FIRST_SHARE_SAVED);
	return share->admitted;
}
