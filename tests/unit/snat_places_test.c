/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/snat_places.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
nobody_needs_no_place(void **state)
{
	(void)state;
	assert_int_equal(snat_places_assign(NULL, 0), 0);
}

static void
new_subnets_follow_each_other(void **state)
{
	struct snat_places subnets[] = { { SNAT_PLACE_NONE, 59, 1 },
					 { SNAT_PLACE_NONE, 11, 2 },
					 { SNAT_PLACE_NONE, 251, 3 } };

	(void)state;
	assert_int_equal(snat_places_assign(subnets, 3), 321);
	assert_int_equal(subnets[0].first, 0);
	assert_int_equal(subnets[1].first, 59);
	assert_int_equal(subnets[2].first, 70);
}

/* Wherever a new one stands in the file, those that had places keep them. */
static void
subnets_keep_their_places(void **state)
{
	struct snat_places subnets[] = { { SNAT_PLACE_NONE, 20, 1 },
					 { 70, 251, 2 },
					 { SNAT_PLACE_NONE, 11, 3 },
					 { 30, 10, 4 },
					 { SNAT_PLACE_NONE, 11, 5 } };

	(void)state;
	assert_int_equal(snat_places_assign(subnets, 5), 321);
	assert_int_equal(subnets[1].first, 70);
	assert_int_equal(subnets[3].first, 30);
	assert_int_equal(subnets[0].first, 0);
	assert_int_equal(subnets[2].first, 40); /* 20-29 is too short */
	assert_int_equal(subnets[4].first, 51);
}

static void
when_too_much_lies_unused_all_move(void **state)
{
	struct snat_places subnets[] = { { 40000, 20000, 1 }, { SNAT_PLACE_NONE, 45000, 2 } };

	(void)state;
	assert_int_equal(snat_places_assign(subnets, 2), 65000);
	assert_int_equal(subnets[0].first, 0);
	assert_int_equal(subnets[1].first, 20000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_needs_no_place),
		cmocka_unit_test(new_subnets_follow_each_other),
		cmocka_unit_test(subnets_keep_their_places),
		cmocka_unit_test(when_too_much_lies_unused_all_move),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
