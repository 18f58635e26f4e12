/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

static void
test_link_inside_a_network(void **state)
{
	(void)state;
	model_free(configuration_expect(
		GATEWAY PORT
		"\n"
		"interfaces = ( { name = 'out'; port = 'p'; vlan = 1; addresses = '192.0.2.1/24'; "
		"},\n"
		"{ name = 'in'; port = 'p'; vlan = 2; addresses = '10.0.1.1/24'; },\n"
		"{ name = 'lost'; port = 'p'; vlan = 3; addresses = '10.0.2.1/24'; } );\n"
		"virtual_networks = { name = 'n'; address_space = '10.0.0.0/16'; subnets = { name "
		"= 's'; prefix = '10.0.1.0/24'; interface = 'in'; route_table = 'closed'; }; };\n"
		"route_tables = { name = 'closed'; routes = { name = 'all'; prefix = '0.0.0.0/0'; "
		"next_hop_type = 'none'; }; };",
		"t.conf:4: warning: interface 'lost' has 10.0.2.1/24 of virtual network 'n', but "
		"no "
		"subnet has the interface, so that its hosts are part of the fabric, without "
		"filter and translation; add the subnet, or remove the interface\n"));
}

static void
test_a_tap_of_a_subnet(void **state)
{
	(void)state;
	model_free(configuration_expect(
		GATEWAY PORT
		"\n"
		"interfaces = ( { name = 'out'; port = 'p'; vlan = 1; addresses = '192.0.2.1/24'; "
		"tap = 'o'; },\n"
		"{ name = 'in'; port = 'p'; vlan = 2; addresses = '10.0.1.1/24'; tap = 'i'; } );\n"
		"virtual_networks = { name = 'n'; address_space = '10.0.0.0/16'; subnets = { name "
		"= 's'; prefix = '10.0.1.0/24'; interface = 'in'; route_table = 'closed'; }; };\n"
		"route_tables = { name = 'closed'; routes = { name = 'all'; prefix = '0.0.0.0/0'; "
		"next_hop_type = 'none'; }; };",
		"t.conf:3: warning: interface 'in' of a subnet has the tap 'i', so that the "
		"subnet's hosts reach services of the gateway's own Linux; remove it, or filter "
		"there\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_link_inside_a_network),
		cmocka_unit_test(test_a_tap_of_a_subnet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
