/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "hash.h"

/*
 * Consistent choice of a backend: the table of Maglev (Eisenbud et al., NSDI 2016, section 3.4).
 * Equal weights, within 1 %; when a backend leaves, nearly all entries of the others stay. The size
 * is the least prime of at least 100 times the rule's backends_max, so that a growing pool keeps
 * its table. Immutable; built by the control thread, read by any.
 */

enum {
	MAGLEV_BACKENDS_MAX = 1000,
};

struct maglev_table {
	uint32_t size;      /* prime, or 1 for a single backend */
	uint16_t entries[]; /* index into the rule's backends */
};

/*
 * The backends are named by their addresses (host order), so that their order in the file does not
 * matter; each occurs once. 1 to backends_max of them, which is at most MAGLEV_BACKENDS_MAX. NULL
 * and errno: ENOMEM, or EINVAL.
 */
struct maglev_table *maglev_table_build(const uint32_t *backends, size_t count,
					unsigned int backends_max);
void maglev_table_free(struct maglev_table *table);

static inline uint16_t
maglev_table_select(const struct maglev_table *table, uint32_t hash)
{
	return table->entries[hash_to_range(hash, table->size)];
}
