/* SPDX-License-Identifier: BSD-3-Clause */
#include "store.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

struct shared {
	const struct shared_type *type;
	struct words words;
	void *table;
	size_t references;
};

struct store {
	void *tree; /* of struct shared, tsearch(3) */
	size_t count;
};

static int
shared_compare(const void *left, const void *right)
{
	const struct shared *a = left;
	const struct shared *b = right;

	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	return words_compare(&a->words, &b->words);
}

static int
words_copy(struct words *copy, const struct words *words)
{
	copy->items = malloc(words->count * sizeof(words->items[0]) + 1);
	if (copy->items == NULL)
		return -ENOMEM;
	if (words->count > 0)
		memcpy(copy->items, words->items, words->count * sizeof(words->items[0]));
	copy->count = words->count;
	copy->capacity = words->count;
	return 0;
}

static void
shared_free(struct shared *shared)
{
	if (shared->table != NULL)
		shared->type->free(shared->table);
	words_clear(&shared->words);
	free(shared);
}

static struct shared *
shared_create(const struct shared_type *type, const struct words *words, const void *input)
{
	struct shared *shared = calloc(1, sizeof(*shared));

	if (shared == NULL)
		return NULL;
	shared->type = type;
	shared->references = 1;
	if (words_copy(&shared->words, words) != 0)
		goto err;
	shared->table = type->build(input);
	if (shared->table == NULL)
		goto err;
	return shared;
err:
	shared_free(shared);
	return NULL;
}

struct store *
store_create(void)
{
	return calloc(1, sizeof(struct store));
}

void
store_free(struct store *store)
{
	free(store);
}

struct shared *
store_take(struct store *store, const struct shared_type *type, const struct words *words,
	   const void *input)
{
	const struct shared wanted = { .type = type, .words = *words };
	struct shared *const *found;
	struct shared *shared;

	if (words->failed) {
		errno = ENOMEM;
		return NULL;
	}
	found = tfind(&wanted, &store->tree, shared_compare);
	if (found != NULL) {
		store_retain(*found);
		return *found;
	}

	shared = shared_create(type, words, input);
	if (shared == NULL)
		return NULL;
	if (tsearch(shared, &store->tree, shared_compare) == NULL) {
		shared_free(shared);
		errno = ENOMEM;
		return NULL;
	}
	store->count++;
	return shared;
}

void
store_retain(struct shared *shared)
{
	shared->references++;
}

void
store_release(struct store *store, struct shared *shared)
{
	if (--shared->references > 0)
		return;
	if (tdelete(shared, &store->tree, shared_compare) != NULL)
		store->count--;
	shared_free(shared);
}

const void *
shared_table(const struct shared *shared)
{
	return shared->table;
}

size_t
store_count(const struct store *store)
{
	return store->count;
}
