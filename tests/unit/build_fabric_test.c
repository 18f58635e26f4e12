/* SPDX-License-Identifier: BSD-3-Clause */
#include "building.h"

#define INTERFACES                                                                               \
	"interfaces = ("                                                                         \
	" { name = \"up\"; port = \"wan\"; addresses = [ \"198.51.100.2/29\", \"192.0.2.9/31\"," \
	"   \"192.0.2.20/32\" ]; },"                                                             \
	" { name = \"a\"; port = \"lan\"; addresses = \"10.0.1.1/24\"; } );\n"
#define NETWORKS                                                                          \
	"virtual_networks = ( { name = \"n\"; address_space = \"10.0.0.0/16\"; subnets =" \
	" { name = \"a\"; prefix = \"10.0.1.0/24\"; interface = \"a\"; }; } );\n"         \
	"vips = ( { name = \"v\"; address = \"192.0.2.100\"; virtual_network = \"n\"; } );\n"
#define ROUTE(prefix, hops) "{ prefix = \"" prefix "\"; next_hops = [ " hops " ]; }"
#define HOP(last)           "\"198.51.100." #last "\""
#define ROUTES(routes)      "routes = ( " routes " );\n"

static const struct prefix_entry *
find(const struct generation *generation, uint32_t prefix, uint8_t length)
{
	return prefix_table_find(&generation->prefixes, prefix, length);
}

static void
expect(const struct generation *generation, uint32_t prefix, uint8_t length, enum route_kind kind,
       uint32_t id)
{
	const struct prefix_entry *entry = find(generation, prefix, length);

	assert_non_null(entry);
	assert_int_equal(route_target_kind(entry->target), kind);
	assert_int_equal(route_target_id(entry->target), id);
}

static void
too_many_prefixes_are_refused(void **state)
{
	struct building *building = *state;
	struct model *model = model_from_text(
		BUILDING_HEAD INTERFACES NETWORKS ROUTES(ROUTE("0.0.0.0/0", HOP(1))));

	/* Link, address and two edges; link and address; address; VIP; route. */
	model->gateway.route_capacity = 8;
	assert_null(building_build_model(building, model, NULL));
	assert_string_equal(building->error,
			    "the fabric needs 9 prefixes for its routes, links and VIPs, but "
			    "gateway.route_capacity is 8; raise it");
}

static void
links_and_vips_are_prefixes(void **state)
{
	struct generation *generation = building_build(
		*state, INTERFACES NETWORKS ROUTES(ROUTE("0.0.0.0/0", HOP(1))), NULL);

	assert_non_null(generation);
	assert_int_equal(generation->prefixes.count, 9);
	expect(generation, IP4(198, 51, 100, 0), 29, ROUTE_CONNECTED, 0);
	expect(generation, IP4(198, 51, 100, 2), 32, ROUTE_LOCAL, 0);
	expect(generation, IP4(198, 51, 100, 0), 32, ROUTE_BROADCAST, 0);
	expect(generation, IP4(198, 51, 100, 7), 32, ROUTE_BROADCAST, 0);
	expect(generation, IP4(192, 0, 2, 8), 31, ROUTE_CONNECTED, 0);
	expect(generation, IP4(192, 0, 2, 9), 32, ROUTE_LOCAL, 0);
	expect(generation, IP4(192, 0, 2, 20), 32, ROUTE_LOCAL, 0);
	expect(generation, IP4(192, 0, 2, 100), 32, ROUTE_VIP, 0);
	expect(generation, 0, 0, ROUTE_GROUP, 0);
	/* A subnet's link is none of the fabric's. */
	assert_null(find(generation, IP4(10, 0, 1, 0), 24));
	generation_free(generation);
}

static void
a_link_comes_before_a_route_to_it(void **state)
{
	struct generation *generation = building_build(
		*state,
		INTERFACES NETWORKS ROUTES(ROUTE("198.51.100.0/29", HOP(1)) "," ROUTE(
			"198.51.100.2/32", HOP(1)) "," ROUTE("198.51.100.3/32", HOP(1))),
		NULL);

	assert_non_null(generation);
	expect(generation, IP4(198, 51, 100, 0), 29, ROUTE_CONNECTED, 0);
	expect(generation, IP4(198, 51, 100, 2), 32, ROUTE_LOCAL, 0);
	expect(generation, IP4(198, 51, 100, 3), 32, ROUTE_GROUP, 0);
	generation_free(generation);
}

static void
groups_and_next_hops_are_for_workers_to_read(void **state)
{
	struct generation *generation = building_build(
		*state,
		INTERFACES NETWORKS ROUTES(
			ROUTE("0.0.0.0/0", HOP(3) "," HOP(1)) "," ROUTE("203.0.113.0/24", HOP(1))),
		NULL);
	const struct snapshot *snapshot;

	assert_non_null(generation);
	snapshot = generation->snapshot;
	assert_int_equal(snapshot->next_hop_count, 2);
	assert_int_equal(snapshot->next_hops[0].interface, 0);
	assert_int_equal(snapshot->next_hops[0].address, RTE_BE32(IP4(198, 51, 100, 3)));
	assert_int_equal(snapshot->next_hops[1].address, RTE_BE32(IP4(198, 51, 100, 1)));
	assert_int_equal(snapshot->group_count, 2);
	expect(generation, IP4(203, 0, 113, 0), 24, ROUTE_GROUP, 1);
	assert_int_equal(snapshot->groups[0]->member_count, 2);
	assert_int_equal(snapshot->groups[1]->member_count, 1);
	assert_int_equal(snapshot->groups[1]->buckets[255], 1);
	generation_free(generation);
}

static void
unused_places_are_empty(void **state)
{
	struct generation *before =
		building_build(*state,
			       INTERFACES NETWORKS ROUTES(ROUTE("0.0.0.0/0", HOP(3)) "," ROUTE(
				       "203.0.113.0/24", HOP(1))),
			       NULL);
	struct generation *after = building_build(
		*state, INTERFACES NETWORKS ROUTES(ROUTE("203.0.113.0/24", HOP(1))), before);

	assert_non_null(before);
	assert_non_null(after);
	assert_int_equal(after->snapshot->group_count, 2);
	assert_null(after->snapshot->groups[0]);
	assert_non_null(after->snapshot->groups[1]);
	/* Workers may ask for the next hop that was, as long as they live. */
	assert_int_equal(after->snapshot->next_hop_count, 2);
	assert_int_equal(after->snapshot->next_hops[0].address, RTE_BE32(IP4(198, 51, 100, 3)));
	generation_free(before);
	generation_free(after);
}

int
main(void)
{
	test_eal_start("64");

	const struct CMUnitTest tests[] = {
		building_test(too_many_prefixes_are_refused),
		building_test(links_and_vips_are_prefixes),
		building_test(a_link_comes_before_a_route_to_it),
		building_test(groups_and_next_hops_are_for_workers_to_read),
		building_test(unused_places_are_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
