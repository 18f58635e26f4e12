/* SPDX-License-Identifier: BSD-3-Clause */
#include "validate.h"

/* The first of the networks whose addresses are on the link; NULL: none. */
static const struct virtual_network *
network_of_address(const struct model *model, const struct ip_address *address)
{
	for (size_t i = 0; i < model->virtual_network_count; i++) {
		const struct virtual_network *network = &model->virtual_networks[i];

		for (size_t j = 0; j < network->address_space.count; j++)
			if (ip_prefix_contains(&network->address_space.items[j], address))
				return network;
	}
	return NULL;
}

/* A link of the fabric with addresses of a network looks like a subnet that was forgotten. */
static void
interface_warn(struct reader *reader, const struct interface *interface)
{
	for (size_t i = 0; i < interface->addresses.count; i++) {
		const struct ip_prefix *address = &interface->addresses.items[i];
		const struct virtual_network *network =
			network_of_address(reader->model, &address->address);
		char text[IP_PREFIX_TEXT_MAX];

		if (network == NULL)
			continue;
		diagnostic_warning(reader->diagnostics, &interface->origin,
				   "interface \"%s\" has %s of virtual network \"%s\", but no "
				   "subnet has the interface, so that its hosts are part of the "
				   "fabric, without filter and translation; add the subnet, or "
				   "remove the interface",
				   interface->name, ip_prefix_format(address, text), network->name);
		return;
	}
}

/* Hosts of a subnet are others' than who runs the gateway. */
static void
tap_warn(struct reader *reader, const struct interface *interface)
{
	if (interface->tap != NULL)
		diagnostic_warning(
			reader->diagnostics, &interface->origin,
			"interface \"%s\" of a subnet has the tap \"%s\", so that the "
			"subnet's hosts reach services of the gateway's own Linux; remove "
			"it, or filter there",
			interface->name, interface->tap);
}

void
links_warn(struct reader *reader)
{
	const struct model *model = reader->model;

	for (size_t i = 0; i < model->interface_count; i++)
		if (model->interfaces[i].virtual_network == NO_INDEX)
			interface_warn(reader, &model->interfaces[i]);
		else
			tap_warn(reader, &model->interfaces[i]);
}
