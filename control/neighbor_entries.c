/* SPDX-License-Identifier: BSD-3-Clause */
#include "neighbor_entries.h"

#include <errno.h>
#include <stdlib.h>

#include <rte_hash.h>
#include <rte_hash_crc.h>

#include "clock.h"

struct key {
	uint32_t interface;
	rte_be32_t address;
};

int
neighbor_entries_init(struct neighbor_entries *entries, size_t capacity, int socket)
{
	const struct rte_hash_parameters parameters = {
		.name = "neighbors of all workers",
		.entries = (uint32_t)capacity,
		.key_len = sizeof(struct key),
		.hash_func = rte_hash_crc,
		.socket_id = socket,
		.extra_flag = RTE_HASH_EXTRA_FLAGS_EXT_TABLE, /* all of them do find room */
	};

	*entries = (struct neighbor_entries){ .capacity = capacity };
	TAILQ_INIT(&entries->telling);
	for (unsigned int i = 0; i < NEIGHBOR_TIMERS; i++)
		TAILQ_INIT(&entries->timers[i]);
	entries->items = calloc(capacity, sizeof(*entries->items));
	entries->index = rte_hash_create(&parameters);
	if (entries->items != NULL && entries->index != NULL)
		return 0;
	neighbor_entries_release(entries);
	return -ENOMEM;
}

void
neighbor_entries_release(struct neighbor_entries *entries)
{
	rte_hash_free(entries->index);
	free(entries->items);
	*entries = (struct neighbor_entries){ 0 };
}

struct neighbor_entry *
neighbor_entry_find(const struct neighbor_entries *entries, uint16_t interface, rte_be32_t address)
{
	const struct key key = { .interface = interface, .address = address };
	int32_t place = rte_hash_lookup(entries->index, &key);

	return place < 0 ? NULL : &entries->items[place];
}

struct neighbor_entry *
neighbor_entry_add(struct neighbor_entries *entries, uint16_t interface, rte_be32_t address)
{
	const struct key key = { .interface = interface, .address = address };
	int32_t place = rte_hash_add_key(entries->index, &key);

	if (place < 0)
		return NULL;
	entries->items[place] = (struct neighbor_entry){
		.neighbor = { .interface = interface, .address = address },
	};
	return &entries->items[place];
}

void
neighbor_entry_forget(struct neighbor_entries *entries, struct neighbor_entry *entry)
{
	const struct key key = { .interface = entry->neighbor.interface,
				 .address = entry->neighbor.address };

	neighbor_entry_turn(entries, entry, NEIGHBOR_FREE, NEIGHBOR_TIMER_NONE, 0);
	if (entry->untold)
		neighbor_entry_told(entries, entry);
	(void)rte_hash_del_key(entries->index, &key); /* it is there: the entry was found by it */
}

void
neighbor_entry_tell(struct neighbor_entries *entries, struct neighbor_entry *entry)
{
	if (entry->untold)
		return;
	entry->untold = true;
	TAILQ_INSERT_TAIL(&entries->telling, entry, telling);
}

void
neighbor_entry_told(struct neighbor_entries *entries, struct neighbor_entry *entry)
{
	entry->untold = false;
	TAILQ_REMOVE(&entries->telling, entry, telling);
}

static bool
is_learned(enum neighbor_state state)
{
	return state != NEIGHBOR_FREE && state != NEIGHBOR_GIVEN;
}

void
neighbor_entry_turn(struct neighbor_entries *entries, struct neighbor_entry *entry,
		    enum neighbor_state state, enum neighbor_timer timer, uint64_t now)
{
	/*
	 * RFC 1122 section 2.3.2.1: at most a question a second. What was learned is true for a
	 * minute, as that section advises; and so long is silence remembered, which is longer than
	 * a silent neighbour is ever left alone.
	 */
	static const uint64_t seconds[NEIGHBOR_TIMERS] = {
		[NEIGHBOR_TIMER_SHORT] = 1,
		[NEIGHBOR_TIMER_LONG] = 2,
		[NEIGHBOR_TIMER_FRESH] = 60,
		[NEIGHBOR_TIMER_SILENT] = 60,
	};

	entries->learned += is_learned(state);
	entries->learned -= is_learned(entry->state);
	entry->state = state;
	entry->neighbor.reachable = state == NEIGHBOR_LEARNED || state == NEIGHBOR_GIVEN;
	if (entry->timer != NEIGHBOR_TIMER_NONE)
		TAILQ_REMOVE(&entries->timers[entry->timer], entry, timing);
	entry->timer = timer;
	entry->due = now + seconds[timer] * CLOCK_NS_PER_S;
	if (timer != NEIGHBOR_TIMER_NONE)
		TAILQ_INSERT_TAIL(&entries->timers[timer], entry, timing);
}
