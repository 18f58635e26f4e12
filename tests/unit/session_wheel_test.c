/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <rte_memory.h>

#include "dataplane/session.h"
#include "eal.h"

enum {
	CAPACITY = 500,
	START = 1000,   /* seconds */
	REACH = 8191,   /* seconds, of the wheel */
	CHANGES = 4000, /* between two looks */
};

static struct session_table *
table_make(void)
{
	struct session_table *table = calloc(1, sizeof(*table));

	assert_non_null(table);
	assert_int_equal(session_table_init(table, CAPACITY, 1, START, SOCKET_ID_ANY), 0);
	for (uint32_t i = 0; i < CAPACITY; i++)
		table->sessions[i].flags = SESSION_IN_USE;
	return table;
}

static void
table_free(struct session_table *table)
{
	session_table_release(table);
	free(table);
}

/* As session_expire() does: the next session of the slot, which is fetched, and taken out. */
static uint32_t
look(struct session_table *table)
{
	uint32_t index = session_wheel_next(table);

	if (index == SESSION_NONE)
		return index;
	session_wheel_fetch(table);
	session_wheel_remove(table, index);
	return index;
}

static void
an_empty_wheel_has_no_session(void **state)
{
	struct session_table *table = table_make();

	(void)state;
	for (unsigned int i = 0; i < 2 * REACH; i++, table->clock++)
		assert_int_equal(session_wheel_next(table), SESSION_NONE);
	table_free(table);
}

static void
seconds_it_does_not_reach_come_sooner(void **state)
{
	struct session_table *table = table_make();

	(void)state;
	session_wheel_add(table, 7, START - 1);
	session_wheel_add(table, 8, START + 1000000);
	assert_int_equal(look(table), 7);
	assert_int_equal(look(table), SESSION_NONE);
	for (; table->clock < START + REACH; table->clock++)
		assert_int_equal(look(table), SESSION_NONE);
	assert_int_equal(look(table), 8);
	table_free(table);
}

static void
it_tells_when_a_session_is_looked_at(void **state)
{
	struct session_table *table = table_make();

	(void)state;
	session_wheel_add(table, 7, START);
	session_wheel_add(table, 8, START + REACH);
	session_wheel_add(table, 9, START + 7192); /* 8192, where the wheel begins anew */
	assert_int_equal(session_wheel_second(table, 7), START);
	assert_int_equal(session_wheel_second(table, 8), START + REACH);
	assert_int_equal(session_wheel_second(table, 9), START + 7192);
	table->clock = START + 5;
	assert_int_equal(session_wheel_second(table, 8), START + REACH);
	session_wheel_add(table, 10, START + 5 + REACH);
	assert_int_equal(session_wheel_second(table, 10), START + 5 + REACH);
	table_free(table);
}

/* The sessions of a slot, however many there are of each chain, and while others go. */
static void
each_comes_once(void **state)
{
	struct session_table *table = table_make();
	unsigned int seen[CAPACITY] = { 0 };

	(void)state;
	for (uint32_t i = 0; i < CAPACITY; i++)
		session_wheel_add(table, i, START);
	for (uint32_t i = 3; i < CAPACITY; i += 4)
		session_wheel_remove(table, i);
	for (unsigned int i = 0; i < CAPACITY / 4 * 3; i++) {
		uint32_t index = look(table);

		assert_in_range(index, 0, CAPACITY - 1);
		seen[index]++;
	}
	assert_int_equal(look(table), SESSION_NONE);
	for (uint32_t i = 0; i < CAPACITY; i++)
		assert_int_equal(seen[i], i % 4 == 3 ? 0 : 1);
	table_free(table);
}

/* Against a list of seconds; 0: the session is not on the wheel. */
static void
it_agrees_with_a_list(void **state)
{
	struct session_table *table = table_make();
	uint32_t seconds[CAPACITY] = { 0 };

	(void)state;
	srandom(1);
	for (; table->clock < START + 40; table->clock++) {
		for (unsigned int i = 0; i < CHANGES; i++) {
			uint32_t index = (uint32_t)random() % CAPACITY;

			if (seconds[index] != 0)
				session_wheel_remove(table, index);
			seconds[index] = 0;
			if (random() % 3 == 0)
				continue;
			seconds[index] = table->clock + (uint32_t)random() % 20;
			session_wheel_add(table, index, seconds[index]);
			if (random() % 100 == 0 && session_wheel_next(table) != SESSION_NONE)
				session_wheel_fetch(table);
		}
		for (uint32_t index; (index = look(table)) != SESSION_NONE;) {
			assert_int_equal(seconds[index], table->clock);
			seconds[index] = 0;
		}
		for (uint32_t i = 0; i < CAPACITY; i++)
			assert_int_not_equal(seconds[i], table->clock);
	}
	table_free(table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_wheel_has_no_session),
		cmocka_unit_test(seconds_it_does_not_reach_come_sooner),
		cmocka_unit_test(it_tells_when_a_session_is_looked_at),
		cmocka_unit_test(each_comes_once),
		cmocka_unit_test(it_agrees_with_a_list),
	};

	test_eal_start("64");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
