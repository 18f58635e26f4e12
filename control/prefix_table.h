/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "dataplane/route.h"

/*
 * What the fabric's routes should be: every prefix with its target, sorted. The difference of two
 * such tables is the batch of changes that leads from one to the other. All zero is an empty table.
 */

struct prefix_entry {
	uint32_t prefix; /* host order, host bits zero */
	uint8_t length;
	route_target target;
};

struct prefix_table {
	struct prefix_entry *items; /* ascending by prefix, then length; each once */
	size_t count;
	size_t capacity;
};

/* 0 or -ENOMEM. prefix_table_finish() follows when all are in: fewer than 2^32. */
int prefix_table_add(struct prefix_table *table, uint32_t prefix, uint8_t length,
		     route_target target);
/*
 * Sorts the table. Where a prefix was added more than once the gateway's own addresses come before
 * VIPs, those before a link's broadcast addresses, those before links, and these before routes.
 * 0 or -ENOMEM.
 */
int prefix_table_finish(struct prefix_table *table);
void prefix_table_clear(struct prefix_table *table);

/* NULL where that very prefix is not in the table. */
const struct prefix_entry *prefix_table_find(const struct prefix_table *table, uint32_t prefix,
					     uint8_t length);

/* The changes, removals first, for the caller to free; *changes is NULL when there are none. */
int prefix_table_diff(const struct prefix_table *from, const struct prefix_table *to,
		      struct route_change **changes, size_t *count);
