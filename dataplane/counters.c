/* SPDX-License-Identifier: BSD-3-Clause */
#include "counters.h"

#include <stddef.h>

_Static_assert(sizeof(struct counters) % sizeof(uint64_t) == 0, "counters are words");

const char *
path_name(enum path path)
{
	static const char *const names[PATH_COUNT] = {
		[PATH_FABRIC] = "fabric",
		[PATH_STATEFUL] = "stateful",
		[PATH_STATELESS] = "stateless",
		[PATH_LOCAL] = "local",
	};

	return names[path];
}

void
counters_add(struct counters *sum, const struct counters *one)
{
	uint64_t *words = (uint64_t *)sum;
	const uint64_t *added = (const uint64_t *)one;

	for (size_t i = 0; i < sizeof(*sum) / sizeof(*words); i++)
		words[i] += __atomic_load_n(&added[i], __ATOMIC_RELAXED);
}
