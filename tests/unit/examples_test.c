/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#include <glob.h>

#define EXAMPLES VIADUCT_SOURCE "/config/examples/"

/* What `check` says of an example. */
static void
example_check(const char *file, const char *lines)
{
	struct diagnostics diagnostics = { 0 };
	struct model *model;
	int error = model_read(file, &model, &diagnostics);
	char *text = diagnostics_text(&diagnostics);

	assert_string_equal(text, lines);
	assert_int_equal(error, 0);
	free(text);
	diagnostics_clear(&diagnostics);
	model_free(model);
}

static void
test_fabric(void **state)
{
	(void)state;
	example_check(EXAMPLES "fabric.conf", "");
}

static void
test_app_environment(void **state)
{
	(void)state;
	example_check(EXAMPLES "app-environment.conf", "");
}

static void
test_two_environments(void **state)
{
	(void)state;
	example_check(EXAMPLES "two-environments.conf", "");
}

static void
test_forced_tunnel(void **state)
{
	(void)state;
	example_check(EXAMPLES "forced-tunnel.conf", EXAMPLES
		      "forced-tunnel.conf:71: warning: route \"all-to-firewall\" for 0.0.0.0/0 "
		      "does not make the Internet part of tag VirtualNetwork; rules for it name "
		      "Internet or prefixes\n");
}

/* A new example is named here too. */
static void
test_no_other(void **state)
{
	glob_t found;

	(void)state;
	assert_int_equal(glob(EXAMPLES "*.conf", 0, NULL, &found), 0);
	assert_int_equal(found.gl_pathc, 4);
	globfree(&found);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fabric),           cmocka_unit_test(test_app_environment),
		cmocka_unit_test(test_two_environments), cmocka_unit_test(test_forced_tunnel),
		cmocka_unit_test(test_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
