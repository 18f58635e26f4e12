/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * The hosts of all subnets that send by a VIP have places on it, numbered from 0: those of one
 * subnet lie together. What is counted for a host is counted at its place, and its block of ports
 * goes by it, so a subnet that had places keeps them when the configuration changes.
 */

enum {
	SNAT_PLACE_NONE = UINT32_MAX,
};

/* The places of one subnet on a VIP. */
struct snat_places {
	uint32_t first; /* or SNAT_PLACE_NONE: to be assigned */
	uint32_t count;
	uint32_t address; /* of the host at the first place; the others follow it */
};

/*
 * Gives places to those that have none yet, the lowest that are free, in the order of the array; if
 * that leaves too many unused, all get new ones. How many places there are then, unused ones
 * between them included.
 */
uint32_t snat_places_assign(struct snat_places *subnets, size_t count);
