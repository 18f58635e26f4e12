/* SPDX-License-Identifier: BSD-3-Clause */
#include "held.h"

#include <stdbool.h>

/* Less than there are free places are this interface's. */
static bool
held_has_room(const struct held_packets *held, uint16_t interface)
{
	return held->of_interface[interface % HELD_INTERFACES] < HELD_PACKETS_MAX - held->count;
}

static uint8_t
held_take_place(struct held_packets *held)
{
	uint8_t place = held->free;

	if (place == 0)
		return ++held->made;
	held->free = held->places[place].next;
	return place;
}

/* The first place of the queue becomes its last one. */
static struct rte_mbuf *
held_replace(struct held_packets *held, uint8_t *queue, struct rte_mbuf *mbuf)
{
	uint8_t count = held->places[*queue].count;
	struct held_packet *first;
	struct rte_mbuf *oldest;

	*queue = held->places[*queue].next;
	first = &held->places[*queue];
	oldest = first->mbuf;
	first->mbuf = mbuf;
	first->count = count;
	return oldest;
}

struct rte_mbuf *
held_add(struct held_packets *held, uint8_t *queue, uint16_t interface, uint32_t adjacency,
	 struct rte_mbuf *mbuf)
{
	bool room = held_has_room(held, interface);
	uint8_t count = *queue == 0 ? 0 : held->places[*queue].count;
	uint8_t place, first;

	if (count > 0 && (!room || count == HELD_PACKETS_PER_NEIGHBOR))
		return held_replace(held, queue, mbuf);
	if (!room)
		return mbuf;
	place = held_take_place(held);
	first = count == 0 ? place : held->places[*queue].next;
	if (count > 0)
		held->places[*queue].next = place;
	held->places[place] = (struct held_packet){
		.mbuf = mbuf,
		.adjacency = adjacency,
		.next = first,
		.count = (uint8_t)(count + 1),
	};
	*queue = place;
	held->of_interface[interface % HELD_INTERFACES]++;
	held->count++;
	return NULL;
}

unsigned int
held_take(struct held_packets *held, uint8_t *queue, uint16_t interface, struct rte_mbuf **mbufs)
{
	unsigned int count = *queue == 0 ? 0 : held->places[*queue].count;
	uint8_t place = held->places[*queue].next;

	for (unsigned int i = 0; i < count; i++) {
		struct held_packet *taken = &held->places[place];
		uint8_t next = taken->next;

		mbufs[i] = taken->mbuf;
		taken->mbuf = NULL;
		taken->next = held->free;
		held->free = place;
		place = next;
	}
	held->of_interface[interface % HELD_INTERFACES] =
		(uint8_t)(held->of_interface[interface % HELD_INTERFACES] - count);
	held->count -= count;
	*queue = 0;
	return count;
}
