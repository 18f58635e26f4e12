/* SPDX-License-Identifier: BSD-3-Clause */
#include "gateway_fixture.h"

#include "control/report.h"

#define CONFIGURATION                                                      \
	"gateway = { name = \"t\"; workers = 1; route_capacity = 64; };\n" \
	"ports = ( { name = \"wan\"; device = \"net_null0\"; },"           \
	" { name = \"lan\"; device = \"net_null1\"; } );\n"                \
	"interfaces = ( { name = \"up\"; port = \"wan\"; addresses = \"198.51.100.2/24\"; } );\n"

static struct counters
sample(void)
{
	return (struct counters){
		.ports = { { 10, 1000, 4, 400 }, { 1, 60, 2, 120 } },
		.path_packets = { [PATH_FABRIC] = 1,
				  [PATH_STATEFUL] = 4,
				  [PATH_STATELESS] = 2,
				  [PATH_LOCAL] = 1 },
		.drops = { [DROP_no_route] = 3, [DROP_security_inbound] = 2 },
		.originated = 2,
		.consumed = 1,
		.held = 1,
		.decided = 6,
		.sessions_created = 5,
		.sessions_ended = 2,
		.sessions_displaced = 1,
		.snat_ports_taken = 4,
		.snat_ports_returned = 3,
		.handed_off = 7,
		.handoffs_taken = 7,
	};
}

/* 10 + 1 received and 2 made: 4 + 2 sent, 1 ended, 1 held, 5 dropped. */
static void
one_packet_too_many_is_noticed(void **state)
{
	struct counters counters = sample();

	(void)state;
	assert_true(report_balanced(&counters));
	counters.ports[1].sent_packets++;
	assert_false(report_balanced(&counters));
	counters.held--;
	assert_true(report_balanced(&counters));
	counters.drops[DROP_REASON_COUNT - 1]++;
	assert_false(report_balanced(&counters));
	counters.ports[PORTS_MAX - 1].received_packets++;
	assert_true(report_balanced(&counters));
	counters.consumed++;
	assert_false(report_balanced(&counters));
	counters.originated++;
	assert_true(report_balanced(&counters));
	counters.handed_off++;
	assert_false(report_balanced(&counters));
}

static void
programs_get_every_counter(void **state)
{
	struct fixture *fixture = *state;
	const struct counters counters = sample();
	json_t *report;
	char *text;

	fixture_create(fixture, CONFIGURATION, 0, false);
	report = report_json(fixture->gateway, &counters);
	assert_non_null(report);
	text = json_dumps(report, 0);
	assert_string_equal(
		text,
		"{\"ports\": {\"wan\": {\"in\": 10, \"out\": 4, \"bytes_in\": 1000,"
		" \"bytes_out\": 400}, \"lan\": {\"in\": 1, \"out\": 2, \"bytes_in\": 60,"
		" \"bytes_out\": 120}},"
		" \"paths\": {\"fabric\": 1, \"stateful\": 4, \"stateless\": 2, \"local\": 1},"
		" \"sessions\": {\"created\": 5, \"ended\": 2, \"displaced\": 1, \"in_use\": 3},"
		" \"snat_ports\": {\"in_use\": 1}, \"originated\": 2, \"consumed\": 1,"
		" \"held\": 1, \"decided\": 6, \"handed_off\": 7,"
		" \"drops\": {\"no_route\": 3, \"security_inbound\": 2}}");
	free(text);
	json_decref(report);
}

static void
assert_printed(const struct gateway *gateway, const struct counters *counters, const char *expected)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	report_print(stream, gateway, counters);
	assert_int_equal(fclose(stream), 0);
	assert_string_equal(text, expected);
	free(text);
}

static void
people_get_a_table(void **state)
{
	struct fixture *fixture = *state;
	struct counters counters = sample();

	fixture_create(fixture, CONFIGURATION, 0, false);
	assert_printed(
		fixture->gateway, &counters,
		"port                   packets in  packets out        bytes in       bytes out\n"
		"  wan                          10            4            1000             400\n"
		"  lan                           1            2              60             120\n"
		"path\n"
		"  fabric                                    1\n"
		"  stateful                                  4\n"
		"  stateless                                 2\n"
		"  local                                     1\n"
		"sessions\n"
		"  created                                   5\n"
		"  ended                                     2\n"
		"  of them displaced                         1\n"
		"  in use                                    3\n"
		"  SNAT ports in use                         1\n"
		"made by the gateway                         2\n"
		"ended at the gateway                        1\n"
		"waiting                                     1\n"
		"handed to another worker                    7\n"
		"dropped                                     5\n"
		"  no_route                                  3  the fabric has no route to the "
		"destination\n"
		"  security_inbound                          2  a rule of the receiver's security "
		"group denies it\n");
}

#define fixture_test(function) \
	cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int
main(void)
{
	test_eal_start("256");

	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_packet_too_many_is_noticed),
		fixture_test(programs_get_every_counter),
		fixture_test(people_get_a_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
