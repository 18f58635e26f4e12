/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#define UNUSED "t.conf:1: warning: no subnet uses security group 's'; use it or remove it\n"

static void
test_wrong(void **state)
{
	static const struct configuration_case cases[] = {
		{ "rules = { };", "t.conf:2: rules: name is missing; set it\n"
				  "t.conf:2: rules: priority is missing; set it\n"
				  "t.conf:2: rules: direction is missing; set it\n"
				  "t.conf:2: rules: access is missing; set it\n" },
		{ "rules = { name = 'r'; priority = 99; direction = 'in'; access = 'permit'; "
		  "protocol = 6; };",
		  "t.conf:2: priority = 99 is out of range; it goes from 100 to 4096\n"
		  "t.conf:2: direction = 'in' is none of its values; use one of inbound, outbound\n"
		  "t.conf:2: access = 'permit' is none of its values; use one of allow, deny\n"
		  "t.conf:2: protocol is a number; it takes a string in quotes\n" },
		{ "rules = { name = 'r'; priority = 4097; direction = 'inbound'; access = 'allow'; "
		  "protocol "
		  "= 'sctp'; };",
		  "t.conf:2: priority = 4097 is out of range; it goes from 100 to 4096\n"
		  "t.conf:2: protocol = 'sctp' is none of its values; use one of *, tcp, udp, "
		  "icmp, esp, "
		  "ah\n" },
		{ "rules = { name = 'r'; priority = 100; direction = 'inbound'; access = 'allow';\n"
		  "source = [ 'Internt', '10.0.0.1/8',\n'fd00::/8', '1.2.3' ];\ndestination = 5;\n"
		  "source_ports = '70000'; destination_ports = [ ]; };",
		  "t.conf:3: source 'Internt': there is no service tag of that name; define it or "
		  "name "
		  "another\n"
		  "t.conf:3: source '10.0.0.1/8' has host bits behind its length; did you mean "
		  "10.0.0.0/8?\n"
		  "t.conf:4: source 'fd00::/8': IPv6 is not supported yet; use IPv4\n"
		  "t.conf:4: source '1.2.3' is no prefix; write it like 10.0.0.0/16\n"
		  "t.conf:5: destination is a number; it takes a string in quotes\n"
		  "t.conf:6: source_ports '70000' is no port or range; write it like '443' or "
		  "'8000-8080', "
		  "from 0 to 65535\n"
		  "t.conf:6: destination_ports is empty; name at least one\n" },
		{ "flow_timeout = 0;",
		  "t.conf:2: flow_timeout = 0 is out of range; it goes from 1 to 86400\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text;

		assert_true(asprintf(&text, GATEWAY PORT "security_groups = { name = 's';\n%s };",
				     cases[i].text) >= 0);
		model_free(configuration_expect(text, cases[i].lines));
		free(text);
	}
}

/* What a rule does not name, it does not restrict. */
static void
test_rule_of_little(void **state)
{
	struct model *model = configuration_expect(
		GATEWAY PORT
		"security_groups = { name = 's'; rules = { name = 'r'; priority = 100; "
		"direction = 'outbound'; access = 'deny'; }; };",
		UNUSED);
	const struct security_rule *rule = &model->security_groups[0].rules[3];

	(void)state;
	assert_int_equal(model->security_groups[0].flow_timeout, 0);
	assert_false(model->security_groups[0].reevaluate);
	assert_string_equal(rule->name, "r");
	assert_int_equal(rule->direction, DIRECTION_OUTBOUND);
	assert_int_equal(rule->access, ACCESS_DENY);
	assert_int_equal(rule->protocol, PROTOCOL_ANY);
	assert_true(rule->source.any);
	assert_true(rule->destination.any);
	assert_int_equal(rule->source_ports.count, 0);
	assert_int_equal(rule->destination_ports.count, 0);
	model_free(model);
}

static void
test_rule_of_everything(void **state)
{
	struct model *model = configuration_expect(
		GATEWAY PORT
		"service_tags = ( { name = 'A'; prefixes = '192.0.2.0/24'; }, { name = 'B.c-1'; "
		"prefixes = '192.0.3.0/24'; } ); "
		"security_groups = { name = 's'; flow_timeout = 600; reevaluate = true; rules = { "
		"name = "
		"'r'; priority = 4096; direction = 'inbound'; access = 'allow'; protocol = 'udp'; "
		"source "
		"= [ '10.0.0.0/8', 'B.c-1', '9.9.9.9', 'Internet', 'A' ]; destination = [ '*', "
		"'10.0.0.0/8' ]; source_ports = [ '0', '1024-65535' ]; destination_ports = ( 53, "
		"'80-90', "
		"'443' ); }; };",
		UNUSED);
	const struct security_rule *rule = &model->security_groups[0].rules[0];
	const struct rule_addresses *source = &rule->source;

	(void)state;
	assert_int_equal(model->security_groups[0].flow_timeout, 600);
	assert_true(model->security_groups[0].reevaluate);
	assert_int_equal(rule->priority, 4096);
	assert_int_equal(rule->protocol, PROTOCOL_UDP);
	assert_false(source->any);
	assert_int_equal(source->prefixes.count, 2);
	assert_int_equal(ip_address_v4(&source->prefixes.items[1].address), 0x09090909);
	assert_int_equal(source->prefixes.items[1].length, 32);
	assert_int_equal(source->tags.count, 3);
	assert_int_equal(source->tags.items[0], TAG_BUILT_IN_COUNT + 1);
	assert_int_equal(source->tags.items[1], TAG_INTERNET);
	assert_int_equal(source->tags.items[2], TAG_BUILT_IN_COUNT);
	assert_true(rule->destination.any);
	assert_int_equal(rule->source_ports.count, 2);
	assert_int_equal(rule->source_ports.items[1].first, 1024);
	assert_int_equal(rule->destination_ports.count, 3);
	assert_int_equal(rule->destination_ports.items[0].last, 53);
	assert_int_equal(rule->destination_ports.items[1].last, 90);
	model_free(model);
}

/* One "*" among ports is any port. */
static void
test_any_port(void **state)
{
	struct model *model = configuration_expect(
		GATEWAY PORT
		"security_groups = { name = 's'; rules = { name = 'r'; priority = 100; "
		"direction = 'inbound'; access = 'allow'; destination_ports = [ '80', '*' ]; "
		"}; };",
		UNUSED);

	(void)state;
	assert_int_equal(model->security_groups[0].rules[0].destination_ports.count, 0);
	model_free(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_rule_of_little),
		cmocka_unit_test(test_rule_of_everything),
		cmocka_unit_test(test_any_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
