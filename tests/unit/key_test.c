/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#include "config/key.h"

static void
test_repetitions(void **state)
{
	/* By their values: 3 is first at 1, 5 at 0, 9 at 3. */
	static const uint64_t values[] = { 5, 3, 5, 9, 3, 5 };
	static const struct {
		uint32_t index, first;
		bool repeats;
	} expected[] = { { 1, 1, false }, { 4, 1, true }, { 0, 0, false },
			 { 2, 0, true },  { 5, 0, true }, { 3, 3, false } };
	struct reader reader = { 0 };
	struct key_list list = key_list_create(&reader, 6);

	(void)state;
	for (size_t i = 0; i < 6; i++)
		key_list_add(&list, values[i], i);
	key_list_sort(&list);
	assert_int_equal(list.count, 6);
	for (size_t i = 0; i < 6; i++) {
		uint32_t first;

		assert_int_equal(list.items[i].index, expected[i].index);
		assert_int_equal(key_list_repeats(&list, i, &first), expected[i].repeats);
		assert_int_equal(first, expected[i].first);
	}
	key_list_free(&list);
	assert_false(reader.out_of_memory);
}

static void
test_no_keys(void **state)
{
	struct reader reader = { 0 };
	struct key_list list = key_list_create(&reader, 0);

	(void)state;
	key_list_sort(&list);
	assert_int_equal(list.count, 0);
	key_list_free(&list);
}

static void
test_prefixes(void **state)
{
	struct ip_prefix a, b, c;

	(void)state;
	assert_int_equal(ip_prefix_parse("10.0.0.0/8", &a), 0);
	assert_int_equal(ip_prefix_parse("10.0.0.0/9", &b), 0);
	assert_int_equal(ip_prefix_parse("11.0.0.0/8", &c), 0);
	assert_true(key_of_prefix(&a) != key_of_prefix(&b));
	assert_true(key_of_prefix(&a) != key_of_prefix(&c));
	assert_true(key_of_prefix(&a) == 0x0a00000008);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_repetitions),
		cmocka_unit_test(test_no_keys),
		cmocka_unit_test(test_prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
