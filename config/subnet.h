/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "model.h"

/* Which addresses of a subnet are whose (semantics.md section 2). */

/* The gateway's own: the first behind the network's. */
struct ip_address subnet_gateway(const struct subnet *subnet);
/* The network, .1 to .3 or the broadcast address; the address is one of the subnet's. */
bool subnet_address_is_reserved(const struct subnet *subnet, const struct ip_address *address);
/* How many addresses hosts can have. */
uint32_t subnet_host_count(const struct subnet *subnet);

/* The subnet that has the address, or NULL. */
const struct subnet *virtual_network_subnet_of(const struct virtual_network *network,
					       const struct ip_address *address);
/* The address is within the address space. */
bool virtual_network_contains(const struct virtual_network *network,
			      const struct ip_address *address);
