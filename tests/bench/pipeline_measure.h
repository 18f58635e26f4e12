/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * Measures bursts and prints rows of a table. Rows that are compared take turns: each round runs
 * each of them once, first without and then with a look at the clock. A run has many parts; parts
 * in which the kernel gave the CPU to somebody else are left out.
 */

enum {
	MEASURE_STAGES = 8,
	MEASURE_ROWS_MAX = 5,
	MEASURE_NAME_MAX = 64,
	MEASURE_ROUNDS_MAX = 200,
};

struct measure {
	const char *suffix; /* of the rows' names */
	uint32_t rounds;
	uint32_t bursts; /* in a run */
	uint32_t burst;  /* packets */
};

typedef void burst_fn(void *context);
/* Adds the cycles of each stage of a burst. */
typedef void stages_fn(void *context, uint64_t cycles[MEASURE_STAGES]);

struct measure_row {
	const char *name;
	burst_fn *burst;
	stages_fn *stages; /* or NULL */
};

void measure_print_head(void);
/*
 * Prints a row for each: the median of the runs, the least and the most, without what a packet
 * costs in the first one, whose row is not printed; then, unless stages is NULL, a row for each
 * stage, from other runs. The median of the last row. count: at most MEASURE_ROWS_MAX.
 */
double measure_rows(const struct measure *measure, const struct measure_row *rows,
		    unsigned int count, void *context);
/* Cycles a packet in one run, or in the next one if every part was interrupted. */
double measure_run(const struct measure *measure, burst_fn *burst, void *context);
/* Sorts n values, at least one: their median. */
double measure_median(double *values, unsigned int n);
/* The same, and prints a row of their median, least and most less base: its median. */
double measure_print(const struct measure *measure, const char *name, double *values,
		     unsigned int n, double base);
/* How often the kernel has given this thread's CPU to somebody else. */
long measure_interruptions(void);
