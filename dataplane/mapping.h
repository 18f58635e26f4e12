/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "decide.h"
#include "flow.h"

/*
 * The mappings of VIPs of profile "rfc" (RFC 4787, 5382, 5508): an inside endpoint has the same
 * outside endpoint whatever it talks to (REQ-1), nobody else has that meanwhile, and who was sent
 * to from there may send there from any port (address-dependent filtering, REQ-8).
 *
 * They live in the flow table as entries that no packet's key equals: two of a mapping, found by
 * its inside and by its outside endpoint, and a filter for each address that it lets in. A mapping
 * lives as long as a session has it, or holds its port; a filter as long as there is a session with
 * that address. So they need no timers of their own, and are bounded as sessions are.
 */

struct worker;

/* What a session has of a mapping. Addresses and ports as packets have them. */
struct mapping_key {
	uint8_t protocol;
	rte_be32_t vip; /* the outside endpoint */
	rte_be16_t port;
};

/* Who has it. */
struct mapping_owner {
	rte_be32_t address; /* the inside endpoint */
	rte_be16_t port;
	uint16_t zone;
	uint16_t vip;  /* id */
	uint16_t host; /* place on the VIP */
};

/* The key of packets that come to the outside endpoint says all of it. */
static inline struct mapping_key
mapping_key_of(const struct flow_key *inward)
{
	return (struct mapping_key){
		.protocol = inward->protocol,
		.vip = inward->destination,
		.port = inward->destination_port,
	};
}

/* The mapping's entry in the flow table; a port is free if it is not there. */
struct flow_key mapping_outside_key(const struct mapping_key *key);

/* The outside port of an inside endpoint, 0: none. owner: all but host. */
rte_be16_t mapping_find_port(const struct flow_table *flows, uint8_t protocol, rte_be32_t vip,
			     const struct mapping_owner *owner);
/* Whose endpoint that is. False: nobody's. */
bool mapping_find_owner(const struct flow_table *flows, const struct mapping_key *key,
			struct mapping_owner *owner);

/* A session more has the mapping; the first makes it. False: the flow table is full. */
bool mapping_take(struct worker *worker, const struct mapping_key *key,
		  const struct mapping_owner *owner);
/* A session less; the last one ends it. */
void mapping_return(struct worker *worker, const struct mapping_key *key);

/* The mapping lets that address in. */
bool mapping_lets_in(const struct flow_table *flows, const struct mapping_key *key,
		     rte_be32_t remote);
/* The same for what it lets in: a session more, and a session less with that address. */
bool mapping_open(struct flow_table *flows, const struct mapping_key *key, rte_be32_t remote);
void mapping_close(struct flow_table *flows, const struct mapping_key *key, rte_be32_t remote);
