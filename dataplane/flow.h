/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <rte_branch_prediction.h>
#include <rte_common.h>
#include <rte_prefetch.h>
#ifdef __SSE2__
#include <rte_vect.h>
#endif

#include "flow_key.h"

/*
 * The flow table of one worker: one 64-byte entry for each direction of a session, key and rewrite
 * in it, so that a packet touches one cache line of it.
 *
 * A key hashes to a bucket of eight words, each of which names an entry and has a tag, bits of that
 * entry's hash: what is found is nearly always right, and what is not there is nearly always not
 * looked at. Entries for which a bucket has no room are chained behind its last one. An entry never
 * moves: its index is its name as long as it lives. All is allocated once. Only the owning worker
 * touches the table.
 */

enum {
	FLOW_NONE = 0,
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
	uint32_t next; /* in the bucket's chain, or the next free one; FLOW_NONE: it is the last */
	uint8_t flags; /* enum flow_flags */
	uint8_t checksum_at; /* byte of the transport header; 0: that stays as it is */
	uint8_t tcp_shift;   /* of tcp_window */
	uint8_t tcp_watched; /* TCP_WATCHED; 0: it is not TCP's */

	/*
	 * What packets leave in it, as one word (tcp_pass()): when the last one came, and what the
	 * sender of this direction takes next, which is nothing where it is not TCP's.
	 */
	rte_be32_t tcp_expected; /* sequence number */
	uint16_t last_seen;      /* seconds, modulo 2^16 */
	rte_be16_t tcp_window;
} __rte_cache_aligned;

_Static_assert(sizeof(struct flow) == 64, "a packet touches one cache line of the flow table");

enum {
	FLOW_BUCKET = 8, /* words */
};

struct flow_bucket {
	uint32_t words[FLOW_BUCKET]; /* of tag and index; 0: it is empty, as all behind it are */
} __rte_aligned(32);

struct flow_table {
	struct flow *flows; /* the first is the one that FLOW_NONE names */
	struct flow_bucket *buckets;
	uint32_t bucket_count;
	uint32_t index_bits; /* of a word: the lowest; the others are the tag */
	uint32_t total;      /* entries */
	uint32_t free;       /* the first free entry, or FLOW_NONE */
	uint32_t used;       /* entries in use */
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
	return &table->flows[index];
}

static inline uint32_t
flow_hash(const struct flow_table *table, const struct flow_key *key)
{
	const flow_key_word *words = (const void *)key;

	return hash_secret(words[0], words[1], table->secret);
}

static inline struct flow_bucket *
flow_bucket(const struct flow_table *table, uint32_t hash)
{
	return &table->buckets[hash_to_range(hash, table->bucket_count)];
}

/* As words have it. */
static inline uint32_t
flow_tag(const struct flow_table *table, uint32_t hash)
{
	return hash << table->index_bits;
}

/* The place of the first word that has these bits of the mask; none of them has: `otherwise`. */
static inline unsigned int
flow_slot(const struct flow_bucket *bucket, uint32_t mask, uint32_t bits, unsigned int otherwise)
{
#ifdef __SSE2__
	const __m128i *words = (const void *)bucket->words;
	__m128i masks = _mm_set1_epi32((int)mask), wanted = _mm_set1_epi32((int)bits);
	__m128i low = _mm_cmpeq_epi32(_mm_and_si128(_mm_load_si128(words), masks), wanted);
	__m128i high = _mm_cmpeq_epi32(_mm_and_si128(_mm_load_si128(words + 1), masks), wanted);
	/* Two bits for each word. */
	unsigned long slots = (unsigned int)_mm_movemask_epi8(_mm_packs_epi32(low, high));

	return (unsigned int)__builtin_ctzl(slots | 1UL << 2 * otherwise) / 2;
#else
	unsigned int slot = 0;

	while (slot < otherwise && (bucket->words[slot] & mask) != bits)
		slot++;
	return slot;
#endif
}

/* The first word of the bucket that has the tag, or the last word. */
static inline uint32_t
flow_word(const struct flow_table *table, const struct flow_bucket *bucket, uint32_t tag)
{
	return bucket
		->words[flow_slot(bucket, UINT32_MAX << table->index_bits, tag, FLOW_BUCKET - 1)];
}

/* The entry that a word names, or FLOW_NONE. */
static inline uint32_t
flow_named(const struct flow_table *table, uint32_t word)
{
	return word & ~(UINT32_MAX << table->index_bits);
}

/* Where a key is looked for. */
struct flow_search {
	const struct flow_bucket *bucket;
	uint32_t tag;
};

/*
 * A burst's flows are found in walks over it, each of which fetches what the next one reads:
 * flow_search(), flow_first(), flow_confirm().
 */
static inline struct flow_search
flow_search(const struct flow_table *table, uint32_t hash)
{
	struct flow_search search = { flow_bucket(table, hash), flow_tag(table, hash) };

	rte_prefetch0(search.bucket);
	return search;
}

/* The entry of a key that is looked for there, unless another one is in the way, or FLOW_NONE. */
static inline uint32_t
flow_first(const struct flow_table *table, const struct flow_search *search)
{
	uint32_t index = flow_named(table, flow_word(table, search->bucket, search->tag));

	rte_prefetch0(flow_at(table, index));
	return index;
}

/* Of a key in whose way another one is: its entry, or FLOW_NONE. */
uint32_t flow_find_behind(const struct flow_table *table, const struct flow_key *key);

/* What flow_first() is for that key: its entry, or FLOW_NONE. */
static inline uint32_t
flow_confirm(const struct flow_table *table, const struct flow_key *key, uint32_t first)
{
	if (first == FLOW_NONE || likely(flow_key_equal(&flow_at(table, first)->key, key)))
		return first;
	return flow_find_behind(table, key);
}

/* The key's entry, or FLOW_NONE. hash: the key's. */
static inline uint32_t
flow_find_hashed(const struct flow_table *table, const struct flow_key *key, uint32_t hash)
{
	uint32_t word = flow_word(table, flow_bucket(table, hash), flow_tag(table, hash));

	return flow_confirm(table, key, flow_named(table, word));
}

static inline uint32_t
flow_find(const struct flow_table *table, const struct flow_key *key)
{
	return flow_find_hashed(table, key, flow_hash(table, key));
}

/* A packet of the flow came by at that second. */
static inline void
flow_see(struct flow *flow, uint32_t second)
{
	flow->last_seen = (uint16_t)second;
	flow->flags |= FLOW_SEEN;
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
