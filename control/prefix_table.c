/* SPDX-License-Identifier: BSD-3-Clause */
#include "prefix_table.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "dataplane/sort.h"

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

/* By address alone: by digits, since a reload sorts all prefixes whatever it changes. */
static int
entries_sort(struct prefix_table *table)
{
	struct prefix_entry *sorted = malloc(table->count * sizeof(*sorted));
	uint64_t *places = malloc(2 * table->count * sizeof(*places));

	if (sorted == NULL || places == NULL) {
		free(places);
		free(sorted);
		return -ENOMEM;
	}
	for (size_t i = 0; i < table->count; i++)
		places[i] = (uint64_t)table->items[i].prefix << 32 | i;
	sort_by_upper_half(places, places + table->count, table->count);
	for (size_t i = 0; i < table->count; i++)
		sorted[i] = table->items[(uint32_t)places[i]];
	free(places);
	free(table->items);
	table->items = sorted;
	table->capacity = table->count;
	return 0;
}

/* The end of those from `first` on that have the same address. */
static size_t
address_end(const struct prefix_table *table, size_t first)
{
	size_t end = first + 1;

	while (end < table->count && table->items[end].prefix == table->items[first].prefix)
		end++;
	return end;
}

int
prefix_table_finish(struct prefix_table *table)
{
	size_t count = 0;

	if (table->count == 0)
		return 0;
	if (entries_sort(table) != 0)
		return -ENOMEM;
	for (size_t i = 0, end; i < table->count; i = end) {
		end = address_end(table, i);
		if (end - i > 1)
			qsort(&table->items[i], end - i, sizeof(table->items[0]), entries_compare);
	}
	for (size_t i = 0; i < table->count; i++) {
		if (count > 0 && prefixes_compare(&table->items[count - 1], &table->items[i]) == 0)
			continue;
		table->items[count++] = table->items[i];
	}
	table->count = count;
	return 0;
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
 * Walks both tables in step: each removal goes to the place that *removal says, each addition to
 * that of *addition, which are counted on. Without `changes` they are only counted.
 */
static void
changes_list(const struct prefix_table *from, const struct prefix_table *to,
	     struct route_change *changes, size_t *removal, size_t *addition)
{
	size_t i = 0, j = 0;

	while (i < from->count || j < to->count) {
		const struct prefix_entry *entry;
		size_t *place;
		int order;

		if (i == from->count)
			order = 1;
		else if (j == to->count)
			order = -1;
		else
			order = prefixes_compare(&from->items[i], &to->items[j]);

		entry = order < 0 ? &from->items[i] : &to->items[j];
		place = order < 0 ? removal : addition;
		if (order != 0 || from->items[i].target != entry->target) {
			if (changes != NULL)
				changes[*place] = (struct route_change){
					.prefix = entry->prefix,
					.length = entry->length,
					.remove = order < 0,
					.target = entry->target,
				};
			(*place)++;
		}
		i += order <= 0;
		j += order >= 0;
	}
}

int
prefix_table_diff(const struct prefix_table *from, const struct prefix_table *to,
		  struct route_change **changes, size_t *count)
{
	size_t removals = 0, additions = 0, removal = 0, addition;

	changes_list(from, to, NULL, &removals, &additions);
	addition = removals;
	*changes = NULL;
	*count = removals + additions;
	if (*count == 0)
		return 0;

	*changes = calloc(*count, sizeof(**changes));
	if (*changes == NULL)
		return -ENOMEM;
	changes_list(from, to, *changes, &removal, &addition);
	return 0;
}
