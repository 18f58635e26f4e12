/* SPDX-License-Identifier: BSD-3-Clause */
#include "read.h"

#include "setting_name.h"
#include "value.h"

static struct index_list
outbound_vips_read(struct reader *reader, const config_setting_t *group)
{
	struct setting_list list = setting_list(group, "outbound_vips");
	struct index_list vips = { reader_array(reader, list.count, sizeof(*vips.items)), 0 };

	if (vips.items == NULL)
		return vips;
	vips.count = list.count;
	for (unsigned i = 0; i < list.count; i++)
		vips.items[i] = setting_reference(reader, setting_list_at(&list, i), OBJECT_VIP);
	return vips;
}

static void
subnet_read(struct reader *reader, const config_setting_t *group, struct subnet *subnet)
{
	static const char *const names[] = { "name",           "prefix",      "interface",
					     "security_group", "route_table", "outbound_vips",
					     "ip_forwarding",  NULL };

	subnet->origin = setting_origin(reader, group);
	subnet->interface = NO_INDEX;
	subnet->security_group = NO_INDEX;
	subnet->route_table = NO_INDEX;
	if (!setting_group_check(reader, group, "a subnet", names))
		return;
	subnet->name = setting_name(reader, group);
	subnet->prefix = value_prefix_member(reader, group, "prefix", PREFIX_NETWORK);
	subnet->interface =
		setting_reference_required(reader, group, "interface", OBJECT_INTERFACE);
	subnet->security_group =
		setting_reference_optional(reader, group, "security_group", OBJECT_SECURITY_GROUP);
	subnet->route_table =
		setting_reference_optional(reader, group, "route_table", OBJECT_ROUTE_TABLE);
	subnet->outbound_vips = outbound_vips_read(reader, group);
	subnet->ip_forwarding = setting_boolean(reader, group, "ip_forwarding", false);
}

static void
virtual_network_read(struct reader *reader, const config_setting_t *group,
		     struct virtual_network *network)
{
	static const char *const names[] = { "name", "address_space", "subnets", NULL };
	struct setting_list list;

	network->origin = setting_origin(reader, group);
	if (!setting_group_check(reader, group, "a virtual network", names))
		return;
	network->name = setting_name(reader, group);
	list = setting_list_required(reader, group, "address_space");
	network->address_space = value_prefix_list(reader, list, PREFIX_NETWORK);

	list = setting_list(group, "subnets");
	setting_names_check(reader, list);
	network->subnets = reader_array(reader, list.count, sizeof(*network->subnets));
	if (network->subnets == NULL)
		return;
	network->subnet_count = list.count;
	for (unsigned i = 0; i < list.count; i++)
		subnet_read(reader, setting_list_at(&list, i), &network->subnets[i]);
}

void
virtual_networks_read(struct reader *reader)
{
	struct setting_list list = setting_list(reader->root, "virtual_networks");
	struct model *model = reader->model;

	model->virtual_networks =
		reader_array(reader, list.count, sizeof(*model->virtual_networks));
	if (model->virtual_networks == NULL)
		return;
	model->virtual_network_count = list.count;
	for (unsigned i = 0; i < list.count; i++)
		virtual_network_read(reader, setting_list_at(&list, i),
				     &model->virtual_networks[i]);
}
