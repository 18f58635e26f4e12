/* SPDX-License-Identifier: BSD-3-Clause */
#include "quiet_worker.h"

enum {
	CAPACITY = 500,
	START = 5000, /* seconds */
	TIMEOUT = 240,
};

static int
set_up(void **state)
{
	return quiet_set_up(state, CAPACITY, START);
}

/* Answered sessions between two hosts. */
static void
begin(struct worker *worker, uint32_t first, uint32_t count)
{
	for (uint32_t i = first; i < first + count; i++) {
		const struct flow_key key = {
			.source = RTE_BE32(0x0a000104),
			.destination = rte_cpu_to_be_32(0x0a000204 + i),
			.source_port = RTE_BE16(5000),
			.destination_port = RTE_BE16(53),
			.zone = INSIDE,
			.protocol = IPPROTO_UDP,
			.family = FLOW_FAMILY_IPV4,
		};
		struct decision decision;
		uint32_t flow;

		decision_init(&decision, &key);
		decision.egress_zone = ZONE_FABRIC;
		decision.refreshes = decision.reply_refreshes = true;
		decision.idle_timeout = TIMEOUT;
		assert_int_equal(session_create(worker, &key, &decision, &flow), DROP_NONE);
		session_take_answer(&worker->sessions,
				    flow_at(&worker->sessions.flows, flow)->session);
	}
}

static void
assert_used_after(struct worker *worker, bool done, uint32_t used)
{
	assert_int_equal(session_expire(worker), done);
	assert_int_equal(worker->sessions.used, used);
}

static void
a_call_looks_at_a_few(void **state)
{
	struct worker *worker = *state;

	begin(worker, 0, 10);
	assert_used_after(worker, true, 10);
	worker->now_seconds = START + TIMEOUT;
	assert_used_after(worker, false, 6);
	assert_used_after(worker, false, 2);
	assert_used_after(worker, true, 0);
	assert_used_after(worker, true, 0);
}

/* However fast sessions begin, those before them do not stay for longer and longer. */
static void
a_call_looks_at_as_many_as_have_begun(void **state)
{
	struct worker *worker = *state;

	begin(worker, 0, 100);
	assert_used_after(worker, true, 100);
	worker->now_seconds = START + TIMEOUT;
	begin(worker, 100, 32);
	assert_used_after(worker, false, 96);
	assert_used_after(worker, false, 92);
	begin(worker, 200, 32);
	assert_used_after(worker, false, 88);
}

/* One whose time is over but that is not looked at yet is used by its next packet. */
static void
what_is_used_late_goes_on(void **state)
{
	struct worker *worker = *state;
	struct flow_table *flows = &worker->sessions.flows;

	begin(worker, 0, 8);
	assert_used_after(worker, true, 8);
	worker->now_seconds = START + TIMEOUT;
	assert_used_after(worker, false, 4);
	for (uint32_t i = 0; i < flows->total; i++) {
		if (flow_at(flows, i)->flags & FLOW_REFRESHES)
			flow_see(flow_at(flows, i), worker->now_seconds);
	}
	assert_used_after(worker, true, 4);
	worker->now_seconds = START + 2 * TIMEOUT - 1;
	assert_used_after(worker, true, 4);
	worker->now_seconds = START + 2 * TIMEOUT;
	assert_used_after(worker, true, 0);
}

/* The wheel is touched only for what is to be looked at sooner. */
static void
only_a_shorter_time_is_scheduled_anew(void **state)
{
	struct worker *worker = *state;
	struct session_table *table = &worker->sessions;
	uint32_t session = table->free;

	begin(worker, 0, 1);
	table->sessions[session].idle_timeout = TIMEOUT + 60;
	session_schedule(worker, session);
	assert_int_equal(session_wheel_second(table, session), START + TIMEOUT);
	worker->now_seconds = START + TIMEOUT;
	assert_used_after(worker, true, 1);
	assert_int_equal(session_wheel_second(table, session), START + TIMEOUT + 60);

	table->sessions[session].idle_timeout = TIMEOUT + 20;
	session_schedule(worker, session);
	assert_int_equal(session_wheel_second(table, session), START + TIMEOUT + 20);
	session_set_deadline(worker, session, START + TIMEOUT + 10);
	assert_int_equal(session_wheel_second(table, session), START + TIMEOUT + 10);
	worker->now_seconds = START + TIMEOUT + 9;
	assert_used_after(worker, true, 1);
	worker->now_seconds = START + TIMEOUT + 10;
	assert_used_after(worker, true, 0);
}

/* A round is short when nothing comes, and tells that it left something. */
static void
an_idle_round_does_a_little(void **state)
{
	struct worker *worker = *state;
	const uint64_t later = (START + TIMEOUT) * 1000000000ULL;

	begin(worker, 0, 30);
	assert_int_equal(worker_poll(worker, START * 1000000000ULL), 0);
	assert_false(worker->behind);
	assert_int_equal(worker_poll(worker, later), 0);
	assert_int_equal(worker->sessions.used, 18);
	assert_true(worker->behind);
	assert_int_equal(worker_poll(worker, later), 0);
	assert_int_equal(worker->sessions.used, 6);
	assert_true(worker->behind);
	assert_int_equal(worker_poll(worker, later), 0);
	assert_int_equal(worker->sessions.used, 0);
	assert_false(worker->behind);
}

#define WITH_WORKER(test) cmocka_unit_test_setup_teardown(test, set_up, quiet_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WORKER(a_call_looks_at_a_few),
		WITH_WORKER(a_call_looks_at_as_many_as_have_begun),
		WITH_WORKER(what_is_used_late_goes_on),
		WITH_WORKER(only_a_shorter_time_is_scheduled_anew),
		WITH_WORKER(an_idle_round_does_a_little),
	};

	test_eal_start("128");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
