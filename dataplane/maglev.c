/* SPDX-License-Identifier: BSD-3-Clause */
#include "maglev.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_malloc.h>

enum {
	ENTRIES_PER_BACKEND = 100, /* so that shares differ by no more than 1 % */
	ENTRY_FREE = UINT16_MAX,
};

/* The two hash functions of the paper; any two values do, but they must never change. */
static const uint32_t offset_seed = 0x6d61676cU;
static const uint32_t skip_seed = 0x65766861U;

/* A backend's preference list over all entries: where it starts, and how far apart they lie. */
struct permutation {
	uint32_t address;
	uint32_t position;
	uint32_t skip;
	uint16_t backend;
};

_Static_assert(MAGLEV_BACKENDS_MAX < UINT16_MAX, "an entry holds any backend's index");

static bool
number_is_prime(uint32_t number)
{
	for (uint32_t divisor = 2; divisor <= number / divisor; divisor++) {
		if (number % divisor == 0)
			return false;
	}
	return number > 1;
}

static uint32_t
table_size(size_t count, unsigned int backends_max)
{
	if (count == 1)
		return 1;

	uint32_t size = backends_max * ENTRIES_PER_BACKEND;

	while (!number_is_prime(size))
		size++;
	return size;
}

static int
permutations_compare(const void *left, const void *right)
{
	const struct permutation *a = left;
	const struct permutation *b = right;

	return (a->address > b->address) - (a->address < b->address);
}

/* In the order of the addresses: who chooses first must not depend on the order in the file. */
static int
permutations_make(struct permutation *permutations, const uint32_t *backends, size_t count,
		  uint32_t size)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t offset = hash_words(backends[i], 0, offset_seed);
		uint32_t skip = hash_words(backends[i], 0, skip_seed);

		permutations[i] = (struct permutation){
			.address = backends[i],
			.position = offset % size,
			.skip = skip % RTE_MAX(size - 1, 1U) + 1,
			.backend = (uint16_t)i,
		};
	}
	qsort(permutations, count, sizeof(permutations[0]), permutations_compare);

	for (size_t i = 1; i < count; i++) {
		if (permutations[i].address == permutations[i - 1].address)
			return -EINVAL;
	}
	return 0;
}

/* The backends take turns; each takes the first free entry of its list. */
static void
table_populate(struct maglev_table *table, struct permutation *permutations, size_t count)
{
	memset(table->entries, 0xff, table->size * sizeof(table->entries[0]));

	for (uint32_t filled = 0; filled < table->size; filled++) {
		struct permutation *turn = &permutations[filled % count];

		while (table->entries[turn->position] != ENTRY_FREE)
			turn->position = (turn->position + turn->skip) % table->size;
		table->entries[turn->position] = turn->backend;
	}
}

struct maglev_table *
maglev_table_build(const uint32_t *backends, size_t count, unsigned int backends_max)
{
	struct permutation permutations[MAGLEV_BACKENDS_MAX];
	struct maglev_table *table;
	uint32_t size;

	if (count == 0 || count > backends_max || backends_max > MAGLEV_BACKENDS_MAX) {
		errno = EINVAL;
		return NULL;
	}

	size = table_size(count, backends_max);
	if (permutations_make(permutations, backends, count, size) != 0) {
		errno = EINVAL;
		return NULL;
	}

	table = rte_malloc("maglev", sizeof(*table) + size * sizeof(table->entries[0]),
			   RTE_CACHE_LINE_SIZE);
	if (table == NULL) {
		errno = ENOMEM;
		return NULL;
	}

	table->size = size;
	table_populate(table, permutations, count);
	return table;
}

void
maglev_table_free(struct maglev_table *table)
{
	rte_free(table);
}
