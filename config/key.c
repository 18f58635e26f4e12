/* SPDX-License-Identifier: BSD-3-Clause */
#include "key.h"

#include <stdlib.h>

struct key_list
key_list_create(struct reader *reader, size_t capacity)
{
	/* One more, so that a list of nothing has memory too. */
	return (struct key_list){ reader_array(reader, capacity + 1, sizeof(struct key)), 0 };
}

void
key_list_free(struct key_list *list)
{
	free(list->items);
}

void
key_list_add(struct key_list *list, uint64_t value, size_t index)
{
	if (list->items != NULL)
		list->items[list->count++] = (struct key){ value, (uint32_t)index };
}

static int
key_compare(const void *left, const void *right)
{
	const struct key *a = left, *b = right;

	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

void
key_list_sort(struct key_list *list)
{
	if (list->count > 1)
		qsort(list->items, list->count, sizeof(*list->items), key_compare);
}

bool
key_list_repeats(const struct key_list *list, size_t at, uint32_t *first)
{
	size_t low = 0, high = at;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list->items[middle].value < list->items[at].value)
			low = middle + 1;
		else
			high = middle;
	}
	*first = list->items[low].index;
	return low < at;
}

uint64_t
key_of_prefix(const struct ip_prefix *prefix)
{
	return (uint64_t)ip_address_v4(&prefix->address) << 8 | prefix->length;
}
