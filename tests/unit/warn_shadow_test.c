/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#define GROUP_USED                                                                                 \
	GATEWAY PORT INTERFACES VIP                                                                \
		"service_tags = ( { name = 'A'; prefixes = [ '10.0.0.0/8', '11.0.0.0/8' ]; }, "    \
		"{ name = 'B'; prefixes = '10.0.0.0/7'; } ); "                                     \
		"virtual_networks = { name = 'n'; address_space = '10.0.0.0/16'; subnets = { "     \
		"name = 's'; "                                                                     \
		"prefix = '10.0.1.0/24'; interface = 'in'; outbound_vips = 'v'; security_group = " \
		"'g'; "                                                                            \
		"}; }; security_groups = ( { name = 'g'; rules = (\n"
/* Keeps the tags in use. */
#define TAGS                                                                                  \
	"\n); }, { name = 'h'; rules = { name = 'r'; priority = 100; direction = 'inbound'; " \
	"access = "                                                                           \
	"'deny'; source = [ 'A', 'B' ]; }; } );"
#define UNUSED "t.conf:4: warning: no subnet uses security group 'h'; use it or remove it\n"
#define SHADOWED                                                                                 \
	"t.conf:3: warning: rule 'late' never decides, rule 'early' on line 2 has priority 100 " \
	"and "                                                                                   \
	"matches all that it would; remove it or let it come first\n"

/* Two inbound rules, on lines 2 and 3. */
static void
rules_check(const char *early, const char *late, const char *lines)
{
	char *text;

	assert_true(
		asprintf(
			&text,
			GROUP_USED
			"{ name = 'early'; priority = 100; direction = 'inbound'; access = 'deny'; "
			"%s },\n{ name = 'late'; priority = 200; direction = 'inbound'; access = "
			"'allow'; %s }" TAGS,
			early, late) >= 0);
	model_free(configuration_expect(text, lines));
	free(text);
}

static void
test_fields(void **state)
{
	static const struct {
		const char *wider, *narrower;
	} cases[] = {
		{ "", "source = '10.0.0.0/8';" },
		{ "source = '10.0.0.0/8';", "source = [ '10.1.0.0/16', '10.9.9.9' ];" },
		{ "protocol = '*';", "protocol = 'esp';" },
		{ "destination_ports = [ '1-100', '101-200' ];",
		  "protocol = 'tcp'; destination_ports = '50-150';" },
		{ "protocol = 'tcp';", "protocol = 'tcp'; source_ports = '53';" },
		{ "source = 'Internet'; protocol = 'tcp';",
		  "source = 'Internet'; protocol = 'tcp'; destination_ports = '80';" },
		{ "source = [ 'Internet', 'VirtualNetwork' ];", "source = 'VirtualNetwork';" },
		{ "source = '0.0.0.0/0';", "source = 'Internet';" },
		{ "source = 'A';", "source = '11.1.0.0/16';" },
		{ "source = '8.0.0.0/5';", "source = 'A';" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rules_check(cases[i].wider, cases[i].narrower, SHADOWED UNUSED);
		rules_check(cases[i].narrower, cases[i].wider, UNUSED);
	}
}

/* Each covers the other. */
static void
test_equal_rules(void **state)
{
	static const struct {
		const char *one, *other;
	} cases[] = {
		{ "", "" },
		{ "source = 'A';", "source = 'B';" },
		{ "destination = [ '10.0.0.0/9', '10.128.0.0/9' ];",
		  "destination = '10.0.0.0/8';" },
		{ "protocol = 'tcp';", "protocol = 'tcp'; destination_ports = '0-65535';" },
		{ "source = 'Internet';", "source = 'Internet';" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rules_check(cases[i].one, cases[i].other, SHADOWED UNUSED);
		rules_check(cases[i].other, cases[i].one, SHADOWED UNUSED);
	}
}

/* Neither covers the other. */
static void
test_different_rules(void **state)
{
	static const struct {
		const char *one, *other;
	} cases[] = {
		{ "source = '10.0.0.0/9';", "source = [ '10.0.0.0/10', '10.128.0.0/10' ];" },
		{ "source = '10.0.0.0/8';", "destination = '10.0.0.0/8';" },
		{ "protocol = 'tcp';", "protocol = 'udp';" },
		/* A rule with ports does not match ICMP, even if it names all of them. */
		{ "destination_ports = '0-65535';", "protocol = 'icmp';" },
		{ "source = 'Internet';", "source = 'VirtualNetwork';" },
		{ "source = 'Internet';", "source = '8.8.8.8';" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rules_check(cases[i].one, cases[i].other, UNUSED);
		rules_check(cases[i].other, cases[i].one, UNUSED);
	}
}

/* Only rules of the same direction count, by priority and not by place. */
static void
test_order(void **state)
{
	(void)state;
	model_free(configuration_expect(
		GROUP_USED
		"{ name = 'a'; priority = 300; direction = 'inbound'; access = 'deny'; source = "
		"'10.0.0.0/8'; },\n{ name = 'b'; priority = 200; direction = 'inbound'; access = "
		"'deny'; "
		"},\n{ name = 'c'; priority = 100; direction = 'outbound'; access = 'allow'; "
		"}" TAGS,
		"t.conf:2: warning: rule 'a' never decides, rule 'b' on line 3 has priority 200 "
		"and "
		"matches all that it would; remove it or let it come first\n"
		"t.conf:5: warning: no subnet uses security group 'h'; use it or remove it\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_equal_rules),
		cmocka_unit_test(test_different_rules),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
