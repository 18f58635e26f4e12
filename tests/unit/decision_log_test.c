/* SPDX-License-Identifier: BSD-3-Clause */
#include "gateway_fixture.h"

#include <unistd.h>

#include "control/decision_json.h"
#include "control/decision_log.h"
#include "control/packet_frame.h"

#define CONFIGURATION                                                                          \
	"gateway = { name = \"t\"; workers = 1; route_capacity = 64; flow_capacity = 64; };\n" \
	"ports = ( { name = \"wan\"; device = \"net_null0\"; },"                               \
	" { name = \"lan\"; device = \"net_null1\"; } );\n"                                    \
	"interfaces = ( { name = \"web\"; port = \"wan\"; addresses = \"10.0.1.1/24\"; },"     \
	" { name = \"db\"; port = \"lan\"; addresses = \"10.0.2.1/24\"; } );\n"                \
	"virtual_networks = { name = \"n\"; address_space = \"10.0.0.0/16\"; subnets = ("      \
	" { name = \"web\"; prefix = \"10.0.1.0/24\"; interface = \"web\"; },"                 \
	" { name = \"db\"; prefix = \"10.0.2.0/24\"; interface = \"db\"; } ); };\n"

static void
file_that_cannot_be_made_is_told(void **state)
{
	char error[256] = "";

	(void)state;
	assert_null(decision_log_create("/nowhere/decisions", error, sizeof(error)));
	assert_string_equal(error, "/nowhere/decisions: No such file or directory");
	assert_int_equal(decision_log_close(NULL), 0);
}

static void
put(struct fixture *fixture, const char *text)
{
	const struct snapshot *snapshot = gateway_snapshot(fixture->gateway);
	uint16_t interface = gateway_interface_id(fixture->gateway, "web");
	uint8_t frame[PACKET_FRAME_MAX] __rte_aligned(PACKET_FRAME_ALIGNMENT);
	struct packet_text packet;
	char error[256];
	uint16_t length;

	assert_int_equal(packet_text_parse(text, &packet, error, sizeof(error)), 0);
	length = packet_frame_build(&packet, &snapshot->interfaces[interface], frame);
	fixture_put(fixture, FIXTURE_WAN, frame, length);
}

static void
full_device_is_told(void **state)
{
	struct fixture *fixture = *state;
	char error[256];
	struct decision_log *log;

	fixture_create(fixture, CONFIGURATION, 1, true);
	log = decision_log_create("/dev/full", error, sizeof(error));
	assert_non_null(log);
	decision_log_attach(log, fixture->gateway);
	put(fixture, "udp 10.0.1.4:7 10.0.2.4:53");
	fixture_run(fixture);
	assert_int_not_equal(decision_log_close(log), 0);
}

/* One line for each packet that was decided, none for those of a session that exists. */
static void
decisions_are_recorded_as_explained(void **state)
{
	static const char *const packets[] = {
		"udp 10.0.1.4:7 10.0.2.4:53",
		"icmp 10.0.1.4 10.0.2.4 id 0",
		"esp 10.0.9.4 10.0.2.4",
	};
	struct fixture *fixture = *state;
	char file[] = "/tmp/viaduct-decisions-XXXXXX";
	int descriptor = mkstemp(file);
	char error[256], line[4096];
	struct decision_log *log;
	FILE *stream;

	assert_true(descriptor >= 0);
	close(descriptor);
	fixture_create(fixture, CONFIGURATION, 1, true);
	log = decision_log_create(file, error, sizeof(error));
	assert_non_null(log);
	decision_log_attach(log, fixture->gateway);
	for (size_t i = 0; i < RTE_DIM(packets); i++) {
		put(fixture, packets[i]);
		fixture_run(fixture);
	}
	put(fixture, packets[0]);
	fixture_run(fixture);
	assert_int_equal(decision_log_close(log), 0);

	stream = fopen(file, "r");
	assert_non_null(stream);
	for (size_t i = 0; i < RTE_DIM(packets); i++) {
		json_t *object, *decision;

		assert_non_null(fgets(line, sizeof(line), stream));
		object = json_loads(line, 0, NULL);
		assert_string_equal(json_string_value(json_object_get(object, "interface")), "web");
		assert_string_equal(json_string_value(json_object_get(object, "packet")),
				    packets[i]);
		decision = json_object_get(object, "decision");
		assert_string_equal(json_string_value(json_object_get(decision, "verdict")),
				    i < 2 ? "session" : "drop");
		assert_int_equal(json_object_size(decision), 15);
		json_decref(object);
	}
	assert_null(fgets(line, sizeof(line), stream));
	fclose(stream);
	unlink(file);
}

#define fixture_test(function) \
	cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int
main(void)
{
	test_eal_start("256");

	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_that_cannot_be_made_is_told),
		fixture_test(full_device_is_told),
		fixture_test(decisions_are_recorded_as_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
