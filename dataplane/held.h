/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

#include <rte_mbuf.h>

/*
 * The packets of a worker that wait for ARP answers: a queue for each neighbour, all in one bounded
 * place that is shared by all interfaces.
 *
 * An interface may have as many as there are free places left (dynamic thresholds, Choudhury and
 * Hahne 1998): one alone takes half of the room, the next one half of what is left, and so on, so
 * that a tenant whose hosts do not answer leaves room for the others. A neighbour that has a packet
 * waiting always keeps the latest one (RFC 1122 section 2.3.2.2), in the place of its oldest.
 */

enum {
	HELD_PACKETS_MAX = 255, /* over all interfaces */
	HELD_PACKETS_PER_NEIGHBOR = 32,
	HELD_INTERFACES = 256, /* with more of them, some share a share */
};

struct held_packet {
	struct rte_mbuf *mbuf; /* NULL: the place is free */
	uint32_t adjacency;
	uint8_t next;  /* the place behind it; behind the last one is the first */
	uint8_t count; /* of the last one: how many wait in the queue */
};

/* All zero: nobody waits. */
struct held_packets {
	unsigned int count;
	uint8_t free; /* a free place, or 0; its `next` is another */
	uint8_t made; /* places that were ever taken */
	uint8_t of_interface[HELD_INTERFACES];
	struct held_packet places[1 + HELD_PACKETS_MAX]; /* 0 is nobody's */
};

/*
 * The packet waits from now on. `queue` is its neighbour's: the place of the last packet, 0 when
 * there is none. Returns the packet that waits no longer, or could not begin to; NULL: none.
 */
struct rte_mbuf *held_add(struct held_packets *held, uint8_t *queue, uint16_t interface,
			  uint32_t adjacency, struct rte_mbuf *mbuf);
/* Takes a queue's packets, at most HELD_PACKETS_PER_NEIGHBOR, in order. */
unsigned int held_take(struct held_packets *held, uint8_t *queue, uint16_t interface,
		       struct rte_mbuf **mbufs);
