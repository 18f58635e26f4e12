/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
nanoseconds_follow_the_cycles(void **state)
{
	const struct clock clock = clock_make(1000, 1000000000);

	(void)state;
	assert_int_equal(clock_at(&clock, 1000), 0);
	assert_int_equal(clock_at(&clock, 1001), 1);
	assert_int_equal(clock_at(&clock, 1000 + 86400000000000), 86400000000000);
}

static void
odd_frequencies_lose_less_than_two_nanoseconds_a_second(void **state)
{
	static const uint64_t hertz[] = { 33333333, 1999999999, 2649998123, 4999999999 };

	(void)state;
	for (unsigned int i = 0; i < sizeof(hertz) / sizeof(hertz[0]); i++) {
		const struct clock clock = clock_make(77, hertz[i]);

		assert_in_range(clock_at(&clock, 77 + hertz[i]), 999999998, 1000000000);
		assert_in_range(clock_at(&clock, 77 + 1000 * hertz[i]), 999999998000,
				1000000000000);
	}
}

static void
years_do_not_overflow(void **state)
{
	const struct clock clock = clock_make(0, 5000000000);

	(void)state;
	/* Ten years of 365 days. */
	assert_int_equal(clock_at(&clock, 5000000000 * 315360000) / CLOCK_NS_PER_S, 315359999);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nanoseconds_follow_the_cycles),
		cmocka_unit_test(odd_frequencies_lose_less_than_two_nanoseconds_a_second),
		cmocka_unit_test(years_do_not_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
