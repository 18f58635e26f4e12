/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/restart.h"

#include "model_text.h"

#define PORTS             "ports = { name = \"p\"; device = \"net_null0\"; };\n"
#define GATEWAY(settings) "gateway = { name = \"t\"; " settings " };\n"
#define LINK              "interfaces = { name = \"i\"; port = \"p\"; addresses = \"192.0.2.1/24\"; "
#define TAPPED(settings)  GATEWAY("") PORTS LINK settings " };\n"

/* Expects these settings to need a restart; "" for none. */
static void
expect(const char *running_text, const char *wanted_text, const char *settings)
{
	struct snapshot snapshot = { .worker_count = 2, .snat_worker_count = 2 };
	struct model *running = model_from_text(running_text);
	struct model *wanted = model_from_text(wanted_text);
	const struct generation generation = { .model = running, .snapshot = &snapshot };
	char text[256] = "untouched";

	assert_int_equal(restart_needed(&generation, wanted, text, sizeof(text)),
			 *settings != '\0');
	assert_string_equal(text, settings);
	model_free(running);
	model_free(wanted);
}

static void
what_is_fixed_at_the_start_is_named(void **state)
{
	static const struct {
		const char *settings, *name;
	} cases[] = {
		{ "cores = \"0,1\"; workers = 1;", "gateway.cores" },
		{ "workers = 2;", "gateway.workers" },
		{ "flow_capacity = 64;", "gateway.flow_capacity" },
		{ "route_capacity = 64;", "gateway.route_capacity" },
		{ "seed = 0;", "gateway.seed" },
		{ "stall_timeout = 9;", "gateway.stall_timeout" },
		{ "idle = \"poll\";", "gateway.idle" },
		{ "eal_options = [ \"-m\", \"64\" ];", "gateway.eal_options" },
		{ "control_socket = \"/tmp/s\";", "gateway.control_socket" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text;

		assert_true(asprintf(&text,
				     "gateway = { name = \"t\"; cores = \"0\"; %s };\n" PORTS,
				     i == 0 ? "" : cases[i].settings) >= 0);
		if (i == 0)
			expect(text, GATEWAY("cores = \"0,1\"; workers = 1;") PORTS, cases[0].name);
		else
			expect(GATEWAY("cores = \"0\";") PORTS, text, cases[i].name);
		free(text);
	}
}

static void
a_new_name_moves_the_socket_too(void **state)
{
	(void)state;
	expect(GATEWAY("") PORTS, "gateway = { name = \"u\"; };\n" PORTS,
	       "gateway.name, gateway.control_socket");
}

static void
ports_are_fixed(void **state)
{
	static const char *const others[] = {
		"ports = { name = \"q\"; device = \"net_null0\"; };\n",
		"ports = { name = \"p\"; device = \"net_null1\"; };\n",
		"ports = { name = \"p\"; device = \"net_null0\"; mtu = 1400; };\n",
		"ports = { name = \"p\"; device = \"net_null0\"; rx_queues = 1; };\n",
		"ports = { name = \"p\"; device = \"net_null0\"; descriptors = 64; };\n",
		("ports = ( { name = \"p\"; device = \"net_null0\"; },"
		 " { name = \"q\"; device = \"net_null1\"; } );\n"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		char *text;

		assert_true(asprintf(&text, GATEWAY("") "%s", others[i]) >= 0);
		expect(GATEWAY("") PORTS, text, "ports");
		free(text);
	}
}

static void
taps_are_made_at_the_start(void **state)
{
	(void)state;
	expect(TAPPED(""), TAPPED("tap = \"a\";"), "interfaces.tap");
	expect(TAPPED("tap = \"a\";"), TAPPED(""), "interfaces.tap");
	expect(TAPPED("tap = \"a\";"), TAPPED("tap = \"b\";"), "interfaces.tap");
	expect(TAPPED("tap = \"a\";"), TAPPED("tap = \"a\"; mtu = 1400;"), "");
}

static void
the_rest_changes_while_it_runs(void **state)
{
	(void)state;
	expect(GATEWAY("") PORTS,
	       GATEWAY("ecmp_seed = 5; icmp_error_rate = 7;") PORTS
	       "interfaces = { name = \"i\"; port = \"p\"; addresses = \"192.0.2.1/24\"; };\n",
	       "");
}

/* Several workers draw ports; mappings want one that draws all. */
static void
mappings_have_to_be_there_from_the_start(void **state)
{
	static const char network[] = GATEWAY("") PORTS
		"interfaces = { name = \"i\"; port = \"p\"; addresses = \"10.0.1.1/26\"; };\n"
		"virtual_networks = { name = \"n\"; address_space = \"10.0.0.0/16\"; subnets = { "
		"name = \"s\"; prefix = \"10.0.1.0/26\"; interface = \"i\"; "
		"outbound_vips = \"v\"; }; };\n";
	char *azure, *rfc;

	(void)state;
	assert_true(asprintf(&azure,
			     "%svips = { name = \"v\"; address = \"192.0.2.1\"; virtual_network = "
			     "\"n\"; };\n",
			     network) >= 0);
	assert_true(asprintf(&rfc,
			     "%svips = { name = \"v\"; address = \"192.0.2.1\"; virtual_network = "
			     "\"n\"; profile = \"rfc\"; };\n",
			     network) >= 0);
	expect(azure, rfc, "vips.profile");
	expect(rfc, azure, "");
	free(rfc);
	free(azure);
}

static void
a_short_text_is_cut(void **state)
{
	struct model *running = model_from_text(GATEWAY("workers = 1;") PORTS);
	struct model *wanted = model_from_text(GATEWAY("workers = 2; flow_capacity = 32;") PORTS);
	struct snapshot snapshot = { .worker_count = 1, .snat_worker_count = 1 };
	const struct generation generation = { .model = running, .snapshot = &snapshot };
	char text[12];

	(void)state;
	assert_true(restart_needed(&generation, wanted, text, sizeof(text)));
	assert_string_equal(text, "gateway.wor");
	assert_true(restart_needed(&generation, wanted, NULL, 0));
	model_free(running);
	model_free(wanted);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_fixed_at_the_start_is_named),
		cmocka_unit_test(a_new_name_moves_the_socket_too),
		cmocka_unit_test(ports_are_fixed),
		cmocka_unit_test(taps_are_made_at_the_start),
		cmocka_unit_test(the_rest_changes_while_it_runs),
		cmocka_unit_test(mappings_have_to_be_there_from_the_start),
		cmocka_unit_test(a_short_text_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
