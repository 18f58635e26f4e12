/* SPDX-License-Identifier: BSD-3-Clause */
#include "snat_pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_malloc.h>

#include "dataplane/worker.h"

/* The units, both ways. */
struct units {
	uint16_t by_chunk[SNAT_CHUNKS];
	uint16_t shares[WORKERS_MAX + 1];
	uint32_t count;
	uint16_t starts[];
};

struct units_request {
	const struct snat_pool *pool;
	const uint16_t *starts;
	uint32_t count;
};

static void *
units_build(const void *input)
{
	const struct units_request *request = input;
	uint16_t unit = request->pool->unit, workers = request->pool->workers;
	struct units *units = rte_zmalloc(
		"snat ports", sizeof(*units) + request->count * sizeof(units->starts[0]), 0);

	if (units == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	units->count = request->count;
	memset(units->by_chunk, 0xff, sizeof(units->by_chunk));
	for (uint32_t i = 0; i < request->count; i++) {
		uint32_t chunk = request->starts[i] / SNAT_CHUNK_PORTS;

		units->starts[i] = request->starts[i];
		if (request->starts[i] == 0)
			continue;
		for (uint32_t j = 0; j < unit / SNAT_CHUNK_PORTS; j++)
			units->by_chunk[chunk + j] = (uint16_t)i;
		if (request->pool->on_demand)
			units->shares[chunk % workers + 1]++;
	}
	for (uint16_t i = 0; i < WORKERS_MAX; i++)
		units->shares[i + 1] = (uint16_t)(units->shares[i] + units->shares[i + 1]);
	return units;
}

static const struct shared_type units_type = { .build = units_build, .free = rte_free };

struct hosts {
	uint32_t count;
	uint32_t addresses[];
};

static void *
hosts_build(const void *input)
{
	const struct snat_pool *pool = input;
	size_t size = pool->host_count * sizeof(pool->hosts[0]);
	struct hosts *hosts = rte_malloc("snat hosts", sizeof(*hosts) + size, 0);

	if (hosts == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	hosts->count = pool->host_count;
	if (size > 0)
		memcpy(hosts->addresses, pool->hosts, size);
	return hosts;
}

static const struct shared_type hosts_type = { .build = hosts_build, .free = rte_free };

/* All chunks that are free, those of each worker together, ascending. */
static uint32_t
chunks_list(const struct snat_pool *pool, uint16_t *starts)
{
	uint32_t count = 0;

	for (uint16_t worker = 0; worker < pool->workers; worker++) {
		for (size_t i = 0; i < pool->free->count; i++) {
			uint32_t last = pool->free->items[i].last;

			for (uint32_t port = pool->free->items[i].first; port <= last;
			     port += SNAT_CHUNK_PORTS)
				if (port / SNAT_CHUNK_PORTS % pool->workers == worker)
					starts[count++] = (uint16_t)port;
		}
	}
	return count;
}

static const struct units *
units_share(struct generation *generation, const struct units_request *request)
{
	struct words words = { 0 };
	struct shared *shared;

	words_add(&words, (uint32_t)request->pool->on_demand << 16 | request->pool->workers);
	words_add(&words, request->pool->unit);
	for (uint32_t i = 0; i < request->count; i++)
		words_add(&words, request->starts[i]);
	shared = generation_share(generation, &units_type, &words, request);
	words_clear(&words);
	return shared == NULL ? NULL : shared_table(shared);
}

static const struct hosts *
hosts_share(struct generation *generation, const struct snat_pool *pool)
{
	struct words words = { 0 };
	struct shared *shared;

	for (uint32_t i = 0; i < pool->host_count; i++)
		words_add(&words, pool->hosts[i]);
	shared = generation_share(generation, &hosts_type, &words, pool);
	words_clear(&words);
	return shared == NULL ? NULL : shared_table(shared);
}

int
snat_pool_share(struct generation *generation, const struct snat_pool *pool,
		struct snat_ports *ports)
{
	uint16_t chunks[SNAT_CHUNKS];
	struct units_request request = { .pool = pool,
					 .starts = pool->starts,
					 .count = pool->host_count };
	const struct units *units;
	const struct hosts *hosts;

	if (pool->on_demand) {
		request.starts = chunks;
		/* A VIP that nobody sends by has no ports for it. */
		request.count = pool->host_count == 0 ? 0 : chunks_list(pool, chunks);
	}
	units = units_share(generation, &request);
	hosts = hosts_share(generation, pool);
	if (units == NULL || hosts == NULL)
		return -ENOMEM;
	*ports = (struct snat_ports){ .on_demand = pool->on_demand,
				      .unit = pool->unit,
				      .unit_count = units->count,
				      .starts = units->starts,
				      .units = units->by_chunk,
				      .shares = units->shares,
				      .host_count = hosts->count,
				      .hosts = hosts->addresses };
	return 0;
}
