/* SPDX-License-Identifier: BSD-3-Clause */
#include "bursting.h"
#include "dataplane/apply.h"

/* Their sessions ended in between: what was found of them before is no more. */
static void
packets_behind_an_end_have_no_session(void **state)
{
	struct change *change = *state;
	struct worker *worker = change->worker;
	struct flow *ended = session_open(change, outbound(IPPROTO_TCP));
	struct flow *other = session_open(change, inbound(IPPROTO_TCP, 443));
	struct flow *held = session_open(change, outbound(IPPROTO_UDP));
	struct segment segment;

	worker->burst_known = 0;
	burst_put(worker, 0, &segment, ended);
	burst_put(worker, 1, &segment, ended);
	burst_put(worker, 2, &segment, other);
	burst_put(worker, 3, &segment, twin_of(change, ended));
	burst_put(worker, 4, &segment, twin_of(change, held));
	burst_put(worker, BURST - 1, &segment, held);
	session_end(worker, ended->session);
	change->before.snapshot.hold_downs.udp = 65;
	session_end(worker, held->session);
	/* Another one has the place. */
	assert_ptr_equal(session_open(change, inbound(IPPROTO_UDP, 53)), held);

	apply_look_again(worker, BURST - 1);
	assert_int_not_equal(worker->burst[BURST - 1].flow, FLOW_NONE);
	apply_look_again(worker, 0);
	assert_int_not_equal(worker->burst[0].flow, FLOW_NONE);
	assert_int_equal(worker->burst[1].flow, FLOW_NONE);
	assert_ptr_equal(flow_at(&worker->sessions.flows, worker->burst[2].flow), other);
	assert_int_equal(worker->burst[3].flow, FLOW_NONE);
	assert_int_not_equal(worker->burst[4].flow, FLOW_NONE);
	assert_int_equal(worker->burst[BURST - 1].flow, FLOW_NONE);
	session_let_go(worker, flow_at(&worker->sessions.flows, worker->burst[4].flow)->session);
}

/* A connection begins anew, and may not any more: nor may its packets in the same burst. */
static void
an_end_is_seen_by_the_burst(void **state)
{
	struct change *change = *state;
	struct worker *worker = change->worker;
	struct flow *flow = session_open(change, outbound(IPPROTO_TCP));
	struct rte_mempool *pool = rte_pktmbuf_pool_create("segments", 3, 0, 0, 256, SOCKET_ID_ANY);
	struct segment *segment;

	assert_non_null(pool);
	session_of(change, flow)->tcp_state = TCP_STATE_RESET;
	flow->tcp_watched = UINT8_MAX;
	worker->burst_known = worker->burst_first = worker->burst_done = 0;
	worker->burst_plain = 3;
	for (unsigned int i = 0; i < 2; i++) {
		struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);

		segment = (void *)rte_pktmbuf_append(mbuf, sizeof(*segment));
		burst_put(worker, i, segment, flow);
		worker->burst[i].mbuf = mbuf;
		segment->tcp.tcp_flags = i == 0 ? RTE_TCP_SYN_FLAG : RTE_TCP_ACK_FLAG;
	}
	change->after.subnets[APP].outbound = world_policy(&change->after, NULL, 0);
	worker->snapshot = &change->after.snapshot;

	stage_apply(worker, 2, NULL);
	assert_int_equal(worker->counters.drops[DROP_security_outbound], 1);
	assert_int_equal(worker->counters.drops[DROP_tcp_session_missing], 1);
	assert_int_equal(worker->sessions.used, 0);
	assert_int_equal(rte_mempool_in_use_count(pool), 0);
	rte_mempool_free(pool);
}

/* What is dropped for want of a share is not here any more. */
static void
the_refused_are_left_out(void **state)
{
	struct worker *worker = ((struct change *)*state)->worker;

	worker->burst_plain = worker->burst_known = worker->burst_first = 0;
	for (unsigned int i = 0; i < BURST; i++)
		worker->burst[i] = (struct packet){ .kind = PACKET_DROP, .reason = DROP_no_route };
	worker->burst_done = UINT32_MAX;
	stage_apply(worker, BURST, NULL);
	assert_int_equal(worker->counters.drops[DROP_no_route], 0);
	for (unsigned int i = 0; i < BURST; i++)
		worker->burst[i].reason = DROP_security_outbound;
	worker->burst_done = 0x7ffffff5;
	stage_apply(worker, BURST, NULL);
	assert_int_equal(worker->counters.drops[DROP_security_outbound], 3);
	worker->burst_done = 1;
	stage_apply(worker, 3, NULL);
	assert_int_equal(worker->counters.drops[DROP_security_outbound], 5);
}

/* Whether only some are done already, or none: fast ways and slow ones do not overtake. */
static void
packets_of_sessions_leave_in_order(void **state)
{
	static const uint32_t done[] = { 0, 0x80000104, 0xffffff80 };
	static const unsigned int sent[] = { 32, 29, 7 };
	struct change *change = *state;
	struct worker *worker = change->worker;
	struct transmit_buffer *buffer = &worker->transmit[0];
	struct flow *flow = session_open(change, outbound(IPPROTO_UDP));
	struct flow *fresh = session_open(change, inbound(IPPROTO_UDP, 53));
	struct rte_mempool *pool = rte_pktmbuf_pool_create(
		"leaving", 63, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);

	assert_non_null(pool);
	adjacency_resolve(worker, flow);
	adjacency_resolve(worker, fresh);
	flow->flags |= FLOW_STEADY | FLOW_SEEN;
	for (unsigned int round = 0; round < RTE_DIM(done); round++) {
		unsigned int count = 0;

		fresh->flags &= (uint8_t)~FLOW_SEEN;
		burst_make(worker, pool, flow, fresh);
		worker->burst_known &= ~done[round];
		worker->burst_done = done[round];
		stage_apply(worker, BURST, NULL);
		assert_int_equal(buffer->count, sent[round]);
		assert_int_equal(!(fresh->flags & FLOW_SEEN), done[round] >> 7 & 1);
		for (unsigned int i = 0; i < BURST; i++) {
			if (!(done[round] >> i & 1))
				assert_ptr_equal(buffer->mbufs[count++], worker->burst[i].mbuf);
			rte_pktmbuf_free(worker->burst[i].mbuf);
		}
		buffer->count = 0;
	}
	rte_mempool_free(pool);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_CHANGE(packets_behind_an_end_have_no_session),
		WITH_CHANGE(an_end_is_seen_by_the_burst),
		WITH_CHANGE(the_refused_are_left_out),
		WITH_CHANGE(packets_of_sessions_leave_in_order),
	};

	test_eal_start("512");
	return cmocka_run_group_tests(tests, fabric_setup, fabric_teardown);
}
