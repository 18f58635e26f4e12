/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/sort.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void
test_nothing_is_touched_beyond_the_count(void **state)
{
	uint64_t items[] = { 3ULL << 32, 1ULL << 32 };
	uint64_t scratch[] = { 7, 8 };

	(void)state;
	sort_by_upper_half(items, scratch, 0);
	assert_int_equal(items[0], 3ULL << 32);
	assert_int_equal(scratch[0], 7);
	sort_by_upper_half(items, scratch, 1);
	assert_int_equal(items[0], 3ULL << 32);
	assert_int_equal(items[1], 1ULL << 32);
	assert_int_equal(scratch[1], 8);
}

static void
test_every_byte_of_the_upper_half_counts(void **state)
{
	uint64_t items[] = { 0xffffffff00000000, 0x0100000000000000, 0x0001000000000000,
			     0x0000010000000000, 0x0000000100000000, 0x00000000ffffffff };
	uint64_t scratch[6];

	(void)state;
	sort_by_upper_half(items, scratch, 6);
	assert_int_equal(items[0], 0x00000000ffffffff);
	assert_int_equal(items[1], 0x0000000100000000);
	assert_int_equal(items[2], 0x0000010000000000);
	assert_int_equal(items[3], 0x0001000000000000);
	assert_int_equal(items[4], 0x0100000000000000);
	assert_int_equal(items[5], 0xffffffff00000000);
}

static void
test_the_lower_half_keeps_its_order(void **state)
{
	uint64_t items[] = { 5ULL << 32 | 9, 4ULL << 32 | 2, 5ULL << 32 | 1, 4ULL << 32 | 3 };
	uint64_t scratch[4];

	(void)state;
	sort_by_upper_half(items, scratch, 4);
	assert_int_equal(items[0], 4ULL << 32 | 2);
	assert_int_equal(items[1], 4ULL << 32 | 3);
	assert_int_equal(items[2], 5ULL << 32 | 9);
	assert_int_equal(items[3], 5ULL << 32 | 1);
}

static int
compare(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static void
test_random_items_come_as_qsort_has_them(void **state)
{
	enum {
		COUNT = 5000
	};
	static uint64_t items[COUNT], expected[COUNT], scratch[COUNT];

	(void)state;
	srandom(1);
	/* The index below makes a stable sort of the upper half a sort of the whole. */
	for (uint32_t i = 0; i < COUNT; i++) {
		uint32_t upper = (uint32_t)random() << (i % 2) >> (i % 20);

		items[i] = (uint64_t)upper << 32 | i;
		expected[i] = items[i];
	}
	qsort(expected, COUNT, sizeof(expected[0]), compare);
	sort_by_upper_half(items, scratch, COUNT);
	assert_memory_equal(items, expected, sizeof(items));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_touched_beyond_the_count),
		cmocka_unit_test(test_every_byte_of_the_upper_half_counts),
		cmocka_unit_test(test_the_lower_half_keeps_its_order),
		cmocka_unit_test(test_random_items_come_as_qsort_has_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
