/* SPDX-License-Identifier: BSD-3-Clause */
#include "changing.h"

/* What becomes of sessions whose backend was taken out, or fails its probe. */

static void
backends_that_are_removed_drain(void **state)
{
	const struct flow_key established = inbound(IPPROTO_TCP, 10001);
	struct flow_key half_open = established, udp = inbound(IPPROTO_UDP, 53);
	struct change *change = *state;
	struct backend *backend = &change->after.inbound[ONE].backends[1][0];
	struct flow *flow;

	half_open.source_port = RTE_BE16(5001);
	session_open(change, established);
	session_open(change, udp);
	flow = session_open(change, half_open);
	session_of(change, flow)->tcp_state = TCP_STATE_SYN_RECEIVED;

	backend->address = rte_cpu_to_be_32(IP4(10, 0, 1, 9));
	change->after.inbound[ONE].backends[2][0] = *backend;
	world_inbound_build(&change->after, ONE);
	assert_null(next_packet(change, half_open));
	assert_null(next_packet(change, udp));
	flow = next_packet(change, established);
	assert_non_null(flow);
	assert_int_equal(rte_be_to_cpu_32(flow->destination), HOST);
	assert_int_equal(session_of(change, flow)->deadline, START + 120);

	/* A later change gives it no more time... */
	change->worker->now_seconds += 50;
	change_again(change);
	flow = next_packet(change, established);
	assert_int_equal(session_of(change, flow)->deadline, START + 120);
	/* ...but its backend may come back... */
	backend->address = rte_cpu_to_be_32(HOST);
	world_inbound_build(&change->after, ONE);
	change_again(change);
	flow = next_packet(change, established);
	assert_int_equal(session_of(change, flow)->deadline, 0);
	/* ...and go again: used or not, it ends in time. */
	backend->address = rte_cpu_to_be_32(IP4(10, 0, 1, 9));
	world_inbound_build(&change->after, ONE);
	change_again(change);
	assert_non_null(next_packet(change, established));
	for (unsigned int second = 0; second < 120; second++) {
		assert_true(session_expire(change->worker));
		flow = flow_of(change, established);
		assert_non_null(flow);
		flow->last_seen = (uint16_t)change->worker->now_seconds++;
	}
	assert_true(session_expire(change->worker));
	assert_null(flow_of(change, established));
}

static void
backends_that_fail_their_probe_keep_tcp(void **state)
{
	const struct flow_key established = inbound(IPPROTO_TCP, 10001);
	struct flow_key half_open = established, udp = inbound(IPPROTO_UDP, 53);
	struct change *change = *state;
	struct flow *flow;

	half_open.source_port = RTE_BE16(5001);
	session_open(change, established);
	session_open(change, udp);
	flow = session_open(change, half_open);
	session_of(change, flow)->tcp_state = TCP_STATE_SYN_RECEIVED;

	change->after.inbound[ONE].rules[1].healthy_count = 0;
	change->after.inbound[ONE].rules[2].healthy_count = 0;
	world_inbound_build(&change->after, ONE);
	assert_null(next_packet(change, half_open));
	assert_null(next_packet(change, udp));
	flow = next_packet(change, established);
	assert_non_null(flow);
	assert_int_equal(rte_be_to_cpu_32(flow->destination), HOST);
	assert_int_equal(session_of(change, flow)->deadline, 0);
}

static void
backends_without_time_to_drain_end_at_once(void **state)
{
	const struct flow_key key = inbound(IPPROTO_TCP, 10001);
	struct change *change = *state;

	/* What is due in this second has been looked at. */
	assert_true(session_expire(change->worker));
	session_open(change, key);
	change->after.inbound[ONE].backends[1][0].address = rte_cpu_to_be_32(IP4(10, 0, 1, 9));
	change->after.inbound[ONE].rules[1].drain_timeout = 0;
	world_inbound_build(&change->after, ONE);
	assert_null(next_packet(change, key));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CHANGE(backends_that_are_removed_drain),
		WITH_CHANGE(backends_that_fail_their_probe_keep_tcp),
		WITH_CHANGE(backends_without_time_to_drain_end_at_once),
	};

	test_eal_start("512");
	return cmocka_run_group_tests(tests, fabric_setup, fabric_teardown);
}
