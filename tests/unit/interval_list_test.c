/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/interval_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
a_failed_list_fails_its_words(void **state)
{
	struct interval_list list = { .failed = true };
	struct words words = { 0 };

	(void)state;
	interval_list_add(&list, 1, 2, 3);
	assert_int_equal(list.count, 0);
	interval_list_write(&list, &words);
	assert_true(words.failed);
	interval_list_clear(&list);
	words_clear(&words);
}

static void
intervals_are_written_in_order(void **state)
{
	struct interval_list list = { 0 };
	struct words words = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 500; i++)
		interval_list_add(&list, i, i + 1, i * 3);
	assert_int_equal(list.count, 500);
	assert_int_equal(list.items[499].first, 499);
	assert_int_equal(list.items[499].last, 500);
	assert_int_equal(list.items[499].value, 1497);
	interval_list_write(&list, &words);
	assert_false(words.failed);
	assert_int_equal(words.count, 1501);
	assert_int_equal(words.items[0], 500);
	assert_int_equal(words.items[4], 1);
	assert_int_equal(words.items[5], 2);
	assert_int_equal(words.items[6], 3);
	interval_list_clear(&list);
	assert_int_equal(list.count, 0);
	words_clear(&words);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failed_list_fails_its_words),
		cmocka_unit_test(intervals_are_written_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
