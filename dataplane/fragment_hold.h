/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_mbuf.h>

/* The fragments that wait for their packets' first ones: a bounded number, in queues by packet. */

enum {
	FRAGMENT_NONE = UINT32_MAX,
	FRAGMENTS_HELD_MAX = 512,
	FRAGMENTS_HELD_PER_PACKET = 64,
	FRAGMENTS_HELD_BYTES = 1 << 20,
};

struct fragment_held;

struct fragment_hold {
	struct fragment_held *places; /* FRAGMENTS_HELD_MAX */
	uint32_t free;                /* the first free one */
	uint32_t count;               /* fragments */
	uint32_t bytes;               /* of their frames */
};

struct fragment_queue {
	uint32_t first; /* FRAGMENT_NONE: it is empty */
	uint32_t last;
	uint32_t count;
};

/* 0 or -ENOMEM. */
int fragment_hold_init(struct fragment_hold *hold, int socket);
/* Frees the fragments that still wait. After a failure too. */
void fragment_hold_release(struct fragment_hold *hold);
size_t fragment_hold_bytes(void);

/* Whether there is room for a frame of so many bytes, as far as other packets go. */
bool fragment_hold_has_room(const struct fragment_hold *hold, uint32_t bytes);
/* At the end of a queue; there is room, in the queue too. */
void fragment_hold_add(struct fragment_hold *hold, struct fragment_queue *queue,
		       struct rte_mbuf *mbuf, uint16_t port);
/* Takes the first of those that wait from *first on, and moves that on. False: nothing waits. */
bool fragment_hold_take(struct fragment_hold *hold, uint32_t *first, struct rte_mbuf **mbuf,
			uint16_t *port);
