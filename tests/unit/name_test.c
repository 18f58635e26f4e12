/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#include "config/name.h"

static void
test_distance(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned distance;
	} cases[] = {
		{ "", "", 0 },
		{ "mtu", "mtu", 0 },
		{ "mtu", "mtuu", 1 },
		{ "mtu", "mt", 1 },
		{ "mtu", "mut", 2 },
		{ "vlan", "vlna", 2 },
		{ "", "ab", 2 },
		{ "abc", "xyz", 3 },
		{ "descriptors", "mtu", 3 },
		{ "kitten", "sitting", 3 },
		{ "workers", "worker", 1 },
	};
	char longer[200];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(name_distance(cases[i].a, cases[i].b), cases[i].distance);
		assert_int_equal(name_distance(cases[i].b, cases[i].a), cases[i].distance);
	}
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(name_distance(longer, longer), 3);
}

static void
test_find(void **state)
{
	struct name items[] = {
		{ "wan", 0 }, { "lan", 1 }, { "wan", 2 }, { "dmz", 3 }, { "a", 4 }
	};
	struct name_table table = { items, 5 }, none = { NULL, 0 };

	(void)state;
	assert_int_equal(name_table_find(&none, "wan"), NO_INDEX);
	name_table_sort(&table);
	assert_int_equal(name_table_find(&table, ""), NO_INDEX);
	assert_int_equal(name_table_find(&table, "wa"), NO_INDEX);
	assert_int_equal(name_table_find(&table, "zzz"), NO_INDEX);
	assert_int_equal(name_table_find(&table, "wan"), 0);
	assert_int_equal(name_table_find(&table, "lan"), 1);
	assert_int_equal(name_table_find(&table, "dmz"), 3);
}

static void
test_nearest(void **state)
{
	struct name items[] = { { "internet", 0 }, { "intranet", 1 }, { "b", 2 } };
	struct name_table table = { items, 3 };

	(void)state;
	assert_null(name_table_nearest(&table, "a"));
	assert_null(name_table_nearest(&table, "fabric"));
	assert_string_equal(name_table_nearest(&table, "internett"), "internet");
	assert_string_equal(name_table_nearest(&table, "intrnet"), "internet");
	assert_string_equal(name_table_nearest(&table, "intraned"), "intranet");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_distance),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
