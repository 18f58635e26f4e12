/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <rte_ethdev.h>

#include "gateway.h"
#include "ports.h"

/*
 * Which ports have a link. Drivers are asked, for not all of them tell; one that does not know its
 * link has one. The gateway is told of each change, and people are.
 */

struct links {
	struct rte_eth_link items[PORTS_MAX]; /* by port, as it was last seen */
	bool seen[PORTS_MAX];                 /* it was looked at */
	uint64_t next;                        /* nanoseconds: when they are asked again */
	FILE *log;
};

/* Asks all ports, if it is time to. Returns how many changed. */
unsigned int links_tick(struct links *links, const struct ports *ports, struct gateway *gateway,
			uint64_t now);
