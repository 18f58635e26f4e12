/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <rte_branch_prediction.h>
#include <rte_common.h>
#include <rte_prefetch.h>

#include "flow_key.h"

/*
 * The flow table of one worker: one 64-byte entry for each direction of a session, key and rewrite
 * in it, so that a packet touches one cache line.
 *
 * A key hashes to a place in the primary area, and entries that collide are chained from there
 * through the overflow area. An entry never moves: its index is its name as long as it lives. Both
 * areas are allocated once. Only the owning worker touches the table.
 */

enum {
	FLOW_NONE = UINT32_MAX,
	EGRESS_DROP = 1U << 31, /* in flow.egress: not an adjacency but a reason to drop */
};

enum flow_flags {
	FLOW_REVERSE = 1 << 0,   /* replies to the packet that made the session */
	FLOW_REFRESHES = 1 << 1, /* its packets keep the session alive */
	FLOW_SEEN = 1 << 2,      /* a packet has used it */
	FLOW_STEADY = 1 << 3,    /* but for SYN, FIN and RST, its packets change nothing (tcp.h) */
	FLOW_TCP_KNOWN = 1 << 4, /* tcp_expected and tcp_window are what its sender said */
	FLOW_MAPPED = 1 << 5,    /* its key's destination is the outside endpoint of a mapping */
};

struct flow {
	struct flow_key key;

	/* The rewrite: the tuple as it leaves, and what that adds to the checksums (RFC 1624). */
	rte_be32_t source;
	rte_be32_t destination;
	rte_be16_t source_port;
	rte_be16_t destination_port;
	uint16_t ip_delta; /* the time to live's decrement included */
	uint16_t transport_delta;

	uint32_t egress;       /* index of an adjacency (neighbor.h), or EGRESS_DROP | reason */
	uint32_t decided_from; /* snapshot.decided_from */
	uint32_t twin;         /* index of the other direction */
	uint32_t session;      /* index of the cold record (session.h) */
	uint32_t next;         /* chain of colliding entries, FLOW_NONE at its end */
	uint16_t last_seen;    /* seconds, modulo 2^16 */
	uint8_t flags;         /* enum flow_flags */
	uint8_t checksum_at;   /* byte of the transport header; 0: that stays as it is */

	/* What the sender of this direction takes next (tcp.h); nothing where it is not TCP's. */
	uint32_t tcp_expected; /* sequence number, host order */
	uint16_t tcp_window;
	uint8_t tcp_shift;   /* of the window */
	uint8_t tcp_watched; /* TCP_WATCHED; 0: it is not TCP's */
} __rte_cache_aligned;

_Static_assert(sizeof(struct flow) == 64, "a packet touches one cache line of the flow table");

struct flow_table {
	struct flow *flows; /* primary places, then overflow places */
	uint32_t primary;
	uint32_t total;
	uint32_t free; /* first free overflow place, FLOW_NONE if there is none */
	uint32_t used; /* entries in use, both areas */
	uint32_t seed;
};

/* Room for `entries` entries under any but a hopeless run of collisions. 0 or -ENOMEM. */
int flow_table_init(struct flow_table *table, uint32_t entries, uint32_t seed, int socket);
void flow_table_release(struct flow_table *table);
size_t flow_table_bytes(const struct flow_table *table);

static inline struct flow *
flow_at(const struct flow_table *table, uint32_t index)
{
	return &table->flows[index];
}

static inline uint32_t
flow_hash(const struct flow_table *table, const struct flow_key *key)
{
	return flow_key_hash(key, table->seed);
}

static inline void
flow_prefetch(const struct flow_table *table, uint32_t hash)
{
	rte_prefetch0(&table->flows[hash_to_range(hash, table->primary)]);
}

static inline uint32_t
flow_find(const struct flow_table *table, const struct flow_key *key, uint32_t hash)
{
	uint32_t index = hash_to_range(hash, table->primary);

	do {
		const struct flow *flow = &table->flows[index];

		if (likely(flow_key_equal(&flow->key, key)))
			return index;
		index = flow->next;
	} while (index != FLOW_NONE);
	return FLOW_NONE;
}

/* The index of a new entry with that key, all else zero; FLOW_NONE when full. It must not exist. */
uint32_t flow_insert(struct flow_table *table, const struct flow_key *key);
void flow_remove(struct flow_table *table, uint32_t index);
