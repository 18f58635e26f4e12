/* SPDX-License-Identifier: BSD-3-Clause */
#include <immintrin.h>

#include "interval_tree.h"

/* AVX2 compares signed numbers only: a key is not less than another if it is the greater of both.
 */
static __rte_always_inline unsigned int
node_rank(const struct interval_node *node, uint32_t key)
{
	const __m256i *half = (const __m256i *)node->last;
	__m256i keys = _mm256_set1_epi32((int)key);
	__m256i low = _mm256_load_si256(&half[0]);
	__m256i high = _mm256_load_si256(&half[1]);
	__m256i low_reaches = _mm256_cmpeq_epi32(_mm256_max_epu32(low, keys), low);
	__m256i high_reaches = _mm256_cmpeq_epi32(_mm256_max_epu32(high, keys), high);
	int reaches = _mm256_movemask_epi8(_mm256_packs_epi32(low_reaches, high_reaches));

	return INTERVAL_KEYS - (unsigned int)_mm_popcnt_u32((unsigned int)reaches) / 2;
}

void
interval_find_bulk_avx2(const struct interval_tree *tree, const uint32_t *keys, uint32_t *values,
			unsigned int n)
{
	interval_walk(tree, keys, values, n, node_rank);
}
