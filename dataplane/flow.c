/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow.h"

#include <errno.h>
#include <string.h>

#include <rte_malloc.h>

enum {
	/*
	 * A place of the primary area is taken when it is free, so that under churn it is taken
	 * like the only line of a loss system: of n entries in p places, p (n/p) / (1 + n/p) have
	 * theirs and the others overflow. With p = 3n/5 that is 0.625 n, and 0.64 is given. At n =
	 * 2^21 the standard deviation is under 0.001 n, so that running out is beyond chance, and
	 * beyond skill while the hash's seed is secret. For small tables there is a constant on
	 * top.
	 */
	PRIMARY_NUMERATOR = 3,
	PRIMARY_DENOMINATOR = 5,
	OVERFLOW_NUMERATOR = 16,
	OVERFLOW_DENOMINATOR = 25,
	OVERFLOW_SLACK = 256,
};

int
flow_table_init(struct flow_table *table, uint32_t entries, uint32_t seed, int socket)
{
	uint64_t primary = (uint64_t)entries * PRIMARY_NUMERATOR / PRIMARY_DENOMINATOR + 1;
	uint64_t overflow =
		(uint64_t)entries * OVERFLOW_NUMERATOR / OVERFLOW_DENOMINATOR + OVERFLOW_SLACK;

	if (primary + overflow >= FLOW_NONE)
		return -ENOMEM;
	table->flows = rte_zmalloc_socket("flows", (primary + overflow) * sizeof(*table->flows),
					  RTE_CACHE_LINE_SIZE, socket);
	if (table->flows == NULL)
		return -ENOMEM;
	table->primary = (uint32_t)primary;
	table->total = (uint32_t)(primary + overflow);
	table->used = 0;
	table->seed = seed;
	for (uint32_t i = 0; i < table->total; i++)
		table->flows[i].next =
			i < table->primary || i + 1 == table->total ? FLOW_NONE : i + 1;
	table->free = table->primary;
	return 0;
}

void
flow_table_release(struct flow_table *table)
{
	rte_free(table->flows);
	table->flows = NULL;
}

size_t
flow_table_bytes(const struct flow_table *table)
{
	return table->total * sizeof(*table->flows);
}

static void
flow_clear(struct flow *flow, uint32_t next)
{
	memset(flow, 0, sizeof(*flow));
	flow->next = next;
}

uint32_t
flow_insert(struct flow_table *table, const struct flow_key *key)
{
	uint32_t head = hash_to_range(flow_hash(table, key), table->primary);
	struct flow *first = flow_at(table, head);
	uint32_t index = head;

	if (first->key.family != 0) {
		index = table->free;
		if (index == FLOW_NONE)
			return FLOW_NONE;
		table->free = flow_at(table, index)->next;
		flow_clear(flow_at(table, index), first->next);
		first->next = index;
	}
	flow_at(table, index)->key = *key;
	table->used++;
	return index;
}

void
flow_remove(struct flow_table *table, uint32_t index)
{
	struct flow *flow = flow_at(table, index);
	uint32_t head = hash_to_range(flow_hash(table, &flow->key), table->primary);

	table->used--;
	if (index == head) {
		/* The chain still begins here. */
		flow_clear(flow, flow->next);
		return;
	}
	while (flow_at(table, head)->next != index)
		head = flow_at(table, head)->next;
	flow_at(table, head)->next = flow->next;
	flow_clear(flow, table->free);
	table->free = index;
}
