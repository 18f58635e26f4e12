/* SPDX-License-Identifier: BSD-3-Clause */
#include "generation.h"

#include <errno.h>
#include <stdlib.h>

#include <rte_malloc.h>

#include "config/config.h"

enum {
	CAPACITY_MIN = 16,
};

/* The array with room for one more pointer; NULL when out of memory, and it is as it was. */
static void *
pointers_grow(void *items, size_t count, size_t *capacity)
{
	size_t wanted = *capacity == 0 ? CAPACITY_MIN : *capacity * 2;
	void *grown;

	if (count < *capacity)
		return items;
	grown = reallocarray(items, wanted, sizeof(void *));
	if (grown != NULL)
		*capacity = wanted;
	return grown;
}

struct generation *
generation_create(struct store *store, int socket)
{
	struct generation *generation = calloc(1, sizeof(*generation));

	if (generation == NULL)
		return NULL;
	generation->store = store;
	generation->socket = socket;
	generation->snapshot = generation_alloc(generation, 1, sizeof(*generation->snapshot));
	if (generation->snapshot == NULL) {
		generation_free(generation);
		return NULL;
	}
	return generation;
}

void
generation_free(struct generation *generation)
{
	if (generation == NULL)
		return;
	for (size_t i = 0; i < generation->table_count; i++)
		store_release(generation->store, generation->tables[i]);
	for (size_t i = 0; i < generation->block_count; i++)
		rte_free(generation->blocks[i]);
	free(generation->tables);
	free(generation->blocks);
	free(generation->groups);
	free(generation->routes);
	known_endpoints_clear(&generation->endpoints);
	prefix_table_clear(&generation->prefixes);
	names_clear(&generation->names);
	model_free(generation->model);
	free(generation);
}

void *
generation_alloc(struct generation *generation, size_t count, size_t size)
{
	void **blocks = pointers_grow(generation->blocks, generation->block_count,
				      &generation->block_capacity);
	void *block;

	if (blocks == NULL)
		return NULL;
	generation->blocks = blocks;
	block = rte_zmalloc_socket("snapshot", (count == 0 ? 1 : count) * size, RTE_CACHE_LINE_SIZE,
				   generation->socket);
	if (block != NULL)
		generation->blocks[generation->block_count++] = block;
	return block;
}

/* Takes over the reference, and gives it back when there is no memory. */
static int
table_adopt(struct generation *generation, struct shared *shared)
{
	struct shared **tables = pointers_grow(generation->tables, generation->table_count,
					       &generation->table_capacity);

	if (tables == NULL) {
		store_release(generation->store, shared);
		return -ENOMEM;
	}
	generation->tables = tables;
	generation->tables[generation->table_count++] = shared;
	return 0;
}

struct shared *
generation_share(struct generation *generation, const struct shared_type *type,
		 const struct words *words, const void *input)
{
	struct shared *shared = store_take(generation->store, type, words, input);

	if (shared == NULL)
		return NULL;
	if (table_adopt(generation, shared) != 0) {
		errno = ENOMEM;
		return NULL;
	}
	return shared;
}

int
generation_hold(struct generation *generation, struct shared *shared)
{
	store_retain(shared);
	return table_adopt(generation, shared);
}
