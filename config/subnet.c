/* SPDX-License-Identifier: BSD-3-Clause */
#include "subnet.h"

enum {
	RESERVED_FIRST = 4, /* the network's address, the gateway's and two more */
	RESERVED_LAST = 1,  /* the broadcast address */
};

struct ip_address
subnet_gateway(const struct subnet *subnet)
{
	return ip_address_from_v4(ip_prefix_range_v4(&subnet->prefix).first + 1);
}

bool
subnet_address_is_reserved(const struct subnet *subnet, const struct ip_address *address)
{
	struct address_range range = ip_prefix_range_v4(&subnet->prefix);
	uint32_t number = ip_address_v4(address);

	return number - range.first < RESERVED_FIRST || range.last - number < RESERVED_LAST;
}

uint32_t
subnet_host_count(const struct subnet *subnet)
{
	struct address_range range = ip_prefix_range_v4(&subnet->prefix);
	uint32_t others = range.last - range.first; /* one less than all, which may be 2^32 */

	if (subnet->prefix.address.family != IP_FAMILY_V4 ||
	    others < RESERVED_FIRST + RESERVED_LAST)
		return 0;
	return others - (RESERVED_FIRST + RESERVED_LAST - 1);
}

const struct subnet *
virtual_network_subnet_of(const struct virtual_network *network, const struct ip_address *address)
{
	for (size_t i = 0; i < network->subnet_count; i++)
		if (ip_prefix_contains(&network->subnets[i].prefix, address))
			return &network->subnets[i];
	return NULL;
}

bool
virtual_network_contains(const struct virtual_network *network, const struct ip_address *address)
{
	for (size_t i = 0; i < network->address_space.count; i++)
		if (ip_prefix_contains(&network->address_space.items[i], address))
			return true;
	return false;
}
