/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dataplane/counters.h"

static void
test_paths_have_names(void **state)
{
	(void)state;
	assert_string_equal(path_name(PATH_FABRIC), "fabric");
	assert_string_equal(path_name(PATH_STATEFUL), "stateful");
	assert_string_equal(path_name(PATH_LOCAL), "local");
}

static void
test_every_counter_is_added(void **state)
{
	(void)state;
	struct counters sum = { 0 }, one;
	uint64_t *words = (uint64_t *)&one;

	for (size_t i = 0; i < sizeof(one) / sizeof(*words); i++)
		words[i] = i + 1;
	counters_add(&sum, &one);
	counters_add(&sum, &one);
	words = (uint64_t *)&sum;
	for (size_t i = 0; i < sizeof(sum) / sizeof(*words); i++)
		assert_int_equal(words[i], 2 * (i + 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths_have_names),
		cmocka_unit_test(test_every_counter_is_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
