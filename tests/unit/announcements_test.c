/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bytes.h"
#include "control/announcements.h"
#include "dataplane/command.h"
#include "dataplane/flow_key.h"
#include "eal.h"

#define SECOND 1000000000ULL

/* A fabric interface 198.51.100.2/24, a subnet's 10.0.1.1/26, VIPs .9 of each and 192.23.1.2. */
struct fixture {
	struct rte_ring *ring;
	struct snapshot_interface interfaces[3];
	struct snapshot_vip vips[3];
	struct snapshot snapshot;
	struct announcements announcements;
};

static int
setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	fixture->ring = command_ring_create("announcements", SOCKET_ID_ANY);
	assert_non_null(fixture->ring);
	fixture->interfaces[1] = (struct snapshot_interface){
		.present = true,
		.zone = ZONE_FABRIC,
		.mac = { { 2, 0, 0, 0, 0, 1 } },
		.address_count = 1,
		.addresses = { { IP4(198, 51, 100, 2), 24 } },
	};
	fixture->interfaces[2] = (struct snapshot_interface){
		.present = true,
		.port = 1,
		.zone = 1,
		.mac = { { 2, 0, 0, 0, 0, 2 } },
		.address_count = 1,
		.addresses = { { IP4(10, 0, 1, 1), 26 } },
	};
	fixture->vips[0] =
		(struct snapshot_vip){ .present = true, .address = RTE_BE32(IP4(198, 51, 100, 9)) };
	fixture->vips[1] =
		(struct snapshot_vip){ .present = true, .address = RTE_BE32(IP4(192, 23, 1, 2)) };
	fixture->vips[2] =
		(struct snapshot_vip){ .present = true, .address = RTE_BE32(IP4(10, 0, 1, 9)) };
	fixture->snapshot = (struct snapshot){
		.interfaces = fixture->interfaces,
		.interface_count = 3,
		.vips = fixture->vips,
		.vip_count = 3,
	};
	*state = fixture;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *fixture = *state;

	announcements_clear(&fixture->announcements);
	rte_ring_free(fixture->ring);
	free(fixture);
	return 0;
}

static void
set(struct fixture *fixture, uint64_t now)
{
	assert_int_equal(announcements_set(&fixture->announcements, &fixture->snapshot, now), 0);
}

static unsigned int
tick(struct fixture *fixture, uint64_t now)
{
	return announcements_tick(&fixture->announcements, fixture->ring, now);
}

static void
expect(struct fixture *fixture, uint16_t interface, uint32_t address)
{
	struct command command;

	assert_int_equal(rte_ring_sc_dequeue_elem(fixture->ring, &command, sizeof(command)), 0);
	assert_int_equal(command.type, COMMAND_ARP_REQUEST);
	assert_int_equal(command.neighbor.interface, interface);
	assert_int_equal(command.neighbor.address, rte_cpu_to_be_32(address));
	assert_int_equal(command.neighbor.reachable, 0);
}

static void
own_addresses_and_vips_on_the_link_are_told_twice(void **state)
{
	struct fixture *fixture = *state;

	set(fixture, SECOND);
	assert_int_equal(tick(fixture, 3 * SECOND - 1), 0);
	for (uint64_t now = 3; now <= 5; now += 2) {
		assert_int_equal(tick(fixture, now * SECOND), 3);
		expect(fixture, 1, IP4(198, 51, 100, 2));
		expect(fixture, 1, IP4(198, 51, 100, 9));
		expect(fixture, 2, IP4(10, 0, 1, 1));
		assert_int_equal(tick(fixture, (now + 2) * SECOND - 1), 0);
	}
	assert_int_equal(tick(fixture, 100 * SECOND), 0);
}

static void
only_what_is_new_or_has_moved_is_told_after_a_reload(void **state)
{
	struct fixture *fixture = *state;

	set(fixture, 0);
	tick(fixture, 2 * SECOND);
	tick(fixture, 4 * SECOND);
	rte_ring_reset(fixture->ring);
	fixture->interfaces[2].mac.addr_bytes[5] = 7;
	fixture->vips[1].address = RTE_BE32(IP4(198, 51, 100, 10));
	fixture->vips[0].present = false;
	set(fixture, 10 * SECOND);
	assert_int_equal(tick(fixture, 12 * SECOND), 2);
	expect(fixture, 1, IP4(198, 51, 100, 10));
	expect(fixture, 2, IP4(10, 0, 1, 1));
	/* The same once more changes nothing of what is under way. */
	set(fixture, 13 * SECOND);
	assert_int_equal(tick(fixture, 14 * SECOND - 1), 0);
	assert_int_equal(tick(fixture, 14 * SECOND), 2);
	assert_int_equal(tick(fixture, 100 * SECOND), 0);
}

static void
who_is_on_a_link_that_came_back_is_told_again(void **state)
{
	struct fixture *fixture = *state;

	set(fixture, 0);
	tick(fixture, 2 * SECOND);
	tick(fixture, 4 * SECOND);
	rte_ring_reset(fixture->ring);
	announcements_link_up(&fixture->announcements, 0, 10 * SECOND);
	announcements_link_up(&fixture->announcements, 7, 10 * SECOND);
	for (uint64_t now = 10; now <= 12; now += 2) {
		assert_int_equal(tick(fixture, now * SECOND), 2);
		expect(fixture, 1, IP4(198, 51, 100, 2));
		expect(fixture, 1, IP4(198, 51, 100, 9));
		assert_int_equal(tick(fixture, (now + 2) * SECOND - 1), 0);
	}
	assert_int_equal(tick(fixture, 100 * SECOND), 0);
}

/* Every 100 ms for a minute: one in two seconds, and the usual two afterwards. */
static void
a_link_that_comes_and_goes_floods_nobody(void **state)
{
	struct fixture *fixture = *state;
	unsigned int told = 0;

	set(fixture, 0);
	for (uint64_t turn = 0; turn < 600; turn++) {
		announcements_link_up(&fixture->announcements, 1, turn * SECOND / 10);
		told += tick(fixture, turn * SECOND / 10);
	}
	/* The port that stays has its two of the start twice, for its address and its VIP. */
	assert_int_equal(told, 29 + 4);
	assert_int_equal(tick(fixture, 60 * SECOND), 1);
	assert_int_equal(tick(fixture, 62 * SECOND), 1);
	assert_int_equal(tick(fixture, 100 * SECOND), 0);
}

static void
an_interface_at_another_port_is_told_there(void **state)
{
	struct fixture *fixture = *state;

	set(fixture, 0);
	tick(fixture, 2 * SECOND);
	tick(fixture, 4 * SECOND);
	rte_ring_reset(fixture->ring);
	fixture->interfaces[2].port = 0;
	set(fixture, 10 * SECOND);
	assert_int_equal(tick(fixture, 12 * SECOND), 1);
	expect(fixture, 2, IP4(10, 0, 1, 1));
}

static void
a_full_ring_is_told_later(void **state)
{
	struct fixture *fixture = *state;
	const struct command filler = { .type = COMMAND_SNAPSHOT };

	while (command_broadcast(&fixture->ring, 1, &filler, 1) == 0)
		;
	set(fixture, 0);
	assert_int_equal(tick(fixture, 2 * SECOND), 0);
	rte_ring_reset(fixture->ring);
	assert_int_equal(tick(fixture, 2 * SECOND), 3);
}

int
main(void)
{
	test_eal_start("64");

	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(own_addresses_and_vips_on_the_link_are_told_twice,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			only_what_is_new_or_has_moved_is_told_after_a_reload, setup, teardown),
		cmocka_unit_test_setup_teardown(who_is_on_a_link_that_came_back_is_told_again,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_link_that_comes_and_goes_floods_nobody, setup,
						teardown),
		cmocka_unit_test_setup_teardown(an_interface_at_another_port_is_told_there, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_full_ring_is_told_later, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
