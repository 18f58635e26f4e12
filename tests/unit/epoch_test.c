/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/epoch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* A small snapshot; tables are only known by where they are. */
struct world {
	struct snapshot snapshot;
	struct snapshot_interface interfaces[3];
	struct snapshot_network networks[2];
	struct snapshot_subnet subnets[3];
	struct snapshot_vip vips[2];
};

static const char tables[16];

static const struct security_policy asked_again[] = { { .reevaluate = true },
						      { .reevaluate = true } };
static const struct security_policy passed_by[] = { { .flow_timeout = 0 },
						    { .flow_timeout = 0 },
						    { .flow_timeout = 600 } };

static const void *
table(unsigned int number)
{
	return &tables[number];
}

static void
world_make(struct world *world)
{
	memset(world, 0, sizeof(*world));
	world->interfaces[1] = (struct snapshot_interface){
		.present = true,
		.zone = 1,
		.address_count = 1,
		.addresses = { { 0x0a000101, 24 } },
	};
	world->networks[0] = (struct snapshot_network){ .present = true, .zones = table(0) };
	world->subnets[1] = (struct snapshot_subnet){
		.present = true,
		.interface = 1,
		.prefix = 0x0a000100,
		.mask = 0xffffff00,
		.routes = table(1),
		.inbound = &asked_again[0],
		.outbound = &passed_by[0],
		.vip_count = 1,
		.vips = { { .vip = 0, .first_host = 5 } },
	};
	world->vips[0] = (struct snapshot_vip){
		.present = true,
		.address = 0x01020304,
		.rules = table(4),
		.inbound = table(5),
		.snat = { .starts = table(6) },
		.tcp_idle_timeout = 240,
	};
	world->snapshot = (struct snapshot){
		.decided_from = 0x00070009,
		.interfaces = world->interfaces,
		.interface_count = 2,
		.networks = world->networks,
		.network_count = 1,
		.subnets = world->subnets,
		.subnet_count = 2,
		.vips = world->vips,
		.vip_count = 1,
	};
}

static struct world before, next;

static uint32_t
after_change(void)
{
	return epoch_next(&before.snapshot, &next.snapshot, false);
}

#define POLICY 0x00080009
#define ROUTES 0x0007000a
#define SAME   0x00070009

#define expect_after(expected, change)                      \
	do {                                                \
		world_make(&before);                        \
		world_make(&next);                          \
		change;                                     \
		assert_int_equal(after_change(), expected); \
	} while (0)

static void
what_sessions_do_not_depend_on_changes_nothing(void **state)
{
	(void)state;
	expect_after(SAME, (void)0);
	expect_after(SAME, next.interfaces[1].mtu = 1400);
	expect_after(SAME, next.interfaces[1].mac.addr_bytes[0] = 2);
	expect_after(SAME, next.snapshot.icmp_error_rate = 9);
	expect_after(SAME, next.snapshot.generation = 9);
	/* Rules that no session is held against again. */
	expect_after(SAME, next.subnets[1].outbound = &passed_by[1]);
	expect_after(SAME, next.subnets[1].outbound = NULL);
	/* Places of ids that nothing has. */
	expect_after(SAME, next.snapshot.interface_count = 3);
	expect_after(SAME, next.snapshot.subnet_count = 3);
	expect_after(SAME, next.snapshot.vip_count = 2);
	expect_after(SAME, next.snapshot.network_count = 2);
}

static void
groups_vips_and_subnets_change_the_policy(void **state)
{
	(void)state;
	expect_after(POLICY, next.interfaces[1].zone = 2);
	expect_after(POLICY, next.interfaces[1].present = false);
	expect_after(POLICY, next.networks[0].zones = table(9));
	expect_after(POLICY, next.subnets[1].present = false);
	expect_after(POLICY, next.subnets[1].ip_forwarding = true);
	expect_after(POLICY, next.subnets[1].interface = 0);
	expect_after(POLICY, next.subnets[1].network = 1);
	expect_after(POLICY, next.subnets[1].prefix = 0x0a000200);
	expect_after(POLICY, next.subnets[1].mask = 0xffffff80);
	expect_after(POLICY, next.subnets[1].routes = table(9));
	expect_after(POLICY, next.snapshot.ecmp_seed = 1);
	expect_after(POLICY, next.interfaces[1].address_count = 2);
	expect_after(POLICY, next.interfaces[1].addresses[0].address = 2);
	expect_after(POLICY, next.interfaces[1].addresses[0].length = 25);
	expect_after(POLICY, next.subnets[1].inbound = NULL);
	expect_after(POLICY, next.subnets[1].inbound = &asked_again[1]);
	expect_after(POLICY, next.subnets[1].inbound = &passed_by[0]);
	expect_after(POLICY, next.subnets[1].outbound = &asked_again[0]);
	expect_after(POLICY, next.subnets[1].outbound = &passed_by[2]);
	expect_after(POLICY, next.subnets[1].vip_count = 0);
	expect_after(POLICY, next.subnets[1].vips[0].vip = 1);
	expect_after(POLICY, next.subnets[1].vips[0].first_host = 6);
	expect_after(POLICY, next.vips[0].present = false);
	expect_after(POLICY, next.vips[0].address = 1);
	expect_after(POLICY, next.vips[0].network = 1);
	expect_after(POLICY, next.vips[0].rules = table(9));
	expect_after(POLICY, next.vips[0].inbound = table(9));
	expect_after(POLICY, next.vips[0].snat.on_demand = true);
	expect_after(POLICY, next.vips[0].snat.starts = table(9));
	expect_after(POLICY, next.vips[0].snat.hosts = table(9));
	expect_after(POLICY, next.vips[0].tcp_idle_timeout = 1);
	expect_after(POLICY, next.vips[0].udp_idle_timeout = 1);
	expect_after(POLICY, next.vips[0].icmp_timeout = 1);
	expect_after(POLICY, next.vips[0].tcp_timeouts.half_open = 1);
	expect_after(POLICY, next.vips[0].tcp_reset = true);
	expect_after(POLICY, next.vips[0].tcp_timeouts.closing = 1);
	expect_after(POLICY, next.vips[0].tcp_timeouts.reset = 1);
	expect_after(POLICY, next.snapshot.tcp_timeouts.half_open = 1);
	expect_after(POLICY, next.snapshot.endpoints = table(9));
}

static void
routes_change_the_epoch(void **state)
{
	(void)state;
	world_make(&before);
	world_make(&next);
	assert_int_equal(epoch_next(&before.snapshot, &next.snapshot, true), ROUTES);
	next.vips[0].present = false;
	assert_int_equal(epoch_next(&before.snapshot, &next.snapshot, true), 0x0008000a);
}

static void
both_halves_wrap_alone(void **state)
{
	(void)state;
	world_make(&before);
	world_make(&next);
	before.snapshot.decided_from = UINT32_MAX;
	assert_int_equal(epoch_next(&before.snapshot, &next.snapshot, true), 0xffff0000);
	next.vips[0].present = false;
	assert_int_equal(epoch_next(&before.snapshot, &next.snapshot, false), 0x0000ffff);
}

static void
vips_are_lost_when_they_go_or_move(void **state)
{
	(void)state;
	world_make(&before);
	world_make(&next);
	assert_false(epoch_loses_vip(&before.snapshot, &next.snapshot));
	/* What comes is no loss, and what was not there neither. */
	next.vips[1] = next.vips[0];
	next.snapshot.vip_count = 2;
	assert_false(epoch_loses_vip(&before.snapshot, &next.snapshot));
	before.snapshot.vip_count = 2;
	next.snapshot.vip_count = 1;
	assert_false(epoch_loses_vip(&before.snapshot, &next.snapshot));

	next.vips[0].network = 1;
	assert_true(epoch_loses_vip(&before.snapshot, &next.snapshot));
	next.vips[0].network = 0;
	next.vips[0].present = false;
	assert_true(epoch_loses_vip(&before.snapshot, &next.snapshot));
	next.vips[0].present = true;
	next.snapshot.vip_count = 0;
	assert_true(epoch_loses_vip(&before.snapshot, &next.snapshot));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_sessions_do_not_depend_on_changes_nothing),
		cmocka_unit_test(groups_vips_and_subnets_change_the_policy),
		cmocka_unit_test(routes_change_the_epoch),
		cmocka_unit_test(both_halves_wrap_alone),
		cmocka_unit_test(vips_are_lost_when_they_go_or_move),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
