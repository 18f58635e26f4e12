/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#include "config/subnet.h"

static struct subnet
subnet(const char *prefix)
{
	struct subnet result = { 0 };

	assert_int_equal(ip_prefix_parse(prefix, &result.prefix), 0);
	return result;
}

static struct ip_address
address(const char *text)
{
	struct ip_address result;

	assert_int_equal(ip_address_parse(text, &result), 0);
	return result;
}

static void
test_host_count(void **state)
{
	static const struct {
		const char *prefix;
		uint32_t hosts;
	} cases[] = { { "10.0.0.0/32", 0 },     { "10.0.0.0/31", 0 },       { "10.0.0.0/30", 0 },
		      { "10.0.0.0/29", 3 },     { "10.0.0.0/26", 59 },      { "10.0.0.0/24", 251 },
		      { "10.0.0.0/16", 65531 }, { "0.0.0.0/0", 4294967291 } };
	const struct subnet none = { 0 };

	(void)state;
	assert_int_equal(subnet_host_count(&none), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct subnet item = subnet(cases[i].prefix);

		assert_int_equal(subnet_host_count(&item), cases[i].hosts);
	}
}

static void
test_reserved(void **state)
{
	static const struct {
		const char *address;
		bool reserved;
	} cases[] = { { "10.0.1.64", true }, { "10.0.1.65", true },  { "10.0.1.66", true },
		      { "10.0.1.67", true }, { "10.0.1.68", false }, { "10.0.1.126", false },
		      { "10.0.1.127", true } };
	const struct subnet item = subnet("10.0.1.64/26");
	const struct ip_address expected = address("10.0.1.65"), gateway = subnet_gateway(&item);

	(void)state;
	assert_true(ip_address_equal(&gateway, &expected));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip_address one = address(cases[i].address);

		assert_int_equal(subnet_address_is_reserved(&item, &one), cases[i].reserved);
	}
}

static void
test_network(void **state)
{
	struct subnet subnets[] = { subnet("10.0.1.0/26"), subnet("10.0.2.0/24") };
	struct ip_prefix space = subnet("10.0.0.0/16").prefix;
	const struct virtual_network network = { .address_space = { &space, 1 },
						 .subnets = subnets,
						 .subnet_count = 2 };
	const struct ip_address outside = address("10.1.0.0"), between = address("10.0.1.64"),
				inside = address("10.0.2.0");

	(void)state;
	assert_null(virtual_network_subnet_of(&network, &outside));
	assert_false(virtual_network_contains(&network, &outside));
	assert_null(virtual_network_subnet_of(&network, &between));
	assert_true(virtual_network_contains(&network, &between));
	assert_ptr_equal(virtual_network_subnet_of(&network, &inside), &subnets[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_host_count),
		cmocka_unit_test(test_reserved),
		cmocka_unit_test(test_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
