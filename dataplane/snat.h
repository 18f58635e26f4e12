/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

#include "decide.h"
#include "flow.h"

/*
 * Draws the port of an outbound session (semantics.md section 5).
 *
 * A port is taken when the key that replies would carry is taken: the flow table itself is the
 * record of the ports in use, so a port serves any number of destinations and none twice. The
 * search starts at an unguessable place (RFC 6056) and visits each port of the pool at most once.
 */

enum {
	SNAT_DESTINATIONS = 1024,
	SNAT_EXHAUSTED = 256,
};

/*
 * A worker's draws. What was searched in vain is remembered, so that a packet for which no port is
 * free costs a look-up, until a port towards a destination of the same hash is given back.
 */
struct snat {
	uint64_t secret;
	uint64_t draws;
	uint64_t tries;  /* ports that were looked at */
	uint16_t worker; /* whose share of the chunks it draws from, whose usage it counts */
	bool some_exhausted;
	/* Ports given back so far, by hash of destination; only while some are exhausted. */
	uint32_t returned[SNAT_DESTINATIONS];
	struct snat_exhausted {
		struct flow_key reply; /* without its destination port; family 0: nothing */
		uint32_t first_unit;
		uint32_t returned; /* of its destination, when it was searched */
	} exhausted[SNAT_EXHAUSTED];
};

/*
 * reply: the key of the replies; its destination port is set here. False: no port is free.
 */
bool snat_port_draw(struct snat *snat, const struct flow_table *flows,
		    const struct snat_ports *ports, const struct decision *decision,
		    struct flow_key *reply);
/*
 * The hash of the key of which the draw after `ahead` others would ask first, when it comes to it
 * as things are now.
 */
uint32_t snat_port_expect(const struct snat *snat, const struct flow_table *flows,
			  const struct snat_ports *ports, const struct decision *decision,
			  unsigned int ahead, struct flow_key reply);
/*
 * A session of that host has the port of that key of its replies, and has it no more. usage: of the
 * VIP, snapshot.usage.
 */
void snat_port_take(struct snat *snat, const struct snat_usage *usage, uint16_t host,
		    const struct flow_key *reply);
void snat_port_return(struct snat *snat, const struct snat_usage *usage, uint16_t host,
		      struct flow_key reply);
/* No port was free for a packet of that host. */
void snat_count_exhausted(const struct snat *snat, const struct snat_usage *usage, uint16_t host);
/* Of several VIPs of the host's subnet, the one that it has sessions by; or VIP_NONE. */
uint16_t snat_paired_vip(const struct snat *snat, const struct snapshot *snapshot, uint16_t zone,
			 rte_be32_t host);
/* Pools have changed: nothing is known to be exhausted. */
void snat_forget(struct snat *snat);
