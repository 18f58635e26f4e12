/* SPDX-License-Identifier: BSD-3-Clause */
#include "prefix_table.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

enum {
	CAPACITY_MIN = 64,
};

int
prefix_table_add(struct prefix_table *table, uint32_t prefix, uint8_t length, route_target target)
{
	if (table->count == table->capacity) {
		size_t capacity = table->capacity == 0 ? CAPACITY_MIN : table->capacity * 2;
		struct prefix_entry *items =
			reallocarray(table->items, capacity, sizeof(*table->items));

		if (items == NULL)
			return -ENOMEM;
		table->items = items;
		table->capacity = capacity;
	}
	table->items[table->count++] =
		(struct prefix_entry){ .prefix = prefix, .length = length, .target = target };
	return 0;
}

static int
prefixes_compare(const struct prefix_entry *a, const struct prefix_entry *b)
{
	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	return (a->length > b->length) - (a->length < b->length);
}

/* The lowest wins a prefix that several things want. */
static unsigned int
target_rank(route_target target)
{
	static const uint8_t ranks[] = {
		[ROUTE_LOCAL] = 0,     [ROUTE_VIP] = 1,   [ROUTE_BROADCAST] = 2,
		[ROUTE_CONNECTED] = 3, [ROUTE_GROUP] = 4, [ROUTE_UNREACHABLE] = 5,
	};

	return ranks[route_target_kind(target)];
}

static int
entries_compare(const void *left, const void *right)
{
	const struct prefix_entry *a = left;
	const struct prefix_entry *b = right;
	int order = prefixes_compare(a, b);
	unsigned int a_rank = target_rank(a->target);
	unsigned int b_rank = target_rank(b->target);

	if (order != 0)
		return order;
	if (a_rank != b_rank)
		return a_rank < b_rank ? -1 : 1;
	return (a->target > b->target) - (a->target < b->target);
}

void
prefix_table_finish(struct prefix_table *table)
{
	size_t count = 0;

	if (table->count > 1)
		qsort(table->items, table->count, sizeof(table->items[0]), entries_compare);
	for (size_t i = 0; i < table->count; i++) {
		if (count > 0 && prefixes_compare(&table->items[count - 1], &table->items[i]) == 0)
			continue;
		table->items[count++] = table->items[i];
	}
	table->count = count;
}

void
prefix_table_clear(struct prefix_table *table)
{
	free(table->items);
	*table = (struct prefix_table){ 0 };
}

const struct prefix_entry *
prefix_table_find(const struct prefix_table *table, uint32_t prefix, uint8_t length)
{
	const struct prefix_entry wanted = { .prefix = prefix, .length = length };
	size_t low = 0, high = table->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = prefixes_compare(&table->items[middle], &wanted);

		if (order == 0)
			return &table->items[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/*
 * Walks both tables in step. Without `changes` it only counts; `removals` tells which of the two
 * kinds of change is wanted.
 */
static size_t
changes_list(const struct prefix_table *from, const struct prefix_table *to, bool removals,
	     struct route_change *changes)
{
	size_t i = 0, j = 0, count = 0;

	while (i < from->count || j < to->count) {
		const struct prefix_entry *entry;
		int order;

		if (i == from->count)
			order = 1;
		else if (j == to->count)
			order = -1;
		else
			order = prefixes_compare(&from->items[i], &to->items[j]);

		entry = order < 0 ? &from->items[i] : &to->items[j];
		if (order < 0
			    ? removals
			    : !removals && (order > 0 || from->items[i].target != entry->target)) {
			if (changes != NULL)
				changes[count] = (struct route_change){
					.prefix = entry->prefix,
					.length = entry->length,
					.remove = removals,
					.target = entry->target,
				};
			count++;
		}
		i += order <= 0;
		j += order >= 0;
	}
	return count;
}

int
prefix_table_diff(const struct prefix_table *from, const struct prefix_table *to,
		  struct route_change **changes, size_t *count)
{
	size_t removals = changes_list(from, to, true, NULL);
	size_t additions = changes_list(from, to, false, NULL);

	*changes = NULL;
	*count = 0;
	if (removals + additions == 0)
		return 0;

	*changes = calloc(removals + additions, sizeof(**changes));
	if (*changes == NULL)
		return -ENOMEM;
	changes_list(from, to, true, *changes);
	changes_list(from, to, false, *changes + removals);
	*count = removals + additions;
	return 0;
}
