/* SPDX-License-Identifier: BSD-3-Clause */
#include "sender.h"

#include "subnet.h"
#include "walk.h"

rte_be32_t
sender_find(const struct snapshot *snapshot, const struct flow_key *key)
{
	const struct snapshot_subnet *from = &snapshot->subnets[key->zone];
	const struct subnet_route *route;
	uint16_t home, index;

	if ((rte_be_to_cpu_32(key->source) & from->mask) == from->prefix)
		return key->source;
	home = subnet_of(snapshot, from->network, key->source);
	if (home == ZONE_FABRIC)
		return 0;
	route = walk_route(&snapshot->subnets[home], key->destination, &index);
	if (route != NULL && route->kind == SUBNET_ROUTE_APPLIANCE && route->zone == key->zone)
		return route->address;
	return 0;
}
