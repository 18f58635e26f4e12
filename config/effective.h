/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "model.h"

/*
 * The effective routes of a subnet (semantics.md section 2 is Azure's "effective routes"): the
 * system routes, the user routes of its table and what was learned, each Active or Invalid.
 */

enum route_source {
	ROUTE_SOURCE_SYSTEM,
	ROUTE_SOURCE_USER,
	ROUTE_SOURCE_BGP,
};

struct learned_route {
	struct ip_prefix
		prefix; /* learned from a gateway: its next hop type is virtual_network_gateway */
};

struct effective_route {
	struct ip_prefix prefix;
	enum next_hop_type next_hop_type;
	struct ip_address next_hop; /* of an appliance */
	enum route_source source;
	bool active; /* false: another route of the same prefix was preferred, or it gave way */
	const char *name; /* of a user route, borrowed from the model; else NULL */
};

struct effective_routes {
	struct effective_route *items; /* longest prefix last; an active one before its losers */
	size_t count;
};

/* 0, or -ENOMEM. The caller frees with effective_routes_free(). */
int effective_routes_of(const struct model *model, const struct virtual_network *network,
			const struct subnet *subnet, const struct learned_route *learned,
			size_t learned_count, struct effective_routes *routes);
void effective_routes_free(struct effective_routes *routes);

/* The active route of the longest prefix that contains the address, or NULL. */
const struct effective_route *effective_route_find(const struct effective_routes *routes,
						   const struct ip_address *address);

const char *next_hop_type_name(enum next_hop_type type); /* "virtual_network" ... */
const char *route_source_name(enum route_source source); /* "system", "user", "bgp" */
