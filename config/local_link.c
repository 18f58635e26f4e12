/* SPDX-License-Identifier: BSD-3-Clause */
#include "local_link.h"

bool
local_link_is_known(const struct interface *interface)
{
	for (size_t i = 0; i < interface->addresses.count; i++)
		if (interface->addresses.items[i].address.family == IP_FAMILY_NONE)
			return false;
	return interface->addresses.count > 0;
}

bool
local_link_contains(const struct interface *interface, const struct ip_address *address)
{
	for (size_t i = 0; i < interface->addresses.count; i++)
		if (ip_prefix_contains(&interface->addresses.items[i], address))
			return true;
	return false;
}

bool
local_link_is_own_address(const struct interface *interface, const struct ip_address *address)
{
	for (size_t i = 0; i < interface->addresses.count; i++)
		if (ip_address_equal(&interface->addresses.items[i].address, address))
			return true;
	return false;
}

bool
local_link_is_edge(const struct interface *interface, const struct ip_address *address)
{
	uint32_t number = ip_address_v4(address);

	for (size_t i = 0; i < interface->addresses.count; i++) {
		const struct ip_prefix *link = &interface->addresses.items[i];
		struct address_range range = ip_prefix_range_v4(link);

		if (link->address.family == IP_FAMILY_V4 && link->length < 31 &&
		    (number == range.first || number == range.last))
			return true;
	}
	return false;
}
