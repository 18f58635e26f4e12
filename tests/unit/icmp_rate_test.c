/* SPDX-License-Identifier: BSD-3-Clause */
#include "telling.h"

static void
tell_often(struct fixture *fixture, unsigned int times)
{
	for (unsigned int i = 0; i < times; i++)
		tell(fixture, WAN, TO_WAN FAR, 3, 0, 0);
}

static void
test_a_rate_of_none(void **state)
{
	struct fixture *fixture = *state;

	fixture->snapshot.icmp_error_rate = 0;
	fixture->worker.now = 1000000000;
	tell_often(fixture, 3);
	assert_told(fixture, 0, 3);
}

/* 1000 a second: a tenth of them at once, then one each millisecond. */
static void
test_the_rate(void **state)
{
	struct fixture *fixture = *state;

	tell_often(fixture, 103);
	assert_told(fixture, 100, 3);
	fixture->worker.now += 999999;
	tell_often(fixture, 1);
	assert_told(fixture, 100, 4);
	fixture->worker.now += 1;
	tell_often(fixture, 2);
	assert_told(fixture, 101, 5);
	fixture->worker.now += 50000000;
	tell_often(fixture, 51);
	assert_told(fixture, 151, 6);
	/* However long it was quiet, no more than a tenth of a second's at once. */
	fixture->worker.now += 3600000000000;
	tell_often(fixture, 101);
	assert_told(fixture, 251, 7);
}

static void
test_a_low_rate(void **state)
{
	struct fixture *fixture = *state;

	fixture->snapshot.icmp_error_rate = 1;
	tell_often(fixture, 11);
	assert_told(fixture, 10, 1);
	fixture->worker.now += 999999999;
	tell_often(fixture, 1);
	assert_told(fixture, 10, 2);
	fixture->worker.now += 1;
	tell_often(fixture, 2);
	assert_told(fixture, 11, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(test_a_rate_of_none),
		WITH_FIXTURE(test_the_rate),
		WITH_FIXTURE(test_a_low_rate),
	};

	test_eal_start("64");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
