/* SPDX-License-Identifier: BSD-3-Clause */
#include "snat_blocks.h"

#include <string.h>

/* By chunk of 8 ports, whether a block may still be put there. */
struct room {
	bool free[SNAT_CHUNKS];
};

static void
room_open(struct room *room, const struct port_range_list *ranges)
{
	memset(room, 0, sizeof(*room));
	for (size_t i = 0; i < ranges->count; i++)
		for (unsigned int chunk = ranges->items[i].first / SNAT_CHUNK_PORTS;
		     chunk <= ranges->items[i].last / SNAT_CHUNK_PORTS; chunk++)
			room->free[chunk] = true;
}

/* Takes the block that begins at that port. False: some of it is taken. */
static bool
room_take(struct room *room, uint32_t start, uint16_t unit)
{
	bool *first = &room->free[start / SNAT_CHUNK_PORTS];
	uint32_t count = unit / SNAT_CHUNK_PORTS;

	for (uint32_t i = 0; i < count; i++)
		if (!first[i])
			return false;
	memset(first, 0, count * sizeof(*first));
	return true;
}

/* The lowest block at or behind that port, taken; 0: there is none. */
static uint16_t
room_take_next(struct room *room, uint32_t *from, uint16_t unit)
{
	for (; *from + unit <= SNAT_CHUNKS * SNAT_CHUNK_PORTS; *from += SNAT_CHUNK_PORTS) {
		if (room_take(room, *from, unit)) {
			uint16_t start = (uint16_t)*from;

			*from += unit;
			return start;
		}
	}
	return 0;
}

static void
blocks_keep(const struct snat_blocks *blocks, struct room *room, uint16_t *starts)
{
	const struct snat_ports *previous = blocks->previous;

	if (previous == NULL || previous->on_demand || previous->unit != blocks->unit)
		return;
	for (uint32_t i = 0; i < blocks->host_count && i < previous->unit_count; i++) {
		uint16_t start = previous->starts[i];

		if (blocks->hosts[i] != 0 && blocks->hosts[i] == previous->hosts[i] && start != 0 &&
		    room_take(room, start, blocks->unit))
			starts[i] = start;
	}
}

/* False: somebody has none. */
static bool
blocks_fill(const struct snat_blocks *blocks, struct room *room, uint16_t *starts)
{
	uint32_t from = 0;
	bool all = true;

	for (uint32_t i = 0; i < blocks->host_count; i++) {
		if (blocks->hosts[i] == 0 || starts[i] != 0)
			continue;
		starts[i] = room_take_next(room, &from, blocks->unit);
		all = all && starts[i] != 0;
	}
	return all;
}

void
snat_blocks_assign(const struct snat_blocks *blocks, uint16_t *starts)
{
	struct room room;

	memset(starts, 0, blocks->host_count * sizeof(*starts));
	room_open(&room, blocks->free);
	blocks_keep(blocks, &room, starts);
	if (blocks_fill(blocks, &room, starts))
		return;
	memset(starts, 0, blocks->host_count * sizeof(*starts));
	room_open(&room, blocks->free);
	(void)blocks_fill(blocks, &room, starts); /* who has none is told when it sends */
}
