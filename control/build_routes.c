/* SPDX-License-Identifier: BSD-3-Clause */
#include "build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_malloc.h>

#include "config/effective.h"
#include "config/subnet.h"
#include "interval_list.h"

/* A subnet's routes while they are collected; later intervals win. */
struct draft {
	struct builder *builder;
	const struct virtual_network *network;
	uint32_t network_index;
	struct interval_list intervals;
	struct subnet_route *items;
	size_t count;
	size_t capacity;
	bool failed; /* out of memory */
};

static void
routes_free(void *table)
{
	struct subnet_routes *routes = table;

	interval_tree_free(routes->tree);
	rte_free(routes->items);
	rte_free(routes);
}

static void *
routes_build(const void *input)
{
	const struct draft *draft = input;
	struct subnet_routes *routes = rte_zmalloc("subnet routes", sizeof(*routes), 0);

	if (routes == NULL)
		goto err;
	routes->items = rte_malloc("subnet routes", (draft->count + 1) * sizeof(*routes->items),
				   RTE_CACHE_LINE_SIZE);
	if (routes->items == NULL)
		goto free_routes;
	if (draft->count > 0)
		memcpy(routes->items, draft->items, draft->count * sizeof(*routes->items));
	routes->tree = interval_tree_build(draft->intervals.items, draft->intervals.count,
					   SUBNET_ROUTE_MISSING);
	if (routes->tree == NULL)
		goto free_items;
	return routes;

free_items:
	rte_free(routes->items);
free_routes:
	rte_free(routes);
err:
	errno = ENOMEM;
	return NULL;
}

static const struct shared_type routes_type = { .build = routes_build, .free = routes_free };

/* The index of the new route. */
static uint32_t
draft_add(struct draft *draft, struct subnet_route route)
{
	if (draft->count == draft->capacity && !draft->failed) {
		size_t capacity = draft->capacity * 2 + 16;
		struct subnet_route *items =
			reallocarray(draft->items, capacity, sizeof(*draft->items));

		draft->failed = items == NULL;
		if (items != NULL) {
			draft->items = items;
			draft->capacity = capacity;
		}
	}
	if (draft->failed)
		return SUBNET_ROUTE_MISSING;
	draft->items[draft->count] = route;
	return (uint32_t)draft->count++;
}

static void
draft_cover(struct draft *draft, struct address_range range, struct subnet_route route)
{
	interval_list_add(&draft->intervals, range.first, range.last, draft_add(draft, route));
}

/* On the links of the subnets that the route covers; no host has the addresses in between. */
static void
draft_cover_network(struct draft *draft, struct address_range range, uint16_t effective)
{
	const uint32_t *zones = draft->builder->generation->names.zones[draft->network_index];
	uint32_t broadcast;

	draft_cover(draft, range,
		    (struct subnet_route){ .kind = SUBNET_ROUTE_UNASSIGNED,
					   .effective = effective });
	broadcast = draft_add(draft, (struct subnet_route){ .kind = SUBNET_ROUTE_BROADCAST,
							    .effective = effective });
	for (size_t i = 0; i < draft->network->subnet_count; i++) {
		struct address_range link = ip_prefix_range_v4(&draft->network->subnets[i].prefix);
		struct address_range both = { RTE_MAX(range.first, link.first),
					      RTE_MIN(range.last, link.last) };

		if (both.first > both.last)
			continue;
		draft_cover(draft, both,
			    (struct subnet_route){ .kind = SUBNET_ROUTE_SUBNET,
						   .zone = (uint16_t)zones[i],
						   .effective = effective });
		if (both.first == link.first)
			interval_list_add(&draft->intervals, link.first, link.first, broadcast);
		if (both.last == link.last)
			interval_list_add(&draft->intervals, link.last, link.last, broadcast);
	}
}

static void
draft_cover_appliance(struct draft *draft, struct address_range range,
		      const struct ip_address *appliance, uint16_t effective)
{
	const uint32_t *zones = draft->builder->generation->names.zones[draft->network_index];
	const struct subnet *subnet = virtual_network_subnet_of(draft->network, appliance);
	struct subnet_route route = {
		.kind = SUBNET_ROUTE_UNASSIGNED,
		.address = rte_cpu_to_be_32(ip_address_v4(appliance)),
		.effective = effective,
	};

	if (subnet != NULL) {
		route.kind = SUBNET_ROUTE_APPLIANCE;
		route.zone = (uint16_t)zones[subnet - draft->network->subnets];
	}
	draft_cover(draft, range, route);
}

static void
draft_cover_route(struct draft *draft, const struct effective_route *route, uint16_t effective)
{
	static const uint8_t kinds[] = {
		[NEXT_HOP_INTERNET] = SUBNET_ROUTE_INTERNET,
		[NEXT_HOP_VIRTUAL_NETWORK_GATEWAY] = SUBNET_ROUTE_GATEWAY,
		[NEXT_HOP_NONE] = SUBNET_ROUTE_NONE,
	};
	struct address_range range = ip_prefix_range_v4(&route->prefix);

	switch (route->next_hop_type) {
	case NEXT_HOP_VIRTUAL_NETWORK:
		draft_cover_network(draft, range, effective);
		break;
	case NEXT_HOP_VIRTUAL_APPLIANCE:
		draft_cover_appliance(draft, range, &route->next_hop, effective);
		break;
	case NEXT_HOP_INTERNET:
	case NEXT_HOP_VIRTUAL_NETWORK_GATEWAY:
	case NEXT_HOP_NONE:
		draft_cover(draft, range,
			    (struct subnet_route){ .kind = kinds[route->next_hop_type],
						   .effective = effective });
		break;
	}
}

/* The gateway answers for its own addresses, whatever routes say. */
static void
draft_cover_own(struct draft *draft)
{
	const struct builder *builder = draft->builder;
	const uint32_t *ids = builder->generation->names.interface_ids;

	for (size_t i = 0; i < draft->network->subnet_count; i++) {
		uint32_t index = draft->network->subnets[i].interface;
		const struct prefix_list *addresses = &builder->model->interfaces[index].addresses;
		struct subnet_route route = { .kind = SUBNET_ROUTE_LOCAL,
					      .interface = (uint16_t)ids[index],
					      .effective = SUBNET_ROUTE_MISSING };

		for (size_t j = 0; j < addresses->count; j++) {
			uint32_t own = ip_address_v4(&addresses->items[j].address);

			draft_cover(draft, (struct address_range){ own, own }, route);
		}
	}
}

static void
draft_write(const struct draft *draft, struct words *words)
{
	words->failed = draft->failed;
	interval_list_write(&draft->intervals, words);
	for (size_t i = 0; i < draft->count; i++) {
		words_add(words, draft->items[i].kind);
		words_add(words, draft->items[i].zone);
		words_add(words, draft->items[i].interface);
		words_add(words, draft->items[i].address);
		words_add(words, draft->items[i].effective);
	}
}

static int
draft_share(struct draft *draft, const struct subnet_routes **routes)
{
	struct words words = { 0 };
	struct shared *shared;

	draft_write(draft, &words);
	shared = generation_share(draft->builder->generation, &routes_type, &words, draft);
	words_clear(&words);
	if (shared == NULL)
		return build_out_of_memory(draft->builder);
	*routes = shared_table(shared);
	return 0;
}

int
build_subnet_routes(struct builder *builder, uint32_t network, const struct subnet *subnet,
		    const struct subnet_routes **routes)
{
	struct draft draft = { .builder = builder,
			       .network = &builder->model->virtual_networks[network],
			       .network_index = network };
	struct effective_routes effective;
	size_t count;
	int rc;

	if (effective_routes_of(builder->model, draft.network, subnet, NULL, 0, &effective) != 0)
		return build_out_of_memory(builder);
	for (size_t i = 0; i < effective.count; i++)
		if (effective.items[i].active)
			draft_cover_route(&draft, &effective.items[i], (uint16_t)i);
	draft_cover_own(&draft);

	count = RTE_MAX(draft.count, effective.count);
	if (count > SUBNET_ROUTE_MISSING)
		rc = build_fail(builder, -E2BIG,
				"subnet %s has %zu effective routes, counted for each subnet that "
				"they lead to; at most %d are possible",
				subnet->name, count, SUBNET_ROUTE_MISSING);
	else
		rc = draft_share(&draft, routes);
	effective_routes_free(&effective);
	interval_list_clear(&draft.intervals);
	free(draft.items);
	return rc;
}
