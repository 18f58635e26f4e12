/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#define TWO_INTERFACES                                                                             \
	GATEWAY PORT                                                                               \
		"interfaces = ( { name = 'a'; port = 'p'; vlan = 1; addresses = '10.0.1.1/24'; }," \
		"{ name = 'b'; port = 'p'; vlan = 2; addresses = '10.0.2.1/24'; } ); "
#define SUBNET_A "{ name = 'a'; prefix = '10.0.1.0/24'; interface = 'a'; }"

static void
test_address_spaces(void **state)
{
	static const struct configuration_case cases[] = {
		{ "virtual_networks = { name = 'n';\naddress_space = ( "
		  "'10.0.0.0/16',\n'10.0.128.0/17', "
		  "'11.0.0.0/8' ); };",
		  "t.conf:4: address_space '10.0.128.0/17' overlaps 10.0.0.0/16; leave out the "
		  "smaller\n" },
		{ "virtual_networks = { name = 'n'; address_space = '0.0.0.0/0'; };",
		  "t.conf:2: address_space '0.0.0.0/0' holds addresses that hosts cannot have; "
		  "keep clear of "
		  "0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16 and 224.0.0.0/3\n" },
		{ "virtual_networks = { name = 'n'; address_space = '169.254.5.0/24'; };",
		  "t.conf:2: address_space '169.254.5.0/24' holds addresses that hosts cannot "
		  "have; keep clear "
		  "of 0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16 and 224.0.0.0/3\n" },
		{ "virtual_networks = ( { name = 'n'; address_space = '172.16.0.0/16'; }, { name = "
		  "'m'; "
		  "address_space = '172.16.0.0/16'; } );",
		  "" },
	};

	(void)state;
	CASES_CHECK(TWO_INTERFACES, cases);
}

static void
test_prefixes(void **state)
{
	static const struct configuration_case cases[] = {
		{ "{ name = 's'; interface = 'a';\nprefix = '10.0.1.0/30'; }",
		  "t.conf:1: interface 'a' is that of subnet 's'; its one address is "
		  "'10.0.1.1/30'\n"
		  "t.conf:3: prefix '10.0.1.0/30' has no room beside the five reserved addresses; "
		  "use /29 "
		  "or shorter\n" },
		{ SUBNET_A ",\n{ name = 's'; interface = 'b';\nprefix = '10.0.0.0/22'; }",
		  "t.conf:1: interface 'b' is that of subnet 's'; its one address is "
		  "'10.0.0.1/22'\n"
		  "t.conf:4: prefix '10.0.0.0/22' overlaps 10.0.1.0/24 of subnet 'a'; subnets of a "
		  "network "
		  "are apart\n" },
		{ SUBNET_A ",\n{ name = 's'; interface = 'b';\nprefix = '10.1.0.0/24'; }",
		  "t.conf:1: interface 'b' is that of subnet 's'; its one address is "
		  "'10.1.0.1/24'\n"
		  "t.conf:4: prefix '10.1.0.0/24' is outside the address space of 'n'; use a part "
		  "of it\n" },
		{ SUBNET_A ",\n{ name = 's'; interface = 'b';\nprefix = '10.0.0.0/15'; }",
		  "t.conf:1: interface 'b' is that of subnet 's'; its one address is "
		  "'10.0.0.1/15'\n"
		  "t.conf:4: prefix '10.0.0.0/15' is outside the address space of 'n'; use a part "
		  "of it\n"
		  "t.conf:4: prefix '10.0.0.0/15' overlaps 10.0.1.0/24 of subnet 'a'; subnets of a "
		  "network "
		  "are apart\n" },
		{ "{ name = 's'; interface = 'b'; prefix = '10.0.0.1/24'; }, 5",
		  "t.conf:2: prefix '10.0.0.1/24' has host bits behind its length; did you mean "
		  "10.0.0.0/24?\n"
		  "t.conf:2: subnets is a number; it takes groups { }\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text;

		assert_true(asprintf(&text,
				     TWO_INTERFACES
				     "virtual_networks = { name = 'n'; address_space = "
				     "'10.0.0.0/16'; subnets = (\n%s ); };",
				     cases[i].text) >= 0);
		model_free(configuration_expect(text, cases[i].lines));
		free(text);
	}
}

/* A space that could not be read might have held the subnet. */
static void
test_unknown_space(void **state)
{
	(void)state;
	model_free(configuration_expect(
		TWO_INTERFACES
		"virtual_networks = { name = 'n'; address_space = '10.0.0.0'; subnets = "
		"( " SUBNET_A " ); };",
		"t.conf:1: address_space '10.0.0.0' is no prefix; write it like 10.0.0.0/16\n"));
}

static void
test_interfaces(void **state)
{
	static const struct configuration_case cases[] = {
		{ "interfaces = ( { name = 'a'; port = 'p';\naddresses = '10.0.1.2/24'; } );"
		  "virtual_networks = { name = 'n'; address_space = '10.0.0.0/16'; subnets = "
		  "( " SUBNET_A " ); };",
		  "t.conf:3: interface 'a' is that of subnet 'a'; its one address is "
		  "'10.0.1.1/24'\n" },
		{ "interfaces = ( { name = 'a'; port = 'p';\naddresses = '10.0.1.1/25'; } );"
		  "virtual_networks = { name = 'n'; address_space = '10.0.0.0/16'; subnets = "
		  "( " SUBNET_A " ); };",
		  "t.conf:3: interface 'a' is that of subnet 'a'; its one address is "
		  "'10.0.1.1/24'\n" },
		{ "interfaces = ( { name = 'a'; port = 'p';\naddresses = [ '10.0.1.1/24', "
		  "'10.0.2.1/24' ]; } "
		  ");"
		  "virtual_networks = { name = 'n'; address_space = '10.0.0.0/16'; subnets = "
		  "( " SUBNET_A " ); };",
		  "t.conf:3: interface 'a' is that of subnet 'a'; its one address is "
		  "'10.0.1.1/24'\n" },
		{ "interfaces = ( { name = 'a'; port = 'p'; addresses = '10.0.1.1/24'; } );\n"
		  "virtual_networks = ( { name = 'n'; address_space = '10.0.0.0/16'; subnets = "
		  "( " SUBNET_A " ); }, { name = 'm'; address_space = '10.0.0.0/16'; subnets = { "
		  "name = 's'; prefix = "
		  "'10.0.1.0/24';\ninterface = 'a'; }; } );",
		  "t.conf:4: interface 'a' is that of subnet 'a' of 'n'; each subnet needs its "
		  "own\n" },
	};

	(void)state;
	CASES_CHECK(GATEWAY PORT, cases);
}

static void
test_outbound_vips(void **state)
{
	(void)state;
	model_free(configuration_expect(
		TWO_INTERFACES
		"virtual_networks = ( { name = 'n'; address_space = '10.0.0.0/16'; subnets = { "
		"name = 's'; "
		"prefix = '10.0.1.0/24'; interface = 'a';\noutbound_vips = (\n'v',\n'w', 'v' ); }; "
		"}, { name "
		"= 'm'; address_space = '10.0.0.0/16'; } );"
		"vips = ( { name = 'v'; address = '192.0.2.1'; virtual_network = 'n'; },"
		"{ name = 'w'; address = '192.0.2.2'; virtual_network = 'm'; } );",
		"t.conf:4: outbound_vips 'w' is a VIP of virtual network 'm'; name one of 'n'\n"
		"t.conf:4: outbound_vips 'v' is there twice; name it once\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_address_spaces), cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_unknown_space),  cmocka_unit_test(test_interfaces),
		cmocka_unit_test(test_outbound_vips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
