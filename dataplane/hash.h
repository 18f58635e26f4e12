/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

#include <rte_hash_crc.h>

/*
 * The hash of a flow, computed in software from the packet, never taken from the NIC: a CRC of the
 * words, keyed with a seed and finished with a multiplication, because a CRC is linear and two
 * gateways in line would else choose alike under any seed (polarisation).
 */

/*
 * CRC32C of a word. DPDK's asks each time what the CPU can do; its build for x86 wants this
 * instruction anyway.
 */
static inline uint32_t
hash_crc(uint64_t word, uint32_t seed)
{
#ifdef __SSE4_2__
	return (uint32_t)__builtin_ia32_crc32di(seed, word);
#else
	return rte_hash_crc_8byte(word, seed);
#endif
}

static inline uint32_t
hash_finish(uint32_t a, uint32_t b)
{
	uint64_t product = ((uint64_t)a | ((uint64_t)b << 32)) * 0x9e3779b97f4a7c15ULL;

	product ^= product >> 32;
	product *= 0xd6e8feb86659fd93ULL;
	return (uint32_t)(product >> 32);
}

/* Two 64-bit words, any byte order that is always the same. */
static inline uint32_t
hash_words(uint64_t first, uint64_t second, uint32_t seed)
{
	uint32_t a = hash_crc(first, seed);
	uint32_t b = hash_crc(second, seed ^ 0x85ebca6bU);

	return hash_finish(hash_crc(second, a), hash_crc(first, b));
}

/*
 * A keyed hash for a table of one process: the two words times one another, each hidden by a
 * secret, and a CRC of the product, without which words that count up would fall into step with the
 * table. A third of what hash_words() costs, and not linear, so that who does not know the secrets
 * can not choose words that collide.
 */
static inline uint32_t
hash_secret(uint64_t first, uint64_t second, const uint64_t secret[2])
{
	__uint128_t product = (__uint128_t)(first ^ secret[0]) * (second ^ secret[1]);

	return hash_crc((uint64_t)product, (uint32_t)(product >> 64));
}

/* Mixes a word so that each bit of it changes half of the result's (splitmix64's finish). */
static inline uint64_t
hash_mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

/* Maps a hash evenly to 0 .. range-1, without a division. */
static inline uint32_t
hash_to_range(uint32_t hash, uint32_t range)
{
	return (uint32_t)(((uint64_t)hash * range) >> 32);
}
