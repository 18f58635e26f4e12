/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <string.h>

#include "dataplane/snapshot.h"

/* The pool of a VIP in the world that tests decide in (world.h). */

enum {
	WORLD_HOSTS = 256, /* places on a VIP */
};

/* Where a VIP's pool is written down, and counted by worker 0. */
struct world_pool {
	uint16_t starts[70];
	uint16_t units[SNAT_CHUNKS];
	uint16_t shares[2];
	uint32_t hosts[WORLD_HOSTS];
	struct snat_usage usage;
	struct snat_host_page host_page;
	struct snat_chunk_page chunk_pages[SNAT_CHUNK_PAGES];
};

static inline struct snat_ports
world_pool_make(struct world_pool *pool, uint16_t first, uint16_t unit, uint16_t count,
		bool on_demand)
{
	memset(pool->units, 0xff, sizeof(pool->units));
	for (uint16_t i = 0; i < count; i++) {
		pool->starts[i] = (uint16_t)(first + i * unit);
		for (uint16_t j = 0; j < unit; j = (uint16_t)(j + SNAT_CHUNK_PORTS))
			pool->units[(pool->starts[i] + j) / SNAT_CHUNK_PORTS] = i;
	}
	pool->shares[1] = count;
	for (uint32_t i = 0; i < WORLD_HOSTS; i++)
		pool->hosts[i] = i + 1;
	pool->usage.hosts[0] = &pool->host_page;
	for (unsigned int i = 0; i < SNAT_CHUNK_PAGES; i++)
		pool->usage.chunks[i] = &pool->chunk_pages[i];
	return (struct snat_ports){
		.on_demand = on_demand,
		.unit = unit,
		.unit_count = count,
		.starts = pool->starts,
		.units = pool->units,
		.shares = pool->shares,
		.host_count = on_demand ? WORLD_HOSTS : count,
		.hosts = pool->hosts,
	};
}
