/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <rte_common.h>

#include "interval.h"
#include "security.h"
#include "simd.h"

/* Inside of a security table, for its own files. */

enum security_field {
	SECURITY_SOURCE,
	SECURITY_DESTINATION,
	SECURITY_SERVICE, /* protocol in the upper 16 bits, destination port in the lower */
	SECURITY_SOURCE_PORT,
	SECURITY_FIELDS,
};

enum {
	SECURITY_BURST = 64,                              /* keys that are looked up together */
	SECURITY_WORD_BITS = 64,                          /* rules in a word of a bitmap */
	SECURITY_VECTOR_WORDS = 512 / SECURITY_WORD_BITS, /* wide bitmaps are whole vectors */
	SECURITY_WORDS_MAX = 2 * SECURITY_VECTOR_WORDS,
};

_Static_assert(SECURITY_RULES_MAX <= SECURITY_WORDS_MAX * SECURITY_WORD_BITS,
	       "every rule has a bit");

/* What the trees say of a burst: for each field of each key the first word of its bitmap. */
struct security_classes {
	uint32_t words[SECURITY_FIELDS][SECURITY_BURST];
};

/* The first rule whose bit is set in all bitmaps of a key, for n keys up to SECURITY_BURST. */
typedef void security_decide_fn(const struct security_table *table,
				const struct security_classes *classes, uint16_t *rules,
				unsigned int n);

struct security_table {
	security_decide_fn *decide;
	struct interval_tree *trees[SECURITY_FIELDS];
	size_t bitmap_bytes;
	uint32_t width; /* words of a bitmap: 1, SECURITY_VECTOR_WORDS or SECURITY_WORDS_MAX */
	uint64_t bitmaps[] __rte_cache_aligned;
};

security_decide_fn security_decide_plain;
security_decide_fn security_decide_avx2;
security_decide_fn security_decide_avx512;

/* As security_table_build(), with the variant chosen by the caller, who knows the CPU has it. */
struct security_table *
security_table_simd_build(enum simd simd, const struct security_rule_spec *specs, size_t count);

/* The rules that a field of the key number `index` of a burst lets match. */
static __rte_always_inline const uint64_t *
security_bitmap(const struct security_table *table, const struct security_classes *classes,
		enum security_field field, unsigned int index)
{
	return &table->bitmaps[classes->words[field][index]];
}

/* The first rule of a bitmap, given which of its words are not zero. */
static __rte_always_inline uint16_t
security_first_rule(const uint64_t *words, unsigned int nonzero)
{
	if (nonzero == 0)
		return SECURITY_NO_RULE;

	unsigned int word = (unsigned int)__builtin_ctz(nonzero);

	return (uint16_t)(word * SECURITY_WORD_BITS + (unsigned int)__builtin_ctzll(words[word]));
}
