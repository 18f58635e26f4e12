/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

/*
 * The key of Toeplitz's hash, by which devices spread packets over queues. It repeats every 16
 * bits: source and destination, that are 32 bits or 16 apart, may change places then and the hash
 * stays the same. Both directions of a session that is not translated come to one queue so.
 */
static inline void
rss_key_fill(uint8_t *key, unsigned int length)
{
	for (unsigned int i = 0; i < length; i++)
		key[i] = i % 2 == 0 ? 0x6d : 0x5a;
}
