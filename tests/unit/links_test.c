/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <rte_dev.h>

#include "control/links.h"
#include "eal.h"

#define TURN 10000000ULL /* nanoseconds between two looks */

/* A gateway that is only told of its ports. */
struct gateway {
	struct model model;
	unsigned int told;
	bool up[2];
};

struct fixture {
	struct gateway gateway;
	struct ports ports;
	struct links links;
	uint64_t now;
	char *log;
	size_t log_length;
};

static char wan[] = "wan", lan[] = "lan";
static struct port model_ports[] = { { .name = wan }, { .name = lan } };

const struct model *
gateway_model(const struct gateway *gateway)
{
	return &gateway->model;
}

void
gateway_port_set(struct gateway *gateway, unsigned int port, bool up)
{
	gateway->up[port] = up;
	gateway->told++;
}

/* The first port is a ring, whose link can be set; the second is no device at all. */
static int
set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	uint16_t ring;

	assert_non_null(fixture);
	assert_int_equal(rte_eal_hotplug_add("vdev", "net_ring0", ""), 0);
	assert_int_equal(rte_eth_dev_get_port_by_name("net_ring0", &ring), 0);
	fixture->gateway.model.ports = model_ports;
	fixture->ports.count = 2;
	fixture->ports.devices[0].ethdev = ring;
	fixture->ports.devices[1].ethdev = RTE_MAX_ETHPORTS;
	fixture->links.log = open_memstream(&fixture->log, &fixture->log_length);
	assert_non_null(fixture->links.log);
	assert_int_equal(fflush(fixture->links.log), 0);
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	fclose(fixture->links.log);
	free(fixture->log);
	free(fixture);
	return rte_eal_hotplug_remove("vdev", "net_ring0");
}

static unsigned int
look(struct fixture *fixture)
{
	fixture->now += TURN;
	return links_tick(&fixture->links, &fixture->ports, &fixture->gateway, fixture->now);
}

static void
set_link(struct fixture *fixture, bool up)
{
	uint16_t ring = fixture->ports.devices[0].ethdev;

	assert_int_equal(up ? rte_eth_dev_set_link_up(ring) : rte_eth_dev_set_link_down(ring), 0);
}

static void
who_does_not_know_has_a_link(void **state)
{
	struct fixture *fixture = *state;

	set_link(fixture, true);
	assert_int_equal(look(fixture), 2);
	assert_true(fixture->gateway.up[0]);
	assert_true(fixture->gateway.up[1]);
	assert_int_equal(look(fixture), 0);
	assert_int_equal(fixture->gateway.told, 2);
	assert_string_equal(fixture->log, "");
}

static void
changes_are_told_once(void **state)
{
	struct fixture *fixture = *state;

	set_link(fixture, true);
	look(fixture);
	set_link(fixture, false);
	assert_int_equal(look(fixture), 1);
	assert_false(fixture->gateway.up[0]);
	assert_int_equal(look(fixture), 0);
	set_link(fixture, true);
	assert_int_equal(look(fixture), 1);
	assert_true(fixture->gateway.up[0]);
	assert_int_equal(fixture->gateway.told, 4);
	assert_string_equal(fixture->log, "viaduct run: port wan has no link\n"
					  "viaduct run: port wan has a link of 10000 Mbit/s\n");
}

static void
a_start_without_a_link_is_told(void **state)
{
	struct fixture *fixture = *state;

	set_link(fixture, false);
	assert_int_equal(look(fixture), 2);
	assert_false(fixture->gateway.up[0]);
	assert_string_equal(fixture->log, "viaduct run: port wan has no link\n");
}

static void
nobody_is_asked_all_the_time(void **state)
{
	struct fixture *fixture = *state;

	set_link(fixture, true);
	look(fixture);
	set_link(fixture, false);
	fixture->now += TURN - 1;
	assert_int_equal(
		links_tick(&fixture->links, &fixture->ports, &fixture->gateway, fixture->now), 0);
	fixture->now++;
	assert_int_equal(
		links_tick(&fixture->links, &fixture->ports, &fixture->gateway, fixture->now), 1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(who_does_not_know_has_a_link),
		TEST(changes_are_told_once),
		TEST(a_start_without_a_link_is_told),
		TEST(nobody_is_asked_all_the_time),
	};

	test_eal_start("32");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
