/* SPDX-License-Identifier: BSD-3-Clause */
#include "neighbors_fixture.h"

static void
what_is_no_neighbor_is_refused_at_once(void **state)
{
	static const uint32_t wrong[] = {
		IP4(192, 0, 2, 9),      /* on no link */
		IP4(198, 51, 100, 2),   /* the gateway's own */
		IP4(198, 51, 100, 0),   /* the network's */
		IP4(198, 51, 100, 255), /* broadcast */
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < RTE_DIM(wrong); i++) {
		resolve(fixture, LINK, wrong[i], 0);
		assert_int_equal(neighbors_tick(fixture->neighbors, 0), 1);
		expect_told(fixture, wrong[i], -1);
		/* It is forgotten: the next question is refused again. */
		resolve(fixture, LINK, wrong[i], 0);
		neighbors_tick(fixture->neighbors, 0);
		expect_told(fixture, wrong[i], -1);
	}
	resolve(fixture, 0, host, 0);   /* an interface that is gone */
	resolve(fixture, 900, host, 0); /* one that never was */
	assert_int_equal(neighbors_tick(fixture->neighbors, 0), 2);
}

static void
nobody_is_learned_unasked(void **state)
{
	struct fixture *fixture = *state;

	learn(fixture, host, mac_of(9));
	assert_int_equal(neighbors_tick(fixture->neighbors, 0), 0);
	expect_nothing(fixture);
	resolve(fixture, LINK, host, 0);
	neighbors_tick(fixture->neighbors, 0);
	expect_question(fixture, host);
	/* Nor is an address that is no host's. */
	learn(fixture, host, (struct rte_ether_addr){ { 0 } });
	learn(fixture, host, (struct rte_ether_addr){ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } });
	assert_int_equal(neighbors_tick(fixture->neighbors, 0), 0);
}

static void
silence_is_asked_three_times(void **state)
{
	struct fixture *fixture = *state;
	uint64_t now = 5 * SECOND;

	resolve(fixture, LINK, host, now);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(neighbors_tick(fixture->neighbors, now), 1);
		expect_question(fixture, host);
		resolve(fixture, LINK, host, now); /* by the other worker: it has to wait too */
		assert_int_equal(neighbors_tick(fixture->neighbors, now + SECOND - 1), 0);
		now += SECOND;
	}
	assert_int_equal(neighbors_tick(fixture->neighbors, now), 1);
	expect_told(fixture, host, -1);
	/* Too late. */
	learn(fixture, host, mac_of(9));
	assert_int_equal(neighbors_tick(fixture->neighbors, now + 9 * SECOND), 0);
	/* The next packet asks anew. */
	resolve(fixture, LINK, host, now);
	neighbors_tick(fixture->neighbors, now);
	expect_question(fixture, host);
}

static void
an_answer_is_told_to_all(void **state)
{
	struct fixture *fixture = *state;

	resolve(fixture, LINK, host, 0);
	neighbors_tick(fixture->neighbors, 0);
	expect_question(fixture, host);
	learn(fixture, host, mac_of(9));
	assert_false(neighbors_told(fixture->neighbors));
	assert_int_equal(neighbors_tick(fixture->neighbors, 0), 1);
	assert_true(neighbors_told(fixture->neighbors));
	expect_told(fixture, host, 9);
	/* No more questions; the same answer again is no news; another one is. */
	assert_int_equal(neighbors_tick(fixture->neighbors, 9 * SECOND), 0);
	learn(fixture, host, mac_of(9));
	assert_int_equal(neighbors_tick(fixture->neighbors, 9 * SECOND), 0);
	learn(fixture, host, mac_of(8));
	neighbors_tick(fixture->neighbors, 9 * SECOND);
	expect_told(fixture, host, 8);
	/* A worker that does not know it is told at once. */
	resolve(fixture, LINK, host, 9 * SECOND);
	assert_int_equal(neighbors_tick(fixture->neighbors, 9 * SECOND), 1);
	expect_told(fixture, host, 8);
	expect_nothing(fixture);
}

static void
questions_are_asked_when_they_are_due(void **state)
{
	struct fixture *fixture = *state;

	resolve(fixture, LINK, host, 0);
	neighbors_tick(fixture->neighbors, 0);
	expect_question(fixture, host);
	resolve(fixture, LINK, host + 1, SECOND / 2);
	neighbors_tick(fixture->neighbors, SECOND / 2);
	expect_question(fixture, host + 1);
	neighbors_tick(fixture->neighbors, SECOND);
	expect_question(fixture, host);
	neighbors_tick(fixture->neighbors, SECOND + SECOND / 2);
	expect_question(fixture, host + 1);
}

static void
answers_can_be_made_up(void **state)
{
	struct fixture *fixture = *state;
	struct command command;

	resolve(fixture, LINK, host, 0);
	assert_int_equal(neighbors_tick(fixture->neighbors, 0), 1);
	assert_true(take(fixture, 0, &command));
	assert_int_equal(command.type, COMMAND_NEIGHBOR);
	assert_int_equal(command.neighbor.reachable, 1);
	assert_memory_equal(command.neighbor.mac.addr_bytes, "\x02\x00\xc6\x33\x64\x09", 6);
	assert_true(take(fixture, 1, &command));
	expect_nothing(fixture);
	resolve(fixture, LINK, IP4(192, 0, 2, 9), 0);
	neighbors_tick(fixture->neighbors, 0);
	expect_told(fixture, IP4(192, 0, 2, 9), -1);
}

static void
a_full_ring_is_told_later(void **state)
{
	struct fixture *fixture = *state;
	const struct command filler = { .type = COMMAND_SNAPSHOT };
	const struct command_neighbor given = given_of(host, 7);
	struct command command;

	while (command_broadcast(fixture->rings, 2, &filler, 1) == 0)
		;
	set(fixture, &given, 1);
	resolve(fixture, LINK, host + 1, 0);
	assert_int_equal(neighbors_tick(fixture->neighbors, 0), 0);
	assert_false(neighbors_told(fixture->neighbors));
	/* Room in one ring is enough for the question, but not for the other. */
	assert_true(take(fixture, 0, &command));
	assert_true(take(fixture, 0, &command));
	assert_int_equal(neighbors_tick(fixture->neighbors, 0), 1);
	assert_false(neighbors_told(fixture->neighbors));
	assert_true(take(fixture, 1, &command));
	assert_int_equal(neighbors_tick(fixture->neighbors, 0), 1);
	assert_true(neighbors_told(fixture->neighbors));
}

int
main(void)
{
	test_eal_start("64");

	const struct CMUnitTest tests[] = {
		fixture_test(what_is_no_neighbor_is_refused_at_once),
		fixture_test(nobody_is_learned_unasked),
		fixture_test(silence_is_asked_three_times),
		fixture_test(an_answer_is_told_to_all),
		fixture_test(questions_are_asked_when_they_are_due),
		cmocka_unit_test_setup_teardown(answers_can_be_made_up, setup_answering, teardown),
		fixture_test(a_full_ring_is_told_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
