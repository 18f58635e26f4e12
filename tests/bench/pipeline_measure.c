/* SPDX-License-Identifier: BSD-3-Clause */
#include "pipeline_measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <rte_cycles.h>

enum {
	PART = 512, /* bursts: a millisecond or less */
	RUNS_MIN = 40,
	RUNS_MAX = 4000,
};

/* How often the kernel has given the CPU to somebody else. */
static long
interruptions(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_nivcsw : 0;
}

/* Cycles a packet; less than 0: every part was interrupted. */
static double
run_burst(const struct measure *measure, burst_fn *burst, void *context)
{
	uint64_t cycles = 0, bursts = 0;

	for (uint32_t done = 0; done < measure->bursts; done += PART) {
		long before = interruptions();
		uint64_t start = rte_rdtsc_precise(), end;

		for (unsigned int i = 0; i < PART; i++)
			burst(context);
		end = rte_rdtsc_precise();
		if (interruptions() != before)
			continue;
		cycles += end - start;
		bursts += PART;
	}
	return bursts == 0 ? -1 : (double)cycles / (double)(bursts * measure->burst);
}

/* Adds to the cycles a packet of each stage; false: every part was interrupted. */
static bool
run_stages(const struct measure *measure, stages_fn *stages, void *context,
	   double run[MEASURE_STAGES])
{
	uint64_t sum[MEASURE_STAGES] = { 0 };
	uint64_t bursts = 0;

	for (uint32_t done = 0; done < measure->bursts; done += PART) {
		uint64_t cycles[MEASURE_STAGES] = { 0 };
		long before = interruptions();

		for (unsigned int i = 0; i < PART; i++)
			stages(context, cycles);
		if (interruptions() != before)
			continue;
		for (unsigned int i = 0; i < MEASURE_STAGES; i++)
			sum[i] += cycles[i];
		bursts += PART;
	}
	for (unsigned int i = 0; i < MEASURE_STAGES && bursts > 0; i++)
		run[i] = (double)sum[i] / (double)(bursts * measure->burst);
	return bursts > 0;
}

static int
compare(const void *a, const void *b)
{
	const double *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static void
print_stages(const struct measure *measure, stages_fn *stages, void *context)
{
	double runs[RUNS_MIN][MEASURE_STAGES];

	for (unsigned int count = 0; count < RUNS_MIN;)
		count += run_stages(measure, stages, context, runs[count]);
	for (unsigned int i = 0; i < MEASURE_STAGES; i++) {
		double one[RUNS_MIN];

		for (unsigned int run = 0; run < RUNS_MIN; run++)
			one[run] = runs[run][i];
		qsort(one, RUNS_MIN, sizeof(one[0]), compare);
		printf(" %7.1f", one[RUNS_MIN / 2]);
	}
}

bool
measure_wants(const struct measure *measure, const char *name)
{
	return measure->only == NULL || strstr(name, measure->only) != NULL;
}

void
measure_print_head(void)
{
	printf("%-34s %8s %8s %8s   parse   route    find  decide   apply    send\n",
	       "cycles a packet", "median", "least", "most");
}

double
measure_row(const struct measure *measure, const char *name, burst_fn *burst, stages_fn *stages,
	    void *context)
{
	uint64_t end = rte_rdtsc() + (uint64_t)(measure->seconds * (double)rte_get_tsc_hz());
	double runs[RUNS_MAX];
	unsigned int count = 0;

	while (count < RUNS_MIN || (count < RUNS_MAX && rte_rdtsc() < end)) {
		double run = run_burst(measure, burst, context);

		if (run >= 0)
			runs[count++] = run;
	}
	qsort(runs, count, sizeof(runs[0]), compare);
	printf("%-34s %8.1f %8.1f %8.1f", name, runs[count / 2] - measure->base,
	       runs[0] - measure->base, runs[count - 1] - measure->base);
	if (stages != NULL)
		print_stages(measure, stages, context);
	putchar('\n');
	fflush(stdout);
	return runs[count / 2];
}
