/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

#include <rte_byteorder.h>

/*
 * Incremental update of Internet checksums, RFC 1624 equation 3: HC' = ~(~HC + ~m + m'). What
 * depends on the fields alone, the sum of ~m + m' over all fields that change, is a flow's delta,
 * computed once. A checksum that was wrong stays wrong by the same difference.
 *
 * Ones' complement sums do not depend on the byte order as long as it is the same throughout (RFC
 * 1071 section 2), so fields, checksums and deltas are all taken as they lie in the packet.
 */

enum {
	/* The delta when the time to live is one less: ~m + m' of a word whose upper byte it is. */
	CHECKSUM_DELTA_TTL = (uint16_t)~RTE_BE16(0x0100),
};

/* Ones' complement sum of the two halves. */
static inline uint16_t
checksum_fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)(sum + (sum >> 16));
}

/* The same of a sum of a few 32-bit words, each of which is two. */
static inline uint16_t
checksum_fold64(uint64_t sum)
{
	sum = (sum & UINT32_MAX) + (sum >> 32);
	return checksum_fold((uint32_t)(sum >> 16) + (uint16_t)sum);
}

/* The delta with `from` becoming `to` added to it. */
static inline uint16_t
checksum_delta16(rte_be16_t from, rte_be16_t to, uint16_t delta)
{
	return checksum_fold((uint32_t)delta + (uint16_t)~from + to);
}

static inline uint16_t
checksum_delta32(rte_be32_t from, rte_be32_t to, uint16_t delta)
{
	delta = checksum_delta16((rte_be16_t)from, (rte_be16_t)to, delta);
	return checksum_delta16((rte_be16_t)(from >> 16), (rte_be16_t)(to >> 16), delta);
}

/* ~(~HC + delta) is HC - delta, and the carry that comes round at the end is a borrow. */
static inline rte_be16_t
checksum_apply(rte_be16_t checksum, uint16_t delta)
{
	return (rte_be16_t)(checksum - delta - (checksum < delta));
}
