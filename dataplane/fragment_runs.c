/* SPDX-License-Identifier: BSD-3-Clause */
#include "fragment_runs.h"

#include <string.h>

enum {
	UNIT = 8, /* bytes: fragments begin at multiples of it */
};

static uint16_t
units(unsigned int bytes)
{
	return (uint16_t)((bytes + UNIT - 1) / UNIT);
}

/* The part is not there yet, and is no other's: puts it before the run at i, or joins them. */
static enum drop_reason
runs_insert(struct fragment_runs *set, unsigned int i, struct fragment_run run)
{
	struct fragment_run *at = &set->runs[i];
	size_t behind = (set->count - i) * sizeof(*at);
	bool joins_former = i > 0 && at[-1].end == run.begin;
	bool joins_next = i < set->count && at->begin == run.end;

	if (joins_former && joins_next) {
		at[-1].end = at->end;
		memmove(at, at + 1, behind - sizeof(*at));
		set->count--;
	} else if (joins_former) {
		at[-1].end = run.end;
	} else if (joins_next) {
		at->begin = run.begin;
	} else if (set->count == FRAGMENT_RUNS_MAX) {
		return DROP_fragment_scattered;
	} else {
		memmove(at + 1, at, behind);
		*at = run;
		set->count++;
	}
	return DROP_NONE;
}

/* Whether the part may be, as to where the packet ends. */
static bool
runs_agree_on_end(const struct fragment_runs *set, const struct fragment_extent *extent,
		  unsigned int end)
{
	if (!extent->last)
		return set->total == 0 || end < set->total;
	if (set->total != 0)
		return set->total == end;
	return set->count == 0 || set->runs[set->count - 1].end <= units(end);
}

enum drop_reason
fragment_runs_add(struct fragment_runs *set, const struct fragment_extent *extent)
{
	unsigned int end = (unsigned int)extent->offset + extent->length;
	struct fragment_run run = { extent->offset / UNIT, units(end) };
	const struct fragment_run *at = set->runs;
	enum drop_reason reason;

	if (!runs_agree_on_end(set, extent, end))
		return DROP_fragment_overlap;
	while (at < &set->runs[set->count] && at->end <= run.begin)
		at++;
	if (at < &set->runs[set->count] && at->begin < run.end)
		return at->begin <= run.begin && run.end <= at->end ? DROP_fragment_duplicate
								    : DROP_fragment_overlap;
	reason = runs_insert(set, (unsigned int)(at - set->runs), run);
	if (reason == DROP_NONE && extent->last)
		set->total = (uint16_t)end;
	return reason;
}

bool
fragment_runs_are_whole(const struct fragment_runs *set)
{
	return set->total != 0 && set->count == 1 && set->runs[0].begin == 0 &&
	       set->runs[0].end == units(set->total);
}
