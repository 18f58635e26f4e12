/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_mbuf.h>

#include "command.h"
#include "hash.h"
#include "held.h"
#include "link.h"
#include "snapshot.h"

/*
 * A worker's neighbours: for each next hop an adjacency, which is what stands in front of a packet
 * that goes there. Each worker has a table of its own, told by the control thread's commands;
 * sessions and next hops name adjacencies by index, which stays the same as long as they do. An
 * adjacency may be unresolved: packets to it wait in a bounded queue.
 */

enum {
	ADJACENCY_NONE = UINT32_MAX,
	ADJACENCY_HEADER_MAX = LINK_HEADER_MAX,
	ADJACENCY_PORT_NONE = UINT16_MAX,
	NEIGHBORS_MAX = 65536,
	NEIGHBORS_SWEPT = 8,     /* looked at in one call */
	NEIGHBORS_RECENT = 1024, /* a power of two */
};

enum adjacency_type {
	ADJACENCY_ETHERNET,
	ADJACENCY_TAGGED, /* Ethernet with a VLAN tag that the port puts in */
};

enum adjacency_state {
	ADJACENCY_UNRESOLVED, /* nobody has been asked yet */
	ADJACENCY_ASKED,      /* the control thread was asked to resolve it */
	ADJACENCY_RESOLVED,
	ADJACENCY_FREE, /* no neighbour's */
};

struct adjacency {
	uint8_t type;          /* enum adjacency_type */
	uint8_t state;         /* enum adjacency_state */
	uint8_t header_length; /* 14, or 18 with a VLAN tag */
	/*
	 * Destination, source, VLAN tag, type IPv4: the array's last header_length bytes. Of
	 * ADJACENCY_TAGGED, the VLAN in host order is the array's first two.
	 */
	uint8_t header[ADJACENCY_HEADER_MAX];
	uint8_t held;  /* packets that wait for it: the place of the last one (held.h), or 0 */
	uint16_t port; /* ADJACENCY_PORT_NONE: its interface is gone */
	uint16_t mtu;  /* of the IPv4 packet, bytes */
	uint16_t interface;
	rte_be32_t address;
};

_Static_assert(sizeof(struct adjacency) == 32, "no adjacency lies on two cache lines");

struct neighbor_table {
	struct adjacency *adjacencies; /* NEIGHBORS_MAX */
	uint32_t *uses; /* flows and next hops that name it; of a free one: the next free one */
	uint32_t count; /* places that were ever used */
	uint32_t free;  /* the first free one of them, or ADJACENCY_NONE */
	uint32_t used;  /* how many of them are not free */
	uint32_t swept; /* where the next sweep begins */
	struct rte_hash *index; /* (interface, address) to adjacency */
	/* By hash of the same: the one that was last asked for. It may be another's by now. */
	uint32_t recent[NEIGHBORS_RECENT];
	/* They begin at the IPv4 header, rewritten, ready but for the adjacency's header. */
	struct held_packets held;
};

/* The name is unique in the process. 0 or -errno. */
int neighbor_table_init(struct neighbor_table *table, const char *name, int socket);
/* Frees the packets that are still held. */
void neighbor_table_release(struct neighbor_table *table);

/* As neighbor_find_or_add(), of one that was not asked for lately: *recent is its index then. */
uint32_t neighbor_find_other(struct neighbor_table *table, const struct snapshot *snapshot,
			     uint16_t interface, rte_be32_t address, uint32_t *recent);

/*
 * Its adjacency, made unresolved if it was not there; ADJACENCY_NONE when the table is full. Most
 * sessions are with a few neighbours: those are known again without asking rte_hash.
 */
static inline uint32_t
neighbor_find_or_add(struct neighbor_table *table, const struct snapshot *snapshot,
		     uint16_t interface, rte_be32_t address)
{
	uint32_t hash = hash_crc((uint64_t)interface << 32 | address, 0);
	uint32_t *recent = &table->recent[hash % NEIGHBORS_RECENT];
	const struct adjacency *adjacency = &table->adjacencies[*recent];

	if (likely(*recent < table->count && adjacency->address == address &&
		   adjacency->interface == interface && adjacency->state != ADJACENCY_FREE))
		return *recent;
	return neighbor_find_other(table, snapshot, interface, address, recent);
}

/*
 * A neighbour's MAC address is known: sets the header. Returns the adjacency, or ADJACENCY_NONE
 * when the table is full. The adjacency stays unresolved if its interface is gone.
 */
uint32_t neighbor_resolve(struct neighbor_table *table, const struct snapshot *snapshot,
			  const struct command_neighbor *neighbor);
/*
 * Interfaces may have changed: brings all headers up to date with the snapshot. before: the one
 * that they are of, so that only those are written again that differ; or NULL. Packets that wait
 * for a neighbour whose interface is gone stay; transmit_abandon_lost() drops them.
 */
void neighbor_table_refresh(struct neighbor_table *table, const struct snapshot *before,
			    const struct snapshot *snapshot);

/*
 * Flows and next hops keep the adjacencies that they name. One that nobody keeps, and that never
 * answered, may be swept from a table that is more than half full, so that a scan of a large subnet
 * does not fill it for good. Between bursts only: packets on their way name adjacencies too.
 */
static inline void
neighbor_keep(struct neighbor_table *table, uint32_t adjacency)
{
	table->uses[adjacency]++;
}

static inline void
neighbor_let_go(struct neighbor_table *table, uint32_t adjacency)
{
	table->uses[adjacency]--;
}

void neighbor_table_sweep(struct neighbor_table *table);

/* The packet waits for that adjacency. Returns the one that waits no longer for it (held.h). */
struct rte_mbuf *neighbor_hold(struct neighbor_table *table, uint32_t adjacency,
			       struct rte_mbuf *mbuf);
/* Takes the packets that wait for that adjacency, at most HELD_PACKETS_PER_NEIGHBOR, in order. */
unsigned int neighbor_take_held(struct neighbor_table *table, uint32_t adjacency,
				struct rte_mbuf **mbufs);
