/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#define REFERENCE VIADUCT_SOURCE "/tests/unit/reference.conf"

static struct model *
reference_read(void)
{
	struct diagnostics diagnostics = { 0 };
	struct model *model;
	int error = model_read(REFERENCE, &model, &diagnostics);

	diagnostics_print(&diagnostics, stderr);
	diagnostics_clear(&diagnostics);
	assert_int_equal(error, 0);
	return model;
}

static void
test_absent_file(void **state)
{
	struct diagnostics diagnostics = { 0 };
	struct model *model;

	(void)state;
	assert_int_equal(model_read("/nowhere/at.all", &model, &diagnostics), -ENOENT);
	assert_null(model);

	char *text = diagnostics_text(&diagnostics);

	assert_string_equal(text,
			    "/nowhere/at.all: cannot be read: No such file or directory; name a "
			    "configuration file\n");
	free(text);
	diagnostics_clear(&diagnostics);
}

static void
test_reference(void **state)
{
	struct model *model = reference_read();

	(void)state;
	assert_string_equal(model->gateway.name, "gw1");
	assert_int_equal(model->port_count, 2);
	assert_int_equal(model->interface_count, 4);
	assert_int_equal(model->interfaces[1].virtual_network, 0);
	assert_int_equal(model->interfaces[2].subnet, 1);
	assert_int_equal(model->interfaces[0].subnet, NO_INDEX);
	assert_int_equal(model->route_count, 2);
	assert_int_equal(model->routes[1].next_hops[0].weight, 3);
	assert_int_equal(model->routes[1].next_hops[1].interface, 0);
	assert_int_equal(model->service_tags[1].prefixes.count, 2);
	assert_int_equal(model->security_groups[0].rule_count, 8);
	model_free(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_absent_file),
		cmocka_unit_test(test_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
