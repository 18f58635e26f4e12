/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/prefix_table.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bytes.h"

static void
add(struct prefix_table *table, uint32_t prefix, uint8_t length, route_target target)
{
	assert_int_equal(prefix_table_add(table, prefix, length, target), 0);
}

static void
expect_entry(const struct prefix_entry *entry, uint32_t prefix, uint8_t length, route_target target)
{
	assert_non_null(entry);
	assert_int_equal(entry->prefix, prefix);
	assert_int_equal(entry->length, length);
	assert_int_equal(entry->target, target);
}

static void
empty_tables_have_nothing(void **state)
{
	struct prefix_table table = { 0 };
	struct route_change *changes = (void *)&table;
	size_t count = 9;

	(void)state;
	assert_int_equal(prefix_table_finish(&table), 0);
	assert_null(prefix_table_find(&table, 0, 0));
	assert_int_equal(prefix_table_diff(&table, &table, &changes, &count), 0);
	assert_null(changes);
	assert_int_equal(count, 0);
	prefix_table_clear(&table);
}

static void
prefixes_are_found_exactly(void **state)
{
	struct prefix_table table = { 0 };

	(void)state;
	add(&table, IP4(10, 0, 0, 0), 16, 3);
	add(&table, 0, 0, 1);
	add(&table, IP4(10, 0, 0, 0), 8, 2);
	add(&table, IP4(192, 0, 2, 1), 32, 4);
	assert_int_equal(prefix_table_finish(&table), 0);
	assert_int_equal(table.count, 4);
	expect_entry(&table.items[0], 0, 0, 1);
	expect_entry(&table.items[1], IP4(10, 0, 0, 0), 8, 2);
	expect_entry(&table.items[2], IP4(10, 0, 0, 0), 16, 3);
	expect_entry(&table.items[3], IP4(192, 0, 2, 1), 32, 4);
	assert_ptr_equal(prefix_table_find(&table, IP4(10, 0, 0, 0), 16), &table.items[2]);
	assert_ptr_equal(prefix_table_find(&table, IP4(192, 0, 2, 1), 32), &table.items[3]);
	assert_null(prefix_table_find(&table, IP4(10, 0, 0, 0), 24));
	assert_null(prefix_table_find(&table, IP4(192, 0, 2, 2), 32));
	prefix_table_clear(&table);
}

enum {
	MANY = 1500
};

static void
any_order_becomes_ascending(void **state)
{
	struct prefix_entry added[MANY];
	struct prefix_table table = { 0 };
	size_t distinct = 0;

	(void)state;
	srand(7);
	for (uint32_t i = 0; i < MANY; i++) {
		uint8_t length = (uint8_t)(1 + rand() % 32);
		uint32_t number = (uint32_t)rand() << 16 ^ (uint32_t)rand();
		bool seen = false;

		added[i] = (struct prefix_entry){ number & UINT32_MAX << (32 - length), length, 1 };
		add(&table, added[i].prefix, length, 1);
		for (uint32_t j = 0; j < i; j++)
			seen |= added[j].prefix == added[i].prefix && added[j].length == length;
		distinct += !seen;
	}
	assert_int_equal(prefix_table_finish(&table), 0);
	assert_int_equal(table.count, distinct);
	for (uint32_t i = 0; i < MANY; i++)
		expect_entry(prefix_table_find(&table, added[i].prefix, added[i].length),
			     added[i].prefix, added[i].length, 1);
	for (size_t i = 1; i < table.count; i++) {
		const struct prefix_entry *a = &table.items[i - 1], *b = &table.items[i];

		assert_true(a->prefix < b->prefix ||
			    (a->prefix == b->prefix && a->length < b->length));
	}
	prefix_table_clear(&table);
}

static void
the_nearest_thing_wins_a_prefix(void **state)
{
	static const enum route_kind order[] = { ROUTE_LOCAL, ROUTE_VIP, ROUTE_BROADCAST,
						 ROUTE_CONNECTED, ROUTE_GROUP };
	struct prefix_table table = { 0 };

	(void)state;
	/* Of the prefix 10.0.0.k/32 the kinds from k on are there, the winner added last. */
	for (uint32_t k = 0; k < 5; k++)
		for (uint32_t i = 5; i-- > k;)
			add(&table, IP4(10, 0, 0, k), 32, route_target_make(order[i], 9 - i));
	assert_int_equal(prefix_table_finish(&table), 0);
	assert_int_equal(table.count, 5);
	for (uint32_t k = 0; k < 5; k++)
		expect_entry(&table.items[k], IP4(10, 0, 0, k), 32,
			     route_target_make(order[k], 9 - k));
	prefix_table_clear(&table);
}

static void
the_difference_is_what_must_change(void **state)
{
	struct prefix_table from = { 0 }, to = { 0 };
	struct route_change *changes;
	size_t count;

	(void)state;
	add(&from, IP4(10, 1, 0, 0), 16, 1); /* goes */
	add(&from, IP4(10, 2, 0, 0), 16, 2); /* stays */
	add(&from, IP4(10, 3, 0, 0), 16, 3); /* leads elsewhere */
	add(&from, IP4(10, 3, 0, 0), 24, 3); /* goes */
	add(&to, IP4(10, 0, 0, 0), 16, 5);   /* comes */
	add(&to, IP4(10, 2, 0, 0), 16, 2);
	add(&to, IP4(10, 3, 0, 0), 16, 6);
	assert_int_equal(prefix_table_finish(&from), 0);
	assert_int_equal(prefix_table_finish(&to), 0);
	assert_int_equal(prefix_table_diff(&from, &to, &changes, &count), 0);
	assert_int_equal(count, 4);
	assert_int_equal(changes[0].remove, 1);
	assert_int_equal(changes[0].prefix, IP4(10, 1, 0, 0));
	assert_int_equal(changes[1].remove, 1);
	assert_int_equal(changes[1].prefix, IP4(10, 3, 0, 0));
	assert_int_equal(changes[1].length, 24);
	assert_int_equal(changes[2].remove, 0);
	assert_int_equal(changes[2].prefix, IP4(10, 0, 0, 0));
	assert_int_equal(changes[2].target, 5);
	assert_int_equal(changes[3].remove, 0);
	assert_int_equal(changes[3].prefix, IP4(10, 3, 0, 0));
	assert_int_equal(changes[3].length, 16);
	assert_int_equal(changes[3].target, 6);
	free(changes);
	prefix_table_clear(&from);
	prefix_table_clear(&to);
}

enum {
	PREFIXES = 64
};

/* targets[i]: of 10.0.0.i/32; 0: it is not there. */
static void
table_fill(struct prefix_table *table, const uint32_t *targets)
{
	for (uint32_t i = PREFIXES; i-- > 0;)
		if (targets[i] != 0)
			add(table, IP4(10, 0, 0, i), 32, targets[i]);
	assert_int_equal(prefix_table_finish(table), 0);
}

static void
the_difference_leads_from_any_to_any(void **state)
{
	(void)state;
	srand(11);
	for (unsigned int round = 0; round < 2000; round++) {
		struct prefix_table from = { 0 }, to = { 0 };
		uint32_t had[PREFIXES], want[PREFIXES], different = 0;
		struct route_change *changes;
		size_t count;

		for (unsigned int i = 0; i < PREFIXES; i++) {
			had[i] = (uint32_t)rand() % 3;
			want[i] = (uint32_t)rand() % 3;
			different += had[i] != want[i];
		}
		table_fill(&from, had);
		table_fill(&to, want);
		assert_int_equal(prefix_table_diff(&from, &to, &changes, &count), 0);
		assert_int_equal(count, different);
		for (size_t i = 0; i < count; i++) {
			uint32_t place = changes[i].prefix & 0xff;

			if (changes[i].remove)
				assert_int_not_equal(had[place], 0);
			had[place] = changes[i].remove ? 0 : changes[i].target;
		}
		assert_memory_equal(had, want, sizeof(had));
		free(changes);
		prefix_table_clear(&from);
		prefix_table_clear(&to);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_tables_have_nothing),
		cmocka_unit_test(prefixes_are_found_exactly),
		cmocka_unit_test(any_order_becomes_ascending),
		cmocka_unit_test(the_nearest_thing_wins_a_prefix),
		cmocka_unit_test(the_difference_is_what_must_change),
		cmocka_unit_test(the_difference_leads_from_any_to_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
