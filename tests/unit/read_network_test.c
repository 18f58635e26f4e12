/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

static void
test_wrong(void **state)
{
	static const struct configuration_case cases[] = {
		{ "virtual_networks = { };",
		  "t.conf:2: virtual_networks: name is missing; set it\n"
		  "t.conf:2: virtual_networks: address_space is missing; set it\n" },
		{ "virtual_networks = { name = 'n'; address_space = [ ]; };",
		  "t.conf:2: address_space is empty; name at least one\n" },
		{ "virtual_networks = { name = 'n'; address_space = '10.0.0.0/8';\nsubnets = { }; "
		  "};",
		  "t.conf:3: subnets: name is missing; set it\n"
		  "t.conf:3: subnets: prefix is missing; set it\n"
		  "t.conf:3: subnets: interface is missing; set it\n" },
		{ "virtual_networks = { name = 'n'; address_space = '10.0.0.0/8'; subnets = { name "
		  "= 's'; "
		  "prefix = '10.0.1.0/24'; interface = 'in';\nip_forwarding = 'yes'; }; };",
		  "t.conf:3: ip_forwarding is a string; it takes true or false\n" },
	};

	(void)state;
	CASES_CHECK(GATEWAY PORT INTERFACES, cases);
}

/* Objects may refer to others that stand behind them. */
static void
test_network(void **state)
{
	struct model *model = configuration_expect(
		GATEWAY
		"virtual_networks = ( { name = 'empty'; address_space = '10.9.0.0/16'; },\n"
		"{ name = 'n'; address_space = [ '10.0.0.0/16', '172.16.0.0/12' ]; subnets = (\n"
		"{ name = 'a'; prefix = '10.0.1.0/24'; interface = 'in'; security_group = 'sg'; "
		"outbound_vips = [ 'w', 'v' ]; },\n"
		"{ name = 'b'; prefix = '172.16.0.0/29'; interface = 'fw'; route_table = 'rt'; "
		"ip_forwarding = true; } ); } );"
		"vips = ( { name = 'v'; address = '192.0.2.1'; virtual_network = 'n'; },"
		"{ name = 'w'; address = '192.0.2.2'; virtual_network = 'n'; } );"
		"route_tables = { name = 'rt'; routes = { name = 'r'; prefix = '8.0.0.0/8'; "
		"next_hop_type "
		"= 'none'; }; };"
		"security_groups = { name = 'sg'; };"
		"interfaces = ( " FABRIC_INTERFACE ", " SUBNET_INTERFACE
		", { name = 'fw'; port = 'p'; vlan = 2; addresses = '172.16.0.1/29'; } );" PORT,
		"t.conf:4: warning: subnet 'b' has a route to the Internet but no outbound_vips, "
		"so that "
		"its packets there are dropped; name a VIP or route 0.0.0.0/0 elsewhere\n");
	const struct virtual_network *network = &model->virtual_networks[1];

	(void)state;
	assert_int_equal(model->virtual_network_count, 2);
	assert_int_equal(model->virtual_networks[0].subnet_count, 0);
	assert_int_equal(network->address_space.count, 2);
	assert_int_equal(network->address_space.items[1].length, 12);
	assert_int_equal(network->subnet_count, 2);
	assert_int_equal(network->subnets[0].interface, 1);
	assert_int_equal(network->subnets[0].security_group, 0);
	assert_int_equal(network->subnets[0].route_table, NO_INDEX);
	assert_int_equal(network->subnets[0].outbound_vips.count, 2);
	assert_int_equal(network->subnets[0].outbound_vips.items[0], 1);
	assert_int_equal(network->subnets[0].outbound_vips.items[1], 0);
	assert_false(network->subnets[0].ip_forwarding);
	assert_int_equal(network->subnets[1].interface, 2);
	assert_int_equal(network->subnets[1].security_group, NO_INDEX);
	assert_int_equal(network->subnets[1].route_table, 0);
	assert_int_equal(network->subnets[1].outbound_vips.count, 0);
	assert_true(network->subnets[1].ip_forwarding);
	assert_int_equal(network->subnets[1].origin.line, 4);
	model_free(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
