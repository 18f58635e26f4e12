/* SPDX-License-Identifier: BSD-3-Clause */
#include "neighbors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_errno.h>

#include "clock.h"
#include "dataplane/link.h"
#include "neighbor_entries.h"

enum {
	/* While the given ones are exchanged for others, both are here. */
	CAPACITY = 2 * NEIGHBORS_GIVEN_MAX + NEIGHBORS_LEARNED_MAX,
	/* Of the questions that confirm what is known, so many go to its MAC address alone. */
	TRIES_UNICAST = 2,
	/* A silent neighbour is left alone for that long, then for twice as long, and so on. */
	QUIET_SECONDS = 4,
	QUIET_DOUBLINGS = 3,
};

struct neighbors {
	struct neighbors_options options;
	struct neighbor_entries entries;
};

struct neighbors *
neighbors_create(const struct neighbors_options *options)
{
	struct neighbors *neighbors = calloc(1, sizeof(*neighbors));
	int result = -ENOMEM;

	if (neighbors != NULL)
		result = neighbor_entries_init(&neighbors->entries, CAPACITY, options->socket);
	if (result != 0) {
		free(neighbors);
		rte_errno = ENOMEM;
		return NULL;
	}
	neighbors->options = *options;
	return neighbors;
}

void
neighbors_free(struct neighbors *neighbors)
{
	if (neighbors == NULL)
		return;
	neighbor_entries_release(&neighbors->entries);
	free(neighbors);
}

static void
entry_turn(struct neighbors *neighbors, struct neighbor_entry *entry, enum neighbor_state state,
	   enum neighbor_timer timer, uint64_t now)
{
	neighbor_entry_turn(&neighbors->entries, entry, state, timer, now);
}

/* The same, and the workers are told of it. */
static void
entry_announce(struct neighbors *neighbors, struct neighbor_entry *entry, enum neighbor_state state,
	       enum neighbor_timer timer, uint64_t now)
{
	entry_turn(neighbors, entry, state, timer, now);
	neighbor_entry_tell(&neighbors->entries, entry);
}

/* Whether the address is a neighbour's on a link of that interface. */
static bool
is_on_link(const struct snapshot *snapshot, uint16_t interface, rte_be32_t address)
{
	const struct snapshot_interface *link = link_find(snapshot, interface);
	uint32_t number = rte_be_to_cpu_32(address);

	return link != NULL && link_address_for(link, number) != NULL &&
	       !link_is_own(link, number) && !link_is_broadcast(link, number);
}

static void
given_take(struct neighbors *neighbors, const struct command_neighbor *given)
{
	struct neighbor_entries *entries = &neighbors->entries;
	struct neighbor_entry *entry =
		neighbor_entry_find(entries, given->interface, given->address);

	if (entry == NULL)
		entry = neighbor_entry_add(entries, given->interface, given->address);
	if (entry == NULL)
		return; /* over NEIGHBORS_GIVEN_MAX */
	entry->expected = true;
	if (entry->state == NEIGHBOR_GIVEN &&
	    rte_is_same_ether_addr(&entry->neighbor.mac, &given->mac))
		return;
	entry->neighbor.mac = given->mac;
	entry_announce(neighbors, entry, NEIGHBOR_GIVEN, NEIGHBOR_TIMER_NONE, 0);
}

/* A new snapshot has come: what of the neighbours is still true? */
static void
entry_review(struct neighbors *neighbors, const struct snapshot *snapshot,
	     struct neighbor_entry *entry)
{
	uint16_t interface = entry->neighbor.interface;

	if (entry->state == NEIGHBOR_FREE)
		return;
	if (link_find(snapshot, interface) == NULL)
		neighbor_entry_forget(&neighbors->entries, entry);
	else if (entry->state == NEIGHBOR_GIVEN
			 ? !entry->expected
			 : !is_on_link(snapshot, interface, entry->neighbor.address))
		entry_announce(neighbors, entry, NEIGHBOR_GONE, NEIGHBOR_TIMER_NONE, 0);
	entry->expected = false;
}

void
neighbors_set(struct neighbors *neighbors, const struct snapshot *snapshot,
	      const struct command_neighbor *given, size_t count)
{
	for (size_t i = 0; i < count; i++)
		given_take(neighbors, &given[i]);
	for (size_t i = 0; i < CAPACITY; i++)
		entry_review(neighbors, snapshot, &neighbors->entries.items[i]);
}

/* 02:00 and the address: locally administered, and no other neighbour's. */
static struct rte_ether_addr
mac_make(rte_be32_t address)
{
	struct rte_ether_addr mac = { .addr_bytes = { 0x02 } };

	memcpy(&mac.addr_bytes[2], &address, sizeof(address));
	return mac;
}

/* The next turn asks everybody on the link. */
static void
entry_ask(struct neighbors *neighbors, struct neighbor_entry *entry, uint64_t now)
{
	entry->tries = 0;
	entry_turn(neighbors, entry, NEIGHBOR_ASKED, NEIGHBOR_TIMER_NOW, now);
}

static void
entry_begin(struct neighbors *neighbors, struct neighbor_entry *entry, bool on_link, uint64_t now)
{
	if (!on_link) {
		entry_announce(neighbors, entry, NEIGHBOR_GONE, NEIGHBOR_TIMER_NONE, now);
	} else if (neighbors->options.answer) {
		entry->neighbor.mac = mac_make(entry->neighbor.address);
		entry_announce(neighbors, entry, NEIGHBOR_LEARNED, NEIGHBOR_TIMER_NONE, now);
	} else {
		entry_ask(neighbors, entry, now);
	}
}

/* Without room for it the worker is told at once that it can not be had, if its ring has room. */
static void
refuse(const struct neighbors *neighbors, const struct event *event)
{
	const struct command command = {
		.type = COMMAND_NEIGHBOR,
		.neighbor = { .interface = event->interface, .address = event->address },
	};

	(void)command_broadcast(neighbors->options.rings, neighbors->options.ring_count, &command,
				1);
}

/* In a full table, who has been silent longest gives way. */
static struct neighbor_entry *
entry_make(struct neighbors *neighbors, const struct event *event)
{
	struct neighbor_entries *entries = &neighbors->entries;
	struct neighbor_entry *silent = TAILQ_FIRST(&entries->timers[NEIGHBOR_TIMER_SILENT]);

	if (entries->learned == NEIGHBORS_LEARNED_MAX) {
		if (silent == NULL)
			return NULL;
		neighbor_entry_forget(entries, silent);
	}
	return neighbor_entry_add(entries, event->interface, event->address);
}

void
neighbors_resolve(struct neighbors *neighbors, const struct snapshot *snapshot,
		  const struct event *event, uint64_t now)
{
	struct neighbor_entry *entry =
		neighbor_entry_find(&neighbors->entries, event->interface, event->address);

	if (entry == NULL) {
		entry = entry_make(neighbors, event);
		if (entry == NULL)
			refuse(neighbors, event);
		else
			entry_begin(neighbors, entry,
				    is_on_link(snapshot, event->interface, event->address), now);
	} else if (entry->state == NEIGHBOR_SILENT && now >= entry->quiet_until) {
		entry_ask(neighbors, entry, now);
	} else if (entry->state != NEIGHBOR_ASKED) {
		/* The worker does not know what is known here. */
		neighbor_entry_tell(&neighbors->entries, entry);
	}
}

/* That is its address. */
static void
entry_learn(struct neighbors *neighbors, struct neighbor_entry *entry,
	    const struct rte_ether_addr *mac, uint64_t now)
{
	enum neighbor_timer timer =
		neighbors->options.answer ? NEIGHBOR_TIMER_NONE : NEIGHBOR_TIMER_FRESH;
	bool news = entry->state != NEIGHBOR_LEARNED ||
		    !rte_is_same_ether_addr(&entry->neighbor.mac, mac);

	entry->neighbor.mac = *mac;
	entry->doubted = false;
	entry->silences = 0;
	entry_turn(neighbors, entry, NEIGHBOR_LEARNED, timer, now);
	if (news)
		neighbor_entry_tell(&neighbors->entries, entry);
}

/*
 * Nobody is believed who was not asked: another MAC address than the known one makes everybody be
 * asked, and the answer counts. So does any sign of life of a silent neighbour.
 */
static void
entry_doubt(struct neighbors *neighbors, struct neighbor_entry *entry, uint64_t now)
{
	bool asked_lately = now < entry->asked + CLOCK_NS_PER_S;

	entry->doubted = true;
	entry->tries = 0;
	entry_turn(neighbors, entry, entry->state,
		   asked_lately ? NEIGHBOR_TIMER_SHORT : NEIGHBOR_TIMER_NOW, now);
}

void
neighbors_learn(struct neighbors *neighbors, const struct event *event, uint64_t now)
{
	struct neighbor_entry *entry =
		neighbor_entry_find(&neighbors->entries, event->interface, event->address);

	if (entry == NULL || !rte_is_valid_assigned_ether_addr(&event->mac))
		return;
	switch (entry->state) {
	case NEIGHBOR_FREE:
	case NEIGHBOR_GIVEN:
	case NEIGHBOR_GONE:
		break;
	case NEIGHBOR_ASKED:
		entry_learn(neighbors, entry, &event->mac, now);
		break;
	case NEIGHBOR_SILENT:
		entry_ask(neighbors, entry, now);
		break;
	case NEIGHBOR_LEARNED:
		if (entry->doubted && entry->tries == 0)
			break; /* it will be asked */
		if (neighbors->options.answer || entry->doubted ||
		    rte_is_same_ether_addr(&entry->neighbor.mac, &event->mac))
			entry_learn(neighbors, entry, &event->mac, now);
		else
			entry_doubt(neighbors, entry, now);
		break;
	}
}

/* False: the ring is full, and the question has to wait. */
static bool
entry_question(struct neighbors *neighbors, struct neighbor_entry *entry, uint64_t now)
{
	struct command command = { .type = COMMAND_ARP_REQUEST, .neighbor = entry->neighbor };

	if (entry->doubted || entry->tries >= TRIES_UNICAST)
		command.neighbor.reachable = 0; /* everybody is asked */
	if (command_broadcast(neighbors->options.rings, 1, &command, 1) != 0)
		return false;
	entry->tries++;
	entry->asked = now;
	entry_turn(neighbors, entry, entry->state,
		   entry->tries == 1 ? NEIGHBOR_TIMER_SHORT : NEIGHBOR_TIMER_LONG, now);
	return true;
}

static void
entry_fall_silent(struct neighbors *neighbors, struct neighbor_entry *entry, uint64_t now)
{
	uint64_t quiet = QUIET_SECONDS * CLOCK_NS_PER_S << entry->silences;

	if (entry->silences < QUIET_DOUBLINGS)
		entry->silences++;
	entry->doubted = false;
	entry->quiet_until = now + quiet;
	entry_announce(neighbors, entry, NEIGHBOR_SILENT, NEIGHBOR_TIMER_SILENT, now);
}

/* Its timer is due. False: the ring is full. */
static bool
entry_tick(struct neighbors *neighbors, struct neighbor_entry *entry, uint64_t now)
{
	if (entry->timer == NEIGHBOR_TIMER_FRESH)
		entry->tries = 0;
	if (entry->timer == NEIGHBOR_TIMER_SILENT)
		neighbor_entry_forget(&neighbors->entries, entry);
	else if (entry->tries == NEIGHBOR_TRIES)
		entry_fall_silent(neighbors, entry, now);
	else
		return entry_question(neighbors, entry, now);
	return true;
}

unsigned int
neighbors_tick(struct neighbors *neighbors, uint64_t now)
{
	struct neighbor_entries *entries = &neighbors->entries;
	struct neighbor_entry *entry;
	unsigned int done = 0;

	for (unsigned int timer = 0; timer < NEIGHBOR_TIMERS; timer++) {
		while ((entry = TAILQ_FIRST(&entries->timers[timer])) != NULL &&
		       entry->due <= now && entry_tick(neighbors, entry, now))
			done++;
	}
	while ((entry = TAILQ_FIRST(&entries->telling)) != NULL) {
		const struct command command = { .type = COMMAND_NEIGHBOR,
						 .neighbor = entry->neighbor };

		if (command_broadcast(neighbors->options.rings, neighbors->options.ring_count,
				      &command, 1) != 0)
			break;
		done++;
		neighbor_entry_told(entries, entry);
		if (entry->state == NEIGHBOR_GONE)
			neighbor_entry_forget(entries, entry);
	}
	return done;
}

uint64_t
neighbors_due(const struct neighbors *neighbors)
{
	uint64_t due = UINT64_MAX;

	for (unsigned int timer = 0; timer < NEIGHBOR_TIMERS; timer++) {
		const struct neighbor_entry *first = TAILQ_FIRST(&neighbors->entries.timers[timer]);

		if (first != NULL && first->due < due)
			due = first->due;
	}
	return due;
}

size_t
neighbors_learned(const struct neighbors *neighbors)
{
	return neighbors->entries.learned;
}

bool
neighbors_told(const struct neighbors *neighbors)
{
	return TAILQ_EMPTY(&neighbors->entries.telling);
}
