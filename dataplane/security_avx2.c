/* SPDX-License-Identifier: BSD-3-Clause */
#include <immintrin.h>

#include "security_table.h"

static __rte_always_inline __m256i
load(const uint64_t *words)
{
	return _mm256_load_si256((const __m256i *)words);
}

/* width is a constant, so that the loop unrolls. */
static __rte_always_inline void
decide(const struct security_table *table, const struct security_classes *classes, uint16_t *rules,
       unsigned int n, unsigned int width)
{
	const unsigned int step = sizeof(__m256i) / sizeof(uint64_t);

	for (unsigned int i = 0; i < n; i++) {
		const uint64_t *source = security_bitmap(table, classes, SECURITY_SOURCE, i);
		const uint64_t *destination =
			security_bitmap(table, classes, SECURITY_DESTINATION, i);
		const uint64_t *service = security_bitmap(table, classes, SECURITY_SERVICE, i);
		const uint64_t *source_port =
			security_bitmap(table, classes, SECURITY_SOURCE_PORT, i);
		uint64_t matches[SECURITY_WORDS_MAX] __rte_cache_aligned;
		unsigned int zero = 0;

		for (unsigned int word = 0; word < width; word += step) {
			__m256i addresses =
				_mm256_and_si256(load(&source[word]), load(&destination[word]));
			__m256i ports =
				_mm256_and_si256(load(&service[word]), load(&source_port[word]));
			__m256i match = _mm256_and_si256(addresses, ports);
			__m256i is_zero = _mm256_cmpeq_epi64(match, _mm256_setzero_si256());

			_mm256_store_si256((__m256i *)&matches[word], match);
			zero |= (unsigned int)_mm256_movemask_pd(_mm256_castsi256_pd(is_zero))
				<< word;
		}
		rules[i] = security_first_rule(matches, zero ^ ((1U << width) - 1));
	}
}

void
security_decide_avx2(const struct security_table *table, const struct security_classes *classes,
		     uint16_t *rules, unsigned int n)
{
	if (table->width == SECURITY_VECTOR_WORDS)
		decide(table, classes, rules, n, SECURITY_VECTOR_WORDS);
	else
		decide(table, classes, rules, n, SECURITY_WORDS_MAX);
}
