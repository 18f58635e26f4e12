/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <rte_byteorder.h>

#include "drop.h"
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
