/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

static void
test_names(void **state)
{
	static const struct configuration_case cases[] = {
		{ "gateway = {\n };", "t.conf:2: gateway: name is missing; set it\n" },
		{ "gateway = { name = ''; };", "t.conf:2: name '' is not valid; use up to 80 "
					       "letters, digits, '.', '_' and '-', a letter "
					       "or digit first\n" },
		{ "gateway = { name = '../etc'; };", "t.conf:2: name '../etc' is not valid; use up "
						     "to 80 letters, digits, '.', '_' and '-', a "
						     "letter or digit first\n" },
		{ "gateway = { name = 'a b'; };", "t.conf:2: name 'a b' is not valid; use up to 80 "
						  "letters, digits, '.', '_' and '-', a "
						  "letter or digit first\n" },
		{ "gateway = { name = "
		  "'a123456789012345678901234567890123456789012345678901234567890123456789012345678"
		  "90'; };",
		  "t.conf:2: name "
		  "'a123456789012345678901234567890123456789012345678901234567890123456789012345678"
		  "90' is "
		  "not valid; use up to 80 letters, digits, '.', '_' and '-', a letter or digit "
		  "first\n" },
		{ "gateway = { name = "
		  "'1234567890123456789012345678901234567890123456789012345678901234567890123456789"
		  "0'; };",
		  "" },
		{ "gateway = { name = 'Sql.West-Europe_1'; };", "" },
	};

	(void)state;
	CASES_CHECK(PORT, cases);
}

static void
test_duplicates(void **state)
{
	static const struct configuration_case cases[] = {
		{ PORT "\ninterfaces = ("
		       "{ name = 'a'; port = 'p'; vlan = 1; addresses = '10.0.1.1/24'; },\n"
		       "{ port = 'p'; vlan = 2; addresses = '10.0.2.1/24';\nname = 'a'; },\n"
		       "{ name = 'a'; port = 'p'; vlan = 3; addresses = '10.0.3.1/24'; } );",
		  "t.conf:5: name 'a' is taken on line 3; each of interfaces needs its own\n"
		  "t.conf:6: name 'a' is taken on line 3; each of interfaces needs its own\n" },
		{ "ports = ( { name = 'p'; device = 'net_null0'; },\n"
		  "{ name = 'p'; device = 'net_null1'; } );",
		  "t.conf:3: name 'p' is taken on line 2; each of ports needs its own\n" },
		{ PORT "route_tables = { name = 't'; routes = (\n"
		       "{ name = 'a'; prefix = '10.0.0.0/8'; next_hop_type = 'none'; },\n"
		       "{ name = 'a'; prefix = '11.0.0.0/8'; next_hop_type = 'none'; } ); };",
		  "t.conf:4: name 'a' is taken on line 3; each of routes needs its own\n" },
	};

	(void)state;
	CASES_CHECK(GATEWAY, cases);
}

static void
test_references(void **state)
{
	static const struct configuration_case cases[] = {
		{ "interfaces = { name = 'a'; addresses = '10.0.0.1/8';\n port = 'q'; };",
		  "t.conf:3: port 'q': there is no port of that name; define it or name "
		  "another\n" },
		{ "interfaces = { name = 'a'; addresses = '10.0.0.1/8';\n port = 'port2'; };",
		  "t.conf:3: port 'port2': there is no port of that name; did you mean "
		  "'port1'?\n" },
		{ "interfaces = { name = 'a'; addresses = '10.0.0.1/8'; port = 1; };",
		  "t.conf:2: port is a number; it takes a string in quotes\n" },
		{ "interfaces = { name = 'a'; addresses = '10.0.0.1/8'; };",
		  "t.conf:2: interfaces: port is missing; set it\n" },
		{ "virtual_networks = { name = 'n'; address_space = '10.0.0.0/8'; subnets = {\n"
		  "name = 's'; prefix = '10.0.1.0/24'; interface = 'i';\n"
		  "security_group = 'g';\nroute_table = 't';\noutbound_vips = [ 'v' ]; }; };",
		  "t.conf:3: interface 'i': there is no interface of that name; define it or name "
		  "another\n"
		  "t.conf:4: security_group 'g': there is no security group of that name; define "
		  "it or "
		  "name another\n"
		  "t.conf:5: route_table 't': there is no route table of that name; define it or "
		  "name "
		  "another\n"
		  "t.conf:6: outbound_vips 'v': there is no VIP of that name; define it or name "
		  "another\n" },
		{ "vips = { name = 'v'; address = '192.0.2.1'; virtual_network = 'n'; };",
		  "t.conf:2: virtual_network 'n': there is no virtual network of that name; define "
		  "it or "
		  "name another\n" },
		{ "security_groups = { name = 's'; rules = { name = 'r'; priority = 100; access = "
		  "'allow'; "
		  "direction = 'inbound';\nsource = 'internet'; }; };",
		  "t.conf:3: source 'internet': there is no service tag of that name; define it or "
		  "name "
		  "another\n" },
	};

	(void)state;
	CASES_CHECK(GATEWAY "ports = { name = 'port1'; device = 'net_null0'; };", cases);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_duplicates),
		cmocka_unit_test(test_references),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
