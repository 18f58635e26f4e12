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
 * in it, so that a packet touches one cache line of it.
 *
 * A key hashes to a head, of which there are more than entries and 16 to a cache line; it leads to
 * the first entry, and entries that have the same head are chained. An entry never moves: its index
 * is its name as long as it lives. All is allocated once. Only the owning worker touches the table.
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
	/* By the snapshot that it was decided from, with several workers (stage_own.c): */
	FLOW_OWN = 1 << 6,    /* this worker is asked first for its packets */
	FLOW_ASTRAY = 1 << 7, /* and they are at home elsewhere */
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
	uint32_t next; /* of the same head, or the next free entry; FLOW_NONE: it is the last */
	uint16_t last_seen;  /* seconds, modulo 2^16 */
	uint8_t flags;       /* enum flow_flags */
	uint8_t checksum_at; /* byte of the transport header; 0: that stays as it is */

	/* What the sender of this direction takes next (tcp.h); nothing where it is not TCP's. */
	rte_be32_t tcp_expected; /* sequence number */
	rte_be16_t tcp_window;
	uint8_t tcp_shift;   /* of the window */
	uint8_t tcp_watched; /* TCP_WATCHED; 0: it is not TCP's */
} __rte_cache_aligned;

_Static_assert(sizeof(struct flow) == 64, "a packet touches one cache line of the flow table");

struct flow_table {
	struct flow *flows; /* and in front of them the one that FLOW_NONE names */
	uint32_t *heads;    /* by hash: the first entry, or FLOW_NONE */
	uint32_t head_count;
	uint32_t total; /* entries */
	uint32_t free;  /* the first free entry, or FLOW_NONE */
	uint32_t used;  /* entries in use */
	uint64_t secret[2];
};

/* Room for that many entries. 0 or -ENOMEM. */
int flow_table_init(struct flow_table *table, uint32_t entries, uint64_t seed, int socket);
void flow_table_release(struct flow_table *table);
size_t flow_table_bytes(const struct flow_table *table);

/* FLOW_NONE: an entry that is no key's, nor has any behind it; it is only read. */
static inline struct flow *
flow_at(const struct flow_table *table, uint32_t index)
{
	return &table->flows[(int32_t)index];
}

static inline uint32_t
flow_hash(const struct flow_table *table, const struct flow_key *key)
{
	const flow_key_word *words = (const void *)key;

	return hash_secret(words[0], words[1], table->secret);
}

static inline uint32_t *
flow_head(const struct flow_table *table, uint32_t hash)
{
	return &table->heads[hash_to_range(hash, table->head_count)];
}

/*
 * A burst's flows are found in walks over it, each of which fetches what the next one reads:
 * flow_prefetch(), flow_first(), flow_next() for those that are not found by then, and
 * flow_find_from().
 */
static inline const uint32_t *
flow_prefetch(const struct flow_table *table, uint32_t hash)
{
	const uint32_t *head = flow_head(table, hash);

	rte_prefetch0(head);
	return head;
}

/* The entry that a key of that head is looked for from. */
static inline uint32_t
flow_first(const struct flow_table *table, const uint32_t *head)
{
	uint32_t index = *head;

	rte_prefetch0(flow_at(table, index));
	return index;
}

/* The entry behind that one, which is another key's. */
static inline uint32_t
flow_next(const struct flow_table *table, uint32_t index)
{
	uint32_t next = flow_at(table, index)->next;

	rte_prefetch0(flow_at(table, next));
	return next;
}

static inline uint32_t
flow_find_from(const struct flow_table *table, const struct flow_key *key, uint32_t first)
{
	uint32_t index = first;

	while (index != FLOW_NONE && unlikely(!flow_key_equal(&flow_at(table, index)->key, key)))
		index = flow_at(table, index)->next;
	return index;
}

/* The same at once, for a single key. hash: the key's. */
static inline uint32_t
flow_find_hashed(const struct flow_table *table, const struct flow_key *key, uint32_t hash)
{
	return flow_find_from(table, key, *flow_head(table, hash));
}

static inline uint32_t
flow_find(const struct flow_table *table, const struct flow_key *key)
{
	return flow_find_hashed(table, key, flow_hash(table, key));
}

/*
 * A packet of the flow came by at that second. Most find what they would write: a line that stays
 * clean needs not go back to memory.
 */
static inline void
flow_see(struct flow *flow, uint32_t second)
{
	if (unlikely(flow->last_seen != (uint16_t)second || !(flow->flags & FLOW_SEEN))) {
		flow->last_seen = (uint16_t)second;
		flow->flags |= FLOW_SEEN;
	}
}

/*
 * The index of a new entry with that key, all else zero; FLOW_NONE when full. It must not exist.
 * hash: the key's.
 */
uint32_t flow_insert_hashed(struct flow_table *table, const struct flow_key *key, uint32_t hash);

static inline uint32_t
flow_insert(struct flow_table *table, const struct flow_key *key)
{
	return flow_insert_hashed(table, key, flow_hash(table, key));
}

void flow_remove(struct flow_table *table, uint32_t index);
