/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/store.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* A table that is one number; it counts how often it is built and freed. */
struct input {
	int number;
	int *built;
};

struct table {
	int number;
	int *built;
};

static void *
table_build(const void *argument)
{
	const struct input *input = argument;
	struct table *table;

	if (input->number < 0) {
		errno = E2BIG;
		return NULL;
	}
	table = malloc(sizeof(*table));
	assert_non_null(table);
	*table = (struct table){ input->number, input->built };
	(*input->built)++;
	return table;
}

static void
table_free(void *argument)
{
	struct table *table = argument;

	(*table->built)--;
	free(table);
}

static const struct shared_type type = { .build = table_build, .free = table_free };
static const struct shared_type other_type = { .build = table_build, .free = table_free };

static struct shared *
take(struct store *store, const struct shared_type *of, int number, int *built)
{
	struct input input = { number, built };
	struct words words = { 0 };
	struct shared *shared;

	words_add(&words, (uint32_t)number);
	shared = store_take(store, of, &words, &input);
	words_clear(&words);
	return shared;
}

static int
number_of(const struct shared *shared)
{
	return ((const struct table *)shared_table(shared))->number;
}

static void
failures_leave_nothing(void **state)
{
	struct store *store = store_create();
	struct words failed = { .failed = true };
	int built = 0;

	(void)state;
	errno = 0;
	assert_null(take(store, &type, -1, &built));
	assert_int_equal(errno, E2BIG);
	errno = 0;
	assert_null(store_take(store, &type, &failed, NULL));
	assert_int_equal(errno, ENOMEM);
	assert_int_equal(store_count(store), 0);
	assert_int_equal(built, 0);
	store_free(store);
}

static void
equal_words_share_a_table(void **state)
{
	struct store *store = store_create();
	int built = 0;
	struct shared *one = take(store, &type, 1, &built);
	struct shared *again = take(store, &type, 1, &built);
	struct shared *two = take(store, &type, 2, &built);
	struct shared *other = take(store, &other_type, 1, &built);

	(void)state;
	assert_ptr_equal(one, again);
	assert_ptr_not_equal(one, two);
	assert_ptr_not_equal(one, other);
	assert_int_equal(number_of(two), 2);
	assert_int_equal(built, 3);
	assert_int_equal(store_count(store), 3);

	store_release(store, one);
	assert_int_equal(built, 3);
	store_retain(again);
	store_release(store, again);
	assert_int_equal(built, 3);
	store_release(store, again);
	assert_int_equal(built, 2);
	store_release(store, two);
	store_release(store, other);
	assert_int_equal(built, 0);
	assert_int_equal(store_count(store), 0);
	store_free(store);
}

static void
no_words_are_words_too(void **state)
{
	struct store *store = store_create();
	int built = 0;
	struct input input = { 3, &built };
	const struct words none = { 0 };
	struct shared *one = store_take(store, &type, &none, &input);
	struct shared *again = store_take(store, &type, &none, &input);

	(void)state;
	assert_non_null(one);
	assert_ptr_equal(one, again);
	store_release(store, one);
	store_release(store, again);
	assert_int_equal(built, 0);
	store_free(store);
}

static void
tables_come_and_go_at_random(void **state)
{
	struct store *store = store_create();
	struct shared *held[64] = { NULL };
	int built = 0;

	(void)state;
	srand(4);
	for (int round = 0; round < 20000; round++) {
		int place = rand() % 64, number = rand() % 24, distinct = 0;

		if (held[place] != NULL)
			store_release(store, held[place]);
		held[place] = take(store, &type, number, &built);
		assert_int_equal(number_of(held[place]), number);
		if (round % 100 != 0)
			continue;
		for (int n = 0; n < 24; n++)
			for (int i = 0; i < 64; i++)
				if (held[i] != NULL && number_of(held[i]) == n) {
					distinct++;
					break;
				}
		assert_int_equal(built, distinct);
		assert_int_equal(store_count(store), distinct);
	}
	for (int i = 0; i < 64; i++)
		if (held[i] != NULL)
			store_release(store, held[i]);
	assert_int_equal(built, 0);
	store_free(store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failures_leave_nothing),
		cmocka_unit_test(equal_words_share_a_table),
		cmocka_unit_test(no_words_are_words_too),
		cmocka_unit_test(tables_come_and_go_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
