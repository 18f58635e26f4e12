/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rte_byteorder.h>

#include "hash.h"

/*
 * What a session is found by: the zone that a packet came from and its 5-tuple.
 *
 * A zone is a subnet, known by the interface and never by the source address; all fabric interfaces
 * are one zone. An ICMP echo request has its identifier for a source port and 0 for a destination
 * port, a reply the other way round, so that reversing a key is the same for every protocol.
 */

enum {
	ZONE_FABRIC = 0, /* subnets have ids from 1 */
};

struct flow_key {
	rte_be32_t source;
	rte_be32_t destination;
	rte_be16_t source_port;
	rte_be16_t destination_port;
	uint16_t zone;
	uint8_t protocol;
	uint8_t family; /* 4; 0 marks a free place in the flow table */
} __rte_aligned(16);

_Static_assert(sizeof(struct flow_key) == 16, "a key is compared as one 128-bit word");

/* The key's words, which alias its fields. */
typedef uint64_t __attribute__((may_alias)) flow_key_word;
typedef __uint128_t __attribute__((may_alias)) flow_key_words;

static inline bool
flow_key_equal(const struct flow_key *a, const struct flow_key *b)
{
	const flow_key_words *x = (const void *)a;
	const flow_key_words *y = (const void *)b;

	return *x == *y;
}

static inline uint32_t
flow_key_hash(const struct flow_key *key, uint32_t seed)
{
	const flow_key_word *words = (const void *)key;

	return hash_words(words[0], words[1], seed);
}
