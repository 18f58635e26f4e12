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

struct snat_random {
	uint64_t secret;
	uint64_t draws;
};

/*
 * reply: the key of the replies; its destination port is set here. False: no port is free.
 */
bool snat_port_draw(const struct flow_table *flows, struct snat_random *random,
		    const struct snat_ports *ports, const struct decision *decision,
		    struct flow_key *reply);
