/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * Measures bursts and prints rows of a table. What is measured is a run of many parts; parts in
 * which the kernel gave the CPU to somebody else are left out.
 */

enum {
	MEASURE_STAGES = 6,
};

struct measure {
	const char *only; /* rows whose names have this in them, or NULL: all */
	double seconds;   /* that a row takes at least; forty runs in any case */
	uint32_t bursts;  /* in a run */
	uint32_t burst;   /* packets */
	double base;      /* cycles a packet that are left out of all rows */
};

typedef void burst_fn(void *context);
/* Adds the cycles of each stage of a burst. */
typedef void stages_fn(void *context, uint64_t cycles[MEASURE_STAGES]);

/* That row is wanted. */
bool measure_wants(const struct measure *measure, const char *name);
void measure_print_head(void);
/*
 * A row: the median of the runs, the least and the most; then, unless stages is NULL, the medians
 * of the stages from other runs. The median, base included.
 */
double measure_row(const struct measure *measure, const char *name, burst_fn *burst,
		   stages_fn *stages, void *context);
