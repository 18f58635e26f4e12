/* SPDX-License-Identifier: BSD-3-Clause */
#include "building.h"

/* Zones: a is 1, b is 2, c is 3. /28s have 11 hosts, from .4 on. */
#define SUBNET(name, third, vips)                                                      \
	"{ name = \"" name "\"; prefix = \"10.0." third ".0/28\"; interface = \"" name \
	"\"; outbound_vips = [ " vips " ]; }"
#define INTERFACE(name, vlan)                                                              \
	"{ name = \"" name "\"; port = \"lan\"; vlan = " vlan "; addresses = \"10.0." vlan \
	".1/28\"; }"
#define NETWORK(subnets)                                                               \
	"interfaces = ( " INTERFACE("a", "1") ", " INTERFACE("b", "2") ", " INTERFACE( \
		"c", "3") ");\nvirtual_networks = ( { name = \"n\"; address_space = "  \
			  "\"10.0.0.0/16\"; subnets = (" subnets "); } );\n"
#define VIP(name, last, inbound, ports)                    \
	"{ name = \"" name "\"; address = \"192.0.2." last \
	"\"; virtual_network = \"n\"; inbound = (" inbound \
	"); outbound = { ports_per_host = " ports "; }; }"
#define RULE(ports) \
	"{ name = \"r\"; protocol = \"tcp\"; ports = \"" ports "\"; backends = \"10.0.2.4\"; }"

#define A SUBNET("a", "1", "\"v\"")
#define B SUBNET("b", "2", "\"v\"")
#define C SUBNET("c", "3", "\"v\", \"w\"")

static void
hosts_have_places_and_blocks(void **state)
{
	struct generation *generation =
		building_build(*state,
			       NETWORK(A ", " C) "vips = (" VIP("v", "1", "", "64") ", " VIP(
				       "w", "2", "", "\"on_demand\"") ");\n",
			       NULL);
	const struct snapshot *snapshot;
	const struct snat_ports *v, *w;

	assert_non_null(generation);
	snapshot = generation->snapshot;
	assert_int_equal(snapshot->subnets[1].vips[0].first_host, 0);
	assert_int_equal(snapshot->subnets[2].vips[0].first_host, 11);
	assert_int_equal(snapshot->subnets[2].vips[1].first_host, 0);
	v = &snapshot->vips[0].snat;
	w = &snapshot->vips[1].snat;
	assert_int_equal(v->host_count, 22);
	assert_int_equal(v->hosts[0], IP4(10, 0, 1, 4));
	assert_int_equal(v->hosts[10], IP4(10, 0, 1, 14));
	assert_int_equal(v->hosts[11], IP4(10, 0, 3, 4));
	assert_int_equal(v->starts[0], 1024);
	assert_int_equal(v->starts[21], 1024 + 21 * 64);
	assert_int_equal(snat_unit_of(v, 1024 + 22 * 64 - 1), 21);
	assert_int_equal(snat_unit_of(v, 1024 + 22 * 64), SNAT_UNIT_NONE);
	assert_true(w->on_demand);
	assert_int_equal(w->unit_count, 8064);
	assert_int_equal(w->host_count, 11);
	assert_non_null(snapshot->usage[0]->hosts[0]);
	assert_null(snapshot->usage[0]->hosts[1]);
	generation_free(generation);
}

/* Subnets and rules come and go: who is not concerned keeps place, block and counters. */
static void
what_is_not_concerned_stays(void **state)
{
	struct generation *first = building_build(
		*state, NETWORK(A ", " B) "vips = (" VIP("v", "1", "", "64") ");\n", NULL);
	struct generation *second;
	const struct snat_ports *before, *after;

	assert_non_null(first);
	second = building_build(*state,
				NETWORK(C ", " B) "vips = (" VIP("w", "2", "", "64") ", " VIP(
					"v", "1", RULE("1750"), "64") ");\n",
				first);
	assert_non_null(second);
	before = &first->snapshot->vips[0].snat;
	after = &second->snapshot->vips[0].snat;
	/* b's places; c has those that a left. */
	assert_int_equal(second->snapshot->subnets[2].vips[0].first_host, 11);
	assert_int_equal(second->snapshot->subnets[3].vips[0].first_host, 0);
	assert_int_equal(after->hosts[0], IP4(10, 0, 3, 4));
	/* 1750 is in the block 1728-1791, the first of b's. */
	assert_int_equal(before->starts[11], 1728);
	assert_int_equal(after->starts[11], 1024 + 22 * 64);
	for (uint32_t i = 12; i < 22; i++)
		assert_int_equal(after->starts[i], before->starts[i]);
	assert_int_equal(snat_unit_of(after, 1750), SNAT_UNIT_NONE);
	assert_ptr_equal(first->snapshot->usage[0]->hosts[0], second->snapshot->usage[0]->hosts[0]);
	generation_free(first);
	generation_free(second);
}

/* All workers draw ports, or one: as at the start, whatever is loaded later. */
static void
who_draws_stays(void **state)
{
#define NAMED(profile)                                                                          \
	NETWORK(A)                                                                              \
	"vips = ( { name = \"v\"; address = \"192.0.2.1\"; virtual_network = \"n\"; profile = " \
	"\"" profile "\"; } );\n"
	static const char *const texts[] = { NAMED("azure"), NAMED("rfc") };
	struct building *building = *state;

	building->workers = 4;
	for (unsigned int i = 0; i < RTE_DIM(texts); i++) {
		struct generation *first = building_build(building, texts[i], NULL);
		struct generation *second = building_build(building, texts[1 - i], first);

		assert_non_null(first);
		assert_non_null(second);
		assert_int_equal(first->snapshot->worker_count, 4);
		assert_int_equal(first->snapshot->snat_worker_count, i == 0 ? 4 : 1);
		assert_int_equal(second->snapshot->snat_worker_count, i == 0 ? 4 : 1);
		generation_free(first);
		generation_free(second);
	}
}

static void
a_vip_that_is_gone_is_counted_on(void **state)
{
	struct generation *first =
		building_build(*state, NETWORK(A) "vips = (" VIP("v", "1", "", "64") ");\n", NULL);
	struct generation *second, *third;

	assert_non_null(first);
	second = building_build(*state,
				NETWORK(SUBNET("a", "1", "\"w\"")) "vips = (" VIP("w", "2", "",
										  "64") ");\n",
				first);
	assert_non_null(second);
	assert_false(second->snapshot->vips[0].present);
	assert_non_null(second->snapshot->usage[0]);
	generation_free(first);
	third = building_build(*state,
			       NETWORK(SUBNET("a", "1", "\"w\"")) "vips = (" VIP("w", "2", "",
										 "64") ");\n",
			       second);
	assert_non_null(third);
	assert_null(third->snapshot->usage[0]);
	assert_non_null(third->snapshot->usage[1]);
	generation_free(second);
	generation_free(third);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		building_test(hosts_have_places_and_blocks),
		building_test(what_is_not_concerned_stays),
		building_test(who_draws_stays),
		building_test(a_vip_that_is_gone_is_counted_on),
	};

	test_eal_start("128");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
