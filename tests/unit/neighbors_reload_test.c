/* SPDX-License-Identifier: BSD-3-Clause */
#include "neighbors_fixture.h"

static void
given_ones_are_told_and_never_changed(void **state)
{
	struct fixture *fixture = *state;
	const struct command_neighbor given = given_of(host, 7);

	set(fixture, &given, 1);
	assert_int_equal(neighbors_tick(fixture->neighbors, 0), 1);
	expect_told(fixture, host, 7);
	learn(fixture, host, mac_of(9), 0);
	assert_int_equal(neighbors_tick(fixture->neighbors, 9 * SECOND), 0);
	resolve(fixture, LINK, host, 0);
	neighbors_tick(fixture->neighbors, 0);
	expect_told(fixture, host, 7);
	expect_nothing(fixture);
}

static void
a_reload_tells_only_what_changed(void **state)
{
	struct fixture *fixture = *state;
	struct command_neighbor given[3] = { given_of(host, 1), given_of(host + 1, 2),
					     given_of(host + 2, 3) };

	set(fixture, given, 3);
	neighbors_tick(fixture->neighbors, 0);
	expect_told(fixture, host, 1);
	expect_told(fixture, host + 1, 2);
	expect_told(fixture, host + 2, 3);

	given[1].mac = mac_of(5);
	set(fixture, given, 2);
	assert_int_equal(neighbors_tick(fixture->neighbors, 0), 2);
	expect_told(fixture, host + 1, 5);
	expect_told(fixture, host + 2, -1);
	expect_nothing(fixture);
	/* What is no longer given can be asked for. */
	resolve(fixture, LINK, host + 2, 0);
	neighbors_tick(fixture->neighbors, 0);
	expect_question(fixture, host + 2, EVERYBODY);
}

static void
a_given_one_takes_the_place_of_a_learned_one(void **state)
{
	struct fixture *fixture = *state;
	const struct command_neighbor given = given_of(host, 7);

	resolve(fixture, LINK, host, 0);
	neighbors_tick(fixture->neighbors, 0);
	expect_question(fixture, host, EVERYBODY);
	set(fixture, &given, 1);
	assert_int_equal(neighbors_tick(fixture->neighbors, 0), 1);
	expect_told(fixture, host, 7);
	assert_int_equal(neighbors_tick(fixture->neighbors, 9 * SECOND), 0);
}

static void
learned_ones_outlive_a_reload_on_their_link(void **state)
{
	struct fixture *fixture = *state;
	const uint32_t inside = IP4(10, 0, 7, 7);

	resolve(fixture, LINK, host, 0);
	resolve(fixture, LINK, inside, 0);
	learn(fixture, host, mac_of(8), 0);
	learn(fixture, inside, mac_of(7), 0);
	neighbors_tick(fixture->neighbors, 0);
	expect_told(fixture, host, 8);
	expect_told(fixture, inside, 7);

	fixture->interfaces[LINK].address_count = 1; /* 10.0.0.0/16 is gone */
	set(fixture, NULL, 0);
	assert_int_equal(neighbors_tick(fixture->neighbors, 0), 1);
	expect_told(fixture, inside, -1);
	expect_nothing(fixture);
	resolve(fixture, LINK, host, 0);
	neighbors_tick(fixture->neighbors, 0);
	expect_told(fixture, host, 8);

	/* With the interface all is forgotten; nobody has to be told. */
	fixture->interfaces[LINK].present = false;
	set(fixture, NULL, 0);
	assert_int_equal(neighbors_tick(fixture->neighbors, 0), 0);
	fixture->interfaces[LINK].present = true;
	resolve(fixture, LINK, host, 0);
	neighbors_tick(fixture->neighbors, 0);
	expect_question(fixture, host, EVERYBODY);
}

static void
more_than_there_is_room_for_is_refused(void **state)
{
	struct fixture *fixture = *state;

	for (uint32_t i = 0; i < NEIGHBORS_LEARNED_MAX; i++) {
		resolve(fixture, LINK, IP4(10, 0, 1, 0) + i, 0);
		if (i % 500 == 0) {
			neighbors_tick(fixture->neighbors, 0);
			rings_drain(fixture);
		}
	}
	neighbors_tick(fixture->neighbors, 0);
	rings_drain(fixture);
	resolve(fixture, LINK, host, 0);
	expect_told(fixture, host, -1);
	/* Given ones have room of their own. */
	const struct command_neighbor given = given_of(host, 7);

	set(fixture, &given, 1);
	neighbors_tick(fixture->neighbors, 0);
	expect_told(fixture, host, 7);
}

static void
all_given_ones_can_be_exchanged_at_once(void **state)
{
	struct fixture *fixture = *state;
	static struct command_neighbor given[NEIGHBORS_GIVEN_MAX];

	for (unsigned int round = 0; round < 3; round++) {
		unsigned int told = 0;

		for (uint32_t i = 0; i < NEIGHBORS_GIVEN_MAX; i++)
			given[i] = given_of(IP4(10, 0, 1, 0) + (round % 2) * 20000 + i, 1);
		set(fixture, given, NEIGHBORS_GIVEN_MAX);
		while (!neighbors_told(fixture->neighbors)) {
			told += neighbors_tick(fixture->neighbors, 0);
			rings_drain(fixture);
		}
		assert_int_equal(told, round == 0 ? NEIGHBORS_GIVEN_MAX : 2 * NEIGHBORS_GIVEN_MAX);
	}
}

int
main(void)
{
	test_eal_start("64");

	const struct CMUnitTest tests[] = {
		fixture_test(given_ones_are_told_and_never_changed),
		fixture_test(a_reload_tells_only_what_changed),
		fixture_test(a_given_one_takes_the_place_of_a_learned_one),
		fixture_test(learned_ones_outlive_a_reload_on_their_link),
		fixture_test(more_than_there_is_room_for_is_refused),
		fixture_test(all_given_ones_can_be_exchanged_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
