/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
failed_words_take_no_more(void **state)
{
	struct words words = { .failed = true };

	(void)state;
	words_add(&words, 1);
	words_add_pointer(&words, &words);
	assert_int_equal(words.count, 0);
	assert_true(words.failed);
	words_clear(&words);
	assert_false(words.failed);
}

static void
words_stay_in_order(void **state)
{
	struct words words = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 1000; i++)
		words_add(&words, i * 7);
	assert_int_equal(words.count, 1000);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(words.items[i], i * 7);
	words_clear(&words);
	assert_int_equal(words.count, 0);
}

static void
pointers_are_two_words(void **state)
{
	struct words words = { 0 };

	(void)state;
	words_add_pointer(&words, (const void *)(uintptr_t)0x1122334455667788U);
	assert_int_equal(words.count, 2);
	assert_int_equal(words.items[0], 0x55667788);
	assert_int_equal(words.items[1], 0x11223344);
	words_clear(&words);
}

static void
words_have_an_order(void **state)
{
	struct words none = { 0 }, one = { 0 }, same = { 0 }, other = { 0 }, longer = { 0 };

	(void)state;
	words_add(&one, 5);
	words_add(&same, 5);
	words_add(&other, 6);
	words_add(&longer, 5);
	words_add(&longer, 0);
	assert_int_equal(words_compare(&none, &none), 0);
	assert_int_equal(words_compare(&one, &same), 0);
	assert_true(words_compare(&none, &one) < 0);
	assert_true(words_compare(&one, &none) > 0);
	assert_true(words_compare(&one, &longer) < 0);
	assert_true(words_compare(&other, &longer) < 0);
	assert_true(words_compare(&one, &other) != 0);
	assert_true((words_compare(&one, &other) < 0) == (words_compare(&other, &one) > 0));
	words_clear(&one);
	words_clear(&same);
	words_clear(&other);
	words_clear(&longer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failed_words_take_no_more),
		cmocka_unit_test(words_stay_in_order),
		cmocka_unit_test(pointers_are_two_words),
		cmocka_unit_test(words_have_an_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
