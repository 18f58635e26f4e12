/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

static void
test_addresses(void **state)
{
	static const struct configuration_case cases[] = {
		{ "address = '10.0.0'; };",
		  "t.conf:2: address '10.0.0' is no IPv4 address; write it like 10.0.0.4\n" },
		{ "address = ''; };",
		  "t.conf:2: address '' is no IPv4 address; write it like 10.0.0.4\n" },
		{ "address = '10.0.1.4/32'; };",
		  "t.conf:2: address '10.0.1.4/32' is no IPv4 address; write it like 10.0.0.4\n" },
		{ "address = 'fd00::4'; };",
		  "t.conf:2: address 'fd00::4': IPv6 is not supported yet; use IPv4\n" },
		{ "address = '0.0.0.0'; };",
		  "t.conf:2: address '0.0.0.0' is no address of a host; use one from "
		  "1.0.0.0 to 223.255.255.255 without 127.0.0.0/8\n" },
		{ "address = '127.0.0.1'; };",
		  "t.conf:2: address '127.0.0.1' is no address of a host; use one from "
		  "1.0.0.0 to 223.255.255.255 without 127.0.0.0/8\n" },
		{ "address = '224.0.0.5'; };",
		  "t.conf:2: address '224.0.0.5' is no address of a host; use one from "
		  "1.0.0.0 to 223.255.255.255 without 127.0.0.0/8\n" },
		{ "address = '255.255.255.255'; };",
		  "t.conf:2: address '255.255.255.255' is no address of a "
		  "host; use one from 1.0.0.0 to "
		  "223.255.255.255 without 127.0.0.0/8\n" },
		{ "address = 167772164; };",
		  "t.conf:2: address is a number; it takes a string in quotes\n" },
		{ "address = '198.51.100.1'; };", "" },
	};

	(void)state;
	CASES_CHECK(GATEWAY PORT INTERFACES NETWORK VIP
		    "neighbors = { interface = 'out'; mac = '02:00:00:00:00:01'; ",
		    cases);
}

static void
test_macs(void **state)
{
	static const struct configuration_case cases[] = {
		{ "mac = '02:00:00:00:00'; };",
		  "t.conf:2: mac '02:00:00:00:00' is no MAC address; write it like "
		  "02:00:00:00:00:01\n" },
		{ "mac = '01:00:5e:00:00:05'; };",
		  "t.conf:2: mac '01:00:5e:00:00:05' is no station's "
		  "MAC address; use one with an even "
		  "first byte that is not all zero\n" },
		{ "mac = '00:00:00:00:00:00'; };",
		  "t.conf:2: mac '00:00:00:00:00:00' is no station's "
		  "MAC address; use one with an even "
		  "first byte that is not all zero\n" },
		{ "mac = 2; };", "t.conf:2: mac is a number; it takes a string in quotes\n" },
	};

	(void)state;
	CASES_CHECK(GATEWAY PORT INTERFACES NETWORK VIP
		    "neighbors = { interface = 'out'; address = '198.51.100.1'; ",
		    cases);
}

static void
test_prefixes(void **state)
{
	static const struct configuration_case cases[] = {
		{ "prefix = '10.0.0.0'; };",
		  "t.conf:2: prefix '10.0.0.0' is no prefix; write it like 10.0.0.0/16\n" },
		{ "prefix = '10.0.0.0/33'; };",
		  "t.conf:2: prefix '10.0.0.0/33' is no prefix; write it like 10.0.0.0/16\n" },
		{ "prefix = '10.0.0.1/8'; };",
		  "t.conf:2: prefix '10.0.0.1/8' has host bits behind its length; did you mean "
		  "10.0.0.0/8?\n" },
		{ "prefix = 'fd00::/8'; };",
		  "t.conf:2: prefix 'fd00::/8': IPv6 is not supported yet; use IPv4\n" },
		{ "prefix = '10.0.0.0/8'; };", "" },
		{ "prefix = '0.0.0.0/0'; };", "" },
	};

	(void)state;
	CASES_CHECK(GATEWAY PORT INTERFACES NETWORK VIP "routes = { next_hops = '198.51.100.1'; ",
		    cases);
}

static void
test_interface_addresses(void **state)
{
	static const struct configuration_case cases[] = {
		{ "addresses = '10.0.0.1'; };",
		  "t.conf:2: addresses '10.0.0.1' is no prefix; write it like 10.0.0.1/16\n" },
		{ "addresses = \n[ 'fd00::1/64',\n'127.0.0.1/8', '10.0.0.1/33' ]; };",
		  "t.conf:3: addresses 'fd00::1/64': IPv6 is not supported yet; use IPv4\n"
		  "t.conf:4: addresses '127.0.0.1/8' is no address of a host; use one from 1.0.0.0 "
		  "to "
		  "223.255.255.255 without 127.0.0.0/8\n"
		  "t.conf:4: addresses '10.0.0.1/33' is no prefix; write it like 10.0.0.1/16\n" },
		{ "addresses = [ ]; };", "t.conf:2: addresses is empty; name at least one\n" },
		{ "addresses = '10.0.0.1/16'; };", "" },
		{ "addresses = [ '10.0.0.1/16', '10.1.0.1/16' ]; };", "" },
	};

	(void)state;
	CASES_CHECK(GATEWAY PORT "interfaces = { name = 'i'; port = 'p'; ", cases);
}

/* Rules and tags take an address for a prefix of its own. */
static void
test_tag_prefixes(void **state)
{
	static const char warning[] =
		"t.conf:1: warning: no rule uses service tag 't'; use it or remove it\n";
	const struct configuration_case cases[] = {
		{ "prefixes = '10.0.0.256'; };",
		  "t.conf:2: prefixes '10.0.0.256' is no prefix; write it like 10.0.0.0/16\n" },
		{ "prefixes = '10.0.0.1/31'; };",
		  "t.conf:2: prefixes '10.0.0.1/31' has host bits behind its length; did "
		  "you mean 10.0.0.0/31?\n" },
		{ "prefixes = [ '10.0.0.1', '10.0.0.1/32', '0.0.0.0/0', '224.0.0.0/4' ]; };",
		  warning },
	};

	(void)state;
	CASES_CHECK(GATEWAY PORT "service_tags = { name = 't'; ", cases);
}

static void
test_ports(void **state)
{
	static const struct configuration_case cases[] = {
		{ "'0';", "t.conf:2: ports '0' is no port or range; write it like '443' or "
			  "'8000-8080', from "
			  "1 to 65535\n" },
		{ "'65536';", "t.conf:2: ports '65536' is no port or range; write it like '443' or "
			      "'8000-8080', from 1 to 65535\n" },
		{ "'20-10';", "t.conf:2: ports '20-10' is no port or range; write it like '443' or "
			      "'8000-8080', from 1 to 65535\n" },
		{ "'1-2-3';", "t.conf:2: ports '1-2-3' is no port or range; write it like '443' or "
			      "'8000-8080', from 1 to 65535\n" },
		{ "' 80';",
		  "t.conf:2: ports ' 80' is no port or range; write it like '443' or '8000-8080', "
		  "from 1 to 65535\n" },
		{ "'*';", "t.conf:2: ports '*' is no port or range; write it like '443' or "
			  "'8000-8080', from "
			  "1 to 65535\n" },
		{ "'80-';",
		  "t.conf:2: ports '80-' is no port or range; write it like '443' or '8000-8080', "
		  "from 1 to 65535\n" },
		{ "-80;",
		  "t.conf:2: ports '-80' is no port or range; write it like '443' or '8000-8080', "
		  "from 1 to 65535\n" },
		{ "true;", "t.conf:2: ports is true or false; it takes a string in quotes\n" },
		{ "443;", "" },
		{ "'443';", "" },
		{ "[ '65535' ];", "" },
		{ "'8000-8080';", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text;

		assert_true(
			asprintf(
				&text,
				GATEWAY PORT INTERFACES NETWORK
				"vips = { name = 'v'; address = '192.0.2.1'; virtual_network = "
				"'n'; "
				"inbound = { name = 'r'; protocol = 'tcp'; backends = '10.0.1.4';\n"
				"ports = %s }; };",
				cases[i].text) >= 0);
		model_free(configuration_expect(text, cases[i].lines));
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),    cmocka_unit_test(test_macs),
		cmocka_unit_test(test_prefixes),     cmocka_unit_test(test_interface_addresses),
		cmocka_unit_test(test_tag_prefixes), cmocka_unit_test(test_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
