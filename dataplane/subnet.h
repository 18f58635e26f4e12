/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <rte_byteorder.h>

#include "drop.h"
#include "flow_key.h"
#include "snapshot.h"

enum {
	SUBNET_RESERVED = 4, /* leading addresses: network, gateway and two more (semantics.md
				section 2) */
};

/*
 * Why a host of the subnet may not send from that address, or DROP_NONE. Of others' addresses there
 * is nothing to tell; in its own subnet five are no host's, and one of them is the gateway's.
 */
static inline enum drop_reason
subnet_source_fault(const struct snapshot_subnet *subnet, rte_be32_t source)
{
	uint32_t address = rte_be_to_cpu_32(source);

	if ((address & subnet->mask) != subnet->prefix)
		return subnet->ip_forwarding ? DROP_NONE : DROP_source_spoofed;
	if (address - subnet->prefix < SUBNET_RESERVED ||
	    address == (subnet->prefix | ~subnet->mask))
		return DROP_ip_source_martian;
	return DROP_NONE;
}

/* The subnet that a network's address is in; ZONE_FABRIC: in none. */
static inline uint16_t
subnet_of(const struct snapshot *snapshot, uint16_t network, rte_be32_t address)
{
	uint16_t zone = (uint16_t)interval_tree_find(snapshot->networks[network].zones,
						     rte_be_to_cpu_32(address));

	return zone == ZONE_UNASSIGNED ? ZONE_FABRIC : zone;
}
