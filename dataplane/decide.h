/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drop.h"
#include "flow_key.h"
#include "snapshot.h"

/*
 * What becomes of a packet: a pure function of one snapshot and the packet, walked in one line
 * (semantics.md sections 2 to 6): outbound group, effective route, SNAT needed?, VIP to backend,
 * inbound group, egress. A packet from outside enters at "VIP to backend"; a call from one
 * environment to another's VIP walks the line to its end.
 *
 * Workers call it for a session's first packet, and again when the snapshot it was decided from has
 * changed; explain calls it for people.
 */

enum {
	DECIDE_BURST = 32,
};

enum verdict {
	VERDICT_DROP,    /* for `reason` */
	VERDICT_FABRIC,  /* forwarded without a session */
	VERDICT_SESSION, /* a session, both directions of which the decision describes */
	VERDICT_LOCAL,   /* for the gateway itself */
};

/* Where a packet goes: a neighbour on the link of an interface. */
struct egress {
	uint16_t interface; /* INTERFACE_NONE: nowhere, for `reason` */
	uint16_t reason;    /* enum drop_reason */
	rte_be32_t address; /* the next hop, or the destination itself */
};

struct decide_request {
	struct flow_key key;
	/*
	 * A session of this key exists and its snapshot has changed: groups that are not
	 * re-evaluated are passed by, and the session stays with its backend.
	 */
	bool established;
	rte_be32_t backend; /* of an inbound session: the one it has; 0: none */
	/* Of an outbound session: the VIP that it has; of a first packet: the one that its host has
	 * sessions by. VIP_NONE: none. */
	uint16_t outbound_vip;
	/* Whose endpoint the destination is (mapping.h); counts if it is one of an rfc VIP. 0:
	 * nobody's
	 */
	rte_be32_t mapped_address;
	rte_be16_t mapped_port;
};

struct decision {
	uint8_t verdict;      /* enum verdict */
	uint8_t reason;       /* enum drop_reason; of VERDICT_DROP */
	bool snat;            /* the source port comes from the pool below */
	bool mapped_in;       /* to the inside endpoint of a mapping (mapping.h) */
	bool refreshes;       /* its packets keep the session alive (RFC 4787 REQ-6) */
	bool reply_refreshes; /* replies do */
	bool remembered;      /* what sessions there are had a say, beside the snapshot */
	bool backend_removed; /* the session's backend is no longer one of the rule's */
	bool tcp_reset;       /* both ends are told when the session idles out */
	bool backend_down;    /* the session's backend fails its probe */

	/* The packet as it leaves; with snat the source port is the sender's, still to be drawn. */
	rte_be32_t source;
	rte_be32_t destination;
	rte_be16_t source_port;
	rte_be16_t destination_port;
	uint16_t egress_zone; /* the zone that replies come from */
	uint16_t idle_timeout;
	uint16_t drain_timeout; /* with backend_removed: how long TCP may go on */
	struct egress forward;
	struct egress reverse;

	/* The pool of snat: units first_unit ... of vips[outbound_vip].snat */
	uint16_t outbound_vip; /* or VIP_NONE */
	uint16_t host;         /* the sender's place on it */
	uint32_t first_unit;
	uint32_t unit_count;

	/* What decided, for explanations and for the session's later life. */
	uint16_t inbound_vip;   /* or VIP_NONE */
	uint32_t inbound_rule;  /* id, or INBOUND_RULE_NONE */
	uint16_t outbound_zone; /* the subnet whose outbound group was asked; ZONE_FABRIC: none */
	uint16_t outbound_rule; /* index of the rule in it, or SECURITY_NO_RULE */
	uint16_t inbound_zone;  /* the subnet whose inbound group was asked; ZONE_FABRIC: none */
	uint16_t inbound_rule_index; /* index of the rule in it, or SECURITY_NO_RULE */
	uint16_t route;         /* index into the sender's subnet routes, or SUBNET_ROUTE_MISSING */
	uint16_t reverse_route; /* the same for replies, of the egress zone */
	uint32_t fabric_target; /* the fabric's route_target, where it was asked */
};

/* A decision in which nothing is decided yet: a session of that key, going nowhere. */
void decision_init(struct decision *decision, const struct flow_key *key);
/* Decides n <= DECIDE_BURST packets at once. */
void decide(const struct snapshot *snapshot, const struct decide_request *requests,
	    struct decision *decisions, unsigned int n);
