/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rte_ring.h>

#include "fragment_table.h"
#include "packet.h"

/*
 * Packets that came to another worker than their owner's go to it raw, by a bounded ring of the
 * owner's into which all others write, and are parsed there once more, under the owner's snapshot.
 * When the ring is full the packet is dropped. What a burst gives to a worker is written at once,
 * for the ring's ends go from core to core with each writing.
 *
 * Whoever gets a packet asks owner_find() again. While two workers have different snapshots they
 * may disagree: the packet goes on to the worker that the later one says, and none but the owner by
 * its own snapshot opens a session with it, so that no port is ever given twice. Each handing-over
 * is counted in the packet, so that it comes to an end.
 */

enum {
	HANDOFF_RING_SIZE = 1024, /* a power of two; holds one less */
	HANDOFFS_MAX = 4,         /* of one packet */
	HANDOFF_BATCH = 32,       /* that are written at once, at most */
};

struct handoff {
	struct rte_mbuf *mbuf;
	uint16_t port; /* that received it */
	uint16_t flags;
	struct fragment_facts facts; /* with PACKET_LEARNED */
};

/* Those that a worker has still to write, in the order in which it gave them. */
struct handoff_batch {
	uint64_t receivers; /* a bit for each worker that gets some */
	uint32_t count;
	uint16_t to[HANDOFF_BATCH];
	struct handoff handoffs[HANDOFF_BATCH];
};

struct worker;

/* NULL and rte_errno. Freed with rte_ring_free(). The name is unique in the process. */
struct rte_ring *handoff_ring_create(const char *name, int socket);
/* Drops what is in the worker's ring. */
void handoff_abandon(struct worker *worker);

/*
 * Gives the packet away, with the next handoff_flush(): its mbuf is not here any more. Those that
 * wait for it go with it.
 */
void handoff_packet(struct worker *worker, struct packet *packet, uint16_t to);
/* The same for a packet that has no session here, to the worker where it is at home. */
void handoff_home(struct worker *worker, struct packet *packet);
/* Writes what was given since the last time. */
void handoff_flush(struct worker *worker);
/* Parses what others gave into the worker's burst; how many. flags: what any of them has. */
unsigned int handoff_receive(struct worker *worker, uint16_t *flags);
