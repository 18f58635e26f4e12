/* SPDX-License-Identifier: BSD-3-Clause */
#include "building.h"

#include "dataplane/packet.h"

#define INTERFACES                                                                                 \
	"interfaces = ("                                                                           \
	" { name = \"up\"; port = \"wan\"; addresses = [ \"198.51.100.2/24\", \"192.0.2.9/31\" ];" \
	"   mac = \"02:00:00:00:00:01\"; },"                                                       \
	" { name = \"a\"; port = \"lan\"; vlan = 10; addresses = \"10.0.1.1/24\"; mtu = 1400;"     \
	"   tcp_mss_clamp = 1350; },"                                                              \
	" { name = \"b\"; port = \"lan\"; vlan = 20; addresses = \"10.0.2.1/24\";"                 \
	"   tcp_mss_clamp = 9000; } );\n"
#define NETWORKS                                                                            \
	"virtual_networks = ( { name = \"n\"; address_space = \"10.0.0.0/16\"; subnets = (" \
	" { name = \"b\"; prefix = \"10.0.2.0/24\"; interface = \"b\"; },"                  \
	" { name = \"a\"; prefix = \"10.0.1.0/24\"; interface = \"a\"; } ); } );\n"

static void
too_much_is_refused(void **state)
{
	struct building *building = *state;
	struct model *model = model_from_text(BUILDING_HEAD INTERFACES NETWORKS);
	struct prefix_list *addresses = &model->interfaces[1].addresses;

	addresses->items = reallocarray(addresses->items, 9, sizeof(*addresses->items));
	assert_non_null(addresses->items);
	for (uint32_t i = 1; i < 9; i++)
		addresses->items[i] = addresses->items[0];
	addresses->count = 9;
	assert_null(building_build_model(building, model, NULL));
	assert_string_equal(building->error, "interface a has 9 addresses; at most 8 are possible");
}

static void
interfaces_are_as_the_model_says(void **state)
{
	struct generation *generation = building_build(*state, INTERFACES NETWORKS, NULL);
	const struct snapshot *snapshot;
	const struct snapshot_interface *interface;

	assert_non_null(generation);
	snapshot = generation->snapshot;
	assert_int_equal(snapshot->interface_count, 3);

	interface = &snapshot->interfaces[0];
	assert_true(interface->present);
	assert_int_equal(interface->port, 0);
	assert_int_equal(interface->vlan, 0);
	assert_int_equal(interface->mtu, 1500);
	assert_int_equal(interface->zone, ZONE_FABRIC);
	assert_int_equal(interface->mac.addr_bytes[5], 0x01);
	assert_int_equal(interface->plain.mac >> 56, 0x01);
	assert_int_equal(interface->plain.facts, (uint64_t)PACKET_FABRIC << 32);
	assert_int_equal(interface->plain.key_last, 0x04000000);
	assert_int_equal(interface->address_count, 2);
	assert_int_equal(interface->addresses[0].address, IP4(198, 51, 100, 2));
	assert_int_equal(interface->addresses[0].length, 24);
	assert_int_equal(interface->addresses[1].address, IP4(192, 0, 2, 9));
	assert_int_equal(interface->addresses[1].length, 31);

	/* Subnet b comes first in the network, so that its zone is 1. */
	interface = &snapshot->interfaces[1];
	assert_int_equal(interface->port, 1);
	assert_int_equal(interface->vlan, 10);
	assert_int_equal(interface->mtu, 1400);
	assert_int_equal(interface->zone, 2);
	assert_int_equal(interface->mac.addr_bytes[5], 0xa1);
	assert_int_equal(interface->plain.mac >> 56, 0xa1);
	assert_int_equal(interface->plain.facts, 1 | (uint64_t)PACKET_STATEFUL << 32);
	assert_int_equal(interface->plain.key_last, 0x04000002);
	assert_true(interface->port_tags);
	assert_false(snapshot->interfaces[0].port_tags);
	assert_int_equal(interface->mss_clamp, 1350);
	assert_int_equal(snapshot->interfaces[0].mss_clamp, 0);
	assert_int_equal(snapshot->interfaces[2].mss_clamp, 1960); /* by its MTU */
	assert_true(snapshot->mss_clamped);
	assert_int_equal(snapshot->interfaces[2].mtu, 2000);
	assert_int_equal(snapshot->interfaces[2].zone, 1);
	generation_free(generation);
}

static void
ports_find_interfaces_by_vlan(void **state)
{
	struct generation *generation = building_build(*state, INTERFACES NETWORKS, NULL);
	const struct port_interfaces *const *ports;

	assert_non_null(generation);
	assert_int_equal(generation->snapshot->port_count, 2);
	ports = generation->snapshot->ports;
	assert_int_equal(ports[0]->by_vlan[0], 0);
	assert_int_equal(ports[0]->by_vlan[10], INTERFACE_NONE);
	assert_int_equal(ports[1]->by_vlan[0], INTERFACE_NONE);
	assert_int_equal(ports[1]->by_vlan[10], 1);
	assert_int_equal(ports[1]->by_vlan[20], 2);
	assert_int_equal(ports[1]->by_vlan[4095], INTERFACE_NONE);
	assert_int_equal(ports[0]->told, 0);
	assert_int_equal(ports[1]->told, 0x40);
	generation_free(generation);
}

static void
removed_interfaces_leave_their_place(void **state)
{
	struct generation *before = building_build(*state, INTERFACES NETWORKS, NULL), *after;

	assert_non_null(before);
	after = building_build(*state,
			       "interfaces = ("
			       " { name = \"c\"; port = \"lan\"; vlan = 10; addresses = "
			       "\"10.0.1.1/24\"; },"
			       " { name = \"up\"; port = \"wan\"; addresses = "
			       "\"198.51.100.2/24\"; } );\n",
			       before);
	assert_non_null(after);
	assert_int_equal(after->snapshot->interface_count, 4);
	assert_true(after->snapshot->interfaces[0].present);
	assert_false(after->snapshot->interfaces[1].present);
	assert_false(after->snapshot->interfaces[2].present);
	assert_true(after->snapshot->interfaces[3].present);
	assert_int_equal(after->snapshot->ports[1]->by_vlan[10], 3);
	assert_int_equal(after->snapshot->ports[1]->by_vlan[20], INTERFACE_NONE);
	/* The port whose interfaces stayed is shared. */
	assert_ptr_equal(after->snapshot->ports[0], before->snapshot->ports[0]);
	generation_free(before);
	generation_free(after);
}

int
main(void)
{
	test_eal_start("64");

	const struct CMUnitTest tests[] = {
		building_test(too_much_is_refused),
		building_test(interfaces_are_as_the_model_says),
		building_test(ports_find_interfaces_by_vlan),
		building_test(removed_interfaces_leave_their_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
