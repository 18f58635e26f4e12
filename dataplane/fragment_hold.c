/* SPDX-License-Identifier: BSD-3-Clause */
#include "fragment_hold.h"

#include <errno.h>

#include <rte_malloc.h>

struct fragment_held {
	struct rte_mbuf *mbuf; /* NULL: the place is free */
	uint32_t next;         /* in its queue, or the next free place */
	uint16_t port;
};

int
fragment_hold_init(struct fragment_hold *hold, int socket)
{
	*hold = (struct fragment_hold){ 0 };
	hold->places = rte_zmalloc_socket("fragments held", fragment_hold_bytes(),
					  RTE_CACHE_LINE_SIZE, socket);
	if (hold->places == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < FRAGMENTS_HELD_MAX; i++)
		hold->places[i].next = i + 1 < FRAGMENTS_HELD_MAX ? i + 1 : FRAGMENT_NONE;
	return 0;
}

void
fragment_hold_release(struct fragment_hold *hold)
{
	for (uint32_t i = 0; hold->count > 0 && i < FRAGMENTS_HELD_MAX; i++)
		rte_pktmbuf_free(hold->places[i].mbuf);
	rte_free(hold->places);
	*hold = (struct fragment_hold){ 0 };
}

size_t
fragment_hold_bytes(void)
{
	return FRAGMENTS_HELD_MAX * sizeof(struct fragment_held);
}

bool
fragment_hold_has_room(const struct fragment_hold *hold, uint32_t bytes)
{
	return hold->free != FRAGMENT_NONE && hold->bytes + bytes <= FRAGMENTS_HELD_BYTES;
}

void
fragment_hold_add(struct fragment_hold *hold, struct fragment_queue *queue, struct rte_mbuf *mbuf,
		  uint16_t port)
{
	uint32_t index = hold->free;
	struct fragment_held *held = &hold->places[index];

	hold->free = held->next;
	*held = (struct fragment_held){ .mbuf = mbuf, .next = FRAGMENT_NONE, .port = port };
	hold->count++;
	hold->bytes += rte_pktmbuf_pkt_len(mbuf);
	if (queue->first == FRAGMENT_NONE)
		queue->first = index;
	else
		hold->places[queue->last].next = index;
	queue->last = index;
	queue->count++;
}

bool
fragment_hold_take(struct fragment_hold *hold, uint32_t *first, struct rte_mbuf **mbuf,
		   uint16_t *port)
{
	uint32_t index = *first;
	struct fragment_held *held;

	if (index == FRAGMENT_NONE)
		return false;
	held = &hold->places[index];
	*mbuf = held->mbuf;
	*port = held->port;
	*first = held->next;
	hold->count--;
	hold->bytes -= rte_pktmbuf_pkt_len(held->mbuf);
	*held = (struct fragment_held){ .next = hold->free };
	hold->free = index;
	return true;
}
