/* SPDX-License-Identifier: BSD-3-Clause */
#include <immintrin.h>

#include "security_table.h"

/* vectors is a constant, so that the loop unrolls. */
static __rte_always_inline void
decide(const struct security_table *table, const struct security_classes *classes, uint16_t *rules,
       unsigned int n, unsigned int vectors)
{
	for (unsigned int i = 0; i < n; i++) {
		const uint64_t *source = security_bitmap(table, classes, SECURITY_SOURCE, i);
		const uint64_t *destination =
			security_bitmap(table, classes, SECURITY_DESTINATION, i);
		const uint64_t *service = security_bitmap(table, classes, SECURITY_SERVICE, i);
		const uint64_t *source_port =
			security_bitmap(table, classes, SECURITY_SOURCE_PORT, i);
		uint64_t matches[SECURITY_WORDS_MAX] __rte_cache_aligned;
		unsigned int nonzero = 0;

		for (unsigned int word = 0; word < vectors * SECURITY_VECTOR_WORDS;
		     word += SECURITY_VECTOR_WORDS) {
			__m512i addresses = _mm512_and_si512(_mm512_load_si512(&source[word]),
							     _mm512_load_si512(&destination[word]));
			__m512i ports = _mm512_and_si512(_mm512_load_si512(&service[word]),
							 _mm512_load_si512(&source_port[word]));

			_mm512_store_si512(&matches[word], _mm512_and_si512(addresses, ports));
			nonzero |= (unsigned int)_mm512_test_epi64_mask(addresses, ports) << word;
		}
		rules[i] = security_first_rule(matches, nonzero);
	}
}

void
security_decide_avx512(const struct security_table *table, const struct security_classes *classes,
		       uint16_t *rules, unsigned int n)
{
	if (table->width == SECURITY_VECTOR_WORDS)
		decide(table, classes, rules, n, 1);
	else
		decide(table, classes, rules, n, 2);
}
