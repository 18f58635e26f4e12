/* SPDX-License-Identifier: BSD-3-Clause */
#include "name.h"

#include <stdlib.h>
#include <string.h>

#include "model.h"

enum {
	DISTANCE_MAX = 3,
};

static int
name_compare(const void *left, const void *right)
{
	const struct name *a = left, *b = right;
	int order = strcmp(a->text, b->text);

	return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

void
name_table_sort(struct name_table *table)
{
	if (table->count > 1)
		qsort(table->items, table->count, sizeof(*table->items), name_compare);
}

uint32_t
name_table_find(const struct name_table *table, const char *text)
{
	size_t low = 0, high = table->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(table->items[middle].text, text) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < table->count && strcmp(table->items[low].text, text) == 0)
		return table->items[low].index;
	return NO_INDEX;
}

/* Levenshtein's distance with one row of memory, ended early where names are nothing alike. */
unsigned
name_distance(const char *a, const char *b)
{
	size_t a_length = strlen(a), b_length = strlen(b);
	unsigned row[MODEL_NAME_MAX + 1];

	if (a_length > MODEL_NAME_MAX || b_length > MODEL_NAME_MAX)
		return DISTANCE_MAX;
	for (unsigned j = 0; j <= b_length; j++)
		row[j] = j;
	for (unsigned i = 1; i <= a_length; i++) {
		unsigned diagonal = row[0];

		row[0] = i;
		for (unsigned j = 1; j <= b_length; j++) {
			unsigned best = diagonal + (a[i - 1] != b[j - 1]);

			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			diagonal = row[j];
			row[j] = best;
		}
	}
	return row[b_length] < DISTANCE_MAX ? row[b_length] : DISTANCE_MAX;
}

const char *
name_table_nearest(const struct name_table *table, const char *text)
{
	unsigned best = DISTANCE_MAX;
	const char *nearest = NULL;

	for (size_t i = 0; i < table->count; i++) {
		unsigned distance = name_distance(table->items[i].text, text);

		if (distance < best && distance < strlen(text)) {
			best = distance;
			nearest = table->items[i].text;
		}
	}
	return nearest;
}
