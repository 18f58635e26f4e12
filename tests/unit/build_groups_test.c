/* SPDX-License-Identifier: BSD-3-Clause */
#include "building.h"

#define INTERFACES \
	"interfaces = { name = \"up\"; port = \"wan\"; addresses = \"198.51.100.2/24\"; };\n"
#define ROUTE(prefix, hops)  "{ prefix = \"" prefix "\"; next_hops = ( " hops " ); }"
#define HOP(last)            "{ address = \"198.51.100." #last "\"; }"
#define WEIGHT(last, weight) "{ address = \"198.51.100." #last "\"; weight = " #weight "; }"
#define ROUTES(routes)       INTERFACES "routes = ( " routes " );\n"

static uint32_t
group_id(const struct generation *generation, uint32_t prefix)
{
	const struct prefix_entry *entry =
		prefix_table_find(&generation->prefixes, prefix, prefix == 0 ? 0 : 24);

	assert_non_null(entry);
	assert_int_equal(route_target_kind(entry->target), ROUTE_GROUP);
	return route_target_id(entry->target);
}

static const struct ecmp_group *
group_of(const struct generation *generation, uint32_t prefix)
{
	return generation->snapshot->groups[group_id(generation, prefix)];
}

static const uint32_t one = IP4(203, 0, 113, 0), two = IP4(192, 0, 2, 0);

static void
wrong_next_hops_are_refused(void **state)
{
	struct building *building = *state;
	struct model *model =
		model_from_text(BUILDING_HEAD ROUTES(ROUTE("0.0.0.0/0", HOP(1) "," HOP(3))));
	struct fabric_route *route = &model->routes[0];

	route->next_hops[1] = route->next_hops[0];
	assert_null(building_build_model(building, model, NULL));
	assert_string_equal(building->error, "the route to 0.0.0.0/0 names a next hop twice");

	model = model_from_text(BUILDING_HEAD ROUTES(ROUTE("0.0.0.0/0", HOP(1))));
	route = &model->routes[0];
	route->next_hops = reallocarray(route->next_hops, 65, sizeof(*route->next_hops));
	assert_non_null(route->next_hops);
	for (uint32_t i = 0; i < 65; i++) {
		route->next_hops[i] = route->next_hops[0];
		route->next_hops[i].address = ip_address_from_v4(IP4(198, 51, 100, 10 + i));
	}
	route->next_hop_count = 65;
	assert_null(building_build_model(building, model, NULL));
	assert_string_equal(building->error,
			    "the route to 0.0.0.0/0 has 65 next hops; at most 64 are possible");
}

static void
used_up_next_hops_need_a_restart(void **state)
{
	struct building *building = *state;
	uint32_t id;

	for (uint32_t i = 0; i < 16384; i++)
		assert_int_equal(next_hop_take(&building->next_hops, 9, IP4(10, 0, 0, 0) + i, &id),
				 0);
	assert_null(building_build(building, ROUTES(ROUTE("0.0.0.0/0", HOP(1))), NULL));
	assert_string_equal(building->error,
			    "the ids of next hops are used up, as those of removed ones are never "
			    "given again; restart the gateway");
}

static void
routes_of_the_same_next_hops_share_a_group(void **state)
{
	struct generation *generation = building_build(
		*state,
		ROUTES(ROUTE("0.0.0.0/0", HOP(1) "," HOP(3)) "," ROUTE(
			"203.0.113.0/24", HOP(3) "," HOP(1)) "," ROUTE("192.0.2.0/24",
								       WEIGHT(1, 3) "," HOP(3))),
		NULL);

	assert_non_null(generation);
	assert_int_equal(group_id(generation, 0), group_id(generation, one));
	assert_int_not_equal(group_id(generation, 0), group_id(generation, two));
	assert_int_equal(group_of(generation, two)->members[0].weight, 3);
	generation_free(generation);
}

static unsigned int
buckets_moved(const struct ecmp_group *before, const struct ecmp_group *after)
{
	unsigned int moved = 0;

	for (unsigned int i = 0; i < ECMP_BUCKETS; i++)
		moved += before->buckets[i] != after->buckets[i];
	return moved;
}

#define FOUR  HOP(1) "," HOP(3) "," HOP(4) "," HOP(5)
#define THREE HOP(1) "," HOP(3) "," HOP(5)

static void
a_removed_next_hop_moves_only_its_own_flows(void **state)
{
	struct generation *before = building_build(
		*state, ROUTES(ROUTE("203.0.113.0/24", FOUR) "," ROUTE("192.0.2.0/24", FOUR)),
		NULL);
	struct generation *after = building_build(
		*state, ROUTES(ROUTE("203.0.113.0/24", THREE) "," ROUTE("192.0.2.0/24", FOUR)),
		before);
	struct generation *again = building_build(
		*state, ROUTES(ROUTE("192.0.2.0/24", FOUR) "," ROUTE("203.0.113.0/24", THREE)),
		after);

	assert_non_null(before);
	assert_non_null(after);
	assert_non_null(again);
	assert_int_equal(group_id(before, one), group_id(before, two));
	assert_int_equal(group_id(after, two), group_id(before, two));
	assert_int_not_equal(group_id(after, one), group_id(before, one));
	assert_int_equal(buckets_moved(group_of(before, one), group_of(after, one)), 64);
	/* What does not change keeps its group, though it would be built otherwise by now. */
	assert_int_equal(group_id(again, one), group_id(after, one));
	assert_ptr_equal(group_of(again, one), group_of(after, one));
	generation_free(before);
	generation_free(after);
	generation_free(again);
}

/* The first one stands where another prefix stood; the second in a place of its own. */
static void
new_prefixes_have_no_group_before(void **state)
{
	static const char *const others[] = { ROUTES(ROUTE("203.0.113.0/25", FOUR)),
					      ROUTES(ROUTE("203.0.112.0/24", FOUR)) };

	for (unsigned int i = 0; i < 2; i++) {
		struct generation *before = building_build(*state, others[i], NULL);
		struct generation *after = building_build(
			*state,
			ROUTES(ROUTE("203.0.113.0/24", THREE) "," ROUTE("192.0.2.0/24", THREE)),
			before);

		assert_non_null(before);
		assert_non_null(after);
		assert_int_equal(group_id(after, one), group_id(after, two));
		generation_free(before);
		generation_free(after);
	}
}

#define TWO_LINKS                                                                                \
	"interfaces = ( { name = \"up\"; port = \"wan\"; addresses = \"198.51.100.2/24\"; },"    \
	" { name = \"way\"; port = \"lan\"; addresses = \"198.51.101.2/24\"; } );\n"             \
	"routes = ( " ROUTE("203.0.113.0/24",                                                    \
			    HOP(1) ",{ address = \"198.51.101.1\"; }") "," ROUTE("192.0.2.0/24", \
										 HOP(1)) " );\n"

static void
next_hops_without_a_link_are_left_out(void **state)
{
	struct building *building = *state;
	struct generation *both = building_build(building, TWO_LINKS, NULL), *without, *again;

	assert_non_null(both);
	assert_int_equal(group_of(both, one)->member_count, 2);

	/* The route that has no other goes, so that a shorter prefix has its turn. */
	building->ports_down = 1 << 0;
	without = building_build(building, TWO_LINKS, both);
	assert_non_null(without);
	assert_int_equal(group_of(without, one)->member_count, 1);
	assert_int_equal(group_of(without, one)->members[0].next_hop,
			 group_of(both, one)->members[1].next_hop);
	assert_null(prefix_table_find(&without->prefixes, two, 24));

	building->ports_down = 0;
	again = building_build(building, TWO_LINKS, without);
	assert_non_null(again);
	assert_int_equal(group_of(again, one)->member_count, 2);
	assert_int_equal(group_of(again, two)->member_count, 1);
	generation_free(both);
	generation_free(without);
	generation_free(again);
}

static void
ids_are_free_when_no_generation_has_them(void **state)
{
	struct generation *current =
		building_build(*state, ROUTES(ROUTE("203.0.113.0/24", FOUR)), NULL);

	assert_non_null(current);
	for (unsigned int round = 0; round < 200; round++) {
		struct generation *next =
			building_build(*state,
				       round % 2 == 0 ? ROUTES(ROUTE("203.0.113.0/24", THREE))
						      : ROUTES(ROUTE("203.0.113.0/24", FOUR)),
				       current);

		assert_non_null(next);
		assert_int_not_equal(group_id(current, one), group_id(next, one));
		assert_int_equal(buckets_moved(group_of(current, one), group_of(next, one)), 64);
		assert_true(next->snapshot->group_count <= 2);
		generation_free(current);
		current = next;
	}
	generation_free(current);
}

static void
one_next_hop_is_a_group_wherever_it_comes_from(void **state)
{
	struct generation *before = building_build(
		*state, ROUTES(ROUTE("203.0.113.0/24", FOUR) "," ROUTE("192.0.2.0/24", HOP(1))),
		NULL);
	struct generation *after = building_build(
		*state, ROUTES(ROUTE("203.0.113.0/24", HOP(1)) "," ROUTE("192.0.2.0/24", HOP(1))),
		before);

	assert_non_null(before);
	assert_non_null(after);
	assert_int_equal(group_id(after, one), group_id(after, two));
	assert_int_equal(group_id(after, two), group_id(before, two));
	generation_free(before);
	generation_free(after);
}

int
main(void)
{
	test_eal_start("64");

	const struct CMUnitTest tests[] = {
		building_test(wrong_next_hops_are_refused),
		building_test(used_up_next_hops_need_a_restart),
		building_test(routes_of_the_same_next_hops_share_a_group),
		building_test(a_removed_next_hop_moves_only_its_own_flows),
		building_test(new_prefixes_have_no_group_before),
		building_test(next_hops_without_a_link_are_left_out),
		building_test(ids_are_free_when_no_generation_has_them),
		building_test(one_next_hop_is_a_group_wherever_it_comes_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
