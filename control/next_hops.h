/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "dataplane/snapshot.h"

/*
 * The fabric's next hops by id, all that there ever were: workers map each id to an adjacency once.
 * Found by number and not by name, as in the registry, since every route asks for all of its own.
 */
struct next_hops {
	struct snapshot_next_hop *items;
	uint32_t count;
	uint16_t *slots; /* a hash table of ids, each plus one; 0: free */
};

/*
 * The next hop's id, a new one if it was never seen. interface: its id; address: host order. 0,
 * -ENOMEM, or -ENOSPC when the ids are used up: only a restart helps then.
 */
int next_hop_take(struct next_hops *next_hops, uint16_t interface, uint32_t address, uint32_t *id);
void next_hops_clear(struct next_hops *next_hops);
