/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <rte_ring.h>

#include "dataplane/snapshot.h"

/*
 * ARP announcements (RFC 5227 section 2.3): whoever is on a link of the gateway is told the MAC
 * address of each of its own addresses there, and of the VIPs in a fabric link's prefix, when they
 * are new or have moved, and when the link comes up: it may be another cable, and neighbours may be
 * there that know another gateway under them. A link that comes and goes is told no more often than
 * one that stays.
 */

struct announcement {
	uint16_t interface;
	uint16_t port;
	uint32_t address; /* host order */
	struct rte_ether_addr mac;
	uint8_t left; /* how often it is still told */
	uint64_t due; /* nanoseconds */
};

/* All zero: none. */
struct announcements {
	struct announcement *items; /* by interface and address */
	size_t count;
	uint64_t due; /* of the first one; UINT64_MAX: all is told */
};

void announcements_clear(struct announcements *announcements);
/* The snapshot is new. 0 or -ENOMEM, and nothing has changed. now: nanoseconds. */
int announcements_set(struct announcements *announcements, const struct snapshot *snapshot,
		      uint64_t now);
/* The port has a link again: what is on its interfaces is told once more. */
void announcements_link_up(struct announcements *announcements, unsigned int port, uint64_t now);
/* Tells what is due by that worker's command ring. Returns how many. */
unsigned int announcements_tick(struct announcements *announcements, struct rte_ring *ring,
				uint64_t now);
