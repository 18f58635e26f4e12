/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow.h"

#include <errno.h>

#include <rte_malloc.h>

enum {
	/* In a full table, five of six entries are the first of their chains. */
	HEADS_PER_ENTRY = 3,
};

int
flow_table_init(struct flow_table *table, uint32_t entries, uint64_t seed, int socket)
{
	uint64_t heads = (uint64_t)entries * HEADS_PER_ENTRY;
	struct flow *none;

	if (heads >= FLOW_NONE)
		return -ENOMEM;
	none = rte_zmalloc_socket("flows", (entries + 1) * sizeof(*none), RTE_CACHE_LINE_SIZE,
				  socket);
	if (none == NULL)
		return -ENOMEM;
	none->next = FLOW_NONE;
	none->twin = FLOW_NONE;
	table->flows = none + 1;
	table->heads = rte_malloc_socket("flow heads", heads * sizeof(*table->heads),
					 RTE_CACHE_LINE_SIZE, socket);
	if (table->heads == NULL) {
		flow_table_release(table);
		return -ENOMEM;
	}
	table->head_count = (uint32_t)heads;
	table->total = entries;
	table->used = 0;
	table->secret[0] = hash_mix(seed);
	table->secret[1] = hash_mix(table->secret[0]);
	for (uint32_t i = 0; i < heads; i++)
		table->heads[i] = FLOW_NONE;
	for (uint32_t i = 0; i < entries; i++)
		table->flows[i].next = i + 1 < entries ? i + 1 : FLOW_NONE;
	table->free = 0;
	return 0;
}

void
flow_table_release(struct flow_table *table)
{
	rte_free(table->heads);
	if (table->flows != NULL)
		rte_free(table->flows - 1);
	table->heads = NULL;
	table->flows = NULL;
}

size_t
flow_table_bytes(const struct flow_table *table)
{
	return (table->total + 1) * sizeof(*table->flows) +
	       table->head_count * sizeof(*table->heads);
}

/*
 * Behind the first of its chain: what comes and goes stands in no one's way, and what has been
 * there longest, which ends first where all last as long, is found at once.
 */
uint32_t
flow_insert_hashed(struct flow_table *table, const struct flow_key *key, uint32_t hash)
{
	uint32_t *link = flow_head(table, hash);
	uint32_t index = table->free;
	struct flow *flow;

	if (index == FLOW_NONE)
		return FLOW_NONE;
	flow = flow_at(table, index);
	table->free = flow->next;
	rte_prefetch0(flow_at(table, table->free)); /* for the next one */
	if (unlikely(*link != FLOW_NONE))
		link = &flow_at(table, *link)->next;
	*flow = (struct flow){ .key = *key, .next = *link };
	*link = index;
	table->used++;
	return index;
}

void
flow_remove(struct flow_table *table, uint32_t index)
{
	struct flow *flow = flow_at(table, index);
	uint32_t *link = flow_head(table, flow_hash(table, &flow->key));

	while (*link != index)
		link = &flow_at(table, *link)->next;
	*link = flow->next;
	*flow = (struct flow){ .next = table->free };
	table->free = index;
	table->used--;
}
