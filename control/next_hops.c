/* SPDX-License-Identifier: BSD-3-Clause */
#include "next_hops.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "dataplane/hash.h"
#include "dataplane/worker.h"

enum {
	SLOTS = 2 * NEXT_HOPS_MAX, /* a power of two, at most half of them are taken */
};

static_assert((SLOTS & (SLOTS - 1)) == 0, "a hash is masked to find its slot");
static_assert(NEXT_HOPS_MAX <= UINT16_MAX, "a slot holds an id plus one");

static int
next_hops_create(struct next_hops *next_hops)
{
	next_hops->items = calloc(NEXT_HOPS_MAX, sizeof(*next_hops->items));
	next_hops->slots = calloc(SLOTS, sizeof(*next_hops->slots));
	if (next_hops->items != NULL && next_hops->slots != NULL)
		return 0;
	next_hops_clear(next_hops);
	return -ENOMEM;
}

/* The slot that has the next hop, or the free one where it belongs. */
static uint16_t *
slot_find(const struct next_hops *next_hops, uint16_t interface, rte_be32_t address)
{
	uint64_t hash = hash_mix((uint64_t)interface << 32 | address);

	for (;; hash++) {
		uint16_t *slot = &next_hops->slots[hash & (SLOTS - 1)];
		const struct snapshot_next_hop *item;

		if (*slot == 0)
			return slot;
		item = &next_hops->items[*slot - 1];
		if (item->address == address && item->interface == interface)
			return slot;
	}
}

int
next_hop_take(struct next_hops *next_hops, uint16_t interface, uint32_t address, uint32_t *id)
{
	const struct snapshot_next_hop wanted = { .interface = interface,
						  .address = rte_cpu_to_be_32(address) };
	uint16_t *slot;

	if (next_hops->items == NULL && next_hops_create(next_hops) != 0)
		return -ENOMEM;
	slot = slot_find(next_hops, wanted.interface, wanted.address);
	if (*slot == 0) {
		if (next_hops->count == NEXT_HOPS_MAX)
			return -ENOSPC;
		next_hops->items[next_hops->count] = wanted;
		*slot = (uint16_t)++next_hops->count;
	}
	*id = *slot - 1U;
	return 0;
}

void
next_hops_clear(struct next_hops *next_hops)
{
	free(next_hops->slots);
	free(next_hops->items);
	*next_hops = (struct next_hops){ 0 };
}
