/* SPDX-License-Identifier: BSD-3-Clause */
#include <netinet/in.h>

#include "probe.h"
#include "route.h"
#include "subnet.h"
#include "walk.h"

const struct subnet_route *
walk_route(const struct snapshot_subnet *subnet, rte_be32_t address, uint16_t *index)
{
	*index = (uint16_t)interval_tree_find(subnet->routes, rte_be_to_cpu_32(address));
	return *index == SUBNET_ROUTE_MISSING ? NULL : &subnet->route[*index];
}

uint16_t
walk_zone(const struct walk *walk, uint16_t network, rte_be32_t address)
{
	return subnet_of(walk->snapshot, network, address);
}

/* To a neighbour on the link of a subnet, past the subnet's inbound group. */
static void
egress_to_zone(struct walk *walk, uint16_t zone, rte_be32_t neighbor)
{
	const struct snapshot_subnet *subnet = &walk->snapshot->subnets[zone];

	walk->decision->egress_zone = zone;
	walk->decision->inbound_zone = zone;
	walk->decision->forward = (struct egress){ subnet->interface, DROP_NONE, neighbor };
}

bool
walk_egress_subnet(struct walk *walk)
{
	struct decision *decision = walk->decision;
	const struct subnet_route *route = &walk->from->route[decision->route];

	if (decision->route == SUBNET_ROUTE_MISSING) {
		walk_drop(walk, DROP_route_missing);
		return false;
	}
	switch ((enum subnet_route_kind)route->kind) {
	case SUBNET_ROUTE_SUBNET:
		egress_to_zone(walk, route->zone, decision->destination);
		return false;
	case SUBNET_ROUTE_APPLIANCE:
		egress_to_zone(walk, route->zone, route->address);
		return false;
	case SUBNET_ROUTE_INTERNET:
		return true;
	case SUBNET_ROUTE_LOCAL:
		decision->verdict = VERDICT_LOCAL;
		return false;
	case SUBNET_ROUTE_NONE:
		walk_drop(walk, DROP_route_none);
		return false;
	case SUBNET_ROUTE_GATEWAY:
		walk_drop(walk, DROP_route_gateway_missing);
		return false;
	case SUBNET_ROUTE_UNASSIGNED:
		walk_drop(walk, DROP_subnet_missing);
		return false;
	case SUBNET_ROUTE_BROADCAST:
		walk_drop(walk, DROP_ip_broadcast);
		return false;
	}
	walk_drop(walk, DROP_route_missing);
	return false;
}

static void
egress_to_fabric(struct walk *walk, struct egress egress)
{
	struct decision *decision = walk->decision;

	decision->egress_zone = ZONE_FABRIC;
	decision->forward = egress;
	if (walk->from == NULL)
		decision->verdict = VERDICT_FABRIC;
	else
		walk_snat(walk);
}

void
walk_egress_fabric(struct walk *walk, uint32_t target)
{
	struct decision *decision = walk->decision;
	uint32_t id = route_target_id(target);

	decision->fabric_target = target;
	switch (route_target_kind(target)) {
	case ROUTE_GROUP:
		egress_to_fabric(walk, walk_next_hop(walk->snapshot, id, walk->request->key));
		return;
	case ROUTE_CONNECTED:
		egress_to_fabric(walk,
				 (struct egress){ (uint16_t)id, DROP_NONE, decision->destination });
		return;
	case ROUTE_VIP:
		walk_vip(walk, id);
		if (walk_goes_on(walk) && walk->from != NULL)
			walk_snat(walk);
		if (walk_goes_on(walk))
			egress_to_zone(walk, decision->egress_zone, decision->destination);
		return;
	case ROUTE_LOCAL:
		decision->verdict = VERDICT_LOCAL;
		return;
	case ROUTE_BROADCAST:
		walk_drop(walk, DROP_ip_broadcast);
		return;
	case ROUTE_UNREACHABLE:
		break;
	}
	/* A session keeps its translation: the route may come back. */
	if (walk->from != NULL && walk->request->established)
		egress_to_fabric(walk, (struct egress){ INTERFACE_NONE, DROP_no_route, 0 });
	else
		walk_drop(walk, DROP_no_route);
}

/*
 * Nobody outside has such an address. Who sends with it wants to be taken for a host of the network
 * or for another environment, whom groups let in by their addresses.
 */
static bool
source_is_inside(const struct walk *walk, uint32_t target)
{
	const struct snapshot *snapshot = walk->snapshot;
	const struct snapshot_vip *vip = &snapshot->vips[walk->decision->inbound_vip];
	uint32_t source = rte_be_to_cpu_32(walk->request->key.source);

	switch (route_target_kind(target)) {
	case ROUTE_VIP:
	case ROUTE_LOCAL:
	case ROUTE_BROADCAST:
		return true;
	default:
		return source == LOAD_BALANCER_ADDRESS ||
		       interval_tree_find(snapshot->networks[vip->network].zones, source) !=
			       ZONE_FABRIC;
	}
}

/* Replies to a client beyond the fabric: the route to it, whatever the backend's subnet says. */
static struct egress
return_to_fabric(const struct walk *walk, uint32_t target)
{
	const struct decision *decision = walk->decision;
	const struct flow_key reply = {
		.source = walk->request->key.destination,
		.destination = walk->request->key.source,
		.source_port = walk->request->key.destination_port,
		.destination_port = walk->request->key.source_port,
		.protocol = walk->request->key.protocol,
		.family = flow_key_family_back(&walk->request->key),
	};

	switch (route_target_kind(target)) {
	case ROUTE_GROUP:
		return walk_next_hop(walk->snapshot, route_target_id(target), reply);
	case ROUTE_CONNECTED:
		return (struct egress){ (uint16_t)route_target_id(target), DROP_NONE,
					decision->source };
	default:
		return (struct egress){ INTERFACE_NONE, DROP_session_reverse_unroutable, 0 };
	}
}

/*
 * Replies inside the network: the effective route of the subnet that they come from. They too may
 * be forged: by an appliance that may not forward.
 */
static struct egress
return_to_subnet(const struct walk *walk)
{
	struct decision *decision = walk->decision;
	const struct snapshot_subnet *subnets = walk->snapshot->subnets;
	const struct snapshot_subnet *replying = &subnets[decision->egress_zone];
	const struct subnet_route *route =
		walk_route(replying, decision->source, &decision->reverse_route);
	enum drop_reason fault = subnet_source_fault(replying, decision->destination);

	if (fault != DROP_NONE)
		return (struct egress){ INTERFACE_NONE, (uint16_t)fault, 0 };
	if (route != NULL && route->kind == SUBNET_ROUTE_SUBNET)
		return (struct egress){ subnets[route->zone].interface, DROP_NONE,
					decision->source };
	if (route != NULL && route->kind == SUBNET_ROUTE_APPLIANCE)
		return (struct egress){ subnets[route->zone].interface, DROP_NONE, route->address };
	return (struct egress){ INTERFACE_NONE, DROP_session_reverse_unroutable, 0 };
}

void
walk_return(struct walk *walk, uint32_t target)
{
	struct decision *decision = walk->decision;

	if (walk->from == NULL && source_is_inside(walk, target))
		walk_drop(walk, DROP_source_inside);
	else if (walk->from == NULL)
		decision->reverse = return_to_fabric(walk, target);
	else if (decision->snat)
		decision->reverse =
			(struct egress){ walk->from->interface, DROP_NONE, walk->sender };
	else
		decision->reverse = return_to_subnet(walk);
}
