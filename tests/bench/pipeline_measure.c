/* SPDX-License-Identifier: BSD-3-Clause */
#include "pipeline_measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <rte_common.h>
#include <rte_cycles.h>
#include <rte_debug.h>

enum {
	PART = 64, /* bursts: a millisecond or two at most, a scheduler gives that */
};

long
measure_interruptions(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_nivcsw : 0;
}

/* Cycles a packet in one run; less than 0: every part was interrupted. */
static double
run_once(const struct measure *measure, burst_fn *burst, void *context)
{
	uint64_t cycles = 0, bursts = 0;

	for (uint32_t done = 0; done < measure->bursts; done += PART) {
		long before = measure_interruptions();
		uint64_t start = rte_rdtsc_precise(), end;

		for (unsigned int i = 0; i < PART; i++)
			burst(context);
		end = rte_rdtsc_precise();
		if (measure_interruptions() != before)
			continue;
		cycles += end - start;
		bursts += PART;
	}
	return bursts == 0 ? -1 : (double)cycles / (double)(bursts * measure->burst);
}

double
measure_run(const struct measure *measure, burst_fn *burst, void *context)
{
	double run;

	do {
		run = run_once(measure, burst, context);
	} while (run < 0);
	return run;
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
		long before = measure_interruptions();

		for (unsigned int i = 0; i < PART; i++)
			stages(context, cycles);
		if (measure_interruptions() != before)
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

void
measure_print_head(void)
{
	printf("%-40s %9s %9s %9s\n", "cycles a packet", "median", "least", "most");
}

double
measure_median(double *values, unsigned int n)
{
	qsort(values, n, sizeof(values[0]), compare);
	return values[n / 2];
}

double
measure_print(const struct measure *measure, const char *name, double *values, unsigned int n,
	      double base)
{
	double median = measure_median(values, n) - base;
	char full[MEASURE_NAME_MAX];

	snprintf(full, sizeof(full), "%s%s", name, measure->suffix);
	printf("%-40s %9.1f %9.1f %9.1f\n", full, median, values[0] - base, values[n - 1] - base);
	fflush(stdout);
	return median;
}

/* A row for each stage: NAME:STAGE. */
static void
print_stages(const struct measure *measure, const struct measure_row *row, void *context)
{
	static const char *const stages[MEASURE_STAGES] = { "parse", "route",  "seek",  "pass",
							    "find",  "decide", "apply", "send" };
	double runs[MEASURE_STAGES][MEASURE_ROUNDS_MAX], run[MEASURE_STAGES];
	char name[MEASURE_NAME_MAX], suffixed[MEASURE_NAME_MAX];
	struct measure plain = *measure;
	uint32_t count = 0;

	while (count < measure->rounds) {
		if (!run_stages(measure, row->stages, context, run))
			continue;
		for (unsigned int i = 0; i < MEASURE_STAGES; i++)
			runs[i][count] = run[i];
		count++;
	}
	snprintf(suffixed, sizeof(suffixed), "%s%s", row->name, measure->suffix);
	plain.suffix = "";
	for (unsigned int i = 0; i < MEASURE_STAGES; i++) {
		snprintf(name, sizeof(name), "%.40s:%s", suffixed, stages[i]);
		(void)measure_print(&plain, name, runs[i], count, 0);
	}
}

double
measure_rows(const struct measure *measure, const struct measure_row *rows, unsigned int count,
	     void *context)
{
	double runs[MEASURE_ROWS_MAX][MEASURE_ROUNDS_MAX];
	uint32_t rounds = RTE_MIN(measure->rounds, (uint32_t)MEASURE_ROUNDS_MAX);
	double base = 0, median = 0;

	RTE_VERIFY(count <= MEASURE_ROWS_MAX);
	for (uint32_t round = 0; round < rounds; round++) {
		for (unsigned int i = 0; i < count; i++) {
			(void)measure_run(measure, rows[i].burst, context);
			runs[i][round] = measure_run(measure, rows[i].burst, context);
		}
	}
	base = measure_median(runs[0], rounds);
	for (unsigned int i = 1; i < count; i++) {
		median = measure_print(measure, rows[i].name, runs[i], rounds, base);
		if (rows[i].stages != NULL)
			print_stages(measure, &rows[i], context);
	}
	return median;
}
