/* SPDX-License-Identifier: BSD-3-Clause */
#include "handoff.h"
#include "owner.h"
#include "stages.h"

static void
own_packet(struct worker *worker, struct packet *packet)
{
	struct owner owner = owner_find(worker->snapshot, &packet->key);
	uint16_t to = packet->flags & PACKET_TRIED ? owner.home : owner.first;

	if (to != worker->id && to != OWNER_ANY)
		handoff_packet(worker, packet, to);
	else if (owner.home != to && owner.home != OWNER_ANY)
		packet->flags |= PACKET_ASTRAY;
}

void
stage_own(struct worker *worker, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		struct packet *packet = &worker->burst[i];

		if (packet->kind == PACKET_STATEFUL || packet->kind == PACKET_ERROR)
			own_packet(worker, packet);
	}
}

void
stage_own_fragments(struct worker *worker, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		struct packet *packet = &worker->burst[i];
		uint16_t owner;

		if ((packet->kind != PACKET_STATEFUL && packet->kind != PACKET_LOCAL) ||
		    (packet->flags & (PACKET_FRAGMENT | PACKET_LEARNED)) != PACKET_FRAGMENT)
			continue;
		owner = owner_of_fragments(worker->snapshot, &packet->key, packet->ip->packet_id);
		if (owner != worker->id)
			handoff_packet(worker, packet, owner);
	}
}
