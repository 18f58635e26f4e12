/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#include <unistd.h>

static void
test_wrong(void **state)
{
	static const struct configuration_case cases[] = {
		{ "cores = '';",
		  "t.conf:2: cores '' is no list of CPUs; write it like '0-3' or '0,2,4', each "
		  "CPU once, up to 1023\n" },
		{ "cores = '0-1,1';",
		  "t.conf:2: cores '0-1,1' is no list of CPUs; write it like '0-3' or "
		  "'0,2,4', each CPU once, up to 1023\n" },
		{ "cores = '3-1';",
		  "t.conf:2: cores '3-1' is no list of CPUs; write it like '0-3' or '0,2,4', "
		  "each CPU once, up to 1023\n" },
		{ "cores = '1024';",
		  "t.conf:2: cores '1024' is no list of CPUs; write it like '0-3' or "
		  "'0,2,4', each CPU once, up to 1023\n" },
		{ "cores = '0,';",
		  "t.conf:2: cores '0,' is no list of CPUs; write it like '0-3' or '0,2,4', "
		  "each CPU once, up to 1023\n" },
		{ "cores = '0 1';",
		  "t.conf:2: cores '0 1' is no list of CPUs; write it like '0-3' or "
		  "'0,2,4', each CPU once, up to 1023\n" },
		{ "control_socket = '';",
		  "t.conf:2: control_socket has 0 characters; a socket's path has 1 to 107\n" },
		{ "control_socket = "
		  "'/"
		  "12345678901234567890123456789012345678901234567890123456789012345678901234567890"
		  "12345678"
		  "9012345678901234567';",
		  "t.conf:2: control_socket has 108 characters; a socket's path has 1 to 107\n" },
		{ "stall_timeout = 3601;",
		  "t.conf:2: stall_timeout = 3601 is out of range; it goes from 0 to 3600\n" },
		{ "idle = 'doze';",
		  "t.conf:2: idle = 'doze' is none of its values; use one of poll, sleep\n" },
		{ "flow_capacity = 15;",
		  "t.conf:2: flow_capacity = 15 is out of range; it goes from 16 to 134217728\n" },
		{ "first_packet_share = 101;",
		  "t.conf:2: first_packet_share = 101 is out of range; it goes from 1 to 100\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text;

		assert_true(asprintf(&text, PORT "gateway = { name = 'g';\n%s };", cases[i].text) >=
			    0);
		model_free(configuration_expect(text, cases[i].lines));
		free(text);
	}
}

static void
test_defaults(void **state)
{
	struct model *model = configuration_expect(PORT "\ngateway = { name = 'gw-7'; };", "");
	const struct gateway_settings *gateway = &model->gateway;
	bool one_cpu = sysconf(_SC_NPROCESSORS_ONLN) == 1;

	(void)state;
	assert_string_equal(gateway->name, "gw-7");
	assert_int_equal(gateway->origin.line, 2);
	assert_int_equal(gateway->cores.count, one_cpu ? 1 : 2);
	assert_int_equal(gateway->cores.items[0], 0);
	if (!one_cpu)
		assert_int_equal(gateway->cores.items[1], 1);
	assert_int_equal(gateway->workers, 1);
	assert_int_equal(gateway->flow_capacity, 262144);
	assert_int_equal(gateway->fragment_capacity, 4096);
	assert_int_equal(gateway->route_capacity, 65536);
	assert_false(gateway->seed_set);
	assert_int_equal(gateway->tcp_half_open_timeout, 30);
	assert_int_equal(gateway->tcp_closing_timeout, 30);
	assert_false(gateway->tcp_loose);
	assert_int_equal(gateway->hold_down_fin, 65);
	assert_int_equal(gateway->hold_down_rst, 16);
	assert_int_equal(gateway->hold_down_half_open, 30);
	assert_int_equal(gateway->hold_down_udp, 65);
	assert_int_equal(gateway->icmp_error_rate, 1000);
	assert_int_equal(gateway->kernel_rate, 4000);
	assert_int_equal(gateway->first_packet_share, 20);
	assert_int_equal(gateway->eal_options.count, 0);
	assert_string_equal(gateway->control_socket, "/run/viaduct/gw-7.sock");
	model_free(model);
}

/* Two gateways in line must not choose their paths alike. */
static void
test_ecmp_seed_follows_the_name(void **state)
{
	struct model *one = configuration_expect(PORT "gateway = { name = 'gw1'; };", "");
	struct model *two = configuration_expect(PORT "gateway = { name = 'gw2'; };", "");
	struct model *again =
		configuration_expect(PORT "gateway = { name = 'gw1'; workers = 2; };", "");

	(void)state;
	assert_int_not_equal(one->gateway.ecmp_seed, two->gateway.ecmp_seed);
	assert_int_equal(one->gateway.ecmp_seed, again->gateway.ecmp_seed);
	model_free(one);
	model_free(two);
	model_free(again);
}

static void
test_all_set(void **state)
{
	static const unsigned cores[] = { 2, 8, 9, 10, 4 };
	struct model *model = configuration_expect(
		PORT "gateway = { name = 'g'; cores = '2,8-10,4'; flow_capacity = 16; "
		     "route_capacity = 1048576; ecmp_seed = 5; seed = 6; "
		     "icmp_error_rate = 0; eal_options = [ '-m', '512' ]; "
		     "control_socket = 'gw.sock'; };",
		"");
	const struct gateway_settings *gateway = &model->gateway;

	(void)state;
	assert_int_equal(gateway->cores.count, 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(gateway->cores.items[i], cores[i]);
	assert_int_equal(gateway->workers, 4);
	assert_int_equal(gateway->flow_capacity, 16);
	assert_int_equal(gateway->route_capacity, 1048576);
	assert_int_equal(gateway->ecmp_seed, 5);
	assert_true(gateway->seed_set);
	assert_int_equal(gateway->seed, 6);
	assert_int_equal(gateway->icmp_error_rate, 0);
	assert_int_equal(gateway->eal_options.count, 2);
	assert_string_equal(gateway->eal_options.items[1], "512");
	assert_string_equal(gateway->control_socket, "gw.sock");
	model_free(model);
}

static void
test_one_core(void **state)
{
	struct model *model =
		configuration_expect(PORT "gateway = { name = 'g'; cores = '3'; };", "");

	(void)state;
	assert_int_equal(model->gateway.cores.count, 1);
	assert_int_equal(model->gateway.cores.items[0], 3);
	assert_int_equal(model->gateway.workers, 1);
	model_free(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_ecmp_seed_follows_the_name),
		cmocka_unit_test(test_all_set),
		cmocka_unit_test(test_one_core),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
