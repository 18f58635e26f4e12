/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#include "config/default_rules.h"

/* Any address, one tag, or what the file names. */
static const char *
side_text(const struct rule_addresses *side)
{
	static const char *const tags[] = { "Internet", "VirtualNetwork", "AzureLoadBalancer" };

	if (side->any)
		return "*";
	return side->tags.count == 1 && side->prefixes.count == 0 ? tags[side->tags.items[0]] : "?";
}

static void
test_order_and_content(void **state)
{
	static const char *const expected[] = {
		"2 inbound 100 deny first ? *",
		"1 inbound 4096 allow last * *",
		"0 inbound 65000 allow AllowVNetInBound VirtualNetwork VirtualNetwork",
		"0 inbound 65001 allow AllowAzureLoadBalancerInBound AzureLoadBalancer *",
		"0 inbound 65500 deny DenyAllInBound * *",
		"3 outbound 100 deny out * *",
		"0 outbound 65000 allow AllowVNetOutBound VirtualNetwork VirtualNetwork",
		"0 outbound 65001 allow AllowInternetOutBound * Internet",
		"0 outbound 65500 deny DenyAllOutBound * *",
	};
	struct model *model = configuration_expect(
		GATEWAY PORT
		"security_groups = { name = 's'; rules = ("
		"{ name = 'last'; priority = 4096; direction = 'inbound'; access = 'allow'; },\n"
		"{ name = 'first'; priority = 100; direction = 'inbound'; access = 'deny'; "
		"source = '9.9.9.9'; },\n"
		"{ name = 'out'; priority = 100; direction = 'outbound'; access = 'deny'; } ); "
		"};",
		"t.conf:1: warning: no subnet uses security group 's'; use it or remove it\n");
	const struct security_group *group = &model->security_groups[0];

	(void)state;
	assert_int_equal(group->rule_count, 9);
	for (size_t i = 0; i < 9; i++) {
		const struct security_rule *rule = &group->rules[i];
		char text[200];

		snprintf(text, sizeof(text), "%u %s %u %s %s %s %s", rule->origin.line,
			 rule->direction == DIRECTION_INBOUND ? "inbound" : "outbound",
			 rule->priority, rule->access == ACCESS_ALLOW ? "allow" : "deny",
			 rule->name, side_text(&rule->source), side_text(&rule->destination));
		assert_string_equal(text, expected[i]);
		assert_string_equal(rule->origin.file, "t.conf");
		assert_int_equal(rule->protocol, PROTOCOL_ANY);
		assert_int_equal(rule->source_ports.count + rule->destination_ports.count, 0);
	}
	model_free(model);
}

static void
test_group_without_rules(void **state)
{
	struct model *model = configuration_expect(
		GATEWAY PORT "security_groups = { name = 's'; };",
		"t.conf:1: warning: no subnet uses security group 's'; use it or remove it\n");

	(void)state;
	assert_int_equal(model->security_groups[0].rule_count, 6);
	model_free(model);
}

static void
test_names(void **state)
{
	(void)state;
	assert_false(default_rule_has_name(""));
	assert_false(default_rule_has_name("AllowVnetInBound"));
	assert_true(default_rule_has_name("AllowVNetInBound"));
	assert_true(default_rule_has_name("DenyAllOutBound"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_and_content),
		cmocka_unit_test(test_group_without_rules),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
