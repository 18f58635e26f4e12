/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "dataplane/snapshot.h"
#include "registry.h"

/*
 * The fabric's next hops by id, all that there ever were: workers map each id to an adjacency once.
 */
struct next_hops {
	struct snapshot_next_hop *items;
	uint32_t count;
};

/* The next hop's id. interface: its id; address: host order. 0, -ENOMEM or -ENOSPC. */
int next_hop_take(struct next_hops *next_hops, struct registry *registry, uint16_t interface,
		  uint32_t address, uint32_t *id);
void next_hops_clear(struct next_hops *next_hops);
