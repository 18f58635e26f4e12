/* SPDX-License-Identifier: BSD-3-Clause */
#include "build.h"

#include <errno.h>
#include <stdlib.h>

#include "config/snat_plan.h"
#include "config/subnet.h"
#include "dataplane/subnet.h"
#include "snat_blocks.h"
#include "snat_moves.h"
#include "snat_pages.h"
#include "snat_places.h"
#include "snat_pool.h"

/* A VIP and who sends by it, while its pool is built. */
struct pool_builder {
	struct builder *builder;
	const struct vip *vip;
	uint16_t id;
	struct snapshot_vip *to;
	const struct snapshot *previous; /* or NULL */
	struct snat_places *places;      /* by user */
	struct subnet_outbound **users;  /* where each subnet's place is written down */
	size_t user_count;
	struct port_range_list free;
	uint32_t *hosts;
	uint16_t *starts;
};

/* Which of the subnet's vips it is, or vip_count. */
static unsigned int
outbound_index(const struct snapshot_subnet *subnet, uint16_t vip)
{
	unsigned int i = 0;

	while (i < subnet->vip_count && subnet->vips[i].vip != vip)
		i++;
	return i;
}

/* The places that the subnet of that zone had, if it is as it was. */
static uint32_t
places_before(const struct pool_builder *pool, uint16_t zone, const struct snapshot_subnet *now)
{
	const struct snapshot_subnet *before;
	unsigned int index;

	if (pool->previous == NULL || zone >= pool->previous->subnet_count)
		return SNAT_PLACE_NONE;
	before = &pool->previous->subnets[zone];
	if (!before->present || before->prefix != now->prefix || before->mask != now->mask)
		return SNAT_PLACE_NONE;
	index = outbound_index(before, pool->id);
	return index < before->vip_count ? before->vips[index].first_host : SNAT_PLACE_NONE;
}

static void
users_collect(struct pool_builder *pool, struct snapshot_subnet *subnets)
{
	const struct model *model = pool->builder->model;
	uint32_t network = pool->vip->virtual_network;
	const struct virtual_network *owner = &model->virtual_networks[network];
	const uint32_t *zones = pool->builder->generation->names.zones[network];

	for (size_t i = 0; i < owner->subnet_count; i++) {
		struct snapshot_subnet *subnet = &subnets[zones[i]];
		unsigned int index = outbound_index(subnet, pool->id);

		if (index == subnet->vip_count)
			continue;
		pool->users[pool->user_count] = &subnet->vips[index];
		pool->places[pool->user_count++] = (struct snat_places){
			.first = places_before(pool, (uint16_t)zones[i], subnet),
			.count = subnet_host_count(&owner->subnets[i]),
			.address = subnet->prefix + SUBNET_RESERVED,
		};
	}
}

/* Who has which place. 0 or -ENOMEM. */
static int
places_build(struct pool_builder *pool, uint32_t *count)
{
	*count = snat_places_assign(pool->places, pool->user_count);
	if (*count > SNAT_HOSTS_MAX)
		return build_fail(pool->builder, -E2BIG,
				  "VIP %s serves the addresses of more than %d hosts",
				  pool->vip->name, SNAT_HOSTS_MAX);
	pool->hosts = calloc(*count + 1, sizeof(*pool->hosts));
	pool->starts = calloc(*count + 1, sizeof(*pool->starts));
	if (pool->hosts == NULL || pool->starts == NULL)
		return build_out_of_memory(pool->builder);
	for (size_t i = 0; i < pool->user_count; i++) {
		const struct snat_places *places = &pool->places[i];

		pool->users[i]->first_host = (uint16_t)places->first;
		for (uint32_t j = 0; j < places->count; j++)
			pool->hosts[places->first + j] = places->address + j;
	}
	return 0;
}

static int
ports_build(struct pool_builder *pool, uint32_t host_count)
{
	bool on_demand = pool->vip->outbound.ports_per_host == PORTS_ON_DEMAND;
	const struct snat_pool shared = {
		.on_demand = on_demand,
		.unit = on_demand ? SNAT_BLOCK_PORTS : (uint16_t)pool->vip->outbound.ports_per_host,
		.workers = pool->builder->generation->snapshot->snat_worker_count,
		.starts = pool->starts,
		.free = &pool->free,
		.hosts = pool->hosts,
		.host_count = host_count,
	};
	const struct snat_blocks blocks = {
		.free = &pool->free,
		.unit = shared.unit,
		.hosts = pool->hosts,
		.host_count = host_count,
		.previous = pool->previous == NULL || pool->id >= pool->previous->vip_count ||
					    !pool->previous->vips[pool->id].present
				    ? NULL
				    : &pool->previous->vips[pool->id].snat,
	};

	if (!on_demand)
		snat_blocks_assign(&blocks, pool->starts);
	return snat_pool_share(pool->builder->generation, &shared, &pool->to->snat) == 0
		       ? 0
		       : build_out_of_memory(pool->builder);
}

static int
build_pool(struct pool_builder *pool, struct snapshot_subnet *subnets)
{
	const struct model *model = pool->builder->model;
	size_t subnet_count = model->virtual_networks[pool->vip->virtual_network].subnet_count;
	uint32_t host_count;
	int rc;

	pool->places = calloc(subnet_count + 1, sizeof(*pool->places));
	pool->users = calloc(subnet_count + 1, sizeof(struct subnet_outbound *));
	if (pool->places == NULL || pool->users == NULL ||
	    snat_free_ranges(pool->vip, &pool->free) != 0) {
		rc = build_out_of_memory(pool->builder);
		goto free_all;
	}
	users_collect(pool, subnets);
	rc = places_build(pool, &host_count);
	if (rc == 0)
		rc = ports_build(pool, host_count);
free_all:
	free(pool->starts);
	free(pool->hosts);
	free(pool->free.items);
	free(pool->users);
	free(pool->places);
	return rc;
}

/* The counters of every VIP that there is, and of those that were while they are in use. */
static int
build_usage(struct builder *builder, const struct snapshot *previous)
{
	struct snapshot *snapshot = builder->generation->snapshot;
	const struct snat_usage **usage =
		generation_alloc(builder->generation, snapshot->vip_count, sizeof(*usage));

	if (usage == NULL)
		return build_out_of_memory(builder);
	for (uint16_t id = 0; id < snapshot->vip_count; id++) {
		bool before = previous != NULL && id < previous->vip_count;
		const struct snat_pages pages = {
			.vip = id,
			.workers = (uint16_t)RTE_MAX(builder->workers, 1U),
			.ports = snapshot->vips[id].present ? &snapshot->vips[id].snat : NULL,
			.previous = before ? previous->usage[id] : NULL,
			.previous_drawn = before && previous->vips[id].present,
		};

		if (snat_pages_share(builder->generation, &pages, &usage[id]) != 0)
			return build_out_of_memory(builder);
		if (usage[id] != NULL)
			builder->vips[id].snat.reserved = usage[id]->reserved;
	}
	snapshot->usage = usage;
	return 0;
}

/* Which ports have moved between workers. */
static int
build_moves(struct builder *builder, const struct snapshot *previous)
{
	for (uint16_t id = 0; id < builder->generation->snapshot->vip_count; id++)
		if (builder->vips[id].present &&
		    snat_moves_build(builder->generation, id, previous,
				     &builder->vips[id].snat.moves) != 0)
			return build_out_of_memory(builder);
	return 0;
}

int
build_snat(struct builder *builder)
{
	const struct snapshot *previous =
		builder->previous == NULL ? NULL : builder->previous->snapshot;
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < builder->model->vip_count; i++) {
		uint16_t id = (uint16_t)builder->generation->names.vip_ids[i];
		struct pool_builder pool = {
			.builder = builder,
			.vip = &builder->model->vips[i],
			.id = id,
			.to = &builder->vips[id],
			.previous = previous,
		};

		rc = build_pool(&pool, builder->subnets);
	}
	if (rc == 0)
		rc = build_usage(builder, previous);
	return rc == 0 ? build_moves(builder, previous) : rc;
}
