/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

/* Settings by way of the gateway's, which have all types. */

static void
test_types(void **state)
{
	static const struct configuration_case cases[] = {
		{ "gateway = 'g';", "t.conf:2: gateway is a string; it takes groups { }\n" },
		{ "gateway = ( { name = 'g'; } );",
		  "t.conf:2: gateway is a list ( ); it takes groups { }\n" },
		{ "gateway = {\n name = 7;\n};",
		  "t.conf:3: name is a number; it takes a string in quotes\n" },
		{ "gateway = { name = 'g';\n workers = '1'; };",
		  "t.conf:3: workers is a string; it takes a number from 1 to 64\n" },
		{ "gateway = { name = 'g'; workers = 1.0; };",
		  "t.conf:2: workers is a number with a fraction; it takes a number from 1 to "
		  "64\n" },
		{ "gateway = { name = 'g'; workers = true; };",
		  "t.conf:2: workers is true or false; it takes a number from 1 to 64\n" },
		{ "gateway = { name = 'g'; workers = [ 1 ]; };",
		  "t.conf:2: workers is an array [ ]; it takes a number from 1 to 64\n" },
		{ "gateway = { name = 'g'; workers = { }; };",
		  "t.conf:2: workers is a group { }; it takes a number from 1 to 64\n" },
		{ "gateway = { name = 'g'; eal_options = [ 1 ]; };",
		  "t.conf:2: eal_options is a number; it takes a string in quotes\n" },
		{ GATEWAY "security_groups = { name = 's';\n reevaluate = 1; };",
		  "t.conf:3: reevaluate is a number; it takes true or false\n" },
		{ GATEWAY
		  "neighbors = 1;\ninterfaces = ( 'a', { name = 'b'; port = 'p'; addresses = "
		  "'10.0.0.1/8'; },\n5 );",
		  "t.conf:2: neighbors is a number; it takes groups { }\n"
		  "t.conf:3: interfaces is a string; it takes groups { }\n"
		  "t.conf:4: interfaces is a number; it takes groups { }\n" },
	};

	(void)state;
	CASES_CHECK(PORT, cases);
}

static void
test_ranges(void **state)
{
	static const struct configuration_case cases[] = {
		{ "gateway = { name = 'g'; workers = 0; };",
		  "t.conf:2: workers = 0 is out of range; it goes from 1 to 64\n" },
		{ "gateway = { name = 'g'; workers = 65; };",
		  "t.conf:2: workers = 65 is out of range; it goes from 1 to 64\n" },
		{ "gateway = { name = 'g'; workers = -1; };",
		  "t.conf:2: workers = -1 is out of range; it goes from 1 to 64\n" },
		{ "gateway = { name = 'g'; workers = 4294967297L; };",
		  "t.conf:2: workers = 4294967297 is out of range; it goes from 1 to 64\n" },
		{ "gateway = { name = 'g'; ecmp_seed = 4294967296L; };",
		  "t.conf:2: ecmp_seed = 4294967296 is out of range; it goes from 0 to "
		  "4294967295\n" },
		{ "gateway = { name = 'g'; seed = -1; };",
		  "t.conf:2: seed = -1 is out of range; it goes from 0 to 9223372036854775807\n" },
	};

	(void)state;
	CASES_CHECK(PORT, cases);
}

/* Hexadecimal numbers have no sign, and an L makes room for 64 bits. */
static void
test_numbers(void **state)
{
	struct model *model = configuration_expect(
		PORT
		"gateway = { name = 'g'; ecmp_seed = 0xdeadbeef; seed = 0x123456789abcdefL; };",
		"");

	(void)state;
	assert_int_equal(model->gateway.ecmp_seed, 0xdeadbeef);
	assert_int_equal(model->gateway.seed, 0x123456789abcdef);
	model_free(model);
}

static void
test_unknown_settings(void **state)
{
	static const struct configuration_case cases[] = {
		{ "gateway2 = { };",
		  "t.conf:1: there is no gateway; add gateway = { name = '...'; };\n"
		  "t.conf:2: unknown setting gateway2 of the file; did you mean gateway?\n" },
		{ GATEWAY "\nnetworks = ();", "t.conf:3: unknown setting networks of the file; "
					      "there are gateway, ports, interfaces, "
					      "neighbors, routes, service_tags, security_groups, "
					      "route_tables, virtual_networks, "
					      "vips\n" },
		{ "gateway = { name = 'g'; worker = 1;\n gateway = { }; };",
		  "t.conf:2: unknown setting worker of the gateway; did you mean workers?\n"
		  "t.conf:3: unknown setting gateway of the gateway; there are name, cores, "
		  "workers, "
		  "flow_capacity, fragment_capacity, route_capacity, ecmp_seed, seed, "
		  "tcp_half_open_timeout, tcp_closing_timeout, tcp_loose, hold_down_fin, "
		  "hold_down_rst, "
		  "hold_down_half_open, hold_down_udp, icmp_error_rate, kernel_rate, "
		  "first_packet_share, idle, stall_timeout, "
		  "eal_options, "
		  "control_socket\n" },
		{ GATEWAY "service_tags = { name = 't'; Prefixes = '10.0.0.0/8'; };",
		  "t.conf:2: unknown setting Prefixes of a service tag; did you mean prefixes?\n"
		  "t.conf:2: service_tags: t has no addresses; set prefixes or prefixes_file\n" },
	};

	(void)state;
	CASES_CHECK(PORT, cases);
}

static void
test_choices(void **state)
{
	static const struct configuration_case cases[] = {
		{ "profile = 'cisco'; };",
		  "t.conf:2: profile = 'cisco' is none of its values; use one of azure, rfc\n" },
		{ "profile = 'Azure'; };",
		  "t.conf:2: profile = 'Azure' is none of its values; use one of azure, rfc\n" },
		{ "profile = 1; };",
		  "t.conf:2: profile is a number; it takes a string in quotes\n" },
	};

	(void)state;
	CASES_CHECK(GATEWAY PORT INTERFACES NETWORK
		    "vips = { name = 'v'; address = '192.0.2.1'; virtual_network = 'n';",
		    cases);
}

/* Where a step is not in the file, the line is that of the step before. */
static void
test_places(void **state)
{
	struct model *model = configuration_expect(
		"gateway = { name = 'g';\n"
		"workers = 2;\n"
		"};\n" PORT INTERFACES NETWORK "\n"
		"vips = {\n"
		"name = 'v'; address = '192.0.2.1'; virtual_network = 'n';\n"
		"outbound = { icmp_timeout = 5;\n"
		"tcp_reset = true; };\n"
		"inbound = (\n"
		"{ name = 'a'; protocol = 'tcp'; ports = '1';\n"
		"backends = (\n'10.0.1.9',\n'10.0.1.1',\n'10.0.1.10'); },\n"
		"{ name = 'b'; protocol = 'tcp'; ports = '2';\n"
		"backends = '10.0.9.1'; } ); };",
		"t.conf:13: backend '10.0.1.1' is reserved in its subnet; hosts have .4 and "
		"higher\n"
		"t.conf:16: backend '10.0.9.1' is in no subnet of the VIP's virtual network; name "
		"a host "
		"of one\n");

	(void)state;
	assert_null(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),   cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_numbers), cmocka_unit_test(test_unknown_settings),
		cmocka_unit_test(test_choices), cmocka_unit_test(test_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
