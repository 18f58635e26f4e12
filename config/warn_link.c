/* SPDX-License-Identifier: BSD-3-Clause */
#include "validate.h"

/* A link of the fabric with addresses of a network looks like a subnet that was forgotten. */
static void
interface_warn(struct reader *reader, const struct interface *interface,
	       const struct virtual_network *network)
{
	for (size_t i = 0; i < interface->addresses.count; i++) {
		const struct ip_prefix *address = &interface->addresses.items[i];
		char text[IP_PREFIX_TEXT_MAX];

		for (size_t j = 0; j < network->address_space.count; j++) {
			if (!ip_prefix_contains(&network->address_space.items[j],
						&address->address))
				continue;
			diagnostic_warning(
				reader->diagnostics, &interface->origin,
				"interface \"%s\" has %s of virtual network \"%s\", but "
				"no subnet has the interface, so that its hosts are part "
				"of the fabric, without filter and translation; add the "
				"subnet, or remove the interface",
				interface->name, ip_prefix_format(address, text), network->name);
			return;
		}
	}
}

void
links_warn(struct reader *reader)
{
	const struct model *model = reader->model;

	for (size_t i = 0; i < model->interface_count; i++) {
		const struct interface *interface = &model->interfaces[i];

		for (size_t j = 0;
		     j < model->virtual_network_count && interface->virtual_network == NO_INDEX;
		     j++)
			interface_warn(reader, interface, &model->virtual_networks[j]);
	}
}
