/* SPDX-License-Identifier: BSD-3-Clause */
#include "validate.h"

#include "key.h"
#include "setting.h"
#include "subnet.h"

static void
prefixes_validate(struct reader *reader, size_t table)
{
	const struct user_route *routes = reader->model->route_tables[table].routes;
	size_t count = reader->model->route_tables[table].route_count;
	struct key_list keys = key_list_create(reader, count);

	for (size_t i = 0; i < count; i++)
		if (routes[i].prefix.address.family != IP_FAMILY_NONE)
			key_list_add(&keys, key_of_prefix(&routes[i].prefix), i);
	key_list_sort(&keys);
	for (size_t i = 0; i < keys.count; i++) {
		uint32_t index = keys.items[i].index, first;
		char text[IP_PREFIX_TEXT_MAX];

		if (!key_list_repeats(&keys, i, &first))
			continue;

		struct origin origin =
			setting_place(reader, "route_tables.%zu.routes.%u.prefix", table, index);

		diagnostic_error(
			reader->diagnostics, &origin,
			"prefix \"%s\" is that of route \"%s\"; a table has one route for each",
			ip_prefix_format(&routes[index].prefix, text), routes[first].name);
	}
	key_list_free(&keys);
}

/* The first subnet of the network that uses the table, or NULL. */
static const struct subnet *
table_user(const struct virtual_network *network, size_t table)
{
	for (size_t i = 0; i < network->subnet_count; i++)
		if (network->subnets[i].route_table == table)
			return &network->subnets[i];
	return NULL;
}

/* All subnets of the network could be read. */
static bool
subnets_are_known(const struct virtual_network *network)
{
	for (size_t i = 0; i < network->subnet_count; i++)
		if (network->subnets[i].prefix.address.family == IP_FAMILY_NONE)
			return false;
	return true;
}

/* An appliance is a host of a subnet in each network whose subnets use the table. */
static void
appliance_validate(struct reader *reader, size_t table, size_t index,
		   const struct virtual_network *network)
{
	const struct user_route *route = &reader->model->route_tables[table].routes[index];
	const struct subnet *user = table_user(network, table), *subnet;
	char text[IP_ADDRESS_TEXT_MAX];

	if (user == NULL)
		return;
	subnet = virtual_network_subnet_of(network, &route->next_hop);

	struct origin origin =
		setting_place(reader, "route_tables.%zu.routes.%zu.next_hop", table, index);

	ip_address_format(&route->next_hop, text);
	if (subnet == NULL && subnets_are_known(network))
		diagnostic_error(
			reader->diagnostics, &origin,
			"next_hop \"%s\" is in no subnet of virtual network \"%s\", whose subnet "
			"\"%s\" uses this table; use the address of a host in it",
			text, network->name, user->name);
	if (subnet != NULL && subnet_address_is_reserved(subnet, &route->next_hop))
		diagnostic_error(
			reader->diagnostics, &origin,
			"next_hop \"%s\" is reserved in subnet \"%s\"; hosts have .4 and higher",
			text, subnet->name);
}

/* A subnet whose appliance is sent the packets that it has just forwarded. */
static void
loop_validate(struct reader *reader, size_t network, size_t index)
{
	const struct model *model = reader->model;
	const struct subnet *subnet = &model->virtual_networks[network].subnets[index];
	const struct route_table *table;
	char text[IP_ADDRESS_TEXT_MAX];

	if (subnet->route_table == NO_INDEX)
		return;
	table = &model->route_tables[subnet->route_table];
	for (size_t i = 0; i < table->route_count; i++) {
		const struct user_route *route = &table->routes[i];

		if (!ip_prefix_contains(&subnet->prefix, &route->next_hop))
			continue;

		struct origin origin = setting_place(
			reader, "virtual_networks.%zu.subnets.%zu.route_table", network, index);

		diagnostic_error(
			reader->diagnostics, &origin,
			"route \"%s\" of table \"%s\" sends the packets of appliance %s, which is "
			"in this subnet, back to it; give subnet \"%s\" another table",
			route->name, table->name, ip_address_format(&route->next_hop, text),
			subnet->name);
		return;
	}
}

void
route_tables_validate(struct reader *reader)
{
	const struct model *model = reader->model;

	for (size_t i = 0; i < model->route_table_count; i++) {
		prefixes_validate(reader, i);
		for (size_t j = 0; j < model->route_tables[i].route_count; j++) {
			if (model->route_tables[i].routes[j].next_hop.family == IP_FAMILY_NONE)
				continue;
			for (size_t k = 0; k < model->virtual_network_count; k++)
				appliance_validate(reader, i, j, &model->virtual_networks[k]);
		}
	}
	for (size_t i = 0; i < model->virtual_network_count; i++)
		for (size_t j = 0; j < model->virtual_networks[i].subnet_count; j++)
			loop_validate(reader, i, j);
}
