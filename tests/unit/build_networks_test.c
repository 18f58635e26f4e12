/* SPDX-License-Identifier: BSD-3-Clause */
#include "building.h"

#include "dataplane/flow_key.h"

/* Two networks of the same addresses; VIPs one and two have their ports from both of one's. */
#define INTERFACES                                                                    \
	"interfaces = ("                                                              \
	" { name = \"up\"; port = \"wan\"; addresses = \"198.51.100.2/24\"; },"       \
	" { name = \"a\"; port = \"lan\"; vlan = 10; addresses = \"10.0.1.1/26\"; }," \
	" { name = \"b\"; port = \"lan\"; vlan = 20; addresses = \"10.0.2.1/24\"; }," \
	" { name = \"c\"; port = \"lan\"; vlan = 30; addresses = \"10.0.1.1/24\"; } );\n"
#define GROUPS                                                                                     \
	"security_groups = ( { name = \"g\"; flow_timeout = 300; reevaluate = true; rules = (); }" \
	" );\n"
#define NETWORKS                                                                                  \
	"virtual_networks = ("                                                                    \
	" { name = \"one\"; address_space = \"10.0.0.0/16\"; subnets = ("                         \
	"   { name = \"a\"; prefix = \"10.0.1.0/26\"; interface = \"a\"; security_group = \"g\";" \
	"     outbound_vips = [ \"one\", \"two\" ]; },"                                           \
	"   { name = \"b\"; prefix = \"10.0.2.0/24\"; interface = \"b\"; security_group = \"g\";" \
	"     outbound_vips = \"two\"; ip_forwarding = true; } ); },"                             \
	" { name = \"two\"; address_space = \"10.0.0.0/16\"; subnets = ("                         \
	"   { name = \"a\"; prefix = \"10.0.1.0/24\"; interface = \"c\"; } ); } );\n"
#define VIPS                                                                                \
	"vips = ( { name = \"one\"; address = \"192.0.2.1\"; virtual_network = \"one\"; }," \
	" { name = \"two\"; address = \"192.0.2.2\"; virtual_network = \"one\";"            \
	"   outbound = { ports_per_host = 8; }; } );\n"
#define ALL INTERFACES GROUPS NETWORKS VIPS

static void
too_many_outbound_vips_are_refused(void **state)
{
	struct building *building = *state;
	struct model *model = model_from_text(BUILDING_HEAD ALL);
	struct index_list *vips = &model->virtual_networks[0].subnets[0].outbound_vips;

	vips->items = reallocarray(vips->items, 9, sizeof(*vips->items));
	assert_non_null(vips->items);
	memset(vips->items, 0, 9 * sizeof(*vips->items));
	vips->count = 9;
	assert_null(building_build_model(building, model, NULL));
	assert_string_equal(building->error,
			    "subnet a has 9 outbound VIPs; at most 8 are possible");
}

static void
subnets_are_as_the_model_says(void **state)
{
	struct generation *generation = building_build(*state, ALL, NULL);
	const struct snapshot_subnet *subnets;

	assert_non_null(generation);
	assert_int_equal(generation->snapshot->subnet_count, 4);
	subnets = generation->snapshot->subnets;
	assert_false(subnets[ZONE_FABRIC].present);

	assert_true(subnets[1].present);
	assert_false(subnets[1].ip_forwarding);
	assert_int_equal(subnets[1].interface, 1);
	assert_int_equal(subnets[1].network, 0);
	assert_int_equal(subnets[1].prefix, IP4(10, 0, 1, 0));
	assert_int_equal(subnets[1].mask, 0xffffffc0);
	assert_true(subnets[2].ip_forwarding);
	assert_int_equal(subnets[2].mask, 0xffffff00);
	assert_int_equal(subnets[3].interface, 3);
	assert_int_equal(subnets[3].network, 1);
	assert_null(subnets[3].inbound);
	assert_null(subnets[3].outbound);
	assert_int_equal(subnets[3].vip_count, 0);
	generation_free(generation);
}

static void
networks_know_their_zones(void **state)
{
	struct generation *generation = building_build(*state, ALL, NULL);
	const struct snapshot_network *networks;

	assert_non_null(generation);
	assert_int_equal(generation->snapshot->network_count, 2);
	networks = generation->snapshot->networks;
	assert_true(networks[0].present);
	assert_true(networks[1].present);
	assert_int_equal(interval_tree_find(networks[0].zones, IP4(9, 255, 255, 255)), ZONE_FABRIC);
	assert_int_equal(interval_tree_find(networks[0].zones, IP4(10, 0, 0, 0)), ZONE_UNASSIGNED);
	assert_int_equal(interval_tree_find(networks[0].zones, IP4(10, 0, 0, 255)),
			 ZONE_UNASSIGNED);
	assert_int_equal(interval_tree_find(networks[0].zones, IP4(10, 0, 1, 0)), 1);
	assert_int_equal(interval_tree_find(networks[0].zones, IP4(10, 0, 1, 63)), 1);
	assert_int_equal(interval_tree_find(networks[0].zones, IP4(10, 0, 1, 64)), ZONE_UNASSIGNED);
	assert_int_equal(interval_tree_find(networks[0].zones, IP4(10, 0, 2, 9)), 2);
	assert_int_equal(interval_tree_find(networks[1].zones, IP4(10, 0, 1, 64)), 3);
	assert_int_equal(interval_tree_find(networks[1].zones, IP4(10, 0, 2, 9)), ZONE_UNASSIGNED);
	generation_free(generation);
}

static void
blocks_are_numbered_through_all_subnets(void **state)
{
	struct generation *generation = building_build(*state, ALL, NULL);
	const struct snapshot_subnet *subnets;

	assert_non_null(generation);
	subnets = generation->snapshot->subnets;
	assert_int_equal(subnets[1].vip_count, 2);
	assert_int_equal(subnets[1].vips[0].vip, 0);
	assert_int_equal(subnets[1].vips[0].first_host, 0);
	assert_int_equal(subnets[1].vips[1].vip, 1);
	assert_int_equal(subnets[1].vips[1].first_host, 0);
	/* 10.0.1.4 to 10.0.1.62 come first. */
	assert_int_equal(subnets[2].vip_count, 1);
	assert_int_equal(subnets[2].vips[0].vip, 1);
	assert_int_equal(subnets[2].vips[0].first_host, 59);
	generation_free(generation);
}

static void
subnets_of_a_network_share_what_is_alike(void **state)
{
	struct generation *before = building_build(*state, ALL, NULL), *after;
	const struct snapshot_subnet *subnets;

	assert_non_null(before);
	subnets = before->snapshot->subnets;
	assert_non_null(subnets[1].inbound);
	assert_ptr_equal(subnets[1].inbound, subnets[2].inbound);
	assert_ptr_equal(subnets[1].outbound, subnets[2].outbound);
	assert_ptr_not_equal(subnets[1].inbound, subnets[1].outbound);
	assert_ptr_equal(subnets[1].routes, subnets[2].routes);
	assert_ptr_not_equal(subnets[1].routes, subnets[3].routes);

	after = building_build(*state, ALL, before);
	assert_non_null(after);
	assert_ptr_equal(after->snapshot->subnets[1].inbound, subnets[1].inbound);
	assert_ptr_equal(after->snapshot->subnets[1].routes, subnets[1].routes);
	assert_ptr_equal(after->snapshot->subnets[1].route, subnets[1].route);
	assert_ptr_equal(after->snapshot->networks[0].zones, before->snapshot->networks[0].zones);
	assert_ptr_not_equal(after->snapshot->subnets, subnets);
	generation_free(before);
	generation_free(after);
}

int
main(void)
{
	test_eal_start("64");

	const struct CMUnitTest tests[] = {
		building_test(too_many_outbound_vips_are_refused),
		building_test(subnets_are_as_the_model_says),
		building_test(networks_know_their_zones),
		building_test(blocks_are_numbered_through_all_subnets),
		building_test(subnets_of_a_network_share_what_is_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
