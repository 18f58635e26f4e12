/* SPDX-License-Identifier: BSD-3-Clause */
#include "read.h"

#include "setting_name.h"
#include "value.h"

/* An address alone, or { address; weight }. Its interface is found when all are known. */
static void
next_hop_read(struct reader *reader, const config_setting_t *setting, struct next_hop *next_hop)
{
	static const char *const names[] = { "address", "weight", NULL };

	next_hop->interface = NO_INDEX;
	next_hop->weight = 1;
	if (!config_setting_is_group(setting)) {
		(void)value_address(reader, setting, &next_hop->address); /* wrong: it stays none */
		return;
	}
	if (!setting_group_check(reader, setting, "a next hop", names))
		return;
	next_hop->address = value_address_member(reader, setting, "address");
	next_hop->weight = (uint16_t)setting_unsigned(reader, setting, "weight", 1, UINT16_MAX, 1);
}

static void
route_read(struct reader *reader, const config_setting_t *group, struct fabric_route *route)
{
	static const char *const names[] = { "prefix", "next_hops", NULL };
	struct setting_list list;

	route->origin = setting_origin(reader, group);
	if (!setting_group_check(reader, group, "a route", names))
		return;
	route->prefix = value_prefix_member(reader, group, "prefix", PREFIX_NETWORK);
	list = setting_list_required(reader, group, "next_hops");
	route->next_hops = reader_array(reader, list.count, sizeof(*route->next_hops));
	if (route->next_hops == NULL)
		return;
	route->next_hop_count = list.count;
	for (unsigned i = 0; i < list.count; i++)
		next_hop_read(reader, setting_list_at(&list, i), &route->next_hops[i]);
}

void
routes_read(struct reader *reader)
{
	struct setting_list list = setting_list(reader->root, "routes");
	struct model *model = reader->model;

	model->routes = reader_array(reader, list.count, sizeof(*model->routes));
	if (model->routes == NULL)
		return;
	model->route_count = list.count;
	for (unsigned i = 0; i < list.count; i++)
		route_read(reader, setting_list_at(&list, i), &model->routes[i]);
}
