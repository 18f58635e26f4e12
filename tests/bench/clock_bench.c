/* SPDX-License-Identifier: BSD-3-Clause */

/* Prints how often a second the time-stamp counter counts, held against the kernel's clock. */

#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <rte_cycles.h>

enum {
	NS_PER_SECOND = 1000000000,
	MEASURED_NS = NS_PER_SECOND / 5,
};

static int64_t
nanoseconds(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC_RAW, &now) != 0)
		return -1;
	return (int64_t)now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

int
main(void)
{
	int64_t start = nanoseconds(), end;
	uint64_t first = rte_rdtsc_precise(), cycles;

	if (start < 0)
		return 2;
	do {
		end = nanoseconds();
		cycles = rte_rdtsc_precise() - first;
	} while (end - start < MEASURED_NS);
	printf("%.0f\n", (double)cycles * NS_PER_SECOND / (double)(end - start));
	return 0;
}
