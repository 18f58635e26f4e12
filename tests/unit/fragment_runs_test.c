/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <rte_common.h>

#include "dataplane/fragment_runs.h"

static enum drop_reason
add(struct fragment_runs *runs, unsigned int offset, unsigned int length, bool last)
{
	const struct fragment_extent extent = { (uint16_t)offset, (uint16_t)length, last };

	return fragment_runs_add(runs, &extent);
}

static void
test_overlaps_change_nothing(void **state)
{
	struct fragment_runs runs = { 0 }, before;

	(void)state;
	assert_int_equal(add(&runs, 80, 80, false), DROP_NONE);
	before = runs;
	assert_int_equal(add(&runs, 72, 16, false), DROP_fragment_overlap);
	assert_int_equal(add(&runs, 152, 16, false), DROP_fragment_overlap);
	assert_int_equal(add(&runs, 0, 800, false), DROP_fragment_overlap);
	assert_int_equal(add(&runs, 152, 9, true), DROP_fragment_overlap);
	assert_memory_equal(&runs, &before, sizeof(runs));
}

static void
test_duplicates_change_nothing(void **state)
{
	struct fragment_runs runs = { 0 }, before;

	(void)state;
	assert_int_equal(add(&runs, 0, 40, false), DROP_NONE);
	assert_int_equal(add(&runs, 40, 40, false), DROP_NONE);
	before = runs;
	assert_int_equal(add(&runs, 0, 40, false), DROP_fragment_duplicate);
	assert_int_equal(add(&runs, 40, 40, false), DROP_fragment_duplicate);
	assert_int_equal(add(&runs, 32, 16, false), DROP_fragment_duplicate);
	assert_memory_equal(&runs, &before, sizeof(runs));
}

/* Where the packet ends, all fragments have to agree on, to the byte. */
static void
test_ends_that_disagree(void **state)
{
	struct fragment_runs late = { 0 }, early = { 0 }, short_one = { 0 };

	(void)state;
	assert_int_equal(add(&late, 80, 13, true), DROP_NONE);
	assert_int_equal(add(&late, 80, 12, true), DROP_fragment_overlap);
	assert_int_equal(add(&late, 96, 8, true), DROP_fragment_overlap);
	assert_int_equal(add(&late, 96, 8, false), DROP_fragment_overlap);
	assert_int_equal(add(&late, 64, 32, false), DROP_fragment_overlap);
	assert_int_equal(add(&late, 80, 13, true), DROP_fragment_duplicate);
	assert_int_equal(add(&late, 72, 8, false), DROP_NONE);

	assert_int_equal(add(&early, 80, 16, false), DROP_NONE);
	assert_int_equal(add(&early, 40, 8, true), DROP_fragment_overlap);
	/* A packet that ends where one of its fragments does has none behind that. */
	assert_int_equal(add(&short_one, 0, 8, true), DROP_NONE);
	assert_int_equal(add(&short_one, 0, 8, false), DROP_fragment_overlap);
}

static void
test_a_packet_comes_whole(void **state)
{
	static const uint8_t orders[][4] = {
		{ 0, 1, 2, 3 }, { 3, 2, 1, 0 }, { 2, 0, 3, 1 }, { 1, 3, 0, 2 }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		struct fragment_runs runs = { 0 };

		for (unsigned int j = 0; j < 4; j++) {
			unsigned int part = orders[i][j];

			assert_false(fragment_runs_are_whole(&runs));
			assert_int_equal(add(&runs, part * 16, part == 3 ? 1 : 16, part == 3),
					 DROP_NONE);
		}
		assert_true(fragment_runs_are_whole(&runs));
		assert_int_equal(runs.count, 1);
		assert_int_equal(runs.total, 49);
	}
}

/* rfc791: the last byte that a packet can have. */
static void
test_the_longest_packet(void **state)
{
	struct fragment_runs runs = { 0 };

	(void)state;
	assert_int_equal(add(&runs, 65512, 23, true), DROP_NONE);
	assert_int_equal(add(&runs, 32760, 32752, false), DROP_NONE);
	assert_int_equal(add(&runs, 0, 32760, false), DROP_NONE);
	assert_true(fragment_runs_are_whole(&runs));
}

static void
test_too_many_gaps(void **state)
{
	struct fragment_runs runs = { 0 };

	(void)state;
	for (unsigned int i = 0; i < FRAGMENT_RUNS_MAX; i++)
		assert_int_equal(add(&runs, 16 * i, 8, false), DROP_NONE);
	assert_int_equal(add(&runs, 16 * FRAGMENT_RUNS_MAX, 8, false), DROP_fragment_scattered);
	assert_int_equal(add(&runs, 16 * FRAGMENT_RUNS_MAX, 8, true), DROP_fragment_scattered);
	assert_int_equal(runs.total, 0);
	/* What fills a gap, or lies next to another, makes room. */
	assert_int_equal(add(&runs, 8, 8, false), DROP_NONE);
	assert_int_equal(add(&runs, 16 * FRAGMENT_RUNS_MAX, 8, true), DROP_NONE);
}

enum {
	UNITS = 60,
	PACKETS = 10000,
};

/* The same, a flag for each unit. */
struct slow_runs {
	bool come[UNITS + 1]; /* the last one never */
	unsigned int total;
};

static unsigned int
slow_count(const struct slow_runs *slow)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < UNITS; i++)
		count += slow->come[i] && !slow->come[i + 1];
	return count;
}

static enum drop_reason
slow_add(struct slow_runs *slow, unsigned int offset, unsigned int length, bool last)
{
	unsigned int end = offset + length, come = 0, wanted = 0;
	struct slow_runs changed = *slow;

	for (unsigned int i = 0; i < UNITS; i++) {
		bool here = i * 8 >= offset && i * 8 < end;

		wanted += here;
		come += here && slow->come[i];
		changed.come[i] |= here;
		if (last && i * 8 >= end && slow->come[i])
			return DROP_fragment_overlap;
	}
	if (slow->total != 0 && (last ? end != slow->total : end >= slow->total))
		return DROP_fragment_overlap;
	if (come != 0)
		return come == wanted ? DROP_fragment_duplicate : DROP_fragment_overlap;
	if (slow_count(&changed) > FRAGMENT_RUNS_MAX)
		return DROP_fragment_scattered;
	if (last)
		changed.total = end;
	*slow = changed;
	return DROP_NONE;
}

static bool
slow_is_whole(const struct slow_runs *slow)
{
	for (unsigned int i = 0; i * 8 < slow->total; i++) {
		if (!slow->come[i])
			return false;
	}
	return slow->total != 0;
}

static void
test_random_fragments(void **state)
{
	unsigned int met[DROP_REASON_COUNT] = { 0 }, whole = 0;

	(void)state;
	srand(5);
	for (unsigned int i = 0; i < PACKETS; i++) {
		struct fragment_runs runs = { 0 };
		struct slow_runs slow = { 0 };
		unsigned int most = 1 + (unsigned int)rand() % 5;
		unsigned int reach = 4 + (unsigned int)rand() % (UNITS - 3);

		for (unsigned int j = 0; j < 80; j++) {
			unsigned int offset = (unsigned int)rand() % reach;
			unsigned int length = 1 + (unsigned int)rand() % most;
			bool last = rand() % 100 == 0;
			enum drop_reason expected;

			length = RTE_MIN(length, reach - offset) * 8;
			if (last)
				length -= (unsigned int)rand() % 8;
			expected = slow_add(&slow, offset * 8, length, last);
			met[expected]++;
			assert_int_equal(add(&runs, offset * 8, length, last), expected);
			assert_int_equal(runs.count, slow_count(&slow));
			assert_int_equal(runs.total, slow.total);
			assert_int_equal(fragment_runs_are_whole(&runs), slow_is_whole(&slow));
		}
		whole += slow_is_whole(&slow);
	}
	assert_in_range(met[DROP_NONE], 1000, UINT32_MAX);
	assert_in_range(met[DROP_fragment_duplicate], 1000, UINT32_MAX);
	assert_in_range(met[DROP_fragment_overlap], 1000, UINT32_MAX);
	assert_in_range(met[DROP_fragment_scattered], 10, UINT32_MAX);
	assert_in_range(whole, 10, PACKETS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_overlaps_change_nothing),
		cmocka_unit_test(test_duplicates_change_nothing),
		cmocka_unit_test(test_ends_that_disagree),
		cmocka_unit_test(test_a_packet_comes_whole),
		cmocka_unit_test(test_the_longest_packet),
		cmocka_unit_test(test_too_many_gaps),
		cmocka_unit_test(test_random_fragments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
