/* SPDX-License-Identifier: BSD-3-Clause */
#include "bursting.h"

/* Six packets of the flow, of which the fourth and the sixth have other keys. */
static void
burst_look_for(struct worker *worker, struct segment segments[6], const struct flow *flow)
{
	for (unsigned int i = 0; i < 6; i++)
		burst_put(worker, i, &segments[i], flow);
	worker->burst[3].key.source_port++;
	worker->burst[5].key.source_port++;
	worker->burst[5].flow = FLOW_NONE;
	worker->burst_wanted = 0x3e;
	worker->burst_named = 0x1e;
	worker->burst_known = worker->burst_first = 0;
	worker->burst_done = 0x02;
}

static void
what_is_done_is_not_looked_for(void **state)
{
	struct change *change = *state;
	struct worker *worker = change->worker;
	const struct flow *flow = session_open(change, outbound(IPPROTO_UDP));
	struct segment segments[6];

	burst_look_for(worker, segments, flow);
	stage_find(worker);
	assert_int_equal(worker->burst_known, 0x14);
	assert_int_equal(worker->burst_first, 0x28);
	assert_int_equal(worker->burst_done, 0x02);
	assert_int_equal(worker->burst[3].flow, FLOW_NONE);

	worker->burst_wanted = 0x02;
	worker->burst_known = worker->burst_first = 0;
	stage_find(worker);
	assert_int_equal(worker->burst_known | worker->burst_first, 0);
}

static void
sessions_of_an_older_snapshot_are_decided_again(void **state)
{
	struct change *change = *state;
	struct worker *worker = change->worker;
	const struct flow *flow = session_open(change, outbound(IPPROTO_UDP));
	struct segment segments[6];

	burst_look_for(worker, segments, flow);
	worker->snapshot = &change->after.snapshot;
	stage_find(worker);
	assert_int_equal(worker->burst_known, 0x14);
	assert_int_equal(flow->decided_from, change->after.snapshot.decided_from);
	assert_int_equal(worker->burst_first, 0x28);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_CHANGE(what_is_done_is_not_looked_for),
		WITH_CHANGE(sessions_of_an_older_snapshot_are_decided_again),
	};

	test_eal_start("512");
	return cmocka_run_group_tests(tests, fabric_setup, fabric_teardown);
}
