/* SPDX-License-Identifier: BSD-3-Clause */
#include "read.h"

#include "setting_name.h"
#include "value.h"

/* What a packet is sent to: an appliance has an address, the other types have none. */
static void
next_hop_read(struct reader *reader, const config_setting_t *group, struct user_route *route)
{
	static const char *const types[] = {
		"virtual_network",         "internet", "virtual_appliance",
		"virtual_network_gateway", "none",     NULL
	};
	const unsigned unknown = NEXT_HOP_NONE + 1;
	const config_setting_t *next_hop = config_setting_get_member(group, "next_hop");
	unsigned type = unknown;

	if (setting_required(reader, group, "next_hop_type") != NULL)
		type = setting_choice(reader, group, "next_hop_type", types, unknown);
	if (type == unknown)
		return;
	route->next_hop_type = type;
	if (type == NEXT_HOP_VIRTUAL_APPLIANCE) {
		route->next_hop = value_address_member(reader, group, "next_hop");
	} else if (next_hop != NULL) {
		struct origin origin = setting_origin(reader, next_hop);

		diagnostic_error(
			reader->diagnostics, &origin,
			"next_hop is only for next_hop_type = \"virtual_appliance\"; leave it "
			"out or change the type");
	}
}

static void
user_route_read(struct reader *reader, const config_setting_t *group, struct user_route *route)
{
	static const char *const names[] = { "name", "prefix", "next_hop_type", "next_hop", NULL };

	route->origin = setting_origin(reader, group);
	route->next_hop_type = NEXT_HOP_NONE;
	if (!setting_group_check(reader, group, "a route", names))
		return;
	route->name = setting_name(reader, group);
	route->prefix = value_prefix_member(reader, group, "prefix", PREFIX_NETWORK);
	next_hop_read(reader, group, route);
}

static void
route_table_read(struct reader *reader, const config_setting_t *group, struct route_table *table)
{
	static const char *const names[] = { "name", "routes", NULL };
	struct setting_list list;

	table->origin = setting_origin(reader, group);
	if (!setting_group_check(reader, group, "a route table", names))
		return;
	table->name = setting_name(reader, group);
	list = setting_list(group, "routes");
	setting_names_check(reader, list);
	table->routes = reader_array(reader, list.count, sizeof(*table->routes));
	if (table->routes == NULL)
		return;
	table->route_count = list.count;
	for (unsigned i = 0; i < list.count; i++)
		user_route_read(reader, setting_list_at(&list, i), &table->routes[i]);
}

void
route_tables_read(struct reader *reader)
{
	struct setting_list list = setting_list(reader->root, "route_tables");
	struct model *model = reader->model;

	model->route_tables = reader_array(reader, list.count, sizeof(*model->route_tables));
	if (model->route_tables == NULL)
		return;
	model->route_table_count = list.count;
	for (unsigned i = 0; i < list.count; i++)
		route_table_read(reader, setting_list_at(&list, i), &model->route_tables[i]);
}
