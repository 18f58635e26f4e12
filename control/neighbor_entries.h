/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "dataplane/command.h"

/*
 * The table behind neighbors.c: one entry for each neighbour, found by its interface and address,
 * with one timer, and on the list of those that the workers have to be told of. All entries with
 * the same timer wait equally long, so that each timer is a queue.
 */

enum neighbor_state {
	NEIGHBOR_FREE,
	NEIGHBOR_ASKED,   /* waits for its answer */
	NEIGHBOR_LEARNED, /* from its answer, or answered for */
	NEIGHBOR_SILENT,  /* does not answer; remembered, so that it is not asked all the time */
	NEIGHBOR_GIVEN,   /* by the configuration */
	NEIGHBOR_GONE,    /* forgotten as soon as the workers have been told */
};

enum neighbor_timer {
	NEIGHBOR_TIMER_NONE,
	NEIGHBOR_TIMER_NOW,
	NEIGHBOR_TIMER_SHORT, /* the first wait for an answer */
	NEIGHBOR_TIMER_LONG,  /* the others */
	NEIGHBOR_TIMER_FRESH, /* until what was learned is confirmed */
	NEIGHBOR_TIMER_SILENT,
	NEIGHBOR_TIMERS,
};

struct neighbor_entry {
	enum neighbor_state state;
	enum neighbor_timer timer;
	bool untold;      /* on the list of those that the workers have to be told of */
	bool expected;    /* by neighbors_set(): it is in the new configuration */
	bool doubted;     /* another MAC address was seen: everybody is asked */
	uint8_t tries;    /* questions since the last answer */
	uint8_t silences; /* times that it has not answered, one after the other */
	struct command_neighbor neighbor;
	uint64_t due;         /* of its timer, nanoseconds */
	uint64_t asked;       /* when it was asked last */
	uint64_t quiet_until; /* of a silent one: not asked before */
	TAILQ_ENTRY(neighbor_entry) timing;
	TAILQ_ENTRY(neighbor_entry) telling;
};

TAILQ_HEAD(neighbor_list, neighbor_entry);

struct neighbor_entries {
	struct rte_hash *index;       /* of interface and address, to the place in items */
	struct neighbor_entry *items; /* capacity */
	size_t capacity;
	size_t learned; /* entries that are not given */
	struct neighbor_list timers[NEIGHBOR_TIMERS];
	struct neighbor_list telling;
};

/* 0 or -ENOMEM. */
int neighbor_entries_init(struct neighbor_entries *entries, size_t capacity, int socket);
void neighbor_entries_release(struct neighbor_entries *entries);

/* NULL: there is none. */
struct neighbor_entry *neighbor_entry_find(const struct neighbor_entries *entries,
					   uint16_t interface, rte_be32_t address);
/* A free one, for another state to be set. NULL: there is no room. */
struct neighbor_entry *neighbor_entry_add(struct neighbor_entries *entries, uint16_t interface,
					  rte_be32_t address);
void neighbor_entry_forget(struct neighbor_entries *entries, struct neighbor_entry *entry);
/* The workers have to be told of it. */
void neighbor_entry_tell(struct neighbor_entries *entries, struct neighbor_entry *entry);
/* They have been. */
void neighbor_entry_told(struct neighbor_entries *entries, struct neighbor_entry *entry);
/* Every change of state and timer goes through here. now: nanoseconds, never less than before. */
void neighbor_entry_turn(struct neighbor_entries *entries, struct neighbor_entry *entry,
			 enum neighbor_state state, enum neighbor_timer timer, uint64_t now);
