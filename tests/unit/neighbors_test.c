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

	learn(fixture, host, mac_of(9), 0);
	assert_int_equal(neighbors_tick(fixture->neighbors, 0), 0);
	expect_nothing(fixture);
	assert_int_equal(neighbors_learned(fixture->neighbors), 0);
	resolve(fixture, LINK, host, 0);
	assert_int_equal(neighbors_learned(fixture->neighbors), 1);
	neighbors_tick(fixture->neighbors, 0);
	expect_question(fixture, host, EVERYBODY);
	/* Nor is an address that is no host's. */
	learn(fixture, host, (struct rte_ether_addr){ { 0 } }, 0);
	learn(fixture, host, (struct rte_ether_addr){ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } }, 0);
	assert_int_equal(neighbors_tick(fixture->neighbors, 0), 0);
}

/* From the first question to the last, and until it is given up. Returns when. */
static uint64_t
ask_in_vain(struct fixture *fixture, uint64_t now)
{
	static const uint64_t waits[] = { 1, 2, 2 }; /* seconds */

	for (size_t i = 0; i < RTE_DIM(waits); i++) {
		assert_int_equal(neighbors_tick(fixture->neighbors, now), 1);
		expect_question(fixture, host, EVERYBODY);
		resolve(fixture, LINK, host, now); /* by the other worker: it has to wait too */
		assert_int_equal(neighbors_due(fixture->neighbors), now + waits[i] * SECOND);
		now += waits[i] * SECOND;
		assert_int_equal(neighbors_tick(fixture->neighbors, now - 1), 0);
	}
	assert_int_equal(neighbors_tick(fixture->neighbors, now), 2);
	expect_told(fixture, host, -1);
	return now;
}

static void
silence_is_asked_less_and_less(void **state)
{
	static const uint64_t pauses[] = { 4, 8, 16, 32, 32 }; /* seconds */
	struct fixture *fixture = *state;
	uint64_t now = 5 * SECOND;

	resolve(fixture, LINK, host, now);
	for (size_t i = 0; i < RTE_DIM(pauses); i++) {
		now = ask_in_vain(fixture, now) + pauses[i] * SECOND;
		/* Packets until then are refused. */
		resolve(fixture, LINK, host, now - 1);
		assert_int_equal(neighbors_tick(fixture->neighbors, now - 1), 1);
		expect_told(fixture, host, -1);
		resolve(fixture, LINK, host, now);
	}
	/* It is forgotten when nobody has wanted it for a minute; then all begins anew. */
	now = ask_in_vain(fixture, now) + 60 * SECOND;
	assert_int_equal(neighbors_tick(fixture->neighbors, now), 1);
	assert_int_equal(neighbors_due(fixture->neighbors), UINT64_MAX);
	resolve(fixture, LINK, host, now);
	now = ask_in_vain(fixture, now) + 4 * SECOND;
	resolve(fixture, LINK, host, now);
	(void)ask_in_vain(fixture, now);
}

static void
who_was_silent_is_asked_when_it_speaks(void **state)
{
	struct fixture *fixture = *state;
	uint64_t now;

	resolve(fixture, LINK, host, 0);
	now = ask_in_vain(fixture, 0);
	learn(fixture, host, mac_of(9), now);
	assert_int_equal(neighbors_tick(fixture->neighbors, now), 1);
	expect_question(fixture, host, EVERYBODY);
	learn(fixture, host, mac_of(9), now);
	neighbors_tick(fixture->neighbors, now);
	expect_told(fixture, host, 9);
}

/* A neighbour with the MAC address 9, learned now. */
static void
learn_neighbor(struct fixture *fixture, uint64_t now)
{
	resolve(fixture, LINK, host, now);
	neighbors_tick(fixture->neighbors, now);
	expect_question(fixture, host, EVERYBODY);
	learn(fixture, host, mac_of(9), now);
	neighbors_tick(fixture->neighbors, now);
	expect_told(fixture, host, 9);
}

static void
what_is_known_is_confirmed_every_minute(void **state)
{
	struct fixture *fixture = *state;
	uint64_t now = 5 * SECOND;

	learn_neighbor(fixture, now);
	for (unsigned int i = 0; i < 3; i++) {
		now += 60 * SECOND;
		assert_int_equal(neighbors_tick(fixture->neighbors, now - 1), 0);
		assert_int_equal(neighbors_tick(fixture->neighbors, now), 1);
		expect_question(fixture, host, 9);
		learn(fixture, host, mac_of(9), now);
	}
	/* What it says unasked confirms it too. */
	learn(fixture, host, mac_of(9), now + 30 * SECOND);
	assert_int_equal(neighbors_due(fixture->neighbors), now + 90 * SECOND);
}

static void
who_does_not_confirm_is_given_up(void **state)
{
	struct fixture *fixture = *state;
	const uint64_t due = 60 * SECOND;

	learn_neighbor(fixture, 0);
	neighbors_tick(fixture->neighbors, due);
	expect_question(fixture, host, 9);
	neighbors_tick(fixture->neighbors, due + SECOND);
	expect_question(fixture, host, 9);
	neighbors_tick(fixture->neighbors, due + 3 * SECOND);
	expect_question(fixture, host, EVERYBODY);
	neighbors_tick(fixture->neighbors, due + 5 * SECOND);
	expect_told(fixture, host, -1);
	expect_nothing(fixture);
}

static void
another_address_is_asked_for_before_it_is_believed(void **state)
{
	struct fixture *fixture = *state;
	uint64_t now = 5 * SECOND;

	learn_neighbor(fixture, 0);
	learn(fixture, host, mac_of(8), now);
	learn(fixture, host, mac_of(8), now); /* nobody has been asked yet */
	assert_int_equal(neighbors_tick(fixture->neighbors, now), 1);
	expect_question(fixture, host, EVERYBODY);
	learn(fixture, host, mac_of(8), now);
	neighbors_tick(fixture->neighbors, now);
	expect_told(fixture, host, 8);

	/* It lies: the neighbour itself answers. Asked at most once a second, but asked. */
	learn(fixture, host, mac_of(6), now + SECOND / 2);
	learn(fixture, host, mac_of(6), now + SECOND);
	assert_int_equal(neighbors_tick(fixture->neighbors, now + SECOND + SECOND / 2 - 1), 0);
	now += SECOND + SECOND / 2;
	neighbors_tick(fixture->neighbors, now);
	expect_question(fixture, host, EVERYBODY);
	learn(fixture, host, mac_of(8), now);
	assert_int_equal(neighbors_tick(fixture->neighbors, now), 0);
	expect_nothing(fixture);
}

static void
in_a_full_table_the_silent_give_way(void **state)
{
	struct fixture *fixture = *state;
	const uint32_t first = IP4(10, 0, 0, 2); /* of 32768 in 10.0.0.0/16 */
	uint64_t now = 0;

	for (uint32_t i = 0; i < NEIGHBORS_LEARNED_MAX; i++) {
		resolve(fixture, LINK, first + i, now);
		neighbors_tick(fixture->neighbors, now);
		rings_drain(fixture);
	}
	/* All of them are being asked for: there is no room. */
	resolve(fixture, LINK, host, now);
	expect_told(fixture, host, -1);
	expect_nothing(fixture);
	for (now = SECOND; now <= 5 * SECOND; now += SECOND) {
		while (neighbors_tick(fixture->neighbors, now) > 0)
			rings_drain(fixture);
	}
	resolve(fixture, LINK, host, now);
	neighbors_tick(fixture->neighbors, now);
	expect_question(fixture, host, EVERYBODY);
}

static void
an_answer_is_told_to_all(void **state)
{
	struct fixture *fixture = *state;

	resolve(fixture, LINK, host, 0);
	neighbors_tick(fixture->neighbors, 0);
	expect_question(fixture, host, EVERYBODY);
	learn(fixture, host, mac_of(9), 0);
	assert_false(neighbors_told(fixture->neighbors));
	assert_int_equal(neighbors_tick(fixture->neighbors, 0), 1);
	assert_true(neighbors_told(fixture->neighbors));
	expect_told(fixture, host, 9);
	/* No more questions; the same answer again is no news. */
	assert_int_equal(neighbors_tick(fixture->neighbors, 9 * SECOND), 0);
	learn(fixture, host, mac_of(9), 9 * SECOND);
	assert_int_equal(neighbors_tick(fixture->neighbors, 9 * SECOND), 0);
	/* A worker that does not know it is told at once. */
	resolve(fixture, LINK, host, 9 * SECOND);
	assert_int_equal(neighbors_tick(fixture->neighbors, 9 * SECOND), 1);
	expect_told(fixture, host, 9);
	expect_nothing(fixture);
}

static void
questions_are_asked_when_they_are_due(void **state)
{
	struct fixture *fixture = *state;

	resolve(fixture, LINK, host, 0);
	neighbors_tick(fixture->neighbors, 0);
	expect_question(fixture, host, EVERYBODY);
	resolve(fixture, LINK, host + 1, SECOND / 2);
	neighbors_tick(fixture->neighbors, SECOND / 2);
	expect_question(fixture, host + 1, EVERYBODY);
	neighbors_tick(fixture->neighbors, SECOND);
	expect_question(fixture, host, EVERYBODY);
	neighbors_tick(fixture->neighbors, SECOND + SECOND / 2);
	expect_question(fixture, host + 1, EVERYBODY);
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
		fixture_test(silence_is_asked_less_and_less),
		fixture_test(who_was_silent_is_asked_when_it_speaks),
		fixture_test(what_is_known_is_confirmed_every_minute),
		fixture_test(who_does_not_confirm_is_given_up),
		fixture_test(another_address_is_asked_for_before_it_is_believed),
		fixture_test(in_a_full_table_the_silent_give_way),
		fixture_test(an_answer_is_told_to_all),
		fixture_test(questions_are_asked_when_they_are_due),
		cmocka_unit_test_setup_teardown(answers_can_be_made_up, setup_answering, teardown),
		fixture_test(a_full_ring_is_told_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
