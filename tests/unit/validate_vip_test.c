/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

static void
test_addresses(void **state)
{
	static const struct configuration_case cases[] = {
		{ "vips = ( { name = 'v'; virtual_network = 'n';\naddress = '10.0.200.1'; } );",
		  "t.conf:3: address '10.0.200.1' is inside virtual network 'n'; a VIP is outside "
		  "of all\n" },
		{ "vips = ( { name = 'v'; virtual_network = 'n';\naddress = '198.51.100.2'; } );",
		  "t.conf:3: address '198.51.100.2' is that of interface 'out'; a VIP needs its "
		  "own\n" },
		{ "vips = ( { name = 'v'; virtual_network = 'n'; address = '192.0.2.1'; }, { name "
		  "= 'w'; "
		  "virtual_network = 'n';\naddress = '192.0.2.1'; }, 5 );",
		  "t.conf:3: vips is a number; it takes groups { }\n"
		  "t.conf:3: address '192.0.2.1' is that of VIP 'v'; each needs its own\n" },
	};

	(void)state;
	CASES_CHECK(GATEWAY PORT INTERFACES NETWORK, cases);
}

#define RULE(name, protocol, ports)                                                              \
	"{ name = '" name "'; protocol = '" protocol "'; backends = '10.0.1.4'; ports = '" ports \
	"'; }"

static void
test_rules(void **state)
{
	static const struct configuration_case cases[] = {
		{ RULE("a", "tcp", "80-90") ",\n" RULE("b", "udp", "80-90") ",\n" RULE(
			  "c", "tcp", "70-79") ",\n" RULE("d", "tcp",
							  "90-99") ",\n" RULE("e", "tcp", "85"),
		  "t.conf:5: ports 90-99 overlap 80-90 of rule 'a' on line 2; a port has one rule\n"
		  "t.conf:6: ports 85-85 overlap 80-90 of rule 'a' on line 2; a port has one "
		  "rule\n" },
		{ "{ name = 'a'; protocol = 'tcp'; ports = '80';\nbackends = "
		  "(\n'10.0.1.3',\n'10.0.2.4', "
		  "'10.0.1.4', '10.0.1.255',\n'10.0.1.4' ); }",
		  "t.conf:4: backend '10.0.1.3' is reserved in its subnet; hosts have .4 and "
		  "higher\n"
		  "t.conf:5: backend '10.0.2.4' is in no subnet of the VIP's virtual network; name "
		  "a host of "
		  "one\n"
		  "t.conf:5: backend '10.0.1.255' is reserved in its subnet; hosts have .4 and "
		  "higher\n"
		  "t.conf:6: backend '10.0.1.4' is there twice; name each backend once\n" },
		{ "{ name = 'a'; protocol = 'tcp'; ports = '80'; backends_max = 1;\nbackends = [ "
		  "'10.0.1.4', "
		  "'10.0.1.5' ]; }",
		  "t.conf:3: backends are 2, but backends_max is 1; raise it\n" },
		{ "{ name = 'a'; protocol = 'icmp'; backends = '10.0.1.4'; },\n{ name = 'b'; "
		  "protocol = 'icmp'; backends = '10.0.1.5'; }",
		  "t.conf:3: protocol 'icmp' is that of rule 'a' on line 2; a VIP has one rule "
		  "for pings\n" },
		{ "5, { name = 'a'; protocol = 'tcp'; ports = '0'; backends = '10.0.1'; }, { name "
		  "= 'b'; "
		  "protocol = 'tcp'; ports = '0'; backends = '10.0.1.4'; }",
		  "t.conf:2: inbound is a number; it takes groups { }\n"
		  "t.conf:2: ports '0' is no port or range; write it like '443' or '8000-8080', "
		  "from 1 to "
		  "65535\n"
		  "t.conf:2: backends '10.0.1' is no IPv4 address; write it like 10.0.0.4\n"
		  "t.conf:2: ports '0' is no port or range; write it like '443' or '8000-8080', "
		  "from 1 to "
		  "65535\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text;

		assert_true(asprintf(&text,
				     GATEWAY PORT INTERFACES NETWORK
				     "vips = { name = 'v'; address = '192.0.2.1'; virtual_network "
				     "= 'n'; "
				     "inbound = (\n%s ); };",
				     cases[i].text) >= 0);
		model_free(configuration_expect(text, cases[i].lines));
		free(text);
	}
}

/* Where the network is not known, the backends are not looked for in one. */
static void
test_unknown_network(void **state)
{
	(void)state;
	model_free(configuration_expect(
		GATEWAY PORT
		"vips = { name = 'v'; address = '192.0.2.1'; virtual_network = 'x'; inbound = "
		"{ name = 'a'; protocol = 'tcp'; ports = '80'; backends = '10.0.1.4'; }; };",
		"t.conf:1: virtual_network 'x': there is no virtual network of that name; define "
		"it or "
		"name another\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_unknown_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
