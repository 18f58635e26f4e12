/* SPDX-License-Identifier: BSD-3-Clause */
#include "interval_tree.h"

#include <errno.h>
#include <stdlib.h>

#include <rte_malloc.h>

#include "sort.h"

static __rte_always_inline unsigned int
node_rank(const struct interval_node *node, uint32_t key)
{
	unsigned int rank = 0;

	for (unsigned int i = 0; i < INTERVAL_KEYS; i++)
		rank += node->last[i] < key;
	return rank;
}

void
interval_find_bulk_plain(const struct interval_tree *tree, const uint32_t *keys, uint32_t *values,
			 unsigned int n)
{
	interval_walk(tree, keys, values, n, node_rank);
}

void
interval_tree_find_bulk(const struct interval_tree *tree, const uint32_t *keys, uint32_t *values,
			unsigned int n)
{
	tree->find_bulk(tree, keys, values, n);
}

uint32_t
interval_tree_find(const struct interval_tree *tree, uint32_t key)
{
	uint32_t value;

	tree->find_bulk(tree, &key, &value, 1);
	return value;
}

size_t
interval_tree_bytes(const struct interval_tree *tree)
{
	return tree->bytes;
}

void
interval_tree_free(struct interval_tree *tree)
{
	rte_free(tree);
}

static interval_find_bulk_fn *
find_bulk_variant(enum simd simd)
{
	static interval_find_bulk_fn *const variants[SIMD_COUNT] = {
		[SIMD_PLAIN] = interval_find_bulk_plain,
		[SIMD_AVX2] = interval_find_bulk_avx2,
		[SIMD_AVX512] = interval_find_bulk_avx512,
	};

	return variants[simd];
}

static size_t
segments_merge(struct interval_segment *segments, size_t count)
{
	size_t merged = 1;

	for (size_t i = 1; i < count; i++) {
		if (segments[i].value == segments[merged - 1].value)
			segments[merged - 1].last = segments[i].last;
		else
			segments[merged++] = segments[i];
	}
	return merged;
}

/* Numbers the nodes of all levels, the root first. Returns how many there are. */
static uint32_t
tree_number_nodes(struct interval_tree *tree, uint32_t leaf_count)
{
	uint32_t widths[INTERVAL_LEVELS_MAX] = { leaf_count }; /* leaves first */
	uint32_t levels = 1;
	uint32_t start = 0;

	for (; widths[levels - 1] > 1; levels++)
		widths[levels] = (widths[levels - 1] + INTERVAL_KEYS) / INTERVAL_CHILDREN;
	tree->levels = levels;
	for (uint32_t level = 0; level < levels; level++) {
		tree->starts[level] = start;
		start += widths[levels - 1 - level];
	}
	return start;
}

/* Key j of an inner node is the last number of the rightmost leaf below its child j. */
static void
tree_fill_inner(struct interval_tree *tree, const struct interval_node *leaves, uint32_t leaf_count)
{
	size_t leaves_below = 1; /* one child */

	for (uint32_t level = tree->levels - 1; level-- > 0;) {
		struct interval_node *nodes = tree->nodes + tree->starts[level];
		size_t width = tree->starts[level + 1] - tree->starts[level];

		for (size_t key = 0; key < width * INTERVAL_KEYS; key++) {
			size_t child =
				key / INTERVAL_KEYS * INTERVAL_CHILDREN + key % INTERVAL_KEYS;
			size_t leaf = (child + 1) * leaves_below - 1;

			nodes[key / INTERVAL_KEYS].last[key % INTERVAL_KEYS] =
				leaf < leaf_count ? leaves[leaf].last[INTERVAL_KEYS - 1]
						  : UINT32_MAX;
		}
		leaves_below *= INTERVAL_CHILDREN;
	}
}

struct interval_tree *
interval_tree_sorted_build(enum simd simd, struct interval_segment *segments, size_t count)
{
	struct interval_tree shape = { .find_bulk = find_bulk_variant(simd) };

	count = segments_merge(segments, count);

	uint32_t leaf_count = (uint32_t)((count + INTERVAL_KEYS - 1) / INTERVAL_KEYS);
	uint32_t node_count = tree_number_nodes(&shape, leaf_count);

	/* The values of a leaf are as many as its keys and as wide: a cache line for a line. */
	shape.bytes =
		sizeof(shape) + ((size_t)node_count + leaf_count) * sizeof(struct interval_node);

	struct interval_tree *tree = rte_malloc(NULL, shape.bytes, RTE_CACHE_LINE_SIZE);

	if (!tree) {
		errno = ENOMEM;
		return NULL;
	}

	struct interval_node *leaves = tree->nodes + node_count - leaf_count;
	uint32_t *values = (uint32_t *)(tree->nodes + node_count);

	*tree = shape;
	tree->values = values;
	for (size_t i = 0; i < (size_t)leaf_count * INTERVAL_KEYS; i++) {
		const struct interval_segment *segment = &segments[i < count ? i : count - 1];

		leaves[i / INTERVAL_KEYS].last[i % INTERVAL_KEYS] = segment->last;
		values[i] = segment->value;
	}
	tree_fill_inner(tree, leaves, leaf_count);
	return tree;
}

/* Cuts the number line wherever an interval begins or ends; scratch takes twice as many items. */
static size_t
segments_cut(struct interval_segment *segments, uint64_t *scratch, const struct interval *intervals,
	     size_t count, uint32_t otherwise)
{
	uint64_t *lasts = scratch;
	size_t cuts = 0;
	size_t cut = 0;

	for (size_t i = 0; i < count; i++) {
		if (intervals[i].first > 0)
			lasts[cuts++] = (uint64_t)(intervals[i].first - 1) << 32;
		lasts[cuts++] = (uint64_t)intervals[i].last << 32;
	}
	lasts[cuts++] = (uint64_t)UINT32_MAX << 32;
	sort_by_upper_half(lasts, scratch + cuts, cuts);
	for (size_t i = 0; i < cuts; i++) {
		if (i == 0 || lasts[i] != lasts[i - 1])
			segments[cut++] =
				(struct interval_segment){ (uint32_t)(lasts[i] >> 32), otherwise };
	}
	return cut;
}

/* The segment that the number lies in. */
static size_t
segments_find(const struct interval_segment *segments, size_t count, uint32_t number)
{
	size_t low = 0;

	for (size_t high = count - 1; low < high;) {
		size_t middle = low + (high - low) / 2;

		if (segments[middle].last < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The first segment from this one on that has no value yet. Halves the path for the next search. */
static size_t
bare_from(size_t *bare, size_t at)
{
	while (bare[at] != at) {
		bare[at] = bare[bare[at]];
		at = bare[at];
	}
	return at;
}

/*
 * The last interval first, so that each segment gets its value once; bare leads over those that
 * have theirs, and needs one item more than there are segments.
 */
static void
segments_paint(struct interval_segment *segments, size_t count, size_t *bare,
	       const struct interval *intervals, size_t interval_count)
{
	for (size_t i = 0; i <= count; i++)
		bare[i] = i;
	for (size_t i = interval_count; i-- > 0;) {
		size_t at = bare_from(bare, segments_find(segments, count, intervals[i].first));

		while (at < count && segments[at].last <= intervals[i].last) {
			segments[at].value = intervals[i].value;
			bare[at] = at + 1;
			at = bare_from(bare, at + 1);
		}
	}
}

struct interval_tree *
interval_tree_simd_build(enum simd simd, const struct interval *intervals, size_t count,
			 uint32_t otherwise)
{
	for (size_t i = 0; i < count; i++) {
		if (intervals[i].first > intervals[i].last) {
			errno = EINVAL;
			return NULL;
		}
	}

	size_t cuts_max = 2 * count + 1;
	struct interval_segment *segments = calloc(cuts_max, sizeof(*segments));
	uint64_t *scratch = calloc(cuts_max, 2 * sizeof(*scratch));
	size_t *bare = calloc(cuts_max + 1, sizeof(*bare));
	struct interval_tree *tree = NULL;

	if (segments && scratch && bare) {
		size_t cuts = segments_cut(segments, scratch, intervals, count, otherwise);

		segments_paint(segments, cuts, bare, intervals, count);
		tree = interval_tree_sorted_build(simd, segments, cuts);
	} else {
		errno = ENOMEM;
	}
	free(bare);
	free(scratch);
	free(segments);
	return tree;
}

struct interval_tree *
interval_tree_build(const struct interval *intervals, size_t count, uint32_t otherwise)
{
	return interval_tree_simd_build(simd_best(), intervals, count, otherwise);
}
