/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drop.h"

/* Which parts of a packet have come in fragments. */

enum {
	FRAGMENT_RUNS_MAX = 16,
};

/* Which part of its packet's payload a fragment is. */
struct fragment_extent {
	uint16_t offset; /* bytes, a multiple of 8; 0: the first */
	uint16_t length; /* bytes, not 0; of any but the last a multiple of 8 */
	bool last;
};

/* All zero: nothing has come. */
struct fragment_runs {
	uint16_t total; /* bytes of the packet's payload; 0: the last fragment has not come */
	uint8_t count;
	/* In units of 8 bytes, begin to end - 1; in order, with gaps between them. */
	struct fragment_run {
		uint16_t begin;
		uint16_t end;
	} runs[FRAGMENT_RUNS_MAX];
};

/*
 * Adds a part, which ends at 65535 at most; or changes nothing, and says why. What lies within that
 * which has come is told to be a duplicate, as in Linux: where each fragment began and ended is not
 * kept. Of a packet's end all fragments have to agree: what contradicts others overlaps them.
 */
enum drop_reason fragment_runs_add(struct fragment_runs *runs,
				   const struct fragment_extent *extent);
/* Whether nothing is missing, from the first to the last. */
bool fragment_runs_are_whole(const struct fragment_runs *runs);
