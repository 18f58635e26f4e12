/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_ring.h>

#include "dataplane/command.h"
#include "dataplane/snapshot.h"

/*
 * The control thread's side of ARP: what every neighbour's MAC address is, and whom it asks for. It
 * tells all workers what they ask for and what changes; what does not fit in their rings is told
 * later. Addresses that the configuration gives are never changed, and only what was asked for is
 * learned: who tells another MAC address unasked makes it ask again.
 *
 * A neighbour is asked for at once, after a second and after two more; two seconds later it is
 * given up. It is left alone then for 4 s, after another silence for 8, at most for 32: packets for
 * it are refused at once. What was learned is confirmed every minute, first by asking that MAC
 * address alone (RFC 1122 section 2.3.2.1), and is used until that fails.
 */

enum {
	NEIGHBORS_GIVEN_MAX = 16384,   /* by the configuration */
	NEIGHBORS_LEARNED_MAX = 32768, /* asked for included */
	NEIGHBOR_TRIES = 3,            /* questions before it is given up */
};

struct neighbors;

struct neighbors_options {
	struct rte_ring *const *rings; /* the workers' command rings; the first one's asks */
	unsigned int ring_count;
	/* True: addresses are answered for, with MAC addresses made from them. */
	bool answer;
	int socket;
};

/* NULL and rte_errno. */
struct neighbors *neighbors_create(const struct neighbors_options *options);
void neighbors_free(struct neighbors *neighbors);

/*
 * The snapshot is new, and these are the neighbours that its configuration gives, at most
 * NEIGHBORS_GIVEN_MAX. Learned ones stay as long as they are on the link of their interface.
 */
void neighbors_set(struct neighbors *neighbors, const struct snapshot *snapshot,
		   const struct command_neighbor *given, size_t count);
/* Takes a worker's EVENT_RESOLVE. now: nanoseconds. */
void neighbors_resolve(struct neighbors *neighbors, const struct snapshot *snapshot,
		       const struct event *event, uint64_t now);
/* Takes a worker's EVENT_LEARNED. */
void neighbors_learn(struct neighbors *neighbors, const struct event *event, uint64_t now);
/* Does what is due, and tells the workers. Returns how many things it did. */
unsigned int neighbors_tick(struct neighbors *neighbors, uint64_t now);
/* When something is due next, nanoseconds; UINT64_MAX: never. */
uint64_t neighbors_due(const struct neighbors *neighbors);
/* How many are known, or asked for, that the configuration does not give. */
size_t neighbors_learned(const struct neighbors *neighbors);
/* Nothing waits for room in the workers' rings. */
bool neighbors_told(const struct neighbors *neighbors);
