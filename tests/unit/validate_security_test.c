/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#define RULE(name, priority, direction)                                         \
	"{ name = '" name "'; priority = " priority "; direction = '" direction \
	"'; access = 'deny'; "
#define UNUSED "t.conf:1: warning: no subnet uses security group 's'; use it or remove it\n"

static void
test_wrong(void **state)
{
	static const struct configuration_case cases[] = {
		{ RULE("a", "100", "inbound") "},\n" RULE("b", "100", "outbound") "},\n" RULE(
			  "c", "100", "inbound") "},\n" RULE("d", "101",
							     "inbound") "},\n{ priority = 101;\n"
									"name = 'e'; direction "
									"= 'inbound'; access = "
									"'deny'; }",
		  "t.conf:4: priority 100 is that of inbound rule 'a'; each rule of a direction "
		  "needs its "
		  "own\n"
		  "t.conf:6: priority 101 is that of inbound rule 'd'; each rule of a direction "
		  "needs its "
		  "own\n" },
		{ RULE("a", "100", "inbound") "protocol = 'icmp';\ndestination_ports = '80';\n"
					      "source_ports = [ '1', '2' ]; }",
		  "t.conf:3: destination_ports of a protocol that has none; leave them out, or use "
		  "tcp, udp "
		  "or '*'\n"
		  "t.conf:4: source_ports of a protocol that has none; leave them out, or use tcp, "
		  "udp or "
		  "'*'\n" },
		{ RULE("a", "100", "inbound") "protocol = 'esp'; destination_ports = '80'; "
					      "},\n" RULE("b", "101",
							  "inbound") "protocol = 'ah'; "
								     "source_ports = '80'; }",
		  "t.conf:2: destination_ports of a protocol that has none; leave them out, or use "
		  "tcp, udp "
		  "or '*'\n"
		  "t.conf:3: source_ports of a protocol that has none; leave them out, or use tcp, "
		  "udp or "
		  "'*'\n" },
		{ RULE("AllowVNetInBound", "100", "inbound") "}",
		  "t.conf:2: name 'AllowVNetInBound' is that of a default rule; choose another\n" },
		{ "5, 6", "t.conf:2: rules is a number; it takes groups { }\n"
			  "t.conf:2: rules is a number; it takes groups { }\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text;

		assert_true(asprintf(&text,
				     GATEWAY PORT
				     "security_groups = { name = 's'; rules = (\n%s ); };",
				     cases[i].text) >= 0);
		model_free(configuration_expect(text, cases[i].lines));
		free(text);
	}
}

static void
test_right(void **state)
{
	(void)state;
	model_free(configuration_expect(
		GATEWAY PORT "security_groups = ( { name = 's'; rules = (" RULE(
			"a", "100",
			"inbound") "protocol = 'icmp'; source_ports = '*'; destination_ports = "
				   "[ '*' ]; }, " RULE("b", "100", "outbound") "protocol = "
									       "'*'; "
									       "source_ports = "
									       "'80'; } ); } );",
		UNUSED));
}

/* A group of so many rules in each direction. */
static char *
group_text(unsigned inbound, unsigned outbound)
{
	char *text = NULL;
	size_t length;
	FILE *stream = open_memstream(&text, &length);

	assert_non_null(stream);
	fputs(GATEWAY PORT "security_groups = { name = 's';\nrules = (", stream);
	for (unsigned i = 0; i < inbound + outbound; i++)
		fprintf(stream,
			"%s{ name = 'r%u'; priority = %u; direction = '%s'; access = 'deny'; "
			"source = "
			"'10.0.%u.%u'; }",
			i > 0 ? "," : "", i, i < inbound ? 100 + i : 100 + i - inbound,
			i < inbound ? "inbound" : "outbound", i >> 8, i & 255);
	fputs("); };", stream);
	assert_int_equal(fclose(stream), 0);
	return text;
}

static void
test_rule_count(void **state)
{
	char *full = group_text(1000, 1000), *over = group_text(1001, 999);
	struct model *model = configuration_expect(full, UNUSED);

	(void)state;
	assert_int_equal(model->security_groups[0].rule_count, 2006);
	model_free(model);
	assert_null(configuration_expect(over,
					 "t.conf:2: rules are 1001 inbound and 999 outbound; a "
					 "group has at most 1000 of each\n"));
	free(full);
	free(over);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_right),
		cmocka_unit_test(test_rule_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
