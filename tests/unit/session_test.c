/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include "quiet_worker.h"

enum {
	CAPACITY = 1000,
	START = 5000, /* seconds */
	TIMEOUT = 240,
};

static int
set_up(void **state)
{
	return quiet_set_up(state, CAPACITY, START);
}

/* Sessions for which the flow table has no room: nothing is left, nor freed twice. */
static void
a_table_without_memory_holds_none(void **state)
{
	struct session_table table = { 0 };

	(void)state;
	assert_int_equal(session_table_init(&table, 900000, 1, START, SOCKET_ID_ANY), -ENOMEM);
	assert_null(table.flows.flows);
	assert_null(table.chains);
	assert_null(table.sessions);
	assert_int_equal(session_table_init(&table, 0, 1, START, SOCKET_ID_ANY), -EINVAL);
	session_table_release(&table);
}

static struct flow_key
key_of(uint32_t number)
{
	return (struct flow_key){
		.source = RTE_BE32(0x0a000104),
		.destination = rte_cpu_to_be_32(0x5db80000 + number),
		.source_port = RTE_BE16(51000),
		.destination_port = RTE_BE16(443),
		.zone = 1,
		.protocol = 17,
		.family = 4,
	};
}

/* Towards the fabric, translated to 192.23.1.2:2000. */
static struct decision
decision_for(const struct flow_key *key)
{
	return (struct decision){
		.verdict = VERDICT_SESSION,
		.refreshes = true,
		.source = RTE_BE32(0xc0170102),
		.source_port = RTE_BE16(2000),
		.destination = key->destination,
		.destination_port = key->destination_port,
		.egress_zone = ZONE_FABRIC,
		.idle_timeout = TIMEOUT,
		.forward = { .interface = OUT, .address = RTE_BE32(0xc6336401) },
		.reverse = { .interface = IN, .address = key->source },
		.outbound_vip = VIP_NONE,
		.inbound_vip = VIP_NONE,
		.inbound_rule = INBOUND_RULE_NONE,
	};
}

/* One that is answered at once. */
static enum drop_reason
create(struct worker *worker, uint32_t number, uint32_t *flow)
{
	struct flow_key key = key_of(number);
	struct decision decision = decision_for(&key);
	enum drop_reason reason = session_create(worker, &key, &decision, flow);

	if (reason == DROP_NONE)
		session_take_answer(&worker->sessions,
				    flow_at(&worker->sessions.flows, *flow)->session);
	return reason;
}

static void
at(struct worker *worker, uint32_t second)
{
	worker->now_seconds = START + second;
	while (!session_expire(worker))
		;
}

static void
a_session_has_two_entries(void **state)
{
	struct worker *worker = *state;
	const struct flow_table *flows = &worker->sessions.flows;
	const struct flow_key reply = {
		.source = RTE_BE32(0x5db80001),
		.destination = RTE_BE32(0xc0170102),
		.source_port = RTE_BE16(443),
		.destination_port = RTE_BE16(2000),
		.zone = ZONE_FABRIC,
		.protocol = 17,
		.family = 4,
	};
	const struct flow *out, *back;
	uint32_t flow;

	assert_int_equal(create(worker, 1, &flow), DROP_NONE);
	out = flow_at(flows, flow);
	assert_int_equal(out->twin, flow_find(flows, &reply));
	back = flow_at(flows, out->twin);
	assert_int_equal(back->twin, flow);
	assert_int_equal(out->source, RTE_BE32(0xc0170102));
	assert_int_equal(out->source_port, RTE_BE16(2000));
	assert_int_equal(out->destination, RTE_BE32(0x5db80001));
	assert_int_equal(out->destination_port, RTE_BE16(443));
	assert_int_equal(back->source, RTE_BE32(0x5db80001));
	assert_int_equal(back->source_port, RTE_BE16(443));
	assert_int_equal(back->destination, RTE_BE32(0x0a000104));
	assert_int_equal(back->destination_port, RTE_BE16(51000));
	assert_int_equal(out->decided_from, 77);
	assert_int_equal(back->decided_from, 77);
	assert_int_equal(worker->neighbors.adjacencies[out->egress].interface, OUT);
	assert_int_equal(worker->neighbors.adjacencies[back->egress].interface, IN);
	assert_int_equal(worker->counters.sessions_created, 1);
}

static void
a_taken_key_is_refused_and_nothing_changes(void **state)
{
	struct worker *worker = *state;
	struct flow_key key = key_of(1);
	struct decision decision = decision_for(&key);
	uint32_t flow;

	assert_int_equal(create(worker, 1, &flow), DROP_NONE);
	key.source_port = RTE_BE16(51001); /* another sender's, with the same translation */
	assert_int_equal(session_create(worker, &key, &decision, &flow), DROP_session_key_taken);
	assert_int_equal(worker->sessions.used, 1);
	assert_int_equal(worker->sessions.flows.used, 2);
}

static void
a_session_with_itself_is_refused(void **state)
{
	struct worker *worker = *state;
	struct flow_key key = key_of(1);
	struct decision decision = decision_for(&key);
	uint32_t flow;

	key.source = key.destination;
	key.source_port = key.destination_port;
	decision.source = key.source;
	decision.source_port = key.source_port;
	decision.egress_zone = key.zone;
	assert_int_equal(session_create(worker, &key, &decision, &flow), DROP_session_key_taken);
	assert_int_equal(worker->sessions.flows.used, 0);
}

static void
a_full_table_keeps_what_it_has(void **state)
{
	struct worker *worker = *state;
	uint32_t flow;

	for (uint32_t i = 0; i < CAPACITY; i++)
		assert_int_equal(create(worker, i, &flow), DROP_NONE);
	assert_int_equal(create(worker, CAPACITY, &flow), DROP_session_table_full);
	assert_int_equal(worker->sessions.used, CAPACITY);
	at(worker, TIMEOUT);
	assert_int_equal(worker->sessions.used, 0);
	assert_int_equal(worker->counters.sessions_ended, CAPACITY);
	assert_int_equal(create(worker, CAPACITY, &flow), DROP_NONE);
}

static void
an_unreachable_reply_keeps_its_reason(void **state)
{
	struct worker *worker = *state;
	struct flow_key key = key_of(1);
	struct decision decision = decision_for(&key);
	uint32_t flow;

	decision.reverse = (struct egress){ INTERFACE_NONE, DROP_session_reverse_unroutable, 0 };
	assert_int_equal(session_create(worker, &key, &decision, &flow), DROP_NONE);
	flow = flow_at(&worker->sessions.flows, flow)->twin;
	assert_int_equal(flow_at(&worker->sessions.flows, flow)->egress,
			 EGRESS_DROP | DROP_session_reverse_unroutable);
}

static void
idle_sessions_end_at_their_second(void **state)
{
	struct worker *worker = *state;
	uint32_t flow;

	assert_int_equal(create(worker, 1, &flow), DROP_NONE);
	at(worker, TIMEOUT - 1);
	assert_int_equal(worker->sessions.used, 1);
	at(worker, TIMEOUT);
	assert_int_equal(worker->sessions.used, 0);
	assert_int_equal(worker->sessions.flows.used, 0);
}

/* rfc4787_req6: what goes out keeps a mapping alive; what comes in does not have to. */
static void
outbound_packets_refresh_and_replies_do_not(void **state)
{
	struct worker *worker = *state;
	struct flow_table *flows = &worker->sessions.flows;
	uint32_t flow;

	assert_int_equal(create(worker, 1, &flow), DROP_NONE);
	at(worker, 200);
	flow_at(flows, flow)->last_seen = (uint16_t)worker->now_seconds;
	at(worker, 300);
	flow_at(flows, flow_at(flows, flow)->twin)->last_seen = (uint16_t)worker->now_seconds;
	at(worker, 200 + TIMEOUT - 1);
	assert_int_equal(worker->sessions.used, 1);
	at(worker, 200 + TIMEOUT);
	assert_int_equal(worker->sessions.used, 0);
}

static void
replies_refresh_where_they_should(void **state)
{
	struct worker *worker = *state;
	struct flow_table *flows = &worker->sessions.flows;
	struct flow_key key = key_of(1);
	struct decision decision = decision_for(&key);
	uint32_t flow;

	decision.reply_refreshes = true;
	assert_int_equal(session_create(worker, &key, &decision, &flow), DROP_NONE);
	at(worker, 200);
	flow_at(flows, flow_at(flows, flow)->twin)->last_seen = (uint16_t)worker->now_seconds;
	at(worker, 200 + TIMEOUT - 1);
	assert_int_equal(worker->sessions.used, 1);
	at(worker, 200 + TIMEOUT);
	assert_int_equal(worker->sessions.used, 0);
}

static void
a_deadline_ends_a_session_in_use(void **state)
{
	struct worker *worker = *state;
	uint32_t flow;

	assert_int_equal(create(worker, 1, &flow), DROP_NONE);
	session_set_deadline(worker, flow_at(&worker->sessions.flows, flow)->session, START + 300);
	for (uint32_t second = 1; second < 300; second++) {
		flow_at(&worker->sessions.flows, flow)->last_seen = (uint16_t)(START + second);
		at(worker, second);
		assert_int_equal(worker->sessions.used, 1);
	}
	at(worker, 300);
	assert_int_equal(worker->sessions.used, 0);
}

static void
a_deadline_keeps_nothing_idle(void **state)
{
	struct worker *worker = *state;
	uint32_t flow;

	assert_int_equal(create(worker, 1, &flow), DROP_NONE);
	session_set_deadline(worker, flow_at(&worker->sessions.flows, flow)->session, START + 300);
	at(worker, TIMEOUT - 1);
	assert_int_equal(worker->sessions.used, 1);
	at(worker, TIMEOUT);
	assert_int_equal(worker->sessions.used, 0);
}

/* A pause in which the 16 bits of last_seen come round to where they were. */
static void
a_long_pause_ends_everything(void **state)
{
	struct worker *worker = *state;
	uint32_t flow;

	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(create(worker, i, &flow), DROP_NONE);
	at(worker, UINT16_MAX + 1);
	assert_int_equal(worker->sessions.used, 0);
}

/* Random use, against an array of when each session was last used. */
static void
random_use_agrees_with_an_array(void **state)
{
	enum {
		NUMBERS = 300,
		SECONDS = 20000
	};
	struct worker *worker = *state;
	struct flow_table *flows = &worker->sessions.flows;
	uint32_t used[NUMBERS];

	srand(5);
	for (uint32_t i = 0; i < NUMBERS; i++)
		used[i] = UINT32_MAX;
	for (uint32_t second = 0; second < SECONDS; second += (uint32_t)rand() % 20) {
		at(worker, second);
		for (uint32_t i = 0; i < NUMBERS; i++) {
			struct flow_key key = key_of(i);
			uint32_t flow = flow_find(flows, &key);
			bool alive = used[i] != UINT32_MAX && second - used[i] < TIMEOUT;

			assert_int_equal(flow != FLOW_NONE, alive);
			if (rand() % 40 != 0)
				continue;
			if (!alive)
				assert_int_equal(create(worker, i, &flow), DROP_NONE);
			flow_at(flows, flow)->last_seen = (uint16_t)worker->now_seconds;
			used[i] = second;
		}
	}
	assert_int_equal(worker->counters.sessions_created - worker->counters.sessions_ended,
			 worker->sessions.used);
}

#define WITH_TABLE(test) cmocka_unit_test_setup_teardown(test, set_up, quiet_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_without_memory_holds_none),
		WITH_TABLE(a_session_has_two_entries),
		WITH_TABLE(a_taken_key_is_refused_and_nothing_changes),
		WITH_TABLE(a_session_with_itself_is_refused),
		WITH_TABLE(a_full_table_keeps_what_it_has),
		WITH_TABLE(an_unreachable_reply_keeps_its_reason),
		WITH_TABLE(idle_sessions_end_at_their_second),
		WITH_TABLE(outbound_packets_refresh_and_replies_do_not),
		WITH_TABLE(replies_refresh_where_they_should),
		WITH_TABLE(a_deadline_ends_a_session_in_use),
		WITH_TABLE(a_deadline_keeps_nothing_idle),
		WITH_TABLE(a_long_pause_ends_everything),
		WITH_TABLE(random_use_agrees_with_an_array),
	};

	test_eal_start("128");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
