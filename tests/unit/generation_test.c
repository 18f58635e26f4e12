/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/generation.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <rte_memory.h>

#include "eal.h"

static void *
number_build(const void *input)
{
	const int *number = input;
	int *table;

	if (*number < 0) {
		errno = EINVAL;
		return NULL;
	}
	table = malloc(sizeof(*table));
	assert_non_null(table);
	*table = *number;
	return table;
}

static const struct shared_type number_type = { .build = number_build, .free = free };

static struct shared *
share(struct generation *generation, int number)
{
	struct words words = { 0 };
	struct shared *shared;

	words_add(&words, (uint32_t)number);
	shared = generation_share(generation, &number_type, &words, &number);
	words_clear(&words);
	return shared;
}

static void
what_can_not_be_built_is_not_held(void **state)
{
	struct store *store = store_create();
	struct generation *generation = generation_create(store, SOCKET_ID_ANY);

	(void)state;
	errno = 0;
	assert_null(share(generation, -1));
	assert_int_equal(errno, EINVAL);
	assert_null(generation_alloc(generation, SIZE_MAX / 16, 8));
	generation_free(generation);
	generation_free(NULL);
	assert_int_equal(store_count(store), 0);
	store_free(store);
}

static void
memory_is_zero_and_its_own(void **state)
{
	struct store *store = store_create();
	struct generation *generation = generation_create(store, SOCKET_ID_ANY);
	uint8_t *blocks[100];

	(void)state;
	assert_non_null(generation->snapshot);
	assert_null(generation->snapshot->fib);
	for (unsigned int i = 0; i < 100; i++) {
		blocks[i] = generation_alloc(generation, i, 3);
		assert_non_null(blocks[i]);
		for (unsigned int j = 0; j < 3 * i; j++)
			assert_int_equal(blocks[i][j], 0);
		memset(blocks[i], (int)i, (size_t)3 * i);
	}
	for (unsigned int i = 1; i < 100; i++)
		assert_int_equal(blocks[i][3 * i - 1], i);
	generation_free(generation);
	store_free(store);
}

static void
tables_live_as_long_as_a_generation_has_them(void **state)
{
	struct store *store = store_create();
	struct generation *one = generation_create(store, SOCKET_ID_ANY);
	struct generation *two = generation_create(store, SOCKET_ID_ANY);
	struct shared *five;

	(void)state;
	for (int i = 0; i < 50; i++)
		assert_non_null(share(one, i));
	five = share(one, 5);
	assert_int_equal(store_count(store), 50);
	assert_int_equal(generation_hold(two, five), 0);
	assert_ptr_equal(share(two, 7), share(one, 7));

	generation_free(one);
	assert_int_equal(store_count(store), 2);
	assert_int_equal(*(const int *)shared_table(five), 5);
	generation_free(two);
	assert_int_equal(store_count(store), 0);
	store_free(store);
}

int
main(void)
{
	test_eal_start("32");

	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_can_not_be_built_is_not_held),
		cmocka_unit_test(memory_is_zero_and_its_own),
		cmocka_unit_test(tables_live_as_long_as_a_generation_has_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
