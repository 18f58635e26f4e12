/* SPDX-License-Identifier: BSD-3-Clause */
#include "building.h"

#define INTERFACES                                                                    \
	"interfaces = ("                                                              \
	" { name = \"up\"; port = \"wan\"; addresses = \"198.51.100.2/24\"; },"       \
	" { name = \"a\"; port = \"lan\"; vlan = 10; addresses = \"10.0.1.1/24\"; }," \
	" { name = \"b\"; port = \"lan\"; vlan = 20; addresses = \"10.5.2.1/24\"; } );\n"
#define NETWORKS                                                                                   \
	"virtual_networks = ("                                                                     \
	" { name = \"one\"; address_space = \"10.0.0.0/16\"; subnets ="                            \
	"   { name = \"a\"; prefix = \"10.0.1.0/24\"; interface = \"a\"; security_group = \"g\"; " \
	"};"                                                                                       \
	" },"                                                                                      \
	" { name = \"two\"; address_space = \"10.5.0.0/16\"; subnets ="                            \
	"   { name = \"b\"; prefix = \"10.5.2.0/24\"; interface = \"b\"; security_group = \"g\"; " \
	"};"                                                                                       \
	" } );\n"
#define WEB                                                                                       \
	"{ name = \"web\"; priority = 200; direction = \"inbound\"; access = \"allow\";"          \
	" protocol = \"tcp\"; source = [ \"Internet\", \"Sql\" ]; source_ports = \"1024-65535\";" \
	" destination = \"10.0.1.4/31\"; destination_ports = [ \"80\", \"8000-8009\" ]; }"
#define NO_WEB                                                                                     \
	"{ name = \"no\"; priority = 100; direction = \"inbound\"; access = \"deny\";"             \
	" protocol = \"*\"; source = \"192.0.2.0/24\"; source_ports = \"*\"; destination = \"*\";" \
	" destination_ports = \"*\"; }"
#define OUT                                                                               \
	"{ name = \"out\"; priority = 100; direction = \"outbound\"; access = \"deny\";"  \
	" protocol = \"udp\"; source = \"*\"; source_ports = \"*\"; destination = \"*\";" \
	" destination_ports = \"53\"; }"
#define GROUP(settings, rules)                                                  \
	"service_tags = ( { name = \"Sql\"; prefixes = \"10.7.0.0/16\"; } );\n" \
	"security_groups = ( { name = \"g\"; " settings " rules = (" rules "); } );\n"

/* The index of the rule that decides. */
static uint16_t
match(const struct security_policy *policy, struct security_key key)
{
	uint16_t rule = 0;

	security_match(policy->table, &key, &rule, 1);
	return rule;
}

static struct security_key
key_of(uint8_t protocol, uint32_t source, uint16_t source_port, uint32_t destination,
       uint16_t destination_port)
{
	return (struct security_key){ .protocol = protocol,
				      .source = source,
				      .source_port = source_port,
				      .destination = destination,
				      .destination_port = destination_port };
}

static void
too_many_rules_are_refused(void **state)
{
	struct building *building = *state;
	struct model *model = model_from_text(BUILDING_HEAD INTERFACES GROUP("", WEB) NETWORKS);
	struct security_group *group = &model->security_groups[0];
	size_t count = group->rule_count;
	const struct security_rule rule = { .direction = DIRECTION_OUTBOUND,
					    .source.any = true,
					    .destination.any = true };

	group->rules = reallocarray(group->rules, count + 1006, sizeof(*group->rules));
	assert_non_null(group->rules);
	for (size_t i = 0; i < 1006; i++)
		group->rules[count + i] = rule;
	group->rule_count += 1006;
	assert_null(building_build_model(building, model, NULL));
	assert_string_equal(building->error,
			    "security group g has 1009 rules in one direction; at most 1008 are "
			    "possible, the default rules included");
}

/* Inbound: no, web, VNet, load balancer, deny. */
static void
rules_decide_in_their_order(void **state)
{
	struct generation *generation =
		building_build(*state, INTERFACES GROUP("", WEB "," OUT "," NO_WEB) NETWORKS, NULL);
	const struct security_policy *inbound;
	const uint32_t host = IP4(10, 0, 1, 4), client = IP4(93, 184, 216, 34);

	assert_non_null(generation);
	inbound = generation->snapshot->subnets[1].inbound;
	assert_int_equal(match(inbound, key_of(6, client, 5000, host, 80)), 1);
	assert_int_equal(match(inbound, key_of(6, client, 5000, host + 1, 8009)), 1);
	assert_int_equal(match(inbound, key_of(6, client, 5000, host + 2, 80)), 4);
	assert_int_equal(match(inbound, key_of(6, client, 5000, host, 8010)), 4);
	assert_int_equal(match(inbound, key_of(6, client, 1023, host, 80)), 4);
	assert_int_equal(match(inbound, key_of(17, client, 5000, host, 80)), 4);
	assert_int_equal(match(inbound, key_of(6, IP4(192, 0, 2, 7), 5000, host, 80)), 0);
	assert_int_equal(match(inbound, key_of(6, IP4(10, 7, 0, 1), 5000, host, 80)), 1);
	assert_int_equal(match(inbound, key_of(6, IP4(10, 0, 9, 1), 5000, host, 80)), 2);
	assert_int_equal(match(inbound, key_of(17, IP4(168, 63, 129, 16), 9, host, 9)), 3);
	assert_int_equal(inbound->allow[0], 0);
	assert_int_equal(inbound->allow[1], 1);
	assert_int_equal(inbound->allow[2], 1);
	assert_int_equal(inbound->allow[3], 1);
	assert_int_equal(inbound->allow[4], 0);
	generation_free(generation);
}

/* Outbound: out, VNet, Internet, deny. */
static void
directions_are_apart(void **state)
{
	struct generation *generation =
		building_build(*state, INTERFACES GROUP("", WEB "," OUT) NETWORKS, NULL);
	const struct security_policy *outbound;
	const uint32_t host = IP4(10, 0, 1, 4);

	assert_non_null(generation);
	outbound = generation->snapshot->subnets[1].outbound;
	assert_int_equal(match(outbound, key_of(17, host, 9, IP4(8, 8, 8, 8), 53)), 0);
	assert_int_equal(match(outbound, key_of(17, host, 9, IP4(8, 8, 8, 8), 54)), 2);
	assert_int_equal(match(outbound, key_of(1, host, 0, IP4(10, 0, 2, 2), 0)), 1);
	assert_int_equal(match(outbound, key_of(6, host, 9, IP4(10, 7, 0, 1), 1)), 3);
	assert_int_equal(outbound->allow[0], 0);
	assert_int_equal(outbound->allow[2], 1);
	generation_free(generation);
}

static void
tags_differ_by_network(void **state)
{
	struct generation *generation =
		building_build(*state, INTERFACES GROUP("", WEB) NETWORKS, NULL);
	const struct snapshot_subnet *subnets;
	struct security_key key = key_of(1, IP4(10, 0, 1, 9), 0, IP4(10, 0, 1, 4), 0);

	assert_non_null(generation);
	subnets = generation->snapshot->subnets;
	/* Inbound: web, VNet, load balancer, deny. */
	assert_int_equal(match(subnets[1].inbound, key), 1);
	assert_int_equal(match(subnets[2].inbound, key), 3);
	generation_free(generation);
}

static void
settings_are_part_of_the_policy(void **state)
{
	struct generation *before =
		building_build(*state, INTERFACES GROUP("flow_timeout = 300;", WEB) NETWORKS, NULL);
	struct generation *after = building_build(
		*state, INTERFACES GROUP("flow_timeout = 300; reevaluate = true;", WEB) NETWORKS,
		before);
	const struct security_policy *policy;

	assert_non_null(before);
	assert_non_null(after);
	policy = before->snapshot->subnets[1].inbound;
	assert_int_equal(policy->flow_timeout, 300);
	assert_false(policy->reevaluate);
	assert_ptr_not_equal(policy, after->snapshot->subnets[1].inbound);
	assert_true(after->snapshot->subnets[1].inbound->reevaluate);
	generation_free(before);
	generation_free(after);
}

static void
only_what_changed_is_built(void **state)
{
	struct generation *before =
		building_build(*state, INTERFACES GROUP("", WEB) NETWORKS, NULL);
	struct generation *after =
		building_build(*state, INTERFACES GROUP("", WEB "," NO_WEB) NETWORKS, before);

	assert_non_null(before);
	assert_non_null(after);
	assert_ptr_not_equal(before->snapshot->subnets[1].inbound,
			     after->snapshot->subnets[1].inbound);
	assert_ptr_equal(before->snapshot->subnets[1].outbound,
			 after->snapshot->subnets[1].outbound);
	generation_free(before);
	generation_free(after);
}

int
main(void)
{
	test_eal_start("64");

	const struct CMUnitTest tests[] = {
		building_test(too_many_rules_are_refused),
		building_test(rules_decide_in_their_order),
		building_test(directions_are_apart),
		building_test(tags_differ_by_network),
		building_test(settings_are_part_of_the_policy),
		building_test(only_what_changed_is_built),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
