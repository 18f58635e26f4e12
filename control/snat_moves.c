/* SPDX-License-Identifier: BSD-3-Clause */
#include "snat_moves.h"

#include <errno.h>

#include "dataplane/owner.h"

/* A VIP, while it is found out what of its ports has moved. */
struct comparison {
	const struct snapshot *now;
	const struct snapshot_vip *vip;
	const struct snat_usage *usage;
	const struct snapshot *before;
	const struct snapshot_vip *vip_before; /* NULL: it was not there */
};

static bool
pools_are_the_same(const struct snat_ports *a, const struct snat_ports *b)
{
	return a->units == b->units && a->hosts == b->hosts && a->on_demand == b->on_demand;
}

/* Nothing can have moved. */
static bool
comparison_is_idle(const struct comparison *comparison)
{
	const struct snapshot_vip *before = comparison->vip_before;

	if (comparison->now->worker_count <= 1 || comparison->usage == NULL)
		return true;
	return before != NULL && before->network == comparison->vip->network &&
	       before->snat.moves == NULL &&
	       pools_are_the_same(&before->snat, &comparison->vip->snat);
}

/* Another worker than this one has sessions with ports of the chunk. */
static bool
chunk_is_held(const struct comparison *comparison, uint16_t port, uint16_t owner)
{
	if (comparison->usage->chunks[port / SNAT_CHUNK_PORTS / SNAT_PAGE_CHUNKS] == NULL)
		return false;
	for (uint16_t i = 0; i < comparison->now->worker_count; i++)
		if (i != owner && __atomic_load_n(snat_usage_chunk(comparison->usage, i, port),
						  __ATOMIC_RELAXED) != 0)
			return true;
	return false;
}

static bool
chunk_has_moved(const struct comparison *comparison, uint16_t port)
{
	uint16_t owner = owner_of_port(comparison->now, comparison->vip, port);
	uint16_t before = comparison->vip_before == NULL
				  ? OWNER_ANY
				  : owner_of_port(comparison->before, comparison->vip_before, port);

	/* Who had it before can draw from it until it has this generation. */
	return (before != OWNER_ANY && before != owner) || chunk_is_held(comparison, port, owner);
}

static struct snat_moves *
moves_alloc(struct generation *generation, const struct comparison *comparison)
{
	struct snat_moves *moves = generation_alloc(generation, 1, sizeof(*moves));

	if (moves == NULL)
		return NULL;
	if (generation->moves_open == NULL)
		generation->moves_open =
			generation_alloc(generation, 1, sizeof(*generation->moves_open));
	if (generation->moves_open == NULL)
		return NULL;
	moves->usage = comparison->usage;
	moves->workers = comparison->now->worker_count;
	moves->open = generation->moves_open;
	return moves;
}

int
snat_moves_build(struct generation *generation, uint16_t vip, const struct snapshot *previous,
		 const struct snat_moves **moves)
{
	const struct snapshot *now = generation->snapshot;
	const struct comparison comparison = {
		.now = now,
		.vip = &now->vips[vip],
		.usage = now->usage[vip],
		.before = previous,
		.vip_before =
			previous != NULL && vip < previous->vip_count && previous->vips[vip].present
				? &previous->vips[vip]
				: NULL,
	};
	struct snat_moves *made = NULL;

	*moves = NULL;
	if (comparison_is_idle(&comparison))
		return 0;
	for (uint32_t chunk = 0; chunk < SNAT_CHUNKS; chunk++) {
		if (!chunk_has_moved(&comparison, (uint16_t)(chunk * SNAT_CHUNK_PORTS)))
			continue;
		if (made == NULL)
			made = moves_alloc(generation, &comparison);
		if (made == NULL)
			return -ENOMEM;
		made->chunks[chunk / 64] |= 1ULL << chunk % 64;
	}
	*moves = made;
	return 0;
}

void
snat_moves_open(const struct generation *generation)
{
	if (generation->moves_open != NULL)
		__atomic_store_n(generation->moves_open, 1U, __ATOMIC_RELEASE);
}
