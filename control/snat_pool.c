/* SPDX-License-Identifier: BSD-3-Clause */
#include "snat_pool.h"

#include <errno.h>
#include <stdlib.h>

#include <rte_malloc.h>

#include "config/snat_plan.h"

struct request {
	struct port_range_list ranges;
	uint16_t unit;
};

struct pool {
	uint32_t count;
	uint16_t starts[];
};

static void *
pool_build(const void *input)
{
	const struct request *request = input;
	size_t count = snat_block_count(&request->ranges, request->unit);
	struct pool *pool =
		rte_malloc("snat ports", sizeof(*pool) + count * sizeof(pool->starts[0]), 0);

	if (pool == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	pool->count = 0;
	for (size_t i = 0; i < request->ranges.count; i++) {
		const struct port_range *range = &request->ranges.items[i];

		for (uint32_t first = range->first; first + request->unit <= range->last + 1U;
		     first += request->unit)
			pool->starts[pool->count++] = (uint16_t)first;
	}
	return pool;
}

static const struct shared_type pool_type = { .build = pool_build, .free = rte_free };

int
snat_pool_share(struct generation *generation, const struct vip *vip, struct snat_ports *ports)
{
	bool on_demand = vip->outbound.ports_per_host == PORTS_ON_DEMAND;
	struct request request = {
		.unit = on_demand ? SNAT_BLOCK_PORTS : (uint16_t)vip->outbound.ports_per_host,
	};
	struct words words = { 0 };
	struct shared *shared;

	if (snat_free_ranges(vip, &request.ranges) != 0)
		return -ENOMEM;
	words_add(&words, request.unit);
	for (size_t i = 0; i < request.ranges.count; i++)
		words_add(&words, (uint32_t)request.ranges.items[i].first << 16 |
					  request.ranges.items[i].last);
	shared = generation_share(generation, &pool_type, &words, &request);
	words_clear(&words);
	free(request.ranges.items);
	if (shared == NULL)
		return -ENOMEM;

	const struct pool *pool = shared_table(shared);

	*ports = (struct snat_ports){ .on_demand = on_demand,
				      .unit = request.unit,
				      .unit_count = pool->count,
				      .starts = pool->starts };
	return 0;
}
