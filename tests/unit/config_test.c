/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#define REFERENCE VIADUCT_SOURCE "/tests/unit/reference.conf"

static void
test_absent_file(void **state)
{
	struct diagnostics diagnostics = { 0 };
	struct model *model;
	char *text;

	(void)state;
	assert_int_equal(model_read("/nowhere/at.all", &model, &diagnostics), -ENOENT);
	assert_null(model);
	text = diagnostics_text(&diagnostics);
	assert_string_equal(text,
			    "/nowhere/at.all: cannot be read: No such file or directory; name a "
			    "configuration file\n");
	free(text);
	diagnostics_clear(&diagnostics);
}

static void
test_directory(void **state)
{
	struct diagnostics diagnostics = { 0 };
	struct model *model;

	(void)state;
	assert_int_equal(model_read("/", &model, &diagnostics), -EISDIR);
	assert_null(model);
	assert_int_equal(diagnostics.errors, 1);
	diagnostics_clear(&diagnostics);
}

static void
test_syntax(void **state)
{
	static const struct configuration_case cases[] = {
		{ "", "t.conf:1: there is no gateway; add gateway = { name = '...'; };\n"
		      "t.conf:1: there are no ports; add ports = ( { name = '...'; device = '...'; "
		      "} );\n" },
		{ "gateway = { name = 'x' ;\n\n};;\nports\n= ",
		  "t.conf:4: syntax error; look for a missing ';', quote or bracket here or just "
		  "above\n" },
		{ "ports = ();\nports = ();",
		  "t.conf:3: duplicate setting name; keep one of the two\n" },
		{ "ports = [ 1, 'a' ];", "t.conf:2: mismatched element type in array; values of "
					 "several types stand in a list "
					 "( )\n" },
		{ "ports = 4294967297;\nports = ();",
		  "t.conf:2: 4294967297 does not fit in 32 bits; a longer number is written "
		  "4294967297L\n" },
	};

	(void)state;
	CASES_CHECK("", cases);
}

/* All of the language is known, and acted on. */
static void
test_reference(void **state)
{
	struct diagnostics diagnostics = { 0 };
	struct model *model;

	(void)state;
	assert_int_equal(model_read(REFERENCE, &model, &diagnostics), 0);
	assert_int_equal(diagnostics.errors, 0);
	diagnostics_clear(&diagnostics);
	assert_string_equal(model->directory, VIADUCT_SOURCE "/tests/unit");
	assert_string_equal(model->gateway.name, "gw1");
	assert_int_equal(model->port_count, 2);
	assert_int_equal(model->interface_count, 4);
	assert_int_equal(model->neighbor_count, 3);
	assert_int_equal(model->route_count, 2);
	assert_int_equal(model->service_tag_count, 2);
	assert_int_equal(model->security_group_count, 1);
	assert_int_equal(model->route_table_count, 1);
	assert_int_equal(model->virtual_network_count, 1);
	assert_int_equal(model->virtual_networks[0].subnet_count, 3);
	assert_int_equal(model->vip_count, 1);
	assert_int_equal(model->vips[0].inbound_count, 2);
	model_free(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_absent_file),
		cmocka_unit_test(test_directory),
		cmocka_unit_test(test_syntax),
		cmocka_unit_test(test_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
