/* SPDX-License-Identifier: BSD-3-Clause */
#include "slow_fragments.h"

enum {
	ROUNDS = 300000,
	NOW = 1000,
};

static const struct fragment_extent front = { 0, 80, false }, middle = { 80, 80, false },
				    end = { 160, 7, true };

static struct fragment_answer
first(struct fixture *fixture, unsigned int key, uint32_t now)
{
	const struct fragment_facts facts = { .source_port = (rte_be16_t)(100 + key) };
	const struct fragment_key full = key_of(key);
	struct fragment_answer answer;

	fragment_table_first(&fixture->table, &full, &front, &facts, now, &answer);
	return answer;
}

static struct fragment_answer
later(struct fixture *fixture, unsigned int key, const struct fragment_extent *extent, uint32_t now)
{
	const struct fragment_key full = key_of(key);
	struct fragment_answer answer;

	fragment_table_later(&fixture->table, &full, extent, mbuf_of(fixture, 100), 3, now,
			     &answer);
	return answer;
}

static void
expect_drop(struct fragment_answer answer, enum drop_reason reason)
{
	assert_int_equal(answer.verdict, FRAGMENT_DROP);
	assert_string_equal(drop_reason_name((enum drop_reason)answer.reason),
			    drop_reason_name(reason));
}

static void
expect_given_up(struct fixture *fixture, unsigned int count, enum drop_reason reason)
{
	assert_int_equal(fixture->given_up_count, count);
	for (unsigned int i = 0; i < count; i++)
		assert_int_equal(fixture->given_up[i].reason, reason);
	fixture->given_up_count = 0;
}

/* rfc5722: what waits, what comes, and what was the first of all. */
static void
test_an_overlap_ends_the_packet(void **state)
{
	const struct fragment_extent across = { 72, 16, false };
	struct fixture *fixture = *state;

	assert_int_equal(later(fixture, 1, &middle, NOW).verdict, FRAGMENT_WAIT);
	expect_drop(later(fixture, 1, &across, NOW), DROP_fragment_overlap);
	expect_given_up(fixture, 1, DROP_fragment_overlap);
	expect_drop(first(fixture, 1, NOW), DROP_fragment_overlap);
	expect_drop(later(fixture, 1, &end, NOW + 29), DROP_fragment_overlap);
	/* Other packets are none of its business, nor is one that has the same name later. */
	assert_int_equal(first(fixture, 2, NOW).verdict, FRAGMENT_PASS);
	assert_int_equal(first(fixture, 1, NOW + 30).verdict, FRAGMENT_PASS);
}

static void
test_every_part_of_the_key_counts(void **state)
{
	struct fixture *fixture = *state;
	const struct fragment_key base = key_of(1);
	struct fragment_key keys[5];

	for (unsigned int i = 0; i < 5; i++)
		keys[i] = base;
	keys[0].source++;
	keys[1].destination++;
	keys[2].zone++;
	keys[3].id++;
	keys[4].protocol++;
	assert_int_equal(first(fixture, 1, NOW).verdict, FRAGMENT_PASS);
	for (unsigned int i = 0; i < 5; i++) {
		struct fragment_answer answer;

		fragment_table_later(&fixture->table, &keys[i], &middle, mbuf_of(fixture, 100), 0,
				     NOW, &answer);
		assert_int_equal(answer.verdict, FRAGMENT_WAIT);
	}
}

/* rfc4787_req14: any order; a packet that has come whole is forgotten. */
static void
test_a_packet_in_any_order(void **state)
{
	struct fixture *fixture = *state;
	struct fragment_answer answer;
	struct rte_mbuf *mbuf;
	uint16_t port;

	assert_int_equal(later(fixture, 1, &end, NOW).verdict, FRAGMENT_WAIT);
	assert_int_equal(later(fixture, 1, &middle, NOW).verdict, FRAGMENT_WAIT);
	assert_int_equal(fixture->table.used, 1);
	answer = first(fixture, 1, NOW);
	assert_int_equal(answer.verdict, FRAGMENT_PASS);
	assert_int_equal(answer.facts.source_port, 101);
	for (unsigned int i = 0; i < 2; i++) {
		assert_true(fragment_hold_take(&fixture->table.hold, &answer.held, &mbuf, &port));
		assert_ptr_equal(mbuf, &fixture->mbufs[i]);
		assert_int_equal(port, 3);
	}
	assert_int_equal(answer.held, FRAGMENT_NONE);
	assert_int_equal(fixture->table.used, 0);

	assert_int_equal(first(fixture, 1, NOW).verdict, FRAGMENT_PASS);
	answer = later(fixture, 1, &end, NOW);
	assert_int_equal(answer.verdict, FRAGMENT_PASS);
	assert_int_equal(answer.facts.source_port, 101);
	assert_int_equal(later(fixture, 1, &middle, NOW).verdict, FRAGMENT_PASS);
	assert_int_equal(fixture->table.used, 0);
}

static void
test_waiting_comes_to_an_end(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(later(fixture, 1, &middle, NOW).verdict, FRAGMENT_WAIT);
	assert_int_equal(first(fixture, 2, NOW + 5).verdict, FRAGMENT_PASS);
	assert_true(fragment_table_expire(&fixture->table, NOW + 29));
	assert_int_equal(fixture->table.used, 2);
	assert_true(fragment_table_expire(&fixture->table, NOW + 30));
	expect_given_up(fixture, 1, DROP_fragment_first_missing);
	assert_int_equal(fixture->table.used, 1);
	assert_true(fragment_table_expire(&fixture->table, NOW + 35));
	assert_int_equal(fixture->table.used, 0);
}

/* Packets that are going through are kept; those that wait make room, the oldest first. */
static void
test_a_full_table_keeps_what_goes_through(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(later(fixture, 1, &middle, NOW).verdict, FRAGMENT_WAIT);
	assert_int_equal(first(fixture, 2, NOW).verdict, FRAGMENT_PASS);
	assert_int_equal(later(fixture, 3, &middle, NOW).verdict, FRAGMENT_WAIT);
	expect_given_up(fixture, 1, DROP_fragment_table_full);
	assert_int_equal(first(fixture, 3, NOW).verdict, FRAGMENT_PASS);

	expect_drop(first(fixture, 4, NOW + 1), DROP_fragment_table_full);
	expect_drop(later(fixture, 5, &middle, NOW + 1), DROP_fragment_table_full);
	assert_int_equal(later(fixture, 2, &middle, NOW + 1).verdict, FRAGMENT_PASS);
	/* But not for ever. */
	assert_int_equal(first(fixture, 6, NOW + 2).verdict, FRAGMENT_PASS);
	assert_int_equal(later(fixture, 2, &end, NOW + 2).verdict, FRAGMENT_WAIT);
}

/* One whose first fragment was dropped keeps nobody out, and is not heard again. */
static void
test_a_packet_that_is_disowned_makes_room(void **state)
{
	struct fixture *fixture = *state;
	const struct fragment_key known = key_of(1), unknown = key_of(9);

	assert_int_equal(first(fixture, 1, NOW).verdict, FRAGMENT_PASS);
	fragment_table_disown(&fixture->table, &unknown, DROP_fragment_refused, NOW);
	assert_int_equal(fixture->table.used, 1);
	fragment_table_disown(&fixture->table, &known, DROP_fragment_refused, NOW);
	expect_drop(later(fixture, 1, &middle, NOW), DROP_fragment_refused);
	assert_int_equal(first(fixture, 2, NOW).verdict, FRAGMENT_PASS);
	assert_int_equal(first(fixture, 3, NOW).verdict, FRAGMENT_PASS);
	expect_drop(first(fixture, 4, NOW), DROP_fragment_table_full);
}

static void
test_one_packet_holds_so_many_fragments(void **state)
{
	struct fixture *fixture = *state;

	for (uint16_t i = 1; i <= FRAGMENTS_HELD_PER_PACKET; i++) {
		const struct fragment_extent extent = { (uint16_t)(8 * i), 8, false };

		assert_int_equal(later(fixture, 1, &extent, NOW).verdict, FRAGMENT_WAIT);
	}
	expect_drop(later(fixture, 1, &(struct fragment_extent){ 8000, 8, false }, NOW),
		    DROP_fragment_hold_full);
	assert_int_equal(later(fixture, 2, &middle, NOW).verdict, FRAGMENT_WAIT);
}

static struct fragment_extent
random_extent(void)
{
	uint16_t unit = (uint16_t)(1 + rand() % 50), length = rand() % 60 == 0 ? 2 : 1;
	bool last = rand() % 200 == 0;

	return (struct fragment_extent){
		.offset = (uint16_t)(unit * 8),
		.length = (uint16_t)(length * 8 - (last ? rand() % 8 : 0)),
		.last = last,
	};
}

static void
expect_equal(struct fixture *fixture, const struct slow_table *slow)
{
	uint32_t bytes;

	assert_int_equal(fixture->given_up_count, slow->given_up_count);
	for (unsigned int i = 0; i < slow->given_up_count; i++) {
		assert_ptr_equal(fixture->given_up[i].mbuf, slow->given_up[i].mbuf);
		assert_int_equal(fixture->given_up[i].reason, slow->given_up[i].reason);
	}
	assert_int_equal(fixture->table.used, slow_used(slow));
	assert_int_equal(fixture->table.hold.count, slow_held(slow, &bytes));
	assert_int_equal(fixture->table.hold.bytes, bytes);
}

static void
random_first(struct fixture *fixture, struct slow_table *slow, unsigned int key, uint32_t now)
{
	const struct fragment_extent extent = { 0, (uint16_t)(8 * (1 + rand() % 3)), false };
	const struct fragment_facts facts = { .id = (rte_be16_t)rand() };
	const struct fragment_key full = key_of(key);
	struct slow_packet released = { .held_count = 0 };
	struct fragment_answer answer, expected;
	struct rte_mbuf *mbuf;
	uint16_t port;

	fragment_table_first(&fixture->table, &full, &extent, &facts, now, &answer);
	expected = slow_first(slow, key, &extent, &facts, now, &released);
	assert_int_equal(answer.verdict, expected.verdict);
	if (answer.verdict == FRAGMENT_DROP) {
		assert_int_equal(answer.reason, expected.reason);
		return;
	}
	for (unsigned int i = 0; i < released.held_count; i++) {
		assert_true(fragment_hold_take(&fixture->table.hold, &answer.held, &mbuf, &port));
		assert_ptr_equal(mbuf, released.held[i]);
	}
	assert_int_equal(answer.held, FRAGMENT_NONE);
}

static void
random_refusal(struct fixture *fixture, struct slow_table *slow, unsigned int key, uint32_t now)
{
	const struct fragment_key full = key_of(key);

	if (rand() % 2 == 0) {
		fragment_table_refuse(&fixture->table, &full, DROP_fragment_tiny, now);
		slow_refuse_key(slow, key, DROP_fragment_tiny, now);
	} else {
		fragment_table_disown(&fixture->table, &full, DROP_fragment_refused, now);
		slow_disown(slow, key, DROP_fragment_refused, now);
	}
}

static void
random_later(struct fixture *fixture, struct slow_table *slow, unsigned int key, uint32_t now,
	     unsigned int *met)
{
	const struct fragment_extent extent = random_extent();
	struct rte_mbuf *mbuf = mbuf_of(fixture, 60 + (uint32_t)rand() % 9000);
	const struct fragment_key full = key_of(key);
	struct fragment_answer answer, expected;

	fragment_table_later(&fixture->table, &full, &extent, mbuf, 0, now, &answer);
	expected = slow_later(slow, key, &extent, mbuf, now);
	assert_int_equal(answer.verdict, expected.verdict);
	if (answer.verdict == FRAGMENT_DROP) {
		assert_int_equal(answer.reason, expected.reason);
		met[answer.reason]++;
	} else if (answer.verdict == FRAGMENT_PASS) {
		assert_memory_equal(&answer.facts, &expected.facts, sizeof(answer.facts));
		met[DROP_NONE]++;
	}
}

static void
test_random_fragments(void **state)
{
	struct fixture *fixture = *state;
	struct slow_table *slow = calloc(1, sizeof(*slow));
	unsigned int met[DROP_REASON_COUNT] = { 0 };
	uint32_t now = NOW;

	assert_non_null(slow);
	srand(9);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		/* Many packets for a while, then few that get many fragments. */
		unsigned int keys = i / 4096 % 2 == 0 ? 2 * SLOW_PACKETS : SLOW_PACKETS / 2;
		unsigned int key = (unsigned int)rand() % keys;
		unsigned int draw = (unsigned int)rand() % 2000;

		now += draw % 500 == 0;
		now += draw == 1999 ? 35 : 0;
		if (draw < 4)
			random_refusal(fixture, slow, key, now);
		else if (draw < 12)
			random_first(fixture, slow, key, now);
		else
			random_later(fixture, slow, key, now, met);
		if (draw > 1900) {
			while (!fragment_table_expire(&fixture->table, now))
				;
			slow_expire(slow, now);
		}
		expect_equal(fixture, slow);
		for (unsigned int j = 0; j < slow->given_up_count; j++)
			met[slow->given_up[j].reason]++;
		fixture->given_up_count = slow->given_up_count = 0;
	}
	assert_in_range(met[DROP_NONE], 1000, ROUNDS);
	assert_in_range(met[DROP_fragment_duplicate], 1000, ROUNDS);
	assert_in_range(met[DROP_fragment_overlap], 1000, ROUNDS);
	assert_in_range(met[DROP_fragment_scattered], 20, ROUNDS);
	assert_in_range(met[DROP_fragment_first_missing], 20, ROUNDS);
	assert_in_range(met[DROP_fragment_hold_full], 20, ROUNDS);
	assert_in_range(met[DROP_fragment_table_full], 20, ROUNDS);
	free(slow);
}

#define LARGE(test) cmocka_unit_test_setup_teardown(test, set_up_large, tear_down)
#define SMALL(test) cmocka_unit_test_setup_teardown(test, set_up_small, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LARGE(test_an_overlap_ends_the_packet),
		LARGE(test_every_part_of_the_key_counts),
		LARGE(test_a_packet_in_any_order),
		LARGE(test_waiting_comes_to_an_end),
		SMALL(test_a_full_table_keeps_what_goes_through),
		SMALL(test_a_packet_that_is_disowned_makes_room),
		LARGE(test_one_packet_holds_so_many_fragments),
		LARGE(test_random_fragments),
	};

	test_eal_start("64");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
