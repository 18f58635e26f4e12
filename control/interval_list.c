/* SPDX-License-Identifier: BSD-3-Clause */
#include "interval_list.h"

#include <stdlib.h>

enum {
	CAPACITY_MIN = 32,
};

void
interval_list_add(struct interval_list *list, uint32_t first, uint32_t last, uint32_t value)
{
	if (list->failed)
		return;
	if (list->count == list->capacity) {
		size_t capacity = list->capacity == 0 ? CAPACITY_MIN : list->capacity * 2;
		struct interval *items = reallocarray(list->items, capacity, sizeof(*items));

		if (items == NULL) {
			list->failed = true;
			return;
		}
		list->items = items;
		list->capacity = capacity;
	}
	list->items[list->count++] = (struct interval){ first, last, value };
}

void
interval_list_write(const struct interval_list *list, struct words *words)
{
	if (list->failed)
		words->failed = true;
	words_add(words, (uint32_t)list->count);
	for (size_t i = 0; i < list->count; i++) {
		words_add(words, list->items[i].first);
		words_add(words, list->items[i].last);
		words_add(words, list->items[i].value);
	}
}

void
interval_list_clear(struct interval_list *list)
{
	free(list->items);
	*list = (struct interval_list){ 0 };
}
