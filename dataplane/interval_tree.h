/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <rte_common.h>
#include <rte_prefetch.h>

#include "interval.h"
#include "simd.h"

/*
 * Inside of the interval tree, for its own files and for tables that bring their intervals sorted.
 *
 * The number line is cut into segments, each known by its last number; the last segment ends at
 * UINT32_MAX. The leaves hold the lasts in order, 16 to a cache line. Above them, key j of a node
 * is the greatest number below its child j, so that the count of keys less than the searched one is
 * the child to go to, 0 to 16; in a leaf it is the segment. Unused keys are UINT32_MAX, which no
 * number exceeds, so a search never goes there. All nodes of a level are adjacent: the children of
 * node k are the nodes 17 k to 17 k + 16 of the next level, and no pointers are needed.
 */

enum {
	INTERVAL_KEYS = 16,
	INTERVAL_CHILDREN = INTERVAL_KEYS + 1,
	INTERVAL_LEVELS_MAX = 8, /* 16 * 17^7 > 2^32 */
};

struct interval_node {
	uint32_t last[INTERVAL_KEYS];
} __rte_cache_aligned;

struct interval_segment {
	uint32_t last;
	uint32_t value;
};

typedef void interval_find_bulk_fn(const struct interval_tree *tree, const uint32_t *keys,
				   uint32_t *values, unsigned int n);

struct interval_tree {
	interval_find_bulk_fn *find_bulk;
	size_t bytes;
	const uint32_t *values; /* of the segments, INTERVAL_KEYS for each leaf */
	uint32_t levels;
	uint32_t starts[INTERVAL_LEVELS_MAX]; /* the first node of each level, root to leaves */
	struct interval_node nodes[];
};

interval_find_bulk_fn interval_find_bulk_plain;
interval_find_bulk_fn interval_find_bulk_avx2;
interval_find_bulk_fn interval_find_bulk_avx512;

/* As interval_tree_build(), with the variant chosen by the caller, who knows that the CPU has it.
 */
struct interval_tree *interval_tree_simd_build(enum simd simd, const struct interval *intervals,
					       size_t count, uint32_t otherwise);

/*
 * The tree of at least one segment, in order, the last ending at UINT32_MAX. Equal neighbours are
 * merged in place. NULL and ENOMEM.
 */
struct interval_tree *interval_tree_sorted_build(enum simd simd, struct interval_segment *segments,
						 size_t count);

/* How many of a node's keys are less than this one: what the variants differ in. */
typedef unsigned int interval_rank_fn(const struct interval_node *node, uint32_t key);

/* The walk that the variants share. While it descends, values holds the node of each key. */
static __rte_always_inline void
interval_walk(const struct interval_tree *tree, const uint32_t *keys, uint32_t *values,
	      unsigned int n, interval_rank_fn *rank)
{
	const struct interval_node *nodes = tree->nodes, *children;

	if (tree->levels == 1) {
		for (unsigned int i = 0; i < n; i++)
			values[i] = tree->values[rank(nodes, keys[i])];
		return;
	}
	children = tree->nodes + tree->starts[1];
	for (unsigned int i = 0; i < n; i++) {
		values[i] = rank(nodes, keys[i]);
		rte_prefetch0(children + values[i]);
	}
	for (uint32_t level = 2; level < tree->levels; level++) {
		nodes = children;
		children = tree->nodes + tree->starts[level];
		for (unsigned int i = 0; i < n; i++) {
			values[i] =
				values[i] * INTERVAL_CHILDREN + rank(nodes + values[i], keys[i]);
			rte_prefetch0(children + values[i]);
		}
	}
	for (unsigned int i = 0; i < n; i++)
		values[i] = tree->values[values[i] * INTERVAL_KEYS +
					 rank(children + values[i], keys[i])];
}
