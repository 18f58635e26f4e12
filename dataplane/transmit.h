/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "packet.h"

struct worker;

/* The end of a packet's way through a worker. */

/* Counts why the packet is not sent, and frees it. */
void transmit_drop(struct worker *worker, struct rte_mbuf *mbuf, enum drop_reason reason);

/*
 * Sends a rewritten packet, whose IPv4 header is given, to an adjacency: asks for its MAC address
 * and lets the packet wait if it is unknown; cuts the packet into fragments if the link wants that.
 * Takes the mbuf.
 */
void transmit_to_adjacency(struct worker *worker, struct rte_mbuf *mbuf, struct rte_ipv4_hdr *ip,
			   uint32_t adjacency);
/* The adjacency is resolved: sends what waited for it, in order. */
void transmit_release_held(struct worker *worker, uint32_t adjacency);
/* It does not answer: drops what waited for it; the next packet asks again. */
void transmit_abandon_held(struct worker *worker, uint32_t adjacency);
/* The neighbours have been refreshed: drops what waited for those whose interface is gone. */
void transmit_abandon_lost(struct worker *worker);
/* Sends a whole frame as it is. Takes the mbuf. */
void transmit_frame(struct worker *worker, uint16_t port, struct rte_mbuf *mbuf);
/* Hands all frames that wait to the ports. */
void transmit_flush(struct worker *worker);
