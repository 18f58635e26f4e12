/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#include "config/ranges.h"

enum {
	SMALL = 64, /* addresses of the slow, obvious sets */
};

static void
ranges_fill(struct address_ranges *ranges, const struct address_range *items, size_t count)
{
	*ranges = (struct address_ranges){ 0 };
	for (size_t i = 0; i < count; i++)
		assert_int_equal(address_ranges_add(ranges, items[i]), 0);
	address_ranges_merge(ranges);
}

static void
ranges_check(const struct address_ranges *ranges, const struct address_range *expected,
	     size_t count)
{
	assert_int_equal(ranges->count, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(ranges->items[i].first, expected[i].first);
		assert_int_equal(ranges->items[i].last, expected[i].last);
	}
}

static void
test_empty(void **state)
{
	struct address_ranges none = { 0 }, one;
	const struct address_range item = { 5, 9 };

	(void)state;
	address_ranges_merge(&none);
	assert_int_equal(none.count, 0);
	ranges_fill(&one, &item, 1);
	assert_true(address_ranges_cover(&one, &none));
	assert_true(address_ranges_cover(&none, &none));
	assert_false(address_ranges_cover(&none, &one));
	assert_int_equal(address_ranges_subtract(&one, &none), 0);
	ranges_check(&one, &item, 1);
	assert_int_equal(address_ranges_subtract(&one, &one), 0);
	assert_int_equal(one.count, 0);
	address_ranges_free(&one);
}

static void
test_merge(void **state)
{
	const struct address_range items[] = { { 30, 40 },         { 1, 3 },   { 4, 6 }, { 8, 9 },
					       { 35, UINT32_MAX }, { 32, 33 }, { 1, 2 } };
	const struct address_range merged[] = { { 1, 6 }, { 8, 9 }, { 30, UINT32_MAX } };
	struct address_ranges ranges;

	(void)state;
	ranges_fill(&ranges, items, 7);
	ranges_check(&ranges, merged, 3);
	address_ranges_free(&ranges);
}

static void
test_subtract_edges(void **state)
{
	const struct address_range all[] = { { 0, UINT32_MAX } };
	const struct address_range holes[] = { { 0, 0 }, { 7, 8 }, { UINT32_MAX, UINT32_MAX } };
	const struct address_range rest[] = { { 1, 6 }, { 9, UINT32_MAX - 1 } };
	struct address_ranges from, what;

	(void)state;
	ranges_fill(&from, all, 1);
	ranges_fill(&what, holes, 3);
	assert_int_equal(address_ranges_subtract(&from, &what), 0);
	ranges_check(&from, rest, 2);
	address_ranges_free(&from);
	address_ranges_free(&what);
}

static void
small_add(struct address_ranges *ranges, bool set[SMALL])
{
	uint32_t first = (uint32_t)(rand() % SMALL), length = (uint32_t)(rand() % 6);
	uint32_t last = first + length < SMALL ? first + length : SMALL - 1;

	assert_int_equal(address_ranges_add(ranges, (struct address_range){ first, last }), 0);
	for (uint32_t i = first; i <= last; i++)
		set[i] = true;
}

static bool
small_contains(const struct address_ranges *ranges, uint32_t address)
{
	for (size_t i = 0; i < ranges->count; i++)
		if (ranges->items[i].first <= address && address <= ranges->items[i].last)
			return true;
	return false;
}

static void
test_random_sets(void **state)
{
	(void)state;
	srand(1);
	for (unsigned round = 0; round < 5000; round++) {
		struct address_ranges a = { 0 }, b = { 0 };
		bool in_a[SMALL] = { false }, in_b[SMALL] = { false }, covers = true;

		for (int i = rand() % 8; i > 0; i--)
			small_add(&a, in_a);
		for (int i = rand() % 3; i > 0; i--)
			small_add(&b, in_b);
		address_ranges_merge(&a);
		address_ranges_merge(&b);
		for (uint32_t i = 0; i < SMALL; i++)
			covers = covers && (in_a[i] || !in_b[i]);
		assert_int_equal(address_ranges_cover(&a, &b), covers);

		assert_int_equal(address_ranges_subtract(&a, &b), 0);
		for (uint32_t i = 0; i < SMALL; i++)
			assert_int_equal(small_contains(&a, i), in_a[i] && !in_b[i]);
		for (size_t i = 1; i < a.count; i++)
			assert_true(a.items[i].first > a.items[i - 1].last + 1);
		address_ranges_free(&a);
		address_ranges_free(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_subtract_edges),
		cmocka_unit_test(test_random_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
