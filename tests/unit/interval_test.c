/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/interval_tree.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <rte_malloc.h>

#include <cmocka.h>

#include "eal.h"

enum {
	NONE = 999, /* what a number in no interval gives */
	UNTOUCHED = 777,
	EXPECTED_MAX = 16,
};

struct expected {
	uint32_t key;
	uint32_t value;
};

/* Holds every variant that this CPU has, and both ways to ask, against what was written down. */
static void
assert_finds(const struct interval *intervals, size_t count, const struct expected *expected,
	     unsigned int n)
{
	for (enum simd simd = SIMD_PLAIN; simd < SIMD_COUNT; simd++) {
		uint32_t keys[EXPECTED_MAX], values[EXPECTED_MAX];

		if (!simd_is_available(simd))
			continue;

		struct interval_tree *tree = interval_tree_simd_build(simd, intervals, count, NONE);

		assert_non_null(tree);
		assert_true(n <= EXPECTED_MAX);
		for (unsigned int i = 0; i < n; i++)
			keys[i] = expected[i].key;
		interval_tree_find_bulk(tree, keys, values, n);
		for (unsigned int i = 0; i < n; i++) {
			assert_int_equal(values[i], expected[i].value);
			assert_int_equal(interval_tree_find(tree, keys[i]), expected[i].value);
		}
		interval_tree_free(tree);
	}
}

#define ASSERT_FINDS(intervals, ...)                                                      \
	do {                                                                              \
		const struct expected expected[] = { __VA_ARGS__ };                       \
		assert_finds(intervals, RTE_DIM(intervals), expected, RTE_DIM(expected)); \
	} while (0)

static void
test_a_reversed_interval_is_refused(void **state)
{
	const struct interval intervals[] = { { 1, 2, 1 }, { 6, 5, 2 }, { 8, 9, 3 } };

	(void)state;
	errno = 0;
	assert_null(interval_tree_build(&intervals[1], 1, NONE));
	assert_int_equal(errno, EINVAL);
	errno = 0;
	assert_null(interval_tree_build(intervals, 3, NONE));
	assert_int_equal(errno, EINVAL);
}

static void
test_too_many_for_the_memory_is_an_error(void **state)
{
	const size_t count = 1 << 20;
	struct interval *intervals = calloc(count, sizeof(*intervals));

	(void)state;
	assert_non_null(intervals);
	for (uint32_t i = 0; i < count; i++)
		intervals[i] = (struct interval){ 2 * i, 2 * i, i };
	errno = 0;
	assert_null(interval_tree_build(intervals, count, NONE));
	assert_int_equal(errno, ENOMEM);
	free(intervals);
}

static void
test_freeing_nothing_is_allowed(void **state)
{
	(void)state;
	interval_tree_free(NULL);
}

static void
test_no_interval_gives_otherwise_everywhere(void **state)
{
	const struct expected expected[] = { { 0, NONE }, { 1, NONE }, { UINT32_MAX, NONE } };

	(void)state;
	assert_finds(NULL, 0, expected, RTE_DIM(expected));
}

static void
test_the_whole_line(void **state)
{
	const struct interval intervals[] = { { 0, UINT32_MAX, 1 } };

	(void)state;
	ASSERT_FINDS(intervals, { 0, 1 }, { 0x7fffffff, 1 }, { 0x80000000, 1 }, { UINT32_MAX, 1 });
}

static void
test_single_points(void **state)
{
	const struct interval intervals[] = { { UINT32_MAX, UINT32_MAX, 1 },
					      { 0, 0, 2 },
					      { 0x80000000, 0x80000000, 3 } };

	(void)state;
	ASSERT_FINDS(intervals, { 0, 2 }, { 1, NONE }, { 0x7fffffff, NONE }, { 0x80000000, 3 },
		     { 0x80000001, NONE }, { UINT32_MAX - 1, NONE }, { UINT32_MAX, 1 });
}

static void
test_adjacent(void **state)
{
	const struct interval intervals[] = { { 20, 29, 2 }, { 10, 19, 1 }, { 30, 39, 2 } };

	(void)state;
	ASSERT_FINDS(intervals, { 9, NONE }, { 10, 1 }, { 19, 1 }, { 20, 2 }, { 29, 2 }, { 30, 2 },
		     { 39, 2 }, { 40, NONE });
}

static void
test_of_two_that_overlap_the_later_wins(void **state)
{
	const struct interval partly[] = { { 10, 20, 1 }, { 15, 25, 2 } };
	const struct interval partly_reversed[] = { { 15, 25, 2 }, { 10, 20, 1 } };
	const struct interval inside[] = { { 10, 30, 1 }, { 15, 20, 2 }, { 18, 18, 3 } };
	const struct interval hidden[] = { { 15, 20, 2 }, { 18, 18, 3 }, { 10, 30, 1 } };
	const struct interval same[] = { { 10, 20, 1 }, { 10, 20, 2 }, { 10, 20, 3 } };

	(void)state;
	ASSERT_FINDS(partly, { 9, NONE }, { 10, 1 }, { 14, 1 }, { 15, 2 }, { 25, 2 }, { 26, NONE });
	ASSERT_FINDS(partly_reversed, { 9, NONE }, { 10, 1 }, { 20, 1 }, { 21, 2 }, { 25, 2 },
		     { 26, NONE });
	ASSERT_FINDS(inside, { 9, NONE }, { 14, 1 }, { 15, 2 }, { 17, 2 }, { 18, 3 }, { 19, 2 },
		     { 20, 2 }, { 21, 1 }, { 30, 1 }, { 31, NONE });
	ASSERT_FINDS(hidden, { 9, NONE }, { 10, 1 }, { 15, 1 }, { 18, 1 }, { 30, 1 }, { 31, NONE });
	ASSERT_FINDS(same, { 9, NONE }, { 10, 3 }, { 20, 3 }, { 21, NONE });
}

static void
test_a_longest_prefix_match_is_prefixes_by_length(void **state)
{
	const struct interval intervals[] = {
		{ 0, UINT32_MAX, 1 },          /* 0.0.0.0/0 */
		{ 0x0a000000, 0x0affffff, 2 }, /* 10.0.0.0/8 */
		{ 0x0a000000, 0x0a00ffff, 3 }, /* 10.0.0.0/16 */
		{ 0x0a000100, 0x0a0001ff, 4 }, /* 10.0.1.0/24 */
	};

	(void)state;
	ASSERT_FINDS(intervals, { 0x09ffffff, 1 }, { 0x0a000000, 3 }, { 0x0a0000ff, 3 },
		     { 0x0a000100, 4 }, { 0x0a0001ff, 4 }, { 0x0a000200, 3 }, { 0x0a00ffff, 3 },
		     { 0x0a010000, 2 }, { 0x0affffff, 2 }, { 0x0b000000, 1 });
}

static void
test_the_value_is_not_told_from_otherwise(void **state)
{
	const struct interval intervals[] = { { 10, 19, NONE },
					      { 20, 29, 0 },
					      { 30, 39, UINT32_MAX } };

	(void)state;
	ASSERT_FINDS(intervals, { 9, NONE }, { 10, NONE }, { 20, 0 }, { 30, UINT32_MAX },
		     { 40, NONE });
}

/* Ten numbers to a value, as many values as make a level full, and one more or less. */
static void
test_every_height_of_the_tree(void **state)
{
	static const uint32_t counts[] = { 15, 16, 17, 271, 272, 273, 4623, 4624, 4625, 5000 };
	struct interval *intervals = calloc(5000, sizeof(*intervals));

	(void)state;
	assert_non_null(intervals);
	for (uint32_t i = 0; i < 5000; i++)
		intervals[i] = (struct interval){ 10 * i, 10 * i + 9, i };
	for (size_t c = 0; c < RTE_DIM(counts) * SIMD_COUNT; c++) {
		enum simd simd = c % SIMD_COUNT;
		uint32_t count = counts[c / SIMD_COUNT];

		if (!simd_is_available(simd))
			continue;

		struct interval_tree *tree = interval_tree_simd_build(simd, intervals, count, NONE);

		assert_non_null(tree);
		for (uint32_t key = 0; key < 10 * count; key++)
			assert_int_equal(interval_tree_find(tree, key), key / 10);
		assert_int_equal(interval_tree_find(tree, 10 * count), NONE);
		assert_int_equal(interval_tree_find(tree, UINT32_MAX), NONE);
		interval_tree_free(tree);
	}
	free(intervals);
}

static void
test_a_small_tree_is_three_cache_lines(void **state)
{
	const struct interval intervals[] = { { 10, 19, 1 }, { 20, 29, 1 } };
	struct interval_tree *tree = interval_tree_build(intervals, 2, NONE);

	(void)state;
	assert_non_null(tree);
	assert_int_equal(interval_tree_bytes(tree), 3 * 64);
	interval_tree_free(tree);
}

static void
test_bulk_writes_no_more_than_asked(void **state)
{
	const struct interval intervals[] = { { 10, 19, 1 } };

	(void)state;
	for (enum simd simd = SIMD_PLAIN; simd < SIMD_COUNT; simd++) {
		uint32_t keys[200], values[201];

		if (!simd_is_available(simd))
			continue;

		struct interval_tree *tree = interval_tree_simd_build(simd, intervals, 1, NONE);

		assert_non_null(tree);
		for (unsigned int i = 0; i < 200; i++)
			keys[i] = i % 20;
		for (unsigned int n = 0; n <= 200; n++) {
			values[n] = UNTOUCHED;
			interval_tree_find_bulk(tree, keys, values, n);
			assert_int_equal(values[n], UNTOUCHED);
			for (unsigned int i = 0; i < n; i++)
				assert_int_equal(values[i], i % 20 < 10 ? NONE : 1);
		}
		interval_tree_free(tree);
	}
}

static uint32_t
find_slowly(const struct interval *intervals, size_t count, uint32_t key)
{
	for (size_t i = count; i-- > 0;) {
		if (intervals[i].first <= key && key <= intervals[i].last)
			return intervals[i].value;
	}
	return NONE;
}

static uint32_t
random_number(void)
{
	return (uint32_t)random() ^ ((uint32_t)random() << 16);
}

/* Long and short intervals, near each other, so that they overlap in every way. */
static void
intervals_fill(struct interval *intervals, size_t count)
{
	uint32_t spread = UINT32_MAX >> (random_number() % 28);

	for (size_t i = 0; i < count; i++) {
		uint32_t a = random_number() & spread;
		uint32_t b =
			random_number() % 2 ? random_number() & spread : a ^ (random_number() & 15);

		if (random_number() % 32 == 0)
			b = UINT32_MAX;
		intervals[i] =
			(struct interval){ RTE_MIN(a, b), RTE_MAX(a, b), random_number() % 8 };
	}
}

static void
test_random_intervals_against_a_linear_search(void **state)
{
	enum {
		INTERVALS = 600,
		KEYS = 6 * INTERVALS
	};
	static struct interval intervals[INTERVALS];
	static uint32_t keys[KEYS], expected[KEYS], values[KEYS];

	(void)state;
	srandom(2);
	for (unsigned int round = 0; round < 60; round++) {
		size_t count = round < 20 ? round : random_number() % INTERVALS + 1;
		unsigned int n = 0;

		intervals_fill(intervals, count);
		for (size_t i = 0; i < count; i++) {
			for (uint32_t around = 0; around < 3; around++) {
				keys[n++] = intervals[i].first + around - 1;
				keys[n++] = intervals[i].last + around - 1;
			}
		}
		for (unsigned int i = 0; i < n; i++)
			expected[i] = find_slowly(intervals, count, keys[i]);
		for (enum simd simd = SIMD_PLAIN; simd < SIMD_COUNT; simd++) {
			if (!simd_is_available(simd))
				continue;

			struct interval_tree *tree =
				interval_tree_simd_build(simd, intervals, count, NONE);

			assert_non_null(tree);
			interval_tree_find_bulk(tree, keys, values, n);
			assert_memory_equal(values, expected, n * sizeof(values[0]));
			interval_tree_free(tree);
		}
	}
}

static void
test_the_best_variant_is_one_that_the_cpu_has(void **state)
{
	const struct interval intervals[] = { { 10, 19, 1 } };
	struct interval_tree *tree = interval_tree_build(intervals, 1, NONE);

	(void)state;
	assert_non_null(tree);
	assert_true(simd_is_available(SIMD_PLAIN));
	assert_false(simd_is_available(SIMD_COUNT));
	if (simd_is_available(SIMD_AVX512))
		assert_ptr_equal(tree->find_bulk, interval_find_bulk_avx512);
	else if (simd_is_available(SIMD_AVX2))
		assert_ptr_equal(tree->find_bulk, interval_find_bulk_avx2);
	else
		assert_ptr_equal(tree->find_bulk, interval_find_bulk_plain);
	interval_tree_free(tree);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_reversed_interval_is_refused),
		cmocka_unit_test(test_too_many_for_the_memory_is_an_error),
		cmocka_unit_test(test_freeing_nothing_is_allowed),
		cmocka_unit_test(test_no_interval_gives_otherwise_everywhere),
		cmocka_unit_test(test_the_whole_line),
		cmocka_unit_test(test_single_points),
		cmocka_unit_test(test_adjacent),
		cmocka_unit_test(test_of_two_that_overlap_the_later_wins),
		cmocka_unit_test(test_a_longest_prefix_match_is_prefixes_by_length),
		cmocka_unit_test(test_the_value_is_not_told_from_otherwise),
		cmocka_unit_test(test_every_height_of_the_tree),
		cmocka_unit_test(test_a_small_tree_is_three_cache_lines),
		cmocka_unit_test(test_bulk_writes_no_more_than_asked),
		cmocka_unit_test(test_random_intervals_against_a_linear_search),
		cmocka_unit_test(test_the_best_variant_is_one_that_the_cpu_has),
	};

	test_eal_start("16");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
