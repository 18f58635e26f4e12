/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

#include <rte_cycles.h>

/*
 * The gateway's clock: monotonic nanoseconds since it was made, from the time-stamp counter, so
 * that a worker can tell the time without a system call. All threads read the same one.
 */

#define CLOCK_NS_PER_S 1000000000ULL

enum {
	CLOCK_SHIFT = 32, /* of the factor, which is then wrong by less than 2 ns a second */
};

struct clock {
	uint64_t start;  /* cycles */
	uint64_t factor; /* nanoseconds per cycle, times 2^32 */
};

static inline struct clock
clock_make(uint64_t start, uint64_t hertz)
{
	return (struct clock){ .start = start, .factor = (CLOCK_NS_PER_S << CLOCK_SHIFT) / hertz };
}

static inline uint64_t
clock_at(const struct clock *clock, uint64_t cycles)
{
	return (uint64_t)(((__uint128_t)(cycles - clock->start) * clock->factor) >> CLOCK_SHIFT);
}

static inline uint64_t
clock_now(const struct clock *clock)
{
	return clock_at(clock, rte_rdtsc());
}
