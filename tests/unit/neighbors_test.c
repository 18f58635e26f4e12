/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/neighbors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bytes.h"
#include "eal.h"

enum {
	WORKERS = 2,
	LINK = 1
};

#define SECOND 1000000000ULL

/* Neighbours of workers that are two rings. Interface 1 is 198.51.100.2/24 and 10.0.0.1/16. */
struct fixture {
	struct rte_ring *rings[WORKERS];
	struct snapshot_interface interfaces[3];
	struct snapshot snapshot;
	struct neighbors *neighbors;
};

static struct fixture *
fixture_make(bool answer)
{
	static const char *const names[WORKERS] = { "one", "two" };
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct neighbors_options options = {
		.ring_count = WORKERS,
		.answer = answer,
		.socket = SOCKET_ID_ANY,
	};

	assert_non_null(fixture);
	for (unsigned int i = 0; i < WORKERS; i++) {
		fixture->rings[i] = command_ring_create(names[i], SOCKET_ID_ANY);
		assert_non_null(fixture->rings[i]);
	}
	options.rings = fixture->rings;
	fixture->neighbors = neighbors_create(&options);
	assert_non_null(fixture->neighbors);
	fixture->interfaces[LINK] = (struct snapshot_interface){
		.present = true,
		.address_count = 2,
		.addresses = { { IP4(198, 51, 100, 2), 24 }, { IP4(10, 0, 0, 1), 16 } },
	};
	fixture->snapshot.interfaces = fixture->interfaces;
	fixture->snapshot.interface_count = 3;
	return fixture;
}

static int
setup(void **state)
{
	*state = fixture_make(false);
	return 0;
}

static int
setup_answering(void **state)
{
	*state = fixture_make(true);
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *fixture = *state;

	neighbors_free(fixture->neighbors);
	for (unsigned int i = 0; i < WORKERS; i++)
		rte_ring_free(fixture->rings[i]);
	free(fixture);
	return 0;
}

static const uint32_t host = IP4(198, 51, 100, 9);

static struct rte_ether_addr
mac_of(uint8_t last)
{
	return (struct rte_ether_addr){ .addr_bytes = { 2, 0, 0, 0, 0, last } };
}

static void
resolve(struct fixture *fixture, uint16_t interface, uint32_t address, uint64_t now)
{
	const struct event event = { .type = EVENT_RESOLVE,
				     .interface = interface,
				     .address = rte_cpu_to_be_32(address) };

	neighbors_take(fixture->neighbors, &fixture->snapshot, &event, now);
}

static void
learn(struct fixture *fixture, uint32_t address, struct rte_ether_addr mac)
{
	const struct event event = { .type = EVENT_LEARNED,
				     .interface = LINK,
				     .mac = mac,
				     .address = rte_cpu_to_be_32(address) };

	neighbors_take(fixture->neighbors, &fixture->snapshot, &event, 0);
}

static void
set(struct fixture *fixture, const struct command_neighbor *given, size_t count)
{
	neighbors_set(fixture->neighbors, &fixture->snapshot, given, count);
}

static struct command_neighbor
given_of(uint32_t address, uint8_t last)
{
	return (struct command_neighbor){ .interface = LINK,
					  .reachable = 1,
					  .mac = mac_of(last),
					  .address = rte_cpu_to_be_32(address) };
}

static bool
take(struct fixture *fixture, unsigned int worker, struct command *command)
{
	return rte_ring_sc_dequeue_elem(fixture->rings[worker], command, sizeof(*command)) == 0;
}

static void
expect_nothing(struct fixture *fixture)
{
	struct command command;

	for (unsigned int i = 0; i < WORKERS; i++)
		assert_false(take(fixture, i, &command));
}

/* Both workers are told that, and nothing else is in front of it. last: of the MAC; -1: gone. */
static void
expect_told(struct fixture *fixture, uint32_t address, int last)
{
	for (unsigned int i = 0; i < WORKERS; i++) {
		struct command command;

		assert_true(take(fixture, i, &command));
		assert_int_equal(command.type, COMMAND_NEIGHBOR);
		assert_int_equal(command.neighbor.interface, LINK);
		assert_int_equal(command.neighbor.address, rte_cpu_to_be_32(address));
		assert_int_equal(command.neighbor.reachable, last >= 0);
		if (last >= 0)
			assert_int_equal(command.neighbor.mac.addr_bytes[5], last);
	}
}

/* Only the first worker asks. */
static void
expect_question(struct fixture *fixture, uint32_t address)
{
	struct command command;

	assert_true(take(fixture, 0, &command));
	assert_int_equal(command.type, COMMAND_ARP_REQUEST);
	assert_int_equal(command.neighbor.interface, LINK);
	assert_int_equal(command.neighbor.address, rte_cpu_to_be_32(address));
	expect_nothing(fixture);
}

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
given_ones_are_told_and_never_changed(void **state)
{
	struct fixture *fixture = *state;
	const struct command_neighbor given = given_of(host, 7);

	set(fixture, &given, 1);
	assert_int_equal(neighbors_tick(fixture->neighbors, 0), 1);
	expect_told(fixture, host, 7);
	learn(fixture, host, mac_of(9));
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
	expect_question(fixture, host + 2);
}

static void
a_given_one_takes_the_place_of_a_learned_one(void **state)
{
	struct fixture *fixture = *state;
	const struct command_neighbor given = given_of(host, 7);

	resolve(fixture, LINK, host, 0);
	neighbors_tick(fixture->neighbors, 0);
	expect_question(fixture, host);
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
	learn(fixture, host, mac_of(8));
	learn(fixture, inside, mac_of(7));
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
	expect_question(fixture, host);
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

static void
rings_drain(struct fixture *fixture)
{
	struct command command;

	for (unsigned int i = 0; i < WORKERS; i++)
		while (take(fixture, i, &command))
			;
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

#define fixture_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

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
		fixture_test(given_ones_are_told_and_never_changed),
		fixture_test(a_reload_tells_only_what_changed),
		fixture_test(a_given_one_takes_the_place_of_a_learned_one),
		fixture_test(learned_ones_outlive_a_reload_on_their_link),
		fixture_test(a_full_ring_is_told_later),
		fixture_test(more_than_there_is_room_for_is_refused),
		fixture_test(all_given_ones_can_be_exchanged_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
