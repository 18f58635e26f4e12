/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "decide.h"

/*
 * One packet on its way through decide's line. The steps are in decide.c, in order; what takes more
 * than a few lines has a file of its own: walk_security.c, walk_translate.c, walk_egress.c.
 */

struct walk {
	const struct snapshot *snapshot;
	const struct decide_request *request;
	struct decision *decision;
	const struct snapshot_subnet *from;   /* the sender's; NULL: it came from the fabric */
	const struct security_policy *policy; /* the group to be asked next; NULL: none */
	rte_be32_t sender;                    /* sender_find(), to which replies return */
};

/* Still being decided. */
static inline bool
walk_goes_on(const struct walk *walk)
{
	return walk->decision->verdict == VERDICT_SESSION;
}

static inline void
walk_drop(struct walk *walk, enum drop_reason reason)
{
	walk->decision->verdict = VERDICT_DROP;
	walk->decision->reason = (uint8_t)reason;
}

/* A flow's next hop among equal ones; no zone in it, so that the fabric path hashes alike. */
static inline struct egress
walk_next_hop(const struct snapshot *snapshot, uint32_t group, struct flow_key key)
{
	const struct snapshot_next_hop *hop;

	key.zone = ZONE_FABRIC;
	hop = &snapshot->next_hops[ecmp_group_select(snapshot->groups[group],
						     flow_key_hash(&key, snapshot->ecmp_seed))];
	return (struct egress){ hop->interface, DROP_NONE, hop->address };
}

/* A group lets it pass, now or when the session was made: the first that has an idle time sets it.
 */
void walk_pass(struct walk *walk, const struct security_policy *policy);
/* The addresses as a security group sees them now; asks all walks' policies, grouped. */
void walk_security(struct walk *walks, unsigned int n, bool inbound);

/* The subnet that a network's address is in; ZONE_FABRIC: in none. */
uint16_t walk_zone(const struct walk *walk, uint16_t network, rte_be32_t address);
/* The effective route of a subnet to an address; its index in *index. */
const struct subnet_route *walk_route(const struct snapshot_subnet *subnet, rte_be32_t address,
				      uint16_t *index);
/* Acts on the sender's effective route. True: the fabric has to be asked. */
bool walk_egress_subnet(struct walk *walk);
/* Acts on what the fabric's routes say of the destination. */
void walk_egress_fabric(struct walk *walk, uint32_t target);
/* Where replies go; target: what the fabric's routes say of the source, of a packet from there. */
void walk_return(struct walk *walk, uint32_t target);

/* Chooses the sender's outbound VIP and its ports. */
void walk_snat(struct walk *walk);
/* From a VIP to one of its backends. */
void walk_vip(struct walk *walk, uint32_t vip);
/* How long the session may be idle. */
void walk_timeout(struct walk *walk);
