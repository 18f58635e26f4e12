/* SPDX-License-Identifier: BSD-3-Clause */
#include "effective.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * All routes are gathered and sorted by prefix and then by preference, so that of each prefix the
 * first is the active one: user, learned, system. A learned route inside the address space gives
 * way even where it is the only one of its prefix: the network's own routes stay preferred.
 */

enum {
	SYSTEM_NONE_COUNT = 4,
};

static const struct {
	uint32_t address;
	uint8_t length;
} system_none[SYSTEM_NONE_COUNT] = {
	{ 0x0a000000, 8 },  /* 10.0.0.0/8 */
	{ 0xac100000, 12 }, /* 172.16.0.0/12 */
	{ 0xc0a80000, 16 }, /* 192.168.0.0/16 */
	{ 0x64400000, 10 }, /* 100.64.0.0/10 */
};

static bool
space_covers(const struct virtual_network *network, const struct ip_prefix *prefix)
{
	for (size_t i = 0; i < network->address_space.count; i++)
		if (ip_prefix_covers(&network->address_space.items[i], prefix))
			return true;
	return false;
}

static bool
table_has_default(const struct route_table *table)
{
	for (size_t i = 0; table != NULL && i < table->route_count; i++)
		if (table->routes[i].prefix.length == 0)
			return true;
	return false;
}

static void
system_route_add(struct effective_routes *routes, struct ip_prefix prefix, enum next_hop_type type)
{
	routes->items[routes->count++] = (struct effective_route){
		.prefix = prefix,
		.next_hop_type = type,
		.source = ROUTE_SOURCE_SYSTEM,
		.active = true,
	};
}

static void
system_routes_add(struct effective_routes *routes, const struct virtual_network *network,
		  const struct route_table *table)
{
	const struct ip_prefix everything = { ip_address_from_v4(0), 0 };

	for (size_t i = 0; i < network->address_space.count; i++)
		system_route_add(routes, network->address_space.items[i], NEXT_HOP_VIRTUAL_NETWORK);
	system_route_add(routes, everything, NEXT_HOP_INTERNET);
	if (table_has_default(table))
		return;
	for (size_t i = 0; i < SYSTEM_NONE_COUNT; i++) {
		const struct ip_prefix prefix = { ip_address_from_v4(system_none[i].address),
						  system_none[i].length };

		if (!space_covers(network, &prefix))
			system_route_add(routes, prefix, NEXT_HOP_NONE);
	}
}

static void
user_routes_add(struct effective_routes *routes, const struct route_table *table)
{
	for (size_t i = 0; table != NULL && i < table->route_count; i++)
		routes->items[routes->count++] = (struct effective_route){
			.prefix = table->routes[i].prefix,
			.next_hop_type = table->routes[i].next_hop_type,
			.next_hop = table->routes[i].next_hop,
			.source = ROUTE_SOURCE_USER,
			.active = true,
			.name = table->routes[i].name,
		};
}

static void
learned_routes_add(struct effective_routes *routes, const struct virtual_network *network,
		   const struct learned_route *learned, size_t count)
{
	for (size_t i = 0; i < count; i++)
		routes->items[routes->count++] = (struct effective_route){
			.prefix = learned[i].prefix,
			.next_hop_type = NEXT_HOP_VIRTUAL_NETWORK_GATEWAY,
			.source = ROUTE_SOURCE_BGP,
			.active = !space_covers(network, &learned[i].prefix),
		};
}

static int
prefix_compare(const struct ip_prefix *a, const struct ip_prefix *b)
{
	if (a->length != b->length)
		return a->length < b->length ? -1 : 1;
	return memcmp(a->address.bytes, b->address.bytes, sizeof(a->address.bytes));
}

static int
preference(const struct effective_route *route)
{
	static const int order[] = {
		[ROUTE_SOURCE_USER] = 0,
		[ROUTE_SOURCE_BGP] = 1,
		[ROUTE_SOURCE_SYSTEM] = 2,
	};

	return route->active ? order[route->source] : 3;
}

static int
route_compare(const void *left, const void *right)
{
	const struct effective_route *a = left, *b = right;
	int prefixes = prefix_compare(&a->prefix, &b->prefix);

	return prefixes != 0 ? prefixes : preference(a) - preference(b);
}

/* Of each prefix the most preferred stays active. */
static void
routes_select(struct effective_routes *routes)
{
	qsort(routes->items, routes->count, sizeof(*routes->items), route_compare);
	for (size_t i = 1; i < routes->count; i++)
		if (prefix_compare(&routes->items[i - 1].prefix, &routes->items[i].prefix) == 0)
			routes->items[i].active = false;
}

int
effective_routes_of(const struct model *model, const struct virtual_network *network,
		    const struct subnet *subnet, const struct learned_route *learned,
		    size_t learned_count, struct effective_routes *routes)
{
	const struct route_table *table =
		subnet->route_table != NO_INDEX ? &model->route_tables[subnet->route_table] : NULL;
	size_t capacity = network->address_space.count + 1 + SYSTEM_NONE_COUNT + learned_count +
			  (table != NULL ? table->route_count : 0);

	*routes = (struct effective_routes){ calloc(capacity, sizeof(*routes->items)), 0 };
	if (routes->items == NULL)
		return -ENOMEM;
	system_routes_add(routes, network, table);
	user_routes_add(routes, table);
	learned_routes_add(routes, network, learned, learned_count);
	routes_select(routes);
	return 0;
}

void
effective_routes_free(struct effective_routes *routes)
{
	free(routes->items);
	*routes = (struct effective_routes){ 0 };
}

const struct effective_route *
effective_route_find(const struct effective_routes *routes, const struct ip_address *address)
{
	for (size_t i = routes->count; i > 0; i--) {
		const struct effective_route *route = &routes->items[i - 1];

		if (route->active && ip_prefix_contains(&route->prefix, address))
			return route;
	}
	return NULL;
}

const char *
next_hop_type_name(enum next_hop_type type)
{
	static const char *const names[] = {
		[NEXT_HOP_VIRTUAL_NETWORK] = "virtual_network",
		[NEXT_HOP_INTERNET] = "internet",
		[NEXT_HOP_VIRTUAL_APPLIANCE] = "virtual_appliance",
		[NEXT_HOP_VIRTUAL_NETWORK_GATEWAY] = "virtual_network_gateway",
		[NEXT_HOP_NONE] = "none",
	};

	return names[type];
}

const char *
route_source_name(enum route_source source)
{
	static const char *const names[] = {
		[ROUTE_SOURCE_SYSTEM] = "system",
		[ROUTE_SOURCE_USER] = "user",
		[ROUTE_SOURCE_BGP] = "bgp",
	};

	return names[source];
}
