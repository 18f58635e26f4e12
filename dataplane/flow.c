/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow.h"

#include <errno.h>

#include <rte_malloc.h>

int
flow_table_init(struct flow_table *table, uint32_t entries, uint64_t seed, int socket)
{
	/* Three words an entry: in a full table, one in a thousand finds no room in its bucket. */
	uint32_t buckets = (3 * entries + FLOW_BUCKET - 1) / FLOW_BUCKET;
	struct flow *none;

	if (entries == 0 || entries > INT32_MAX / 2)
		return -ENOMEM;
	none = rte_zmalloc_socket("flows", (entries + 1UL) * sizeof(*none), RTE_CACHE_LINE_SIZE,
				  socket);
	if (none == NULL)
		return -ENOMEM;
	table->flows = none;
	table->buckets = rte_zmalloc_socket("flow buckets", buckets * sizeof(*table->buckets),
					    RTE_CACHE_LINE_SIZE, socket);
	if (table->buckets == NULL) {
		flow_table_release(table);
		return -ENOMEM;
	}
	table->bucket_count = buckets;
	table->index_bits = (uint32_t)rte_fls_u32(entries); /* from 1 on */
	table->total = entries;
	table->used = 0;
	table->secret[0] = hash_mix(seed);
	table->secret[1] = hash_mix(table->secret[0]);
	for (uint32_t i = 1; i < entries; i++)
		table->flows[i].next = i + 1;
	table->free = 1;
	return 0;
}

void
flow_table_release(struct flow_table *table)
{
	rte_free(table->buckets);
	rte_free(table->flows);
	table->buckets = NULL;
	table->flows = NULL;
}

size_t
flow_table_bytes(const struct flow_table *table)
{
	return (table->total + 1UL) * sizeof(*table->flows) +
	       table->bucket_count * sizeof(*table->buckets);
}

/* Which name the entry of that hash. */
static uint32_t
flow_word_of(const struct flow_table *table, uint32_t hash, uint32_t index)
{
	return flow_tag(table, hash) | index;
}

/* The entry that chains those for which the bucket has no room. */
static struct flow *
flow_chain(const struct flow_table *table, const struct flow_bucket *bucket)
{
	return flow_at(table, flow_named(table, bucket->words[FLOW_BUCKET - 1]));
}

uint32_t
flow_find_behind(const struct flow_table *table, const struct flow_key *key)
{
	uint32_t hash = flow_hash(table, key), index;
	const struct flow_bucket *bucket = flow_bucket(table, hash);

	for (unsigned int slot = 0; slot < FLOW_BUCKET; slot++) {
		index = flow_named(table, bucket->words[slot]);
		if (bucket->words[slot] == flow_word_of(table, hash, index) &&
		    flow_key_equal(&flow_at(table, index)->key, key))
			return index;
	}
	index = flow_chain(table, bucket)->next;
	while (index != FLOW_NONE && !flow_key_equal(&flow_at(table, index)->key, key))
		index = flow_at(table, index)->next;
	return index;
}

uint32_t
flow_insert_hashed(struct flow_table *table, const struct flow_key *key, uint32_t hash)
{
	struct flow_bucket *bucket = flow_bucket(table, hash);
	uint32_t index = table->free;
	struct flow *flow, *chain;
	unsigned int slot;

	if (index == FLOW_NONE)
		return FLOW_NONE;
	flow = flow_at(table, index);
	table->free = flow->next;
	rte_prefetch0(flow_at(table, table->free)); /* for the next one */
	*flow = (struct flow){ .key = *key };
	table->used++;
	slot = flow_slot(bucket, UINT32_MAX, 0, FLOW_BUCKET);
	if (likely(slot < FLOW_BUCKET)) {
		bucket->words[slot] = flow_word_of(table, hash, index);
	} else {
		chain = flow_chain(table, bucket);
		flow->next = chain->next;
		chain->next = index;
	}
	return index;
}

/* The last word is empty now: the first of what its entry chained has it, and chains the rest. */
static void
flow_unchain(const struct flow_table *table, struct flow_bucket *bucket, struct flow *chain)
{
	uint32_t next = chain->next;

	if (next == FLOW_NONE)
		return;
	chain->next = FLOW_NONE;
	bucket->words[FLOW_BUCKET - 1] =
		flow_word_of(table, flow_hash(table, &flow_at(table, next)->key), next);
}

/* The word's entry is to go. The last word takes its place. */
static void
flow_vacate(const struct flow_table *table, struct flow_bucket *bucket, unsigned int slot)
{
	unsigned int last = flow_slot(bucket, UINT32_MAX, 0, FLOW_BUCKET) - 1;
	uint32_t word = bucket->words[last];

	bucket->words[slot] = word;
	bucket->words[last] = 0;
	if (unlikely(last == FLOW_BUCKET - 1))
		flow_unchain(table, bucket, flow_at(table, flow_named(table, word)));
}

void
flow_remove(struct flow_table *table, uint32_t index)
{
	struct flow *flow = flow_at(table, index), *before;
	struct flow_bucket *bucket = flow_bucket(table, flow_hash(table, &flow->key));
	unsigned int slot =
		flow_slot(bucket, ~(UINT32_MAX << table->index_bits), index, FLOW_BUCKET);

	if (likely(slot < FLOW_BUCKET)) {
		flow_vacate(table, bucket, slot);
	} else {
		before = flow_chain(table, bucket);
		while (before->next != index)
			before = flow_at(table, before->next);
		before->next = flow->next;
	}
	*flow = (struct flow){ .next = table->free };
	table->free = index;
	table->used--;
}
