/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rte_common.h>

/*
 * A rate that is kept: a leaking bucket, measured in time. What passes pours in as much as drains
 * until the next is due, and must not overflow it.
 */
struct bucket {
	uint64_t spent;  /* nanoseconds of credit */
	uint64_t filled; /* when some of it was last given back */
};

enum {
	BUCKET_BURST_FRACTION = 10, /* of a second's rate may come at once... */
	BUCKET_BURST_MIN = 10,      /* ...and always so many */
};

/* Whether one more passes now, at so many a second. now: nanoseconds. */
static inline bool
bucket_pass(struct bucket *bucket, uint64_t rate, uint64_t now)
{
	uint64_t one, size;

	if (rate == 0)
		return false;
	one = UINT64_C(1000000000) / rate;
	size = one * RTE_MAX(rate / BUCKET_BURST_FRACTION, (uint64_t)BUCKET_BURST_MIN);
	bucket->spent -= RTE_MIN(bucket->spent, now - bucket->filled);
	bucket->filled = now;
	if (bucket->spent + one > size)
		return false;
	bucket->spent += one;
	return true;
}
