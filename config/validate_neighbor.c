/* SPDX-License-Identifier: BSD-3-Clause */
#include "validate.h"

#include "key.h"
#include "local_link.h"
#include "setting.h"
#include "subnet.h"

/* Why a host on the interface's links cannot have the address, or NULL. */
static const char *
address_problem(const struct model *model, const struct interface *interface,
		const struct ip_address *address)
{
	const struct subnet *subnet;

	if (local_link_is_own_address(interface, address))
		return "is the gateway's own address; name a neighbour's";
	if (local_link_is_edge(interface, address))
		return "is the network's or the broadcast address of its link; use one between "
		       "them";
	if (interface->subnet == NO_INDEX)
		return NULL;
	subnet = &model->virtual_networks[interface->virtual_network].subnets[interface->subnet];
	if (ip_prefix_contains(&subnet->prefix, address) &&
	    subnet_address_is_reserved(subnet, address))
		return "is reserved in its subnet; hosts have .4 and higher";
	return NULL;
}

static void
neighbor_validate(struct reader *reader, size_t index)
{
	const struct model *model = reader->model;
	const struct neighbor *neighbor = &model->neighbors[index];
	struct origin origin = setting_place(reader, "neighbors.%zu.address", index);
	char text[IP_ADDRESS_TEXT_MAX];
	const struct interface *interface;
	const char *problem;

	if (neighbor->interface == NO_INDEX || neighbor->address.family == IP_FAMILY_NONE)
		return;
	interface = &model->interfaces[neighbor->interface];
	if (!local_link_is_known(interface))
		return;
	ip_address_format(&neighbor->address, text);
	if (!local_link_contains(interface, &neighbor->address)) {
		diagnostic_error(
			reader->diagnostics, &origin,
			"address \"%s\" is not on the link of interface \"%s\"; name another "
			"interface or an address of its link",
			text, interface->name);
		return;
	}
	problem = address_problem(model, interface, &neighbor->address);
	if (problem != NULL)
		diagnostic_error(reader->diagnostics, &origin, "address \"%s\" %s", text, problem);
}

static void
repetitions_validate(struct reader *reader)
{
	const struct model *model = reader->model;
	struct key_list keys = key_list_create(reader, model->neighbor_count);

	for (size_t i = 0; i < model->neighbor_count; i++) {
		const struct neighbor *neighbor = &model->neighbors[i];

		if (neighbor->interface != NO_INDEX && neighbor->address.family != IP_FAMILY_NONE)
			key_list_add(&keys,
				     (uint64_t)neighbor->interface << 32 |
					     ip_address_v4(&neighbor->address),
				     i);
	}
	key_list_sort(&keys);
	for (size_t i = 0; i < keys.count; i++) {
		const struct neighbor *neighbor = &model->neighbors[keys.items[i].index];
		char text[IP_ADDRESS_TEXT_MAX];
		uint32_t first;

		if (!key_list_repeats(&keys, i, &first))
			continue;

		struct origin origin =
			setting_place(reader, "neighbors.%u.address", keys.items[i].index);

		diagnostic_error(reader->diagnostics, &origin,
				 "address \"%s\" is on line %u already; name each neighbour once",
				 ip_address_format(&neighbor->address, text),
				 model->neighbors[first].origin.line);
	}
	key_list_free(&keys);
}

void
neighbors_validate(struct reader *reader)
{
	for (size_t i = 0; i < reader->model->neighbor_count; i++)
		neighbor_validate(reader, i);
	repetitions_validate(reader);
}
