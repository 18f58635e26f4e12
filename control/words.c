/* SPDX-License-Identifier: BSD-3-Clause */
#include "words.h"

#include <stdlib.h>
#include <string.h>

enum {
	CAPACITY_MIN = 64,
};

void
words_add(struct words *words, uint32_t word)
{
	if (words->failed)
		return;

	if (words->count == words->capacity) {
		size_t capacity = words->capacity == 0 ? CAPACITY_MIN : words->capacity * 2;
		uint32_t *items = reallocarray(words->items, capacity, sizeof(*items));

		if (items == NULL) {
			words->failed = true;
			return;
		}
		words->items = items;
		words->capacity = capacity;
	}
	words->items[words->count++] = word;
}

void
words_add_pointer(struct words *words, const void *pointer)
{
	uint64_t number = (uintptr_t)pointer;

	words_add(words, (uint32_t)number);
	words_add(words, (uint32_t)(number >> 32));
}

int
words_compare(const struct words *a, const struct words *b)
{
	if (a->count != b->count)
		return a->count < b->count ? -1 : 1;
	return a->count == 0 ? 0 : memcmp(a->items, b->items, a->count * sizeof(a->items[0]));
}

void
words_clear(struct words *words)
{
	free(words->items);
	*words = (struct words){ 0 };
}
