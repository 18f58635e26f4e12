/* SPDX-License-Identifier: BSD-3-Clause */
#include "build.h"

#include <errno.h>

#include "config/subnet.h"
#include "dataplane/flow_key.h"
#include "interval_list.h"

static void *
zones_build(const void *input)
{
	const struct interval_list *intervals = input;
	struct interval_tree *tree =
		interval_tree_build(intervals->items, intervals->count, ZONE_FABRIC);

	if (tree == NULL)
		errno = ENOMEM;
	return tree;
}

static void
zones_free(void *tree)
{
	interval_tree_free(tree);
}

static const struct shared_type zones_type = { .build = zones_build, .free = zones_free };

static int
build_zones(struct builder *builder, uint32_t network, const struct interval_tree **tree)
{
	const struct virtual_network *from = &builder->model->virtual_networks[network];
	const uint32_t *zones = builder->generation->names.zones[network];
	struct interval_list intervals = { 0 };
	struct words words = { 0 };
	struct shared *shared;

	for (size_t i = 0; i < from->address_space.count; i++) {
		struct address_range range = ip_prefix_range_v4(&from->address_space.items[i]);

		interval_list_add(&intervals, range.first, range.last, ZONE_UNASSIGNED);
	}
	for (size_t i = 0; i < from->subnet_count; i++) {
		struct address_range range = ip_prefix_range_v4(&from->subnets[i].prefix);

		interval_list_add(&intervals, range.first, range.last, zones[i]);
	}
	interval_list_write(&intervals, &words);
	shared = generation_share(builder->generation, &zones_type, &words, &intervals);
	words_clear(&words);
	interval_list_clear(&intervals);
	if (shared == NULL)
		return build_out_of_memory(builder);
	*tree = shared_table(shared);
	return 0;
}

static int
build_outbound(struct builder *builder, const struct subnet *from, struct snapshot_subnet *to)
{
	if (from->outbound_vips.count > OUTBOUND_VIPS_MAX)
		return build_fail(builder, -E2BIG,
				  "subnet %s has %zu outbound VIPs; at most %d are possible",
				  from->name, from->outbound_vips.count, OUTBOUND_VIPS_MAX);
	to->vip_count = (uint8_t)from->outbound_vips.count;
	for (size_t i = 0; i < from->outbound_vips.count; i++)
		to->vips[i].vip =
			(uint16_t)builder->generation->names.vip_ids[from->outbound_vips.items[i]];
	return 0;
}

/* Subnets of one network with the same group have the same policies: alike is one of them. */
static int
build_policies(struct builder *builder, const struct virtual_network *network,
	       const struct subnet *from, const struct snapshot_subnet *alike,
	       struct snapshot_subnet *to)
{
	const struct security_group *group;
	int rc;

	if (from->security_group == NO_INDEX)
		return 0;
	if (alike != NULL) {
		to->inbound = alike->inbound;
		to->outbound = alike->outbound;
		return 0;
	}
	group = &builder->model->security_groups[from->security_group];
	rc = build_security(builder, network, group, DIRECTION_INBOUND, &to->inbound);
	if (rc != 0)
		return rc;
	return build_security(builder, network, group, DIRECTION_OUTBOUND, &to->outbound);
}

/* The same of effective routes, which depend on the route table. */
static int
build_routes(struct builder *builder, uint32_t network, const struct subnet *from,
	     const struct snapshot_subnet *alike, struct snapshot_subnet *to)
{
	const struct subnet_routes *routes;
	int rc;

	if (alike != NULL) {
		to->routes = alike->routes;
		to->route = alike->route;
		return 0;
	}
	rc = build_subnet_routes(builder, network, from, &routes);
	if (rc != 0)
		return rc;
	to->routes = routes->tree;
	to->route = routes->items;
	return 0;
}

static int
build_subnet(struct builder *builder, uint32_t network, uint32_t index,
	     struct snapshot_subnet *subnets)
{
	const struct virtual_network *owner = &builder->model->virtual_networks[network];
	const struct names *names = &builder->generation->names;
	const uint32_t *zones = names->zones[network];
	const struct subnet *from = &owner->subnets[index];
	struct address_range range = ip_prefix_range_v4(&from->prefix);
	const struct snapshot_subnet *same_group = NULL, *same_table = NULL;
	struct snapshot_subnet *to = &subnets[zones[index]];
	int rc;

	for (uint32_t i = 0; i < index; i++) {
		if (owner->subnets[i].security_group == from->security_group)
			same_group = &subnets[zones[i]];
		if (owner->subnets[i].route_table == from->route_table)
			same_table = &subnets[zones[i]];
	}
	to->present = true;
	to->ip_forwarding = from->ip_forwarding;
	to->interface = (uint16_t)names->interface_ids[from->interface];
	to->network = (uint16_t)names->network_ids[network];
	to->prefix = range.first;
	to->mask = ~(range.first ^ range.last);
	rc = build_outbound(builder, from, to);
	if (rc == 0)
		rc = build_policies(builder, owner, from, same_group, to);
	if (rc == 0)
		rc = build_routes(builder, network, from, same_table, to);
	return rc;
}

static int
build_subnets(struct builder *builder, struct snapshot_network *networks,
	      struct snapshot_subnet *subnets)
{
	const struct model *model = builder->model;

	for (uint32_t i = 0; i < model->virtual_network_count; i++) {
		struct snapshot_network *network =
			&networks[builder->generation->names.network_ids[i]];
		int rc = build_zones(builder, i, &network->zones);

		network->present = true;
		for (uint32_t j = 0; j < model->virtual_networks[i].subnet_count && rc == 0; j++)
			rc = build_subnet(builder, i, j, subnets);
		if (rc != 0)
			return rc;
	}
	return 0;
}

int
build_networks(struct builder *builder)
{
	struct generation *generation = builder->generation;
	const struct names *names = &generation->names;
	struct snapshot_network *networks =
		generation_alloc(generation, names->network_end, sizeof(*networks));
	struct snapshot_subnet *subnets =
		generation_alloc(generation, names->zone_end, sizeof(*subnets));
	int rc;

	if (networks == NULL || subnets == NULL)
		rc = build_out_of_memory(builder);
	else
		rc = build_subnets(builder, networks, subnets);
	builder->subnets = subnets;
	generation->snapshot->networks = networks;
	generation->snapshot->network_count = (uint16_t)names->network_end;
	generation->snapshot->subnets = subnets;
	generation->snapshot->subnet_count = (uint16_t)names->zone_end;
	return rc;
}
