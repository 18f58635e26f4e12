/* SPDX-License-Identifier: BSD-3-Clause */
#include "neighbors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <rte_errno.h>
#include <rte_hash.h>
#include <rte_hash_crc.h>

#include "dataplane/link.h"

enum {
	/* While the given ones are exchanged for others, both are here. */
	CAPACITY = 2 * NEIGHBORS_GIVEN_MAX + NEIGHBORS_LEARNED_MAX,
};

#define NS_PER_SECOND 1000000000ULL

enum state {
	STATE_FREE,
	STATE_ASKED,   /* waits for its answer */
	STATE_LEARNED, /* from its answer, or answered for */
	STATE_GIVEN,   /* by the configuration */
	STATE_GONE,    /* forgotten as soon as the workers have been told */
};

struct entry {
	enum state state;
	bool untold;   /* on the list of those that the workers have to be told of */
	bool expected; /* by neighbors_set(): it is in the new configuration */
	uint8_t tries;
	struct command_neighbor neighbor;
	uint64_t due; /* when it is asked again, nanoseconds */
	TAILQ_ENTRY(entry) waiting;
	TAILQ_ENTRY(entry) telling;
};

TAILQ_HEAD(entry_list, entry);

struct neighbors {
	struct neighbors_options options;
	struct rte_hash *index;    /* of struct key, to the place in entries */
	struct entry *entries;     /* CAPACITY */
	size_t learned;            /* entries that are not given */
	struct entry_list waiting; /* asked ones, those that are due first */
	struct entry_list telling;
};

struct key {
	uint32_t interface;
	rte_be32_t address;
};

struct neighbors *
neighbors_create(const struct neighbors_options *options)
{
	const struct rte_hash_parameters parameters = {
		.name = "neighbors of all workers",
		.entries = CAPACITY,
		.key_len = sizeof(struct key),
		.hash_func = rte_hash_crc,
		.socket_id = options->socket,
		.extra_flag = RTE_HASH_EXTRA_FLAGS_EXT_TABLE, /* all of them do find room */
	};
	struct neighbors *neighbors = calloc(1, sizeof(*neighbors));

	if (neighbors == NULL)
		goto err;
	neighbors->options = *options;
	TAILQ_INIT(&neighbors->waiting);
	TAILQ_INIT(&neighbors->telling);
	neighbors->entries = calloc(CAPACITY, sizeof(*neighbors->entries));
	if (neighbors->entries == NULL)
		goto free_neighbors;
	neighbors->index = rte_hash_create(&parameters);
	if (neighbors->index == NULL)
		goto free_entries;
	return neighbors;

free_entries:
	free(neighbors->entries);
free_neighbors:
	free(neighbors);
err:
	rte_errno = ENOMEM;
	return NULL;
}

void
neighbors_free(struct neighbors *neighbors)
{
	if (neighbors == NULL)
		return;
	rte_hash_free(neighbors->index);
	free(neighbors->entries);
	free(neighbors);
}

static struct entry *
entry_find(const struct neighbors *neighbors, uint16_t interface, rte_be32_t address)
{
	const struct key key = { .interface = interface, .address = address };
	int32_t place = rte_hash_lookup(neighbors->index, &key);

	return place < 0 ? NULL : &neighbors->entries[place];
}

/* NULL when there is no room. */
static struct entry *
entry_add(struct neighbors *neighbors, uint16_t interface, rte_be32_t address)
{
	const struct key key = { .interface = interface, .address = address };
	int32_t place = rte_hash_add_key(neighbors->index, &key);

	if (place < 0)
		return NULL;
	neighbors->entries[place] = (struct entry){
		.neighbor = { .interface = interface, .address = address },
	};
	return &neighbors->entries[place];
}

static void
entry_tell(struct neighbors *neighbors, struct entry *entry)
{
	if (entry->untold)
		return;
	entry->untold = true;
	TAILQ_INSERT_TAIL(&neighbors->telling, entry, telling);
}

/* Every change of state goes through here; it keeps the lists and the count. */
static void
entry_turn(struct neighbors *neighbors, struct entry *entry, enum state state)
{
	bool was_learned = entry->state != STATE_FREE && entry->state != STATE_GIVEN;
	bool is_learned = state != STATE_FREE && state != STATE_GIVEN;

	neighbors->learned += is_learned;
	neighbors->learned -= was_learned;
	if (entry->state == STATE_ASKED)
		TAILQ_REMOVE(&neighbors->waiting, entry, waiting);
	if (state == STATE_ASKED)
		TAILQ_INSERT_HEAD(&neighbors->waiting, entry, waiting);
	entry->state = state;
	entry->neighbor.reachable = state == STATE_LEARNED || state == STATE_GIVEN;
}

static void
entry_forget(struct neighbors *neighbors, struct entry *entry)
{
	const struct key key = { .interface = entry->neighbor.interface,
				 .address = entry->neighbor.address };

	entry_turn(neighbors, entry, STATE_FREE);
	if (entry->untold)
		TAILQ_REMOVE(&neighbors->telling, entry, telling);
	entry->untold = false;
	(void)rte_hash_del_key(neighbors->index, &key); /* it is there: entry_find() gave it */
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
	struct entry *entry = entry_find(neighbors, given->interface, given->address);

	if (entry == NULL)
		entry = entry_add(neighbors, given->interface, given->address);
	if (entry == NULL)
		return; /* over NEIGHBORS_GIVEN_MAX */
	entry->expected = true;
	if (entry->state == STATE_GIVEN &&
	    rte_is_same_ether_addr(&entry->neighbor.mac, &given->mac))
		return;
	entry->neighbor.mac = given->mac;
	entry_turn(neighbors, entry, STATE_GIVEN);
	entry_tell(neighbors, entry);
}

/* A new snapshot has come: what of the neighbours is still true? */
static void
entry_review(struct neighbors *neighbors, const struct snapshot *snapshot, struct entry *entry)
{
	uint16_t interface = entry->neighbor.interface;

	if (entry->state == STATE_FREE)
		return;
	if (link_find(snapshot, interface) == NULL) {
		entry_forget(neighbors, entry);
	} else if (entry->state == STATE_GIVEN
			   ? !entry->expected
			   : !is_on_link(snapshot, interface, entry->neighbor.address)) {
		entry_turn(neighbors, entry, STATE_GONE);
		entry_tell(neighbors, entry);
	}
	entry->expected = false;
}

void
neighbors_set(struct neighbors *neighbors, const struct snapshot *snapshot,
	      const struct command_neighbor *given, size_t count)
{
	for (size_t i = 0; i < count; i++)
		given_take(neighbors, &given[i]);
	for (size_t i = 0; i < CAPACITY; i++)
		entry_review(neighbors, snapshot, &neighbors->entries[i]);
}

/* 02:00 and the address: locally administered, and no other neighbour's. */
static struct rte_ether_addr
mac_make(rte_be32_t address)
{
	struct rte_ether_addr mac = { .addr_bytes = { 0x02 } };

	memcpy(&mac.addr_bytes[2], &address, sizeof(address));
	return mac;
}

static void
entry_ask(struct neighbors *neighbors, struct entry *entry, bool on_link, uint64_t now)
{
	if (!on_link) {
		entry_turn(neighbors, entry, STATE_GONE);
		entry_tell(neighbors, entry);
	} else if (neighbors->options.answer) {
		entry->neighbor.mac = mac_make(entry->neighbor.address);
		entry_turn(neighbors, entry, STATE_LEARNED);
		entry_tell(neighbors, entry);
	} else {
		entry->tries = 0;
		entry->due = now;
		entry_turn(neighbors, entry, STATE_ASKED);
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

void
neighbors_resolve(struct neighbors *neighbors, const struct snapshot *snapshot,
		  const struct event *event, uint64_t now)
{
	struct entry *entry = entry_find(neighbors, event->interface, event->address);

	if (entry != NULL) {
		/* The worker does not know what is known here, or it is being asked for. */
		if (entry->state != STATE_ASKED)
			entry_tell(neighbors, entry);
		return;
	}
	if (neighbors->learned < NEIGHBORS_LEARNED_MAX)
		entry = entry_add(neighbors, event->interface, event->address);
	if (entry == NULL) {
		refuse(neighbors, event);
		return;
	}
	entry_ask(neighbors, entry, is_on_link(snapshot, event->interface, event->address), now);
}

void
neighbors_learn(struct neighbors *neighbors, const struct event *event)
{
	struct entry *entry = entry_find(neighbors, event->interface, event->address);

	if (entry == NULL || entry->state == STATE_GIVEN ||
	    !rte_is_valid_assigned_ether_addr(&event->mac))
		return;
	if (entry->state == STATE_LEARNED &&
	    rte_is_same_ether_addr(&entry->neighbor.mac, &event->mac))
		return;
	entry->neighbor.mac = event->mac;
	entry_turn(neighbors, entry, STATE_LEARNED);
	entry_tell(neighbors, entry);
}

/* False: the ring is full, and the question has to wait. */
static bool
entry_question(struct neighbors *neighbors, struct entry *entry, uint64_t now)
{
	const struct command command = { .type = COMMAND_ARP_REQUEST, .neighbor = entry->neighbor };

	if (command_broadcast(neighbors->options.rings, 1, &command, 1) != 0)
		return false;
	entry->tries++;
	entry->due = now + NS_PER_SECOND;
	TAILQ_REMOVE(&neighbors->waiting, entry, waiting);
	TAILQ_INSERT_TAIL(&neighbors->waiting, entry, waiting);
	return true;
}

unsigned int
neighbors_tick(struct neighbors *neighbors, uint64_t now)
{
	unsigned int sent = 0;
	struct entry *entry;

	while ((entry = TAILQ_FIRST(&neighbors->waiting)) != NULL && entry->due <= now) {
		if (entry->tries == NEIGHBOR_TRIES) {
			entry_turn(neighbors, entry, STATE_GONE);
			entry_tell(neighbors, entry);
		} else if (entry_question(neighbors, entry, now)) {
			sent++;
		} else {
			break;
		}
	}
	while ((entry = TAILQ_FIRST(&neighbors->telling)) != NULL) {
		const struct command command = { .type = COMMAND_NEIGHBOR,
						 .neighbor = entry->neighbor };

		if (command_broadcast(neighbors->options.rings, neighbors->options.ring_count,
				      &command, 1) != 0)
			break;
		sent++;
		entry->untold = false;
		TAILQ_REMOVE(&neighbors->telling, entry, telling);
		if (entry->state == STATE_GONE)
			entry_forget(neighbors, entry);
	}
	return sent;
}

bool
neighbors_told(const struct neighbors *neighbors)
{
	return TAILQ_EMPTY(&neighbors->telling);
}
