/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/snat_claims.h"

#include "building.h"

#define HEAD                                                                                       \
	"interfaces = ( { name = \"a\"; port = \"lan\"; vlan = 1; addresses = \"10.0.1.1/28\"; } " \
	");"                                                                                       \
	"virtual_networks = ( { name = \"n\"; address_space = \"10.0.0.0/16\"; subnets = ("        \
	" { name = \"a\"; prefix = \"10.0.1.0/28\"; interface = \"a\"; outbound_vips = \"v\"; } "  \
	"); } );\n"
#define VIP(rules, ports)                                                                          \
	HEAD "vips = ( { name = \"v\"; address = \"192.0.2.1\"; virtual_network = \"n\"; inbound " \
	     "= (" rules "); outbound = { ports_per_host = " ports "; }; } );\n"
#define RULE(name, ports)                                             \
	"{ name = \"" name "\"; protocol = \"tcp\"; ports = \"" ports \
	"\"; backends = \"10.0.1.4\"; }"

static int
reserve(struct building *building, const struct generation *current, const struct generation *next)
{
	return snat_claims_reserve(current, next, next->model, 1, building->error,
				   sizeof(building->error));
}

static bool
is_reserved(const struct generation *generation, uint16_t port)
{
	return snat_is_reserved(generation->snapshot->usage[0]->reserved, port);
}

static void
ports_in_use_are_told(void **state)
{
	struct building *building = *state;
	struct generation *current = building_build(building, VIP("", "64"), NULL);
	struct generation *next = building_build(
		building, VIP(RULE("low", "100-300") ", " RULE("r", "1024-1160"), "64"), current);
	const struct snat_usage *usage = current->snapshot->usage[0];

	*snat_usage_chunk(usage, 0, 1032) = 2; /* 10.0.1.4's block is 1024-1087 */
	*snat_usage_chunk(usage, 0, 1152) = 1; /* 10.0.1.6's begins at 1152 */
	*snat_usage_chunk(usage, 0, 1168) = 1;
	assert_int_equal(reserve(building, current, next), -EADDRINUSE);
	assert_string_equal(
		building->error,
		"inbound rule r of VIP v takes ports 1032-1039, 1152-1159, which sessions "
		"of 10.0.1.4, 10.0.1.6 hold; no new session gets them: reload again when "
		"they are free, or force it and end the sessions");
	assert_false(is_reserved(current, 1023));
	assert_true(is_reserved(current, 1024));
	assert_true(is_reserved(current, 1167));
	assert_false(is_reserved(current, 1168));
	*snat_usage_chunk(usage, 0, 1032) = 0;
	*snat_usage_chunk(usage, 0, 1152) = 0;
	assert_int_equal(reserve(building, current, next), 0);
	*snat_usage_chunk(usage, 0, 1168) = 0;
	generation_free(current);
	generation_free(next);
}

/* More than a few are counted; on demand the ports have no host of their own. */
static void
sentences_stay_short(void **state)
{
	struct building *building = *state;
	struct generation *current = building_build(building, VIP("", "\"on_demand\""), NULL);
	struct generation *next =
		building_build(building, VIP(RULE("r", "2000-4000"), "\"on_demand\""), current);
	const struct snat_usage *usage = current->snapshot->usage[0];
	char cut[16];

	for (uint16_t i = 0; i < 6; i++) {
		*snat_usage_chunk(usage, 0, (uint16_t)(2000 + 8 * i)) = 1;
		snat_usage_host(usage, 0, i)->ports[SNAT_UDP] = 1;
	}
	assert_int_equal(reserve(building, current, next), -EADDRINUSE);
	assert_non_null(strstr(building->error,
			       "takes ports 2000-2007, 2008-2015, 2016-2023, 2024-2031 and 2 more "
			       "blocks, which sessions of some of the hosts 10.0.1.4, 10.0.1.5, "
			       "10.0.1.6, 10.0.1.7 and 2 more hold; "));
	assert_int_equal(snat_claims_reserve(current, next, next->model, 1, cut, sizeof(cut)),
			 -EADDRINUSE);
	assert_string_equal(cut, "inbound rule r ");
	generation_free(current);
	generation_free(next);
}

static void
what_serves_sessions_is_reserved_for_nobody(void **state)
{
	struct building *building = *state;
	struct generation *current = building_build(building, VIP("", "64"), NULL);
	struct generation *next = building_build(building, VIP(RULE("r", "1030"), "64"), current);

	*snat_usage_chunk(current->snapshot->usage[0], 0, 1032) = 1;
	assert_int_equal(reserve(building, current, next), 0); /* another chunk */
	assert_true(is_reserved(current, 1030));
	/* The rule was published: its ports serve no sessions any more, and stay as they are. */
	snat_claims_settle(next);
	assert_true(is_reserved(next, 1030));
	/* The rule was given up. */
	snat_claims_settle(current);
	assert_false(is_reserved(current, 1030));
	generation_free(current);
	generation_free(next);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		building_test(ports_in_use_are_told),
		building_test(sentences_stay_short),
		building_test(what_serves_sessions_is_reserved_for_nobody),
	};

	test_eal_start("128");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
