/* SPDX-License-Identifier: BSD-3-Clause */
#include "build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	HOST_LENGTH = 32,
	BROADCAST_LENGTH_MAX = 30, /* longer links have no such addresses (RFC 3021) */
};

static int
prefix_add(struct builder *builder, uint32_t address, uint8_t length, enum route_kind kind,
	   uint32_t id)
{
	const struct ip_prefix prefix = { .address = ip_address_from_v4(address),
					  .length = length };

	if (prefix_table_add(&builder->generation->prefixes, ip_prefix_range_v4(&prefix).first,
			     length, route_target_make(kind, id)) != 0)
		return build_out_of_memory(builder);
	return 0;
}

static int
build_link(struct builder *builder, uint32_t id, const struct ip_prefix *address)
{
	uint32_t own = ip_address_v4(&address->address);
	struct address_range link = ip_prefix_range_v4(address);
	int rc = prefix_add(builder, own, address->length, ROUTE_CONNECTED, id);

	if (rc == 0)
		rc = prefix_add(builder, own, HOST_LENGTH, ROUTE_LOCAL, id);
	if (rc == 0 && address->length <= BROADCAST_LENGTH_MAX)
		rc = prefix_add(builder, link.first, HOST_LENGTH, ROUTE_BROADCAST, 0);
	if (rc == 0 && address->length <= BROADCAST_LENGTH_MAX)
		rc = prefix_add(builder, link.last, HOST_LENGTH, ROUTE_BROADCAST, 0);
	return rc;
}

static int
build_links(struct builder *builder)
{
	const struct model *model = builder->model;
	const uint32_t *ids = builder->generation->names.interface_ids;

	for (size_t i = 0; i < model->interface_count; i++) {
		const struct interface *interface = &model->interfaces[i];

		if (interface->virtual_network != NO_INDEX)
			continue;
		for (size_t j = 0; j < interface->addresses.count; j++) {
			int rc = build_link(builder, ids[i], &interface->addresses.items[j]);

			if (rc != 0)
				return rc;
		}
	}
	return 0;
}

static int
build_vip_prefixes(struct builder *builder)
{
	const struct model *model = builder->model;

	for (size_t i = 0; i < model->vip_count; i++) {
		int rc = prefix_add(builder, ip_address_v4(&model->vips[i].address), HOST_LENGTH,
				    ROUTE_VIP, builder->generation->names.vip_ids[i]);

		if (rc != 0)
			return rc;
	}
	return 0;
}

static int
build_group_prefixes(struct builder *builder)
{
	const struct model *model = builder->model;
	struct generation *generation = builder->generation;

	generation->groups = calloc(GROUPS_MAX, sizeof(struct shared *));
	generation->routes = calloc(model->route_count + 1, sizeof(*generation->routes));
	if (generation->groups == NULL || generation->routes == NULL)
		return build_out_of_memory(builder);
	for (size_t i = 0; i < model->route_count; i++) {
		const struct fabric_route *route = &model->routes[i];
		uint32_t id;
		int rc = build_group(builder, route, &id);

		if (rc == -ENETDOWN)
			continue;
		if (rc == 0)
			rc = prefix_add(builder, ip_address_v4(&route->prefix.address),
					route->prefix.length, ROUTE_GROUP, id);
		if (rc != 0)
			return rc;
		generation->routes[generation->route_count++] =
			generation->prefixes.items[generation->prefixes.count - 1];
	}
	return 0;
}

/* The arrays that workers read: all groups that are held, and all next hops that there ever were.
 */
static int
build_arrays(struct builder *builder)
{
	struct generation *generation = builder->generation;
	uint32_t count = group_pool_end(builder->groups);
	const struct ecmp_group **groups = generation_alloc(generation, count, sizeof(*groups));
	struct snapshot_next_hop *next_hops =
		generation_alloc(generation, builder->next_hops->count, sizeof(*next_hops));

	if (groups == NULL || next_hops == NULL)
		return build_out_of_memory(builder);
	for (uint32_t i = 0; i < count; i++)
		if (generation->groups[i] != NULL)
			groups[i] =
				&((const struct fabric_group *)shared_table(generation->groups[i]))
					 ->ecmp;
	if (builder->next_hops->count > 0)
		memcpy(next_hops, builder->next_hops->items,
		       builder->next_hops->count * sizeof(*next_hops));
	generation->snapshot->groups = groups;
	generation->snapshot->group_count = count;
	generation->snapshot->next_hops = next_hops;
	generation->snapshot->next_hop_count = builder->next_hops->count;
	return 0;
}

int
build_fabric(struct builder *builder)
{
	static int (*const steps[])(struct builder *) = { build_links, build_vip_prefixes,
							  build_group_prefixes, build_arrays };
	struct prefix_table *prefixes = &builder->generation->prefixes;
	uint32_t capacity = builder->model->gateway.route_capacity;

	for (size_t i = 0; i < RTE_DIM(steps); i++) {
		int rc = steps[i](builder);

		if (rc != 0)
			return rc;
	}
	if (prefix_table_finish(prefixes) != 0)
		return build_out_of_memory(builder);
	if (prefixes->count > capacity)
		return build_fail(
			builder, -ENOSPC,
			"the fabric needs %zu prefixes for its routes, links and VIPs, but "
			"gateway.route_capacity is %u; raise it",
			prefixes->count, capacity);
	return 0;
}
