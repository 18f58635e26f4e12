/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * A map from ranges of numbers to a value: a static 17-ary search tree over the sorted bounds of
 * disjoint intervals. It is the longest-prefix match of a virtual network, the port look-up of a
 * VIP, and each field of a security group. Built once by the control thread, then only read, by
 * any thread.
 */

struct interval {
	uint32_t first; /* host order, both ends included */
	uint32_t last;
	uint32_t value;
};

struct interval_tree;

/*
 * The intervals may come in any order; where two overlap, the later one in the array wins. A number
 * in none of them gives `otherwise`. NULL and errno: ENOMEM, or EINVAL where an interval ends
 * before it begins. The tree is one block, freed with interval_tree_free().
 */
struct interval_tree *interval_tree_build(const struct interval *intervals, size_t count,
					  uint32_t otherwise);
void interval_tree_free(struct interval_tree *tree);
size_t interval_tree_bytes(const struct interval_tree *tree);

uint32_t interval_tree_find(const struct interval_tree *tree, uint32_t key);
/* The same for n keys at once, level by level, so that the cache misses of all overlap. */
void interval_tree_find_bulk(const struct interval_tree *tree, const uint32_t *keys,
			     uint32_t *values, unsigned int n);
