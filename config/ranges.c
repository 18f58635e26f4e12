/* SPDX-License-Identifier: BSD-3-Clause */
#include "ranges.h"

#include <errno.h>
#include <stdlib.h>

int
address_ranges_add(struct address_ranges *ranges, struct address_range range)
{
	/* The array is taken for full when the count is a power of two, and doubles then. */
	if ((ranges->count & (ranges->count - 1)) == 0) {
		size_t capacity = ranges->count == 0 ? 1 : 2 * ranges->count;
		struct address_range *items = reallocarray(ranges->items, capacity, sizeof(*items));

		if (items == NULL)
			return -ENOMEM;
		ranges->items = items;
	}
	ranges->items[ranges->count++] = range;
	return 0;
}

int
address_ranges_add_prefixes(struct address_ranges *ranges, const struct ip_prefix *prefixes,
			    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int error = address_ranges_add(ranges, ip_prefix_range_v4(&prefixes[i]));

		if (error < 0)
			return error;
	}
	return 0;
}

static int
range_compare(const void *left, const void *right)
{
	const struct address_range *a = left, *b = right;

	return (a->first > b->first) - (a->first < b->first);
}

void
address_ranges_merge(struct address_ranges *ranges)
{
	struct address_range *items = ranges->items;
	size_t count = 0;

	if (ranges->count < 2)
		return;
	qsort(items, ranges->count, sizeof(*items), range_compare);
	for (size_t i = 1; i < ranges->count; i++) {
		/* Behind the highest address nothing is left to be adjacent. */
		if (items[count].last != UINT32_MAX && items[i].first > items[count].last + 1)
			items[++count] = items[i];
		else if (items[i].last > items[count].last)
			items[count].last = items[i].last;
	}
	ranges->count = count + 1;
}

/* What of one range is outside the set, whose ranges before *at end before it. */
static int
range_subtract(struct address_range range, const struct address_ranges *what, size_t *at,
	       struct address_ranges *rest)
{
	while (*at < what->count && what->items[*at].last < range.first)
		(*at)++;
	for (size_t i = *at; i < what->count && what->items[i].first <= range.last; i++) {
		const struct address_range *hole = &what->items[i];
		int error = 0;

		if (hole->first > range.first)
			error = address_ranges_add(rest, (struct address_range){ range.first,
										 hole->first - 1 });
		if (error < 0)
			return error;
		if (hole->last >= range.last)
			return 0;
		range.first = hole->last + 1;
	}
	return address_ranges_add(rest, range);
}

int
address_ranges_subtract(struct address_ranges *from, const struct address_ranges *what)
{
	struct address_ranges rest = { 0 };
	size_t at = 0;

	for (size_t i = 0; i < from->count; i++) {
		int error = range_subtract(from->items[i], what, &at, &rest);

		if (error < 0) {
			address_ranges_free(&rest);
			return error;
		}
	}
	address_ranges_free(from);
	*from = rest;
	return 0;
}

bool
address_ranges_cover(const struct address_ranges *outer, const struct address_ranges *inner)
{
	size_t at = 0;

	for (size_t i = 0; i < inner->count; i++) {
		while (at < outer->count && outer->items[at].last < inner->items[i].first)
			at++;
		if (at == outer->count || outer->items[at].first > inner->items[i].first ||
		    outer->items[at].last < inner->items[i].last)
			return false;
	}
	return true;
}

void
address_ranges_free(struct address_ranges *ranges)
{
	free(ranges->items);
	*ranges = (struct address_ranges){ 0 };
}
