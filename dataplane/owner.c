/* SPDX-License-Identifier: BSD-3-Clause */
#include "owner.h"

#include "route.h"
#include "sender.h"
#include "subnet.h"

enum {
	OWNER_SEED = 0x6f776e72, /* unlike all others, so that tables and paths fill evenly */
};

/* One of the first `count` workers. */
static uint16_t
owner_by_words(uint16_t count, uint64_t first, uint64_t second)
{
	return (uint16_t)hash_to_range(hash_words(first, second, OWNER_SEED), count);
}

/* All ports that a host has on VIPs are drawn by one worker. */
static uint16_t
owner_by_host(const struct snapshot *snapshot, uint16_t network, rte_be32_t host)
{
	return owner_by_words(snapshot->snat_worker_count, host, network);
}

/* The same for both directions, of a client outside. */
static uint16_t
owner_by_client(const struct snapshot *snapshot, rte_be32_t address, rte_be16_t port)
{
	return owner_by_words(snapshot->worker_count, address, port);
}

/* The same for both directions of any. */
static uint16_t
owner_by_ends(const struct snapshot *snapshot, const struct flow_key *key)
{
	uint64_t source = key->source | (uint64_t)key->source_port << 32;
	uint64_t destination = key->destination | (uint64_t)key->destination_port << 32;
	uint64_t protocol = (uint64_t)key->protocol << 48;

	return owner_by_words(snapshot->worker_count, RTE_MIN(source, destination) | protocol,
			      RTE_MAX(source, destination));
}

/* The VIP with that address, or NULL. */
static const struct snapshot_vip *
owner_vip(const struct snapshot *snapshot, rte_be32_t address)
{
	route_target target = route_find(snapshot->fib, rte_be_to_cpu_32(address));

	if (route_target_kind(target) != ROUTE_VIP)
		return NULL;
	return &snapshot->vips[route_target_id(target)];
}

uint16_t
owner_of_port(const struct snapshot *snapshot, const struct snapshot_vip *vip, uint16_t port)
{
	uint16_t unit = snat_unit_of(&vip->snat, port);

	if (unit == SNAT_UNIT_NONE)
		return OWNER_ANY;
	if (vip->snat.on_demand)
		return (uint16_t)(port / SNAT_CHUNK_PORTS % snapshot->snat_worker_count);
	if (vip->snat.hosts[unit] == 0)
		return OWNER_ANY;
	return owner_by_host(snapshot, vip->network, rte_cpu_to_be_32(vip->snat.hosts[unit]));
}

/*
 * Of what comes to that port of the VIP, which is at home at `otherwise` if nobody draws the port.
 * Who drew it before it moved keeps it as long as its sessions last.
 */
static struct owner
owner_to_vip(const struct snapshot *snapshot, const struct snapshot_vip *vip, rte_be16_t be_port,
	     uint16_t otherwise)
{
	uint16_t port = rte_be_to_cpu_16(be_port);
	uint16_t draws = owner_of_port(snapshot, vip, port);
	uint16_t holder = SNAT_HOLDER_NONE;

	if (unlikely(snat_has_moved(vip->snat.moves, port)))
		holder = snat_holder(vip->snat.moves, port);
	if (draws == OWNER_ANY)
		return (struct owner){ holder == SNAT_HOLDER_NONE ? otherwise : holder, otherwise };
	if (holder != SNAT_HOLDER_NONE)
		draws = holder;
	return (struct owner){ draws, draws };
}

static struct owner
owner_from_fabric(const struct snapshot *snapshot, const struct flow_key *key)
{
	const struct snapshot_vip *vip = owner_vip(snapshot, key->destination);

	if (vip == NULL)
		return (struct owner){ OWNER_ANY, OWNER_ANY };
	return owner_to_vip(snapshot, vip, key->destination_port,
			    owner_by_client(snapshot, key->source, key->source_port));
}

/* Where what this packet opens belongs. */
static uint16_t
owner_home(const struct snapshot *snapshot, const struct snapshot_subnet *from,
	   const struct flow_key *key, enum subnet_route_kind kind)
{
	rte_be32_t sender;

	if (kind == SUBNET_ROUTE_LOCAL)
		return OWNER_ANY;
	if (kind != SUBNET_ROUTE_INTERNET)
		return owner_by_ends(snapshot, key);
	sender = sender_find(snapshot, key);
	return owner_by_host(snapshot, from->network, sender == 0 ? key->source : sender);
}

static struct owner
owner_from_subnet(const struct snapshot *snapshot, const struct snapshot_subnet *from,
		  const struct flow_key *key)
{
	uint32_t destination = rte_be_to_cpu_32(key->destination);
	uint32_t route = interval_tree_find(from->routes, destination);
	enum subnet_route_kind kind =
		route == SUBNET_ROUTE_MISSING ? SUBNET_ROUTE_NONE : from->route[route].kind;
	uint16_t home = owner_home(snapshot, from, key, kind);
	const struct snapshot_vip *vip;

	/* Inside to inside; an answer may go another way than what would be opened. */
	if (kind == SUBNET_ROUTE_LOCAL || kind == SUBNET_ROUTE_SUBNET)
		return (struct owner){ home, home };
	if (interval_tree_find(snapshot->networks[from->network].zones, destination) != ZONE_FABRIC)
		return (struct owner){ owner_by_ends(snapshot, key), home };

	vip = owner_vip(snapshot, key->destination);
	if (vip != NULL)
		return (struct owner){
			owner_to_vip(snapshot, vip, key->destination_port, home).first, home
		};
	if (snapshot->endpoints != NULL &&
	    endpoint_find(snapshot->endpoints, key->zone, key->source, key->protocol,
			  key->source_port) != NULL)
		return (struct owner){
			owner_by_client(snapshot, key->destination, key->destination_port), home
		};
	return (struct owner){ home, home };
}

/*
 * What an appliance passes on for somebody outside belongs where the answer to it, which goes
 * outward, is looked for first. There it is also seen whether another session has the answer's key.
 * OWNER_ANY: it is not such a packet.
 */
static uint16_t
owner_passed_on(const struct snapshot *snapshot, const struct snapshot_subnet *from,
		const struct flow_key *key)
{
	const struct subnet_route *route;
	struct flow_key answer;
	uint32_t index;

	if (likely(!from->ip_forwarding) ||
	    (rte_be_to_cpu_32(key->source) & from->mask) == from->prefix ||
	    subnet_of(snapshot, from->network, key->source) != ZONE_FABRIC)
		return OWNER_ANY;
	index = interval_tree_find(from->routes, rte_be_to_cpu_32(key->destination));
	route = &from->route[index];
	if (index == SUBNET_ROUTE_MISSING ||
	    (route->kind != SUBNET_ROUTE_SUBNET && route->kind != SUBNET_ROUTE_APPLIANCE))
		return OWNER_ANY;
	answer = flow_key_back(key, route->zone);
	return owner_from_subnet(snapshot, &snapshot->subnets[route->zone], &answer).first;
}

struct owner
owner_find(const struct snapshot *snapshot, const struct flow_key *key)
{
	const struct snapshot_subnet *from;
	struct owner owner;
	uint16_t passed_on;

	if (key->zone == ZONE_FABRIC)
		return owner_from_fabric(snapshot, key);
	if (key->zone >= snapshot->subnet_count || !snapshot->subnets[key->zone].present)
		return (struct owner){ OWNER_ANY, OWNER_ANY };
	from = &snapshot->subnets[key->zone];
	owner = owner_from_subnet(snapshot, from, key);
	passed_on = owner_passed_on(snapshot, from, key);
	if (unlikely(passed_on != OWNER_ANY))
		owner.home = passed_on;
	return owner;
}

uint16_t
owner_of_fragments(const struct snapshot *snapshot, const struct flow_key *key, rte_be16_t id)
{
	return owner_by_words(snapshot->worker_count,
			      key->source | (uint64_t)key->destination << 32,
			      key->protocol | (uint64_t)id << 32);
}
