/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_byteorder.h>
#include <rte_ip.h>

#include "hash.h"

/*
 * What a session is found by: the zone that a packet came from and its 5-tuple.
 *
 * A zone is a subnet, known by the interface and never by the source address; all fabric interfaces
 * are one zone. An ICMP echo request has its identifier for a source port and 0 for a destination
 * port, a reply the other way round, so that reversing a key is the same for every protocol. With
 * identifier 0 both ports are 0: the family says which of the two it is.
 */

enum {
	ZONE_FABRIC = 0, /* subnets have ids from 1 */
};

enum {
	FLOW_FAMILY_IPV4 = 4,
	FLOW_FAMILY_ECHO_REPLY = 0x80, /* set as well for an ICMP echo reply */
};

struct flow_key {
	rte_be32_t source;
	rte_be32_t destination;
	rte_be16_t source_port;
	rte_be16_t destination_port;
	uint16_t zone;
	uint8_t protocol;
	uint8_t family; /* FLOW_FAMILY_*; 0 marks a free place in the flow table */
} __rte_aligned(16);

_Static_assert(sizeof(struct flow_key) == 16, "a key is compared as one 128-bit word");

/* The key's words, which alias its fields. */
typedef uint64_t __attribute__((may_alias)) flow_key_word;
typedef __uint128_t __attribute__((may_alias)) flow_key_words;

/* Of the packets that come back. */
static inline uint8_t
flow_key_family_back(const struct flow_key *key)
{
	return key->protocol == IPPROTO_ICMP ? key->family ^ FLOW_FAMILY_ECHO_REPLY : key->family;
}

/* Of the packets that come back where nothing is translated. */
static inline struct flow_key
flow_key_back(const struct flow_key *key, uint16_t zone)
{
	return (struct flow_key){
		.source = key->destination,
		.destination = key->source,
		.source_port = key->destination_port,
		.destination_port = key->source_port,
		.zone = zone,
		.protocol = key->protocol,
		.family = flow_key_family_back(key),
	};
}

static inline bool
flow_key_is_echo_reply(const struct flow_key *key)
{
	return key->family & FLOW_FAMILY_ECHO_REPLY;
}

static inline bool
flow_key_equal(const struct flow_key *a, const struct flow_key *b)
{
	const flow_key_words *x = (const void *)a;
	const flow_key_words *y = (const void *)b;

	return *x == *y;
}

/*
 * Keys that are looked for at once are put together in registers: two words that were stored in
 * parts could only be loaded again when all parts have reached the cache.
 */
_Static_assert(RTE_BYTE_ORDER == RTE_LITTLE_ENDIAN, "a later field is a higher byte");

static inline void
flow_key_set_destination_port(struct flow_key *key, rte_be16_t port)
{
	flow_key_word *words = (void *)key;

	_Static_assert(offsetof(struct flow_key, destination_port) == 10, "its place in the word");
	words[1] = (words[1] & ~((uint64_t)UINT16_MAX << 16)) | (uint64_t)port << 16;
}

static inline uint32_t
flow_key_hash(const struct flow_key *key, uint32_t seed)
{
	const flow_key_word *words = (const void *)key;

	return hash_words(words[0], words[1], seed);
}
