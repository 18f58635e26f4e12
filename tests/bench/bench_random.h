/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

/* Xorshift: the same numbers on every machine. The state is not 0. */
static inline uint32_t
random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state >> 32);
}

static inline uint32_t
random_between(uint64_t *state, uint32_t first, uint32_t last)
{
	return first + (uint32_t)(random_next(state) % ((uint64_t)last - first + 1));
}
