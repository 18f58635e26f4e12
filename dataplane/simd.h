/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>

#include <rte_cpuflags.h>

/*
 * The instruction sets for which a table has a variant of its hot loop. A table picks its variant
 * once, when it is built; a test can ask for each that the CPU has.
 */
enum simd {
	SIMD_PLAIN, /* C for whatever the build is for: the reference */
	SIMD_AVX2,
	SIMD_AVX512, /* F is enough */
	SIMD_COUNT,
};

static inline bool
simd_is_available(enum simd simd)
{
	switch (simd) {
	case SIMD_AVX512:
		return rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX512F) == 1;
	case SIMD_AVX2:
		return rte_cpu_get_flag_enabled(RTE_CPUFLAG_AVX2) == 1;
	default:
		return simd == SIMD_PLAIN;
	}
}

static inline enum simd
simd_best(void)
{
	enum simd simd = SIMD_AVX512;

	while (!simd_is_available(simd))
		simd--;
	return simd;
}
