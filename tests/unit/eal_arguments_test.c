/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/eal_arguments.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static char wan_name[] = "wan", lan_name[] = "lan", gateway_name[] = "gw1",
	    directory[] = "/etc/viaduct";
static char wan_device[] = "net_pcap0,rx_pcap=in.pcap", lan_device[] = "net_null1";
static char pci_device[] = "03:00.0,x=1";
static unsigned int cores[] = { 0, 1, 4 };

/* One worker on CPU 1, the control thread on CPU 0, two ports. */
struct fixture {
	struct port ports[2];
	struct model model;
	struct eal_machine machine;
	struct eal_arguments arguments;
	char error[256];
};

static struct fixture
fixture_make(void)
{
	struct fixture fixture = {
		.ports = { { .name = wan_name, .device = wan_device },
			   { .name = lan_name, .device = lan_device } },
		.model = { .directory = directory,
			   .gateway = { .name = gateway_name,
					.cores = { .items = cores, .count = 2 },
					.workers = 1,
					.flow_capacity = 1024,
					.route_capacity = 1024 },
			   .port_count = 2 },
		.machine = { .pid = 77, .packet_bytes = 64 << 20 },
	};

	CPU_ZERO(&fixture.machine.cpus);
	CPU_SET(0, &fixture.machine.cpus);
	CPU_SET(1, &fixture.machine.cpus);
	CPU_SET(4, &fixture.machine.cpus);
	return fixture;
}

static int
build(struct fixture *fixture, enum eal_mode mode)
{
	fixture->model.ports = fixture->ports;
	return eal_arguments_build(&fixture->model, mode, &fixture->machine, &fixture->arguments,
				   fixture->error, sizeof(fixture->error));
}

/* Expects those arguments, the NULL at the end included, and clears them. */
static void
expect(struct fixture *fixture, const char *const *expected)
{
	size_t i;

	for (i = 0; expected[i] != NULL; i++) {
		assert_true(i < fixture->arguments.count);
		assert_string_equal(fixture->arguments.items[i], expected[i]);
	}
	assert_int_equal(fixture->arguments.count, i);
	assert_null(fixture->arguments.items[i]);
	eal_arguments_clear(&fixture->arguments);
	assert_null(fixture->arguments.items);
}

static void
cpu_that_is_not_there_is_refused(void **state)
{
	struct fixture fixture = fixture_make();

	(void)state;
	CPU_CLR(1, &fixture.machine.cpus);
	CPU_SET(5, &fixture.machine.cpus);
	assert_int_equal(build(&fixture, EAL_GATEWAY), -EINVAL);
	assert_string_equal(
		fixture.error,
		"gateway.cores names CPU 1, which this process can not use; it may use 0,4-5");
	eal_arguments_clear(&fixture.arguments);
}

static void
file_with_a_comma_is_refused(void **state)
{
	char comma[] = "/srv/a,b";
	struct fixture fixture = fixture_make();

	(void)state;
	fixture.model.directory = comma;
	assert_int_equal(build(&fixture, EAL_GATEWAY), -EINVAL);
	assert_string_equal(fixture.error,
			    "a file of port wan would have a comma in its name, which DPDK can "
			    "not read; move the configuration to a folder without one");
	eal_arguments_clear(&fixture.arguments);
}

static void
gateway_has_its_devices_and_lcores(void **state)
{
	const char *const expected[] = { "viaduct",
					 "--log-level=error",
					 "--lcores=0@0,1@1",
					 "--file-prefix=viaduct-gw1",
					 "--vdev=net_pcap0,rx_pcap=/etc/viaduct/in.pcap",
					 "--vdev=net_null1",
					 "--no-pci",
					 NULL };
	struct fixture fixture = fixture_make();

	(void)state;
	assert_int_equal(build(&fixture, EAL_GATEWAY), 0);
	expect(&fixture, expected);
}

static void
pci_is_probed_only_for_its_ports(void **state)
{
	const char *const expected[] = { "viaduct",
					 "--log-level=error",
					 "--lcores=0@0,1@1",
					 "--file-prefix=viaduct-gw1",
					 "--vdev=net_pcap0,rx_pcap=/etc/viaduct/in.pcap",
					 "--allow=0000:03:00.0,x=1",
					 NULL };
	struct fixture fixture = fixture_make();

	(void)state;
	fixture.ports[1].device = pci_device;
	fixture.ports[1].is_pci = true;
	assert_int_equal(build(&fixture, EAL_GATEWAY), 0);
	expect(&fixture, expected);
}

static void
expect_lcores(unsigned int workers, size_t core_count, const char *expected)
{
	struct fixture fixture = fixture_make();

	fixture.model.gateway.workers = workers;
	fixture.model.gateway.cores.count = core_count;
	assert_int_equal(build(&fixture, EAL_GATEWAY), 0);
	assert_string_equal(fixture.arguments.items[2], expected);
	eal_arguments_clear(&fixture.arguments);
}

static void
workers_share_the_cpus_behind_the_first(void **state)
{
	(void)state;
	expect_lcores(2, 3, "--lcores=0@0,1@1,2@4");
	expect_lcores(5, 3, "--lcores=0@0,1@1,2@4,3@1,4@4,5@1");
	expect_lcores(3, 2, "--lcores=0@0,1@1,2@1,3@1");
	expect_lcores(2, 1, "--lcores=0@0,1@0,2@0");
}

static void
prefix_is_a_short_safe_name(void **state)
{
	char name[] = "a b/c:\xc3\xa9_d.e-f789012345678901234567890123456789012345678901234";
	struct fixture fixture = fixture_make();

	(void)state;
	fixture.model.gateway.name = name;
	assert_int_equal(build(&fixture, EAL_GATEWAY), 0);
	assert_string_equal(fixture.arguments.items[3],
			    "--file-prefix=viaduct-"
			    "a_b_c____d.e-f7890123456789012345678901234567890");
	eal_arguments_clear(&fixture.arguments);
}

static void
options_of_the_user_come_last(void **state)
{
	char no_huge[] = "--no-huge", m[] = "-m", size[] = "512";
	char *options[] = { no_huge, m, size };
	const char *const expected[] = { "viaduct",
					 "--log-level=error",
					 "--lcores=0@0,1@1",
					 "--file-prefix=viaduct-gw1",
					 "--vdev=net_pcap0,rx_pcap=/etc/viaduct/in.pcap",
					 "--vdev=net_null1",
					 "--no-pci",
					 "--no-huge",
					 "-m",
					 "512",
					 NULL };
	struct fixture fixture = fixture_make();

	(void)state;
	fixture.model.gateway.eal_options = (struct string_list){ .items = options, .count = 3 };
	assert_int_equal(build(&fixture, EAL_GATEWAY), 0);
	expect(&fixture, expected);
}

static void
memory_without_huge_pages_is_worked_out(void **state)
{
	char no_huge[] = "--no-huge", m[] = "-m512", socket[] = "--socket-mem=512";
	char *options[] = { no_huge, m };
	struct fixture fixture = fixture_make();

	(void)state;
	fixture.model.gateway.eal_options = (struct string_list){ .items = options, .count = 1 };
	assert_int_equal(build(&fixture, EAL_GATEWAY), 0);
	/* 128 of next hops, 2 of /24s, 1 of routes, 0.2 of sessions, 32, 64, 128: 355.06 */
	assert_string_equal(fixture.arguments.items[7], "-m356");
	assert_string_equal(fixture.arguments.items[8], "--no-huge");
	eal_arguments_clear(&fixture.arguments);

	fixture.model.gateway.eal_options.count = 2;
	assert_int_equal(build(&fixture, EAL_GATEWAY), 0);
	assert_string_equal(fixture.arguments.items[7], "--no-huge");
	eal_arguments_clear(&fixture.arguments);

	options[1] = socket;
	assert_int_equal(build(&fixture, EAL_GATEWAY), 0);
	assert_string_equal(fixture.arguments.items[7], "--no-huge");
	eal_arguments_clear(&fixture.arguments);
}

static void
offline_needs_nothing_of_the_machine(void **state)
{
	const char *const expected[] = { "viaduct",
					 "--log-level=error",
					 "--no-huge",
					 "--no-shconf",
					 "--no-pci",
					 "--no-telemetry",
					 "--file-prefix=viaduct-77",
					 "-m356",
					 "--lcores=0@(0-1,4)",
					 NULL };
	char option[] = "--in-memory";
	char *options[] = { option };
	struct fixture fixture = fixture_make();

	(void)state;
	fixture.model.gateway.eal_options = (struct string_list){ .items = options, .count = 1 };
	fixture.model.gateway.cores.count = 3;
	assert_int_equal(build(&fixture, EAL_OFFLINE), 0);
	expect(&fixture, expected);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpu_that_is_not_there_is_refused),
		cmocka_unit_test(file_with_a_comma_is_refused),
		cmocka_unit_test(gateway_has_its_devices_and_lcores),
		cmocka_unit_test(pci_is_probed_only_for_its_ports),
		cmocka_unit_test(workers_share_the_cpus_behind_the_first),
		cmocka_unit_test(prefix_is_a_short_safe_name),
		cmocka_unit_test(options_of_the_user_come_last),
		cmocka_unit_test(memory_without_huge_pages_is_worked_out),
		cmocka_unit_test(offline_needs_nothing_of_the_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
