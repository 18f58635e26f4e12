/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

#include "dataplane/packet.h"
#include "packet_text.h"

/* From a packet's description to its bytes on the wire, and back from what parsing found. */

enum {
	PACKET_FRAME_MAX = 64, /* bytes: Ethernet, a VLAN tag, IPv4 and TCP without options */
	PACKET_FRAME_ALIGNMENT = 4,
};

/*
 * The frame as a neighbour would send it to the interface: the first packet of a connection where
 * the protocol has those, no payload. The buffer is aligned to PACKET_FRAME_ALIGNMENT. Returns the
 * frame's length.
 */
uint16_t packet_frame_build(const struct packet_text *packet,
			    const struct snapshot_interface *interface,
			    uint8_t frame[PACKET_FRAME_MAX]);

/* What parsing found in a packet that is neither a fragment nor an ICMP message but echo. */
struct packet_text packet_frame_describe(const struct packet *packet);
