/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "snat_usage.h"

/*
 * Ports that have come to another worker with a change of a VIP's pool, in chunks of 8. As long as
 * sessions of the worker before have some of a chunk, or hold them, what comes to it is for that
 * worker, and nobody draws from it: so no port is given twice, and no session loses its packets.
 *
 * The worker before may draw until it has the new snapshot. So nobody else does before all have it.
 */

enum {
	SNAT_HOLDER_NONE = UINT16_MAX,
};

/* Of one VIP, in one snapshot. */
struct snat_moves {
	uint64_t chunks[SNAT_CHUNKS / 64]; /* those that have moved */
	const struct snat_usage *usage;    /* pages are there of all chunks that have moved */
	const uint32_t *open; /* 1: every worker has the snapshot; the control thread writes it */
	uint16_t workers;
};

/* port: host order. */
static inline bool
snat_has_moved(const struct snat_moves *moves, uint16_t port)
{
	uint32_t chunk = port / SNAT_CHUNK_PORTS;

	return moves != NULL && (moves->chunks[chunk / 64] >> chunk % 64 & 1) != 0;
}

/*
 * Of a port that has moved: the worker that has sessions with ports of its chunk. There is one at
 * most, as nobody else draws from it.
 */
static inline uint16_t
snat_holder(const struct snat_moves *moves, uint16_t port)
{
	for (uint16_t i = 0; i < moves->workers; i++)
		if (__atomic_load_n(snat_usage_chunk(moves->usage, i, port), __ATOMIC_RELAXED) != 0)
			return i;
	return SNAT_HOLDER_NONE;
}

/* The worker may draw that port, which is its own by the snapshot. */
static inline bool
snat_may_draw(const struct snat_moves *moves, uint16_t worker, uint16_t port)
{
	uint16_t holder;

	if (!snat_has_moved(moves, port))
		return true;
	/* What was drawn before is counted before this is seen. */
	if (__atomic_load_n(moves->open, __ATOMIC_ACQUIRE) == 0)
		return false;
	holder = snat_holder(moves, port);
	return holder == SNAT_HOLDER_NONE || holder == worker;
}
