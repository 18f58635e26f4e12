/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "packet.h"

/*
 * VLAN tags in frames that leave as they are. A port may have taken the tag out of a frame, and
 * told it beside it; one of a packet that is sent to a neighbour is put in by the port, where that
 * does so (neighbor.h).
 */

/* Puts a tag behind the MAC addresses. tci: host order. False: no room. */
bool tag_write(struct rte_mbuf *mbuf, uint16_t tci);
/* Puts the tag that the port has taken out back into a frame from that link. False: no room. */
bool tag_restore(const struct packet *packet, const struct snapshot_interface *link);
