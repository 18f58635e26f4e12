/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <rte_common.h>

#include "dataplane/maglev.h"
#include "eal.h"

/* 10.0.1.4, 10.0.1.5, ...: neighbours in a rack, as pools have them. */
static void
backends_number(uint32_t *backends, size_t count)
{
	for (size_t i = 0; i < count; i++)
		backends[i] = 0x0a000104 + (uint32_t)i;
}

static void
wrong_pools_are_refused(void **state)
{
	static const struct {
		size_t count;
		unsigned int backends_max;
	} cases[] = { { 0, 10 }, { 0, 0 }, { 1, 0 }, { 11, 10 }, { 1, 1001 }, { 1001, 1001 } };
	const uint32_t twice[] = { 0x0a000104, 0x0a000105, 0x0a000104 };
	uint32_t backends[1001];

	(void)state;
	backends_number(backends, RTE_DIM(backends));
	for (size_t c = 0; c < RTE_DIM(cases); c++) {
		errno = 0;
		assert_null(maglev_table_build(backends, cases[c].count, cases[c].backends_max));
		assert_int_equal(errno, EINVAL);
	}
	errno = 0;
	assert_null(maglev_table_build(twice, 3, 10));
	assert_int_equal(errno, EINVAL);
}

static void
size_is_the_least_prime(void **state)
{
	static const struct {
		size_t count;
		unsigned int backends_max;
		uint32_t size;
	} cases[] = {
		{ 1, 1, 1 },       { 1, 1000, 1 },      { 2, 2, 211 },          { 2, 3, 307 },
		{ 2, 10, 1009 },   { 10, 10, 1009 },    { 2, 100, 10007 },      { 100, 100, 10007 },
		{ 2, 999, 99901 }, { 2, 1000, 100003 }, { 1000, 1000, 100003 },
	};
	uint32_t backends[1000];

	(void)state;
	backends_number(backends, RTE_DIM(backends));
	for (size_t c = 0; c < RTE_DIM(cases); c++) {
		struct maglev_table *table =
			maglev_table_build(backends, cases[c].count, cases[c].backends_max);

		assert_non_null(table);
		assert_int_equal(table->size, cases[c].size);
		maglev_table_free(table);
	}
}

static void
select_reaches_every_entry(void **state)
{
	uint32_t backends[10];
	struct maglev_table *table;

	(void)state;
	backends_number(backends, 10);
	table = maglev_table_build(backends, 1, 10);
	assert_non_null(table);
	assert_int_equal(maglev_table_select(table, 0), 0);
	assert_int_equal(maglev_table_select(table, UINT32_MAX), 0);
	maglev_table_free(table);

	table = maglev_table_build(backends, 10, 10);
	assert_non_null(table);
	assert_int_equal(maglev_table_select(table, 0), table->entries[0]);
	assert_int_equal(maglev_table_select(table, 0x80000000), table->entries[504]);
	assert_int_equal(maglev_table_select(table, UINT32_MAX), table->entries[1008]);
	maglev_table_free(table);
}

static void
shares_are_equal_within_one_percent(void **state)
{
	static const struct {
		size_t count;
		unsigned int backends_max;
		unsigned int least; /* size / count, rounded down; one more rounded up */
	} cases[] = {
		{ 2, 2, 105 },    { 3, 10, 336 },    { 10, 10, 100 },
		{ 7, 100, 1429 }, { 100, 100, 100 }, { 1000, 1000, 100 },
	};
	uint32_t backends[1000];

	(void)state;
	backends_number(backends, RTE_DIM(backends));
	for (size_t c = 0; c < RTE_DIM(cases); c++) {
		struct maglev_table *table =
			maglev_table_build(backends, cases[c].count, cases[c].backends_max);
		unsigned int counts[1000] = { 0 };

		assert_non_null(table);
		for (uint32_t i = 0; i < table->size; i++) {
			assert_in_range(table->entries[i], 0, cases[c].count - 1);
			counts[table->entries[i]]++;
		}
		for (size_t i = 0; i < cases[c].count; i++)
			assert_in_range(counts[i], cases[c].least, cases[c].least + 1);
		maglev_table_free(table);
	}
}

static void
order_of_backends_does_not_matter(void **state)
{
	uint32_t backends[50], shuffled[50];
	struct maglev_table *one, *other;

	(void)state;
	backends_number(backends, 50);
	for (size_t i = 0; i < 50; i++)
		shuffled[i] = backends[(i * 37 + 11) % 50];

	one = maglev_table_build(backends, 50, 64);
	other = maglev_table_build(shuffled, 50, 64);
	assert_non_null(one);
	assert_non_null(other);
	assert_int_equal(one->size, other->size);
	for (uint32_t i = 0; i < one->size; i++)
		assert_int_equal(backends[one->entries[i]], shuffled[other->entries[i]]);
	maglev_table_free(one);
	maglev_table_free(other);
}

/* Of 100 entries of the others, how many the departure of one backend moves at the most. */
static unsigned int
percent_moved_at_most(size_t count, unsigned int backends_max)
{
	uint32_t backends[100], rest[100];
	struct maglev_table *before, *after;
	unsigned int worst = 0;

	backends_number(backends, count);
	before = maglev_table_build(backends, count, backends_max);
	assert_non_null(before);
	for (size_t gone = 0; gone < count; gone++) {
		uint32_t moved = 0, others = 0;

		memcpy(rest, backends, sizeof(rest));
		memmove(&rest[gone], &rest[gone + 1], (count - gone - 1) * sizeof(rest[0]));
		after = maglev_table_build(rest, count - 1, backends_max);
		assert_non_null(after);
		for (uint32_t i = 0; i < before->size; i++) {
			if (before->entries[i] == gone)
				continue;
			others++;
			moved += backends[before->entries[i]] != rest[after->entries[i]];
		}
		worst = RTE_MAX(worst, (100 * moved + others - 1) / others);
		maglev_table_free(after);
	}
	maglev_table_free(before);
	return worst;
}

static void
departure_hardly_disturbs_the_others(void **state)
{
	(void)state;
	assert_in_range(percent_moved_at_most(10, 10), 0, 5);
	assert_in_range(percent_moved_at_most(10, 100), 0, 2);
	assert_in_range(percent_moved_at_most(100, 100), 0, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_pools_are_refused),
		cmocka_unit_test(size_is_the_least_prime),
		cmocka_unit_test(select_reaches_every_entry),
		cmocka_unit_test(shares_are_equal_within_one_percent),
		cmocka_unit_test(order_of_backends_does_not_matter),
		cmocka_unit_test(departure_hardly_disturbs_the_others),
	};

	test_eal_start("64");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
