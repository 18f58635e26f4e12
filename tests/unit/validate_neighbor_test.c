/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#define MAC "mac = '02:00:00:00:00:09';"

static void
test_wrong(void **state)
{
	static const struct configuration_case cases[] = {
		{ "neighbors = { interface = 'out'; " MAC "\naddress = '198.51.101.1'; };",
		  "t.conf:3: address '198.51.101.1' is not on the link of interface 'out'; name "
		  "another "
		  "interface or an address of its link\n" },
		{ "neighbors = ( { interface = 'out'; address = '198.51.100.2'; " MAC
		  " },\n{ interface = "
		  "'out'; address = '198.51.100.0'; " MAC " },\n{ interface = 'out'; address = "
		  "'198.51.100.255'; " MAC " } );",
		  "t.conf:2: address '198.51.100.2' is the gateway's own address; name a "
		  "neighbour's\n"
		  "t.conf:3: address '198.51.100.0' is the network's or the broadcast address of "
		  "its link; "
		  "use one between them\n"
		  "t.conf:4: address '198.51.100.255' is the network's or the broadcast address of "
		  "its link; "
		  "use one between them\n" },
		{ "neighbors = ( { interface = 'in'; address = '10.0.1.2'; " MAC
		  " },\n{ interface = "
		  "'in'; address = '10.0.1.3'; " MAC
		  " }, { interface = 'in'; address = '10.0.1.1'; " MAC " } );",
		  "t.conf:2: address '10.0.1.2' is reserved in its subnet; hosts have .4 and "
		  "higher\n"
		  "t.conf:3: address '10.0.1.3' is reserved in its subnet; hosts have .4 and "
		  "higher\n"
		  "t.conf:3: address '10.0.1.1' is the gateway's own address; name a "
		  "neighbour's\n" },
		{ "neighbors = ( { interface = 'out'; address = '198.51.100.9'; " MAC
		  " },\n{ interface = "
		  "'in'; address = '10.0.1.9'; " MAC " },\n{ interface = 'out'; address = "
		  "'198.51.100.9'; " MAC " } );",
		  "t.conf:4: address '198.51.100.9' is on line 2 already; name each neighbour "
		  "once\n" },
		{ "neighbors = ( 5, { interface = 'inn'; address = '1.1.1.1'; " MAC " } );",
		  "t.conf:2: neighbors is a number; it takes groups { }\n"
		  "t.conf:2: interface 'inn': there is no interface of that name; did you mean "
		  "'in'?\n" },
	};

	(void)state;
	CASES_CHECK(GATEWAY PORT INTERFACES NETWORK VIP, cases);
}

/* Where the link could not be read, nobody knows what is on it. */
static void
test_unknown_link(void **state)
{
	(void)state;
	model_free(configuration_expect(
		GATEWAY PORT
		"interfaces = { name = 'out'; port = 'p'; addresses = '198.51.100.2'; };"
		"neighbors = { interface = 'out'; address = '198.51.100.1'; " MAC " };",
		"t.conf:1: addresses '198.51.100.2' is no prefix; write it like 10.0.0.1/16\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_unknown_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
