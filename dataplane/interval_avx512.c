/* SPDX-License-Identifier: BSD-3-Clause */
#include <immintrin.h>

#include "interval_tree.h"

static __rte_always_inline unsigned int
node_rank(const struct interval_node *node, uint32_t key)
{
	__m512i keys = _mm512_set1_epi32((int)key);
	__mmask16 less = _mm512_cmplt_epu32_mask(_mm512_load_si512(node->last), keys);

	return (unsigned int)_mm_popcnt_u32(less);
}

void
interval_find_bulk_avx512(const struct interval_tree *tree, const uint32_t *keys, uint32_t *values,
			  unsigned int n)
{
	interval_walk(tree, keys, values, n, node_rank);
}
