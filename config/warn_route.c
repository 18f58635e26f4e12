/* SPDX-License-Identifier: BSD-3-Clause */
#include "validate.h"

#include "effective.h"
#include "subnet.h"

/* The active route for what no other route is for. */
static const struct effective_route *
default_route(const struct effective_routes *routes)
{
	for (size_t i = 0; i < routes->count; i++)
		if (routes->items[i].prefix.length == 0 && routes->items[i].active)
			return &routes->items[i];
	return NULL;
}

/* Hosts with a way to the Internet, but no address to be seen by. */
static void
subnet_warn(struct reader *reader, const struct virtual_network *network,
	    const struct subnet *subnet)
{
	struct effective_routes routes;
	const struct effective_route *route;

	if (subnet->outbound_vips.count > 0)
		return;
	if (effective_routes_of(reader->model, network, subnet, NULL, 0, &routes) < 0) {
		reader->out_of_memory = true;
		return;
	}
	route = default_route(&routes);
	if (route != NULL && route->next_hop_type == NEXT_HOP_INTERNET)
		diagnostic_warning(
			reader->diagnostics, &subnet->origin,
			"subnet \"%s\" has a route to the Internet but no outbound_vips, so that "
			"its packets there are dropped; name a VIP or route 0.0.0.0/0 elsewhere",
			subnet->name);
	effective_routes_free(&routes);
}

/* It leads to hosts that Azure may take into the tag, which would open every group to all of them.
 */
static bool
leads_inside(const struct user_route *route)
{
	return route->next_hop_type != NEXT_HOP_NONE && route->next_hop_type != NEXT_HOP_INTERNET;
}

static void
table_warn(struct reader *reader, const struct route_table *table)
{
	for (size_t i = 0; i < table->route_count; i++)
		if (table->routes[i].prefix.length == 0 && leads_inside(&table->routes[i]))
			diagnostic_warning(
				reader->diagnostics, &table->routes[i].origin,
				"route \"%s\" for 0.0.0.0/0 does not make the Internet part of tag "
				"VirtualNetwork; rules for it name Internet or prefixes",
				table->routes[i].name);
}

static bool
table_is_used_by(const struct virtual_network *network, size_t table)
{
	for (size_t i = 0; i < network->subnet_count; i++)
		if (network->subnets[i].route_table == table)
			return true;
	return false;
}

/* An appliance is there to send on what others sent, which only some subnets may. */
static void
appliances_warn(struct reader *reader, const struct virtual_network *network, size_t index)
{
	const struct route_table *table = &reader->model->route_tables[index];

	if (!table_is_used_by(network, index))
		return;
	for (size_t i = 0; i < table->route_count; i++) {
		const struct user_route *route = &table->routes[i];
		const struct subnet *subnet = virtual_network_subnet_of(network, &route->next_hop);
		char text[IP_ADDRESS_TEXT_MAX];

		if (subnet != NULL && !subnet->ip_forwarding)
			diagnostic_warning(
				reader->diagnostics, &route->origin,
				"appliance %s of route \"%s\" is in subnet \"%s\", where packets "
				"with sources of others are dropped; set ip_forwarding there",
				ip_address_format(&route->next_hop, text), route->name,
				subnet->name);
	}
}

void
routes_warn(struct reader *reader)
{
	const struct model *model = reader->model;

	for (size_t i = 0; i < model->virtual_network_count; i++) {
		const struct virtual_network *network = &model->virtual_networks[i];

		for (size_t j = 0; j < network->subnet_count; j++)
			subnet_warn(reader, network, &network->subnets[j]);
		for (size_t j = 0; j < model->route_table_count; j++)
			appliances_warn(reader, network, j);
	}
	for (size_t i = 0; i < model->route_table_count; i++)
		table_warn(reader, &model->route_tables[i]);
}
