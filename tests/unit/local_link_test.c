/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#include "config/local_link.h"

static void
test_link(void **state)
{
	static const struct {
		const char *address;
		bool contained, own, edge;
	} cases[] = {
		{ "198.51.100.0", true, false, true },   { "198.51.100.2", true, true, false },
		{ "198.51.100.3", true, false, false },  { "198.51.100.255", true, false, true },
		{ "198.51.101.0", false, false, false }, { "192.0.2.4", true, true, false },
		{ "192.0.2.5", true, false, false },     { "192.0.2.6", false, false, false },
		{ "fd00::1", false, false, false },
	};
	struct ip_prefix addresses[2];
	struct interface interface = { .addresses = { addresses, 2 } };

	(void)state;
	assert_int_equal(ip_prefix_parse("198.51.100.2/24", &addresses[0]), 0);
	assert_int_equal(ip_prefix_parse("192.0.2.4/31", &addresses[1]), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip_address address;

		assert_int_equal(ip_address_parse(cases[i].address, &address), 0);
		assert_int_equal(local_link_contains(&interface, &address), cases[i].contained);
		assert_int_equal(local_link_is_own_address(&interface, &address), cases[i].own);
		assert_int_equal(local_link_is_edge(&interface, &address), cases[i].edge);
	}
}

static void
test_unknown_link(void **state)
{
	struct ip_prefix addresses[2] = { { .length = 0 } };
	struct interface interface = { .addresses = { addresses, 0 } };

	(void)state;
	assert_false(local_link_is_known(&interface));
	assert_int_equal(ip_prefix_parse("10.0.0.1/8", &addresses[0]), 0);
	interface.addresses.count = 1;
	assert_true(local_link_is_known(&interface));
	interface.addresses.count = 2;
	assert_false(local_link_is_known(&interface));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_link),
		cmocka_unit_test(test_unknown_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
