/* SPDX-License-Identifier: BSD-3-Clause */
#include "changing.h"

enum {
	KEYS = 5,
};

static void
keys_make(struct flow_key keys[KEYS])
{
	keys[0] = outbound(IPPROTO_UDP);
	keys[1] = inside();
	keys[2] = hairpin();
	keys[3] = inbound(IPPROTO_TCP, 443);
	keys[4] = outbound(IPPROTO_TCP);
}

/* Of each draw in its turn, as long as the port that is asked first is free. */
static void
the_first_key_of_each_draw_is_expected(void **state)
{
	struct change *change = *state;
	struct worker *worker = change->worker;
	const struct flow_table *flows = &worker->sessions.flows;
	struct flow_key keys[KEYS];
	uint32_t expected[KEYS];
	unsigned int draws = 0;

	keys_make(keys);
	for (unsigned int i = 0; i < KEYS; i++) {
		struct decision decision = world_decide(&change->before, keys[i]);

		if (decision.snat)
			expected[i] = snat_port_expect(
				&worker->snat, flows,
				&worker->snapshot->vips[decision.outbound_vip].snat, &decision,
				draws++, session_reply_key(&keys[i], &decision));
	}
	assert_int_equal(draws, 3);
	for (unsigned int i = 0; i < KEYS; i++) {
		const struct flow *flow = session_open(change, keys[i]);

		if (session_of(change, flow)->outbound_vip != VIP_NONE)
			assert_int_equal(flow_hash(flows, &twin_of(change, flow)->key),
					 expected[i]);
	}
	assert_int_equal(worker->snat.draws, 3);
	assert_int_equal(worker->snat.tries, 3);
}

static void
a_pool_without_ports_is_nothing_to_be_asked(void **state)
{
	const struct snat_ports none = { .unit = 8 };
	const struct decision decision = { .unit_count = 0 };
	struct change *change = *state;
	const struct flow_table *flows = &change->worker->sessions.flows;
	struct flow_key reply = outbound(IPPROTO_UDP);

	reply.destination_port = 0;
	assert_int_equal(snat_port_expect(&change->worker->snat, flows, &none, &decision, 0, reply),
			 flow_hash(flows, &reply));
}

static void
nothing_is_changed(void **state)
{
	struct change *change = *state;
	struct worker *worker = change->worker;
	struct decide_request requests[KEYS] = { 0 };
	struct decision decisions[KEYS];
	struct flow_key keys[KEYS];

	keys_make(keys);
	keys[1] = world_key(APP, IPPROTO_TCP, HOST, 5000, CLIENT, 25); /* is dropped */
	for (unsigned int i = 0; i < KEYS; i++) {
		requests[i].key = keys[i];
		decisions[i] = world_decide(&change->before, keys[i]);
	}
	session_expect(worker, requests, decisions, KEYS);
	assert_int_equal(worker->snat.draws, 0);
	assert_int_equal(worker->sessions.used, 0);
	assert_int_equal(worker->sessions.flows.used, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CHANGE(the_first_key_of_each_draw_is_expected),
		WITH_CHANGE(a_pool_without_ports_is_nothing_to_be_asked),
		WITH_CHANGE(nothing_is_changed),
	};

	test_eal_start("512");
	return cmocka_run_group_tests(tests, fabric_setup, fabric_teardown);
}
