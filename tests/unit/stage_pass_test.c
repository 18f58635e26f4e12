/* SPDX-License-Identifier: BSD-3-Clause */
#include "bursting.h"

struct passing {
	struct change *change;
	struct worker *worker;
	struct flow *flow;  /* of all packets */
	struct flow *other; /* of the one in place 7 */
	uint32_t flood;     /* packets that have no session, where that is told */
	struct rte_mempool *pool;
};

static struct passing
passing_begin(void *state)
{
	struct change *change = state;
	struct passing passing = {
		.change = change,
		.worker = change->worker,
		.flow = session_open(change, outbound(IPPROTO_UDP)),
		.other = session_open(change, inbound(IPPROTO_UDP, 53)),
		.pool = rte_pktmbuf_pool_create("passing", 63, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
						SOCKET_ID_ANY),
	};

	assert_non_null(passing.pool);
	adjacency_resolve(passing.worker, passing.flow);
	adjacency_resolve(passing.worker, passing.other);
	passing.flow->flags |= FLOW_STEADY;
	passing.other->flags |= FLOW_STEADY;
	burst_make(passing.worker, passing.pool, passing.flow, passing.other);
	passing.worker->burst_kinds = PACKET_STATEFUL;
	return passing;
}

static void
passing_end(struct passing *passing)
{
	rte_mempool_free(passing->pool);
}

/* Of the first n packets these and no others are sent on, in order. */
static void
assert_passes(struct passing *passing, unsigned int n, uint32_t passed)
{
	struct transmit_buffer *buffer = &passing->worker->transmit[0];
	unsigned int count = 0;

	passing->worker->burst_named = burst_bits(n) & ~passing->flood;
	passing->worker->burst_done = 0;
	stage_pass(passing->worker, n);
	assert_int_equal(passing->worker->burst_done, passed);
	assert_int_equal(buffer->count, __builtin_popcount(passed));
	for (unsigned int i = 0; i < BURST; i++) {
		struct packet *packet = &passing->worker->burst[i];

		if (!(passed >> i & 1))
			continue;
		assert_ptr_equal(buffer->mbufs[count++], packet->mbuf);
		packet->ip->time_to_live++;
	}
	buffer->count = 0;
}

/* A burst that has others goes the long way as it is. */
static void
only_bursts_that_are_all_plain_pass(void **state)
{
	struct passing passing = passing_begin(*state);

	passing.worker->burst_plain = 0x7fffffff;
	assert_passes(&passing, BURST, 0);
	assert_passes(&passing, BURST - 1, 0x7fffffff);
	passing.worker->burst_plain = UINT32_MAX;
	passing.worker->burst_kinds = PACKET_STATEFUL | PACKET_FABRIC;
	assert_passes(&passing, BURST, 0);
	passing.worker->burst_kinds = PACKET_ARP;
	assert_passes(&passing, BURST, 0);
	passing.worker->burst_kinds = 0;
	assert_passes(&passing, BURST, 0);
	passing_end(&passing);
}

static void
nobody_overtakes_who_needs_more(void **state)
{
	struct passing passing = passing_begin(*state);
	struct packet *packet = &passing.worker->burst[7];
	uint32_t flow = packet->flow;

	assert_passes(&passing, BURST, UINT32_MAX);
	assert_passes(&passing, 3, 0x7);
	assert_int_equal(passing.worker->counters.path_packets[PATH_STATEFUL], BURST + 3);

	packet->ip->time_to_live = 1;
	assert_passes(&passing, BURST, 0x7f);
	packet->ip->time_to_live = 64;
	packet->flow = FLOW_NONE;
	assert_passes(&passing, BURST, 0x7f);
	packet->flow = flow;
	packet->key.source_port++;
	assert_passes(&passing, BURST, 0x7f);
	packet->key.source_port--;
	passing.other->decided_from++;
	assert_passes(&passing, BURST, 0x7f);
	passing.other->decided_from--;
	passing.other->flags &= (uint8_t)~FLOW_SEEN;
	assert_passes(&passing, BURST, 0x7f);
	assert_false(passing.other->flags & FLOW_SEEN);
	passing.other->flags |= FLOW_SEEN;
	assert_passes(&passing, BURST, UINT32_MAX);
	passing_end(&passing);
}

/* With several workers, a flow has to say that its packets are this one's. */
static void
others_packets_do_not_pass(void **state)
{
	struct passing passing = passing_begin(*state);

	passing.change->before.snapshot.worker_count = 2;
	assert_passes(&passing, BURST, 0);
	passing.flow->flags |= FLOW_OWN;
	assert_passes(&passing, BURST, 0x7f);
	passing.other->flags |= FLOW_OWN | FLOW_ASTRAY;
	assert_passes(&passing, BURST, 0x7f);
	passing.other->flags &= (uint8_t)~FLOW_ASTRAY;
	assert_passes(&passing, BURST, UINT32_MAX);
	passing_end(&passing);
}

/* Those that have no session are about to be dropped: nothing of theirs could be overtaken. */
static void
a_flood_is_gone_around(void **state)
{
	const uint32_t flood = 0x80000104;
	struct passing passing = passing_begin(*state);
	struct worker *worker = passing.worker;

	for (uint32_t left = flood; left != 0; left &= left - 1)
		worker->burst[rte_bsf32(left)].flow = FLOW_NONE;
	assert_passes(&passing, BURST, 0x3);
	/* They are told where they will be refused. */
	passing.flood = flood;
	assert_passes(&passing, BURST, ~flood);
	passing.other->flags &= (uint8_t)~FLOW_SEEN;
	assert_passes(&passing, BURST, 0x7b);
	/* Some may be of connections that are served without sessions. */
	worker->sessions.stateless_until = worker->now_seconds + 1;
	assert_passes(&passing, BURST, 0x3);
	passing_end(&passing);
}

static void
the_fabrics_packets_pass(void **state)
{
	struct passing passing = passing_begin(*state);
	struct worker *worker = passing.worker;

	worker->burst_kinds = PACKET_FABRIC;
	for (unsigned int i = 0; i < BURST; i++) {
		worker->burst[i].kind = i == 21 ? PACKET_LOCAL : PACKET_FABRIC;
		worker->burst[i].egress = passing.flow->egress;
	}
	assert_passes(&passing, BURST, 0x1fffff);
	worker->burst[21].kind = PACKET_FABRIC;
	assert_passes(&passing, BURST, UINT32_MAX);
	assert_int_equal(worker->counters.path_packets[PATH_FABRIC], 21 + BURST);
	worker->burst[0].ip->time_to_live = 1;
	assert_passes(&passing, BURST, 0);
	passing_end(&passing);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_CHANGE(only_bursts_that_are_all_plain_pass),
		WITH_CHANGE(nobody_overtakes_who_needs_more),
		WITH_CHANGE(others_packets_do_not_pass),
		WITH_CHANGE(a_flood_is_gone_around),
		WITH_CHANGE(the_fabrics_packets_pass),
	};

	test_eal_start("512");
	return cmocka_run_group_tests(tests, fabric_setup, fabric_teardown);
}
