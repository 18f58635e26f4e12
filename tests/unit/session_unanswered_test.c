/* SPDX-License-Identifier: BSD-3-Clause */
#include "quiet_worker.h"

enum {
	CAPACITY = 80,
	SHARE = 11, /* an eighth, and one */
	START = 1000,
	TIMEOUT = 240,
};

static int
set_up(void **state)
{
	return quiet_set_up(state, CAPACITY, START);
}

/* UDP between two hosts, of which the number makes one; begun in that zone. */
static struct flow_key
key_of(uint16_t zone, uint32_t number)
{
	return (struct flow_key){
		.source = rte_cpu_to_be_32(0x0a010000 + number),
		.destination = RTE_BE32(0x0a000104),
		.source_port = RTE_BE16(5000),
		.destination_port = RTE_BE16(53),
		.zone = zone,
		.protocol = 17,
		.family = 4,
	};
}

static enum drop_reason
create(struct worker *worker, uint16_t zone, uint32_t number)
{
	struct flow_key key = key_of(zone, number);
	const struct decision decision = {
		.verdict = VERDICT_SESSION,
		.source = key.source,
		.source_port = key.source_port,
		.destination = key.destination,
		.destination_port = key.destination_port,
		.egress_zone = 1 - zone,
		.idle_timeout = TIMEOUT,
		.forward = { .interface = 1 - zone, .address = key.destination },
		.reverse = { .interface = zone, .address = key.source },
		.outbound_vip = VIP_NONE,
		.inbound_vip = VIP_NONE,
		.inbound_rule = INBOUND_RULE_NONE,
	};
	uint32_t flow;

	return session_create(worker, &key, &decision, &flow);
}

/* SESSION_NONE: it is over. */
static uint32_t
session_of(const struct worker *worker, uint16_t zone, uint32_t number)
{
	const struct flow_table *flows = &worker->sessions.flows;
	struct flow_key key = key_of(zone, number);
	uint32_t flow = flow_find(flows, &key);

	return flow == FLOW_NONE ? SESSION_NONE : flow_at(flows, flow)->session;
}

static void
begin(struct worker *worker, uint16_t zone, uint32_t first, uint32_t count)
{
	for (uint32_t i = first; i < first + count; i++)
		assert_int_equal(create(worker, zone, i), DROP_NONE);
}

static void
answer(struct worker *worker, uint16_t zone, uint32_t number)
{
	session_take_answer(&worker->sessions, session_of(worker, zone, number));
}

static void
assert_over(const struct worker *worker, uint16_t zone, uint32_t first, uint32_t count, bool over)
{
	for (uint32_t i = first; i < first + count; i++)
		assert_int_equal(session_of(worker, zone, i) == SESSION_NONE, over);
}

static void
the_oldest_gives_way(void **state)
{
	struct worker *worker = *state;

	begin(worker, ZONE_FABRIC, 0, SHARE);
	assert_over(worker, ZONE_FABRIC, 0, SHARE, false);
	begin(worker, ZONE_FABRIC, SHARE, 1000);
	assert_over(worker, ZONE_FABRIC, 0, 1000, true);
	assert_over(worker, ZONE_FABRIC, 1000, SHARE, false);
	assert_int_equal(worker->sessions.used, SHARE);
	assert_int_equal(worker->sessions.flows.used, 2 * SHARE);
	assert_int_equal(worker->counters.sessions_displaced, 1000);
	assert_int_equal(worker->counters.sessions_ended, 1000);
}

static void
the_answered_stay(void **state)
{
	struct worker *worker = *state;

	begin(worker, ZONE_FABRIC, 0, 10);
	for (uint32_t i = 0; i < 10; i++)
		answer(worker, ZONE_FABRIC, i);
	answer(worker, ZONE_FABRIC, 3);
	begin(worker, ZONE_FABRIC, 10, 1000);
	assert_over(worker, ZONE_FABRIC, 0, 10, false);
	assert_int_equal(worker->sessions.used, 10 + SHARE);
}

/* Answered before so many others have begun as the share has places: it is not one of the flood. */
static void
a_call_that_is_answered_in_time_survives_a_flood(void **state)
{
	struct worker *worker = *state;

	for (uint32_t i = 0; i < 20; i++) {
		begin(worker, ZONE_FABRIC, 1000 * i, SHARE - 1);
		begin(worker, ZONE_FABRIC, 100000 + i, 1);
		begin(worker, ZONE_FABRIC, 1000 * i + 100, SHARE - 1);
		answer(worker, ZONE_FABRIC, 100000 + i);
	}
	assert_over(worker, ZONE_FABRIC, 100000, 20, false);
}

static void
each_side_has_a_share_of_its_own(void **state)
{
	struct worker *worker = *state;

	begin(worker, INSIDE, 0, SHARE);
	begin(worker, ZONE_FABRIC, 0, 1000);
	assert_over(worker, INSIDE, 0, SHARE, false);
	assert_int_equal(worker->sessions.used, 2 * SHARE);
	begin(worker, INSIDE, SHARE, SHARE);
	assert_over(worker, INSIDE, 0, SHARE, true);
	assert_over(worker, ZONE_FABRIC, 1000 - SHARE, SHARE, false);
}

static void
a_full_table_makes_room_for_no_more(void **state)
{
	struct worker *worker = *state;

	for (uint32_t i = 0; i < CAPACITY; i++) {
		begin(worker, INSIDE, i, 1);
		answer(worker, INSIDE, i);
	}
	assert_int_equal(create(worker, INSIDE, CAPACITY), DROP_session_table_full);
	assert_over(worker, INSIDE, 0, CAPACITY, false);
	assert_int_equal(worker->counters.sessions_displaced, 0);
}

/* The place of an unanswered session is no time at which it ends, and is given back with it. */
static void
the_unanswered_end_when_they_are_idle(void **state)
{
	struct worker *worker = *state;

	begin(worker, ZONE_FABRIC, 0, SHARE);
	answer(worker, ZONE_FABRIC, 5);
	worker->now_seconds = START + TIMEOUT - 1;
	assert_true(session_expire(worker));
	assert_int_equal(worker->sessions.used, SHARE);
	worker->now_seconds = START + TIMEOUT;
	while (!session_expire(worker))
		;
	assert_int_equal(worker->sessions.used, 0);
	assert_int_equal(worker->sessions.unanswered[1].count, 0);
	begin(worker, ZONE_FABRIC, 1000, SHARE);
	assert_int_equal(worker->counters.sessions_displaced, 0);
}

#define WITH_WORKER(test) cmocka_unit_test_setup_teardown(test, set_up, quiet_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WORKER(the_oldest_gives_way),
		WITH_WORKER(the_answered_stay),
		WITH_WORKER(a_call_that_is_answered_in_time_survives_a_flood),
		WITH_WORKER(each_side_has_a_share_of_its_own),
		WITH_WORKER(a_full_table_makes_room_for_no_more),
		WITH_WORKER(the_unanswered_end_when_they_are_idle),
	};

	test_eal_start("64");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
