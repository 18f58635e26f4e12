/* SPDX-License-Identifier: BSD-3-Clause */
#include "bursting.h"

enum {
	PLACES = 6,
};

/* PLACES packets of the flow, but for two of nobody's, in places 2 and 5. */
static void
burst_seek(struct worker *worker, struct segment *segments, const struct flow *flow)
{
	burst_begin(worker);
	burst_add(worker, PACKET_STATEFUL);
	worker->burst_plain = UINT32_MAX;
	for (unsigned int i = 0; i < PLACES; i++) {
		burst_put(worker, i, &segments[i], flow);
		worker->burst[i].flow = FLOW_NONE;
		if (i % 3 == 2)
			worker->burst[i].key.source_port++;
	}
	worker->burst_known = worker->burst_first = worker->burst_done = UINT32_MAX;
}

static void
what_can_have_no_session_is_not_wanted(void **state)
{
	static const enum packet_kind others[] = { PACKET_DROP, PACKET_ARP, PACKET_FABRIC,
						   PACKET_LOCAL, PACKET_HELD };
	struct change *change = *state;
	struct worker *worker = change->worker;
	const struct flow *flow = session_open(change, outbound(IPPROTO_UDP));
	struct segment segments[PLACES];

	burst_seek(worker, segments, flow);
	worker->burst[0].kind = PACKET_FABRIC;
	burst_add(worker, PACKET_FABRIC);
	worker->burst[1].flags = PACKET_TRUNCATED;
	worker->burst_plain = ~0x2U;
	stage_seek(worker, PLACES);
	assert_int_equal(worker->burst_wanted, 0x3c);
	assert_int_equal(worker->burst_named, 0x18);
	assert_int_equal(worker->burst[1].kind, PACKET_DROP);
	assert_int_equal(worker->burst[1].reason, DROP_transport_truncated);
	assert_int_equal(worker->burst_known | worker->burst_first | worker->burst_done, 0);

	burst_seek(worker, segments, flow);
	worker->burst_kinds = PACKET_FABRIC;
	stage_seek(worker, PLACES);
	assert_int_equal(worker->burst_wanted | worker->burst_named, 0);
	assert_int_equal(worker->burst_known | worker->burst_first | worker->burst_done, 0);

	for (unsigned int i = 0; i < RTE_DIM(others); i++) {
		burst_seek(worker, segments, flow);
		worker->burst[4].kind = (uint8_t)others[i];
		burst_add(worker, others[i]);
		stage_seek(worker, PLACES);
		assert_int_equal(worker->burst_wanted, 0x2f);
		assert_int_equal(worker->burst[4].kind, others[i]);
	}
}

/* Who has none is asked in a flood alone. */
static void
packets_name_their_flows(void **state)
{
	struct change *change = *state;
	struct worker *worker = change->worker;
	const struct flow *flow = session_open(change, outbound(IPPROTO_UDP));
	struct segment segments[PLACES];

	for (unsigned int round = 0; round < 2; round++) {
		worker->first_share.limits = round == 1;
		worker->first_share.refused_until = worker->now + 1;
		burst_seek(worker, segments, flow);
		stage_seek(worker, PLACES);
		assert_int_equal(worker->burst_wanted, 0x3f);
		assert_int_equal(worker->burst_named, round == 0 ? 0x3f : 0x1b);
		for (unsigned int i = 0; i < PLACES; i++) {
			if (i % 3 == 2)
				assert_int_equal(worker->burst[i].flow, FLOW_NONE);
			else
				assert_ptr_equal(flow_at(&worker->sessions.flows,
							 worker->burst[i].flow),
						 flow);
		}
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_CHANGE(what_can_have_no_session_is_not_wanted),
		WITH_CHANGE(packets_name_their_flows),
	};

	test_eal_start("512");
	return cmocka_run_group_tests(tests, fabric_setup, fabric_teardown);
}
