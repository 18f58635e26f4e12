/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

static void
test_wrong(void **state)
{
	static const struct configuration_case cases[] = {
		{ "route_tables = { name = 't'; routes = { }; };",
		  "t.conf:2: routes: name is missing; set it\n"
		  "t.conf:2: routes: prefix is missing; set it\n"
		  "t.conf:2: routes: next_hop_type is missing; set it\n" },
		{ "route_tables = { name = 't'; routes = ( { name = 'r'; prefix = '10.0.0.0/8';\n"
		  "next_hop_type = 'appliance'; next_hop = '10.0.0.1'; } ); };",
		  "t.conf:3: next_hop_type = 'appliance' is none of its values; use one of "
		  "virtual_network, internet, virtual_appliance, virtual_network_gateway, none\n" },
		{ "route_tables = { name = 't'; routes = ( { name = 'r'; prefix = '10.0.0.0/8';\n"
		  "next_hop_type = 'virtual_appliance'; } ); };",
		  "t.conf:2: routes: next_hop is missing; set it\n" },
		{ "route_tables = { name = 't'; routes = ( { name = 'r'; prefix = '10.0.0.0/8';\n"
		  "next_hop_type = 'internet';\nnext_hop = '10.0.0.1'; } ); };",
		  "t.conf:4: next_hop is only for next_hop_type = 'virtual_appliance'; leave it "
		  "out or "
		  "change the type\n" },
	};

	(void)state;
	CASES_CHECK(GATEWAY PORT, cases);
}

static void
test_types(void **state)
{
	static const enum next_hop_type types[] = { NEXT_HOP_VIRTUAL_NETWORK, NEXT_HOP_INTERNET,
						    NEXT_HOP_VIRTUAL_APPLIANCE,
						    NEXT_HOP_VIRTUAL_NETWORK_GATEWAY,
						    NEXT_HOP_NONE };
	struct model *model = configuration_expect(
		GATEWAY PORT
		"route_tables = { name = 't'; routes = ("
		"{ name = 'a'; prefix = '10.1.0.0/16'; next_hop_type = 'virtual_network'; },"
		"{ name = 'b'; prefix = '10.2.0.0/16'; next_hop_type = 'internet'; },"
		"{ name = 'c'; prefix = '10.3.0.0/16'; next_hop_type = 'virtual_appliance'; "
		"next_hop = "
		"'10.0.3.4'; },"
		"{ name = 'd'; prefix = '10.4.0.0/16'; next_hop_type = 'virtual_network_gateway'; "
		"},"
		"{ name = 'e'; prefix = '10.5.0.0/16'; next_hop_type = 'none'; } ); };",
		"t.conf:1: warning: no subnet uses route table 't'; use it or remove it\n");
	const struct route_table *table = &model->route_tables[0];

	(void)state;
	assert_int_equal(table->route_count, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(table->routes[i].next_hop_type, types[i]);
		assert_int_equal(table->routes[i].prefix.length, 16);
		assert_int_equal(table->routes[i].next_hop.family,
				 i == 2 ? IP_FAMILY_V4 : IP_FAMILY_NONE);
	}
	assert_string_equal(table->routes[4].name, "e");
	assert_int_equal(ip_address_v4(&table->routes[2].next_hop), 0x0a000304);
	model_free(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
