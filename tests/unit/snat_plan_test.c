/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#include "config/snat_plan.h"

static void
ranges_check(const struct vip *vip, const struct port_range *expected, size_t count)
{
	struct port_range_list ranges;

	assert_int_equal(snat_free_ranges(vip, &ranges), 0);
	assert_int_equal(ranges.count, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(ranges.items[i].first, expected[i].first);
		assert_int_equal(ranges.items[i].last, expected[i].last);
	}
	free(ranges.items);
}

static void
test_no_free_port(void **state)
{
	struct inbound_rule rule = { .ports = { 1, 65535 } };
	const struct vip vip = { .inbound = &rule, .inbound_count = 1 };
	const struct port_range_list none = { NULL, 0 };

	(void)state;
	ranges_check(&vip, NULL, 0);
	assert_int_equal(snat_block_count(&none, 8), 0);
}

static void
test_no_rules(void **state)
{
	const struct port_range all = { 1024, 65535 };

	(void)state;
	ranges_check(&(struct vip){ 0 }, &all, 1);
}

/* Every block that a rule touches goes, with one port of it or all. */
static void
test_rules(void **state)
{
	struct inbound_rule rules[] = {
		{ .ports = { 443, 443 } },     { .ports = { 1030, 1033 } },
		{ .ports = { 4016, 4016 } },   { .ports = { 4018, 4018 } },
		{ .ports = { 10001, 10020 } }, { .ports = { 65535, 65535 } },
		{ .ports = { 10024, 10031 } },
	};
	const struct vip vip = { .inbound = rules, .inbound_count = 7 };
	const struct port_range expected[] = { { 1040, 4015 }, { 4024, 9999 }, { 10032, 65527 } };

	(void)state;
	ranges_check(&vip, expected, 3);
}

static void
test_block_count(void **state)
{
	struct port_range items[] = { { 1024, 1031 }, { 1040, 1103 }, { 2048, 65535 } };
	const struct port_range_list ranges = { items, 3 };

	(void)state;
	assert_int_equal(snat_block_count(&ranges, 8), 1 + 8 + 7936);
	assert_int_equal(snat_block_count(&ranges, 16), 0 + 4 + 3968);
	assert_int_equal(snat_block_count(&ranges, 24), 0 + 2 + 2645); /* 63488 / 24 = 2645.3 */
	assert_int_equal(snat_block_count(&ranges, 64), 0 + 1 + 992);
	assert_int_equal(snat_block_count(&ranges, 64000), 0);
}

/* Azure's table. */
static void
test_default(void **state)
{
	static const struct {
		uint64_t hosts;
		unsigned ports;
	} cases[] = { { 0, 1024 },  { 1, 1024 },  { 50, 1024 }, { 51, 512 },  { 100, 512 },
		      { 101, 256 }, { 200, 256 }, { 201, 128 }, { 400, 128 }, { 401, 64 },
		      { 800, 64 },  { 801, 32 },  { 1000, 32 }, { 1001, 0 },  { 5000000000, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(snat_ports_default(cases[i].hosts), cases[i].ports);
}

static void
test_host_count(void **state)
{
	struct model *model = configuration_expect(
		GATEWAY PORT
		"interfaces = ("
		" { name = 'a'; port = 'p'; vlan = 1; addresses = '10.0.1.1/26'; },"
		" { name = 'b'; port = 'p'; vlan = 2; addresses = '10.0.2.1/24'; },"
		" { name = 'c'; port = 'p'; vlan = 3; addresses = '10.0.3.1/28'; } );"
		"virtual_networks = { name = 'n'; address_space = '10.0.0.0/16'; subnets = ("
		" { name = 'a'; prefix = '10.0.1.0/26'; interface = 'a';"
		"   outbound_vips = [ 'v', 'w' ]; },"
		" { name = 'b'; prefix = '10.0.2.0/24'; interface = 'b';"
		"   outbound_vips = 'w'; },"
		" { name = 'c'; prefix = '10.0.3.0/28'; interface = 'c';"
		"   outbound_vips = 'v'; } ); };"
		"vips = ("
		" { name = 'v'; address = '192.0.2.1'; virtual_network = 'n'; },"
		" { name = 'w'; address = '192.0.2.2'; virtual_network = 'n'; },"
		" { name = 'x'; address = '192.0.2.3'; virtual_network = 'n'; } );",
		"");

	(void)state;
	assert_int_equal(snat_host_count(model, 0), 59 + 11);
	assert_int_equal(snat_host_count(model, 1), 59 + 251);
	assert_int_equal(snat_host_count(model, 2), 0);
	model_free(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_free_port), cmocka_unit_test(test_no_rules),
		cmocka_unit_test(test_rules),        cmocka_unit_test(test_block_count),
		cmocka_unit_test(test_default),      cmocka_unit_test(test_host_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
