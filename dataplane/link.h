/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rte_ether.h>

#include "snapshot.h"

/*
 * The link that an interface is on: which addresses are the gateway's there and which can be a
 * neighbour's (in host order), and what stands in front of a packet.
 */

enum {
	LINK_HEADER_MAX = 18, /* Ethernet and one VLAN tag */
};

/* NULL: the snapshot has no such interface. */
const struct snapshot_interface *link_find(const struct snapshot *snapshot, uint16_t interface);
/* Frames are written alike on both: of two snapshots, either may not have it. */
bool link_writes_alike(const struct snapshot_interface *link,
		       const struct snapshot_interface *other);
/* Neighbours of no interface are written to otherwise by the one snapshot than by the other. */
bool links_write_alike(const struct snapshot *snapshot, const struct snapshot *other);
/* The gateway's own address whose prefix the address is in; NULL: it is not on the link. */
const struct interface_address *link_address_for(const struct snapshot_interface *link,
						 uint32_t address);
/* It is one of the gateway's own addresses there. */
bool link_is_own(const struct snapshot_interface *link, uint32_t address);
/* It is the network's own or the broadcast address of a prefix of the link (RFC 1812 5.3.5.3). */
bool link_is_broadcast(const struct snapshot_interface *link, uint32_t address);

/*
 * Writes the header of a frame from the interface to that MAC address: Ethernet, and the VLAN tag
 * if the link has one. type: the packet's, host order. Returns its length, 14 or 18.
 */
uint8_t link_header_write(const struct snapshot_interface *link, const struct rte_ether_addr *to,
			  uint16_t type, uint8_t header[LINK_HEADER_MAX]);
