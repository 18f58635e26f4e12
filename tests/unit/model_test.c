/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

static void
test_find(void **state)
{
	struct model *model = configuration_expect(
		GATEWAY
		"ports = ( { name = 'a'; device = 'net_null0'; }, { name = 'b'; device = "
		"'net_null1'; } ); interfaces = ( { name = 'b'; port = 'a'; addresses = "
		"'192.0.2.1/30'; }, { name = 'c'; port = 'b'; addresses = '192.0.2.5/30'; } );",
		"");

	(void)state;
	assert_int_equal(model_find_port(model, ""), NO_INDEX);
	assert_int_equal(model_find_port(model, "c"), NO_INDEX);
	assert_int_equal(model_find_port(model, "a"), 0);
	assert_int_equal(model_find_port(model, "b"), 1);
	assert_int_equal(model_find_interface(model, "a"), NO_INDEX);
	assert_int_equal(model_find_interface(model, "b"), 0);
	assert_int_equal(model_find_interface(model, "c"), 1);
	model_free(model);
}

static void
test_free_nothing(void **state)
{
	(void)state;
	model_free(NULL);
	model_free(calloc(1, sizeof(struct model)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_free_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
