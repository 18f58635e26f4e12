/* SPDX-License-Identifier: BSD-3-Clause */
#include "changing.h"
#include "dataplane/probe.h"
#include "dataplane/stages.h"

enum {
	ESTABLISHED = 12, /* of each full burst: these come first */
	FIRST = BURST - ESTABLISHED,
	PACKETS = 63,   /* in the pool; a burst and what some have behind them */
	MUCH = 1 << 20, /* cycles, of which the share is enough for a burst */
};

/* The clock. It goes on between bursts, so far that they may be decided or not. */
static uint64_t ticks;

static uint64_t
cycles_read(void)
{
	return ticks;
}

/* Of all packets that the tests make. */
static struct rte_mempool *pool;

/* Those that were dropped are back in the pool, and have been taken out of nowhere else. */
static void
burst_end(struct worker *worker)
{
	for (unsigned int i = 0; i < BURST; i++) {
		if (worker->burst[i].kind != PACKET_HELD)
			rte_pktmbuf_free(worker->burst[i].mbuf);
		worker->burst[i].mbuf = NULL;
	}
	assert_int_equal(rte_mempool_avail_count(pool), PACKETS);
}

static void
burst_fill(struct worker *worker, unsigned int established, unsigned int n)
{
	burst_end(worker);
	burst_begin(worker);
	burst_add(worker, PACKET_STATEFUL);
	worker->burst_known = worker->burst_first = worker->burst_done = 0;
	for (unsigned int i = 0; i < n; i++) {
		worker->burst[i] = (struct packet){
			.mbuf = rte_pktmbuf_alloc(pool),
			.key = world_key(APP, IPPROTO_UDP, HOST, (uint16_t)(1000 + i), CLIENT, 53),
			.kind = PACKET_STATEFUL,
			.flow = i < established ? i : FLOW_NONE,
			.decision = DECISION_NONE,
		};
		*(i < established ? &worker->burst_known : &worker->burst_first) |= 1U << i;
	}
}

/* So many of the burst's first packets are decided, and so many dropped at once. */
static void
assert_decided(struct worker *worker, unsigned int n, unsigned int decided, unsigned int dropped)
{
	uint64_t before = worker->counters.drops[DROP_first_share_exceeded];
	struct decision decisions[BURST];
	unsigned int with = 0, without = 0;

	stage_decide(worker, n, decisions);
	for (unsigned int i = 0; i < n; i++) {
		const struct packet *packet = &worker->burst[i];

		if (worker->burst_first >> i & 1)
			assert_int_equal(packet->kind == PACKET_HELD, worker->burst_done >> i & 1);
		if (packet->kind == PACKET_HELD) {
			assert_int_equal(packet->flow, FLOW_NONE);
			without++;
		} else if (packet->decision != DECISION_NONE) {
			assert_int_equal(packet->flow, FLOW_NONE);
			assert_int_equal(decisions[packet->decision].verdict, VERDICT_SESSION);
			with++;
		}
	}
	assert_int_equal(with, decided);
	assert_int_equal(without, dropped);
	assert_int_equal(worker->counters.drops[DROP_first_share_exceeded] - before, dropped);
}

static struct worker *
worker_limit(struct change *change)
{
	struct worker *worker = change->worker;

	change->before.snapshot.first_packet_share = 20;
	ticks = 0;
	first_share_init(&worker->first_share, cycles_read);
	return worker;
}

static void
first_packets_have_a_share_while_others_wait(void **state)
{
	struct worker *worker = worker_limit(*state);

	burst_fill(worker, ESTABLISHED, BURST);
	assert_decided(worker, BURST, 0, FIRST);
	ticks += MUCH;
	worker->now += FIRST_SHARE_AGAIN;
	burst_fill(worker, ESTABLISHED, BURST);
	assert_decided(worker, BURST, FIRST, 0);
	/* Those that have been passed on are others too. */
	worker->first_share.credit = worker->first_share.least = 0;
	worker->now += FIRST_SHARE_WAIT;
	burst_fill(worker, ESTABLISHED, BURST);
	worker->burst_done = worker->burst_known;
	worker->burst_known = 0;
	assert_decided(worker, BURST, 0, FIRST);
	worker->now += FIRST_SHARE_AGAIN;
	/* They may wait at another port. */
	burst_fill(worker, 0, BURST);
	worker->first_share.credit = worker->first_share.least = 0;
	assert_decided(worker, BURST, 0, BURST);
	worker->now += FIRST_SHARE_WAIT;
	burst_fill(worker, 0, BURST);
	assert_decided(worker, BURST, BURST, 0);
}

static void
packets_of_the_fabric_wait_too(void **state)
{
	struct worker *worker = worker_limit(*state);

	burst_fill(worker, 0, BURST);
	worker->burst[BURST - 1].kind = PACKET_FABRIC;
	worker->burst_first &= ~(1U << (BURST - 1));
	burst_add(worker, PACKET_FABRIC);
	assert_decided(worker, BURST, 0, BURST - 1);
}

static void
nobody_waits_behind_a_short_burst(void **state)
{
	struct worker *worker = worker_limit(*state);

	burst_fill(worker, ESTABLISHED, BURST - 1);
	assert_decided(worker, BURST - 1, FIRST - 1, 0);
}

/* What can not be decided waits for nothing. */
static void
nobody_waits_in_a_flood(void **state)
{
	struct worker *worker = worker_limit(*state);

	burst_fill(worker, 0, BURST);
	worker->burst[0].kind = PACKET_DROP;
	assert_decided(worker, BURST, BURST - 1, 0);
	assert_int_equal(worker->burst[0].kind, PACKET_DROP);
}

static void
answers_to_probes_are_always_decided(void **state)
{
	struct worker *worker = worker_limit(*state);
	struct decision decisions[BURST];

	burst_fill(worker, ESTABLISHED, BURST);
	worker->burst[BURST - 1].key.protocol = IPPROTO_TCP;
	worker->burst[BURST - 1].key.destination = rte_cpu_to_be_32(LOAD_BALANCER_ADDRESS);
	stage_decide(worker, BURST, decisions);
	assert_int_equal(worker->burst[BURST - 1].kind, PACKET_STATEFUL);
	assert_int_equal(worker->burst[BURST - 1].decision, 0);
	assert_int_equal(worker->burst[BURST - 2].kind, PACKET_HELD);
}

/* It is not this worker's to drop, nor to decide. */
static void
packets_that_are_at_home_elsewhere_go_on(void **state)
{
	struct worker *worker = worker_limit(*state);

	burst_fill(worker, ESTABLISHED, BURST);
	worker->burst[BURST - 1].flags = PACKET_ASTRAY;
	assert_decided(worker, BURST, 0, FIRST - 1);
	assert_int_equal(worker->burst[BURST - 1].kind, PACKET_STATEFUL);
}

/* What only ends a session costs no less to look at; but some are served without one. */
static void
segments_of_no_session_have_no_share_either(void **state)
{
	struct worker *worker = worker_limit(*state);
	struct {
		struct rte_ipv4_hdr ip;
		struct rte_tcp_hdr tcp;
	} segment = { .ip.version_ihl = RTE_IPV4_VHL_DEF, .tcp.tcp_flags = RTE_TCP_ACK_FLAG };

	for (unsigned int served = 0; served < 2; served++) {
		worker->sessions.stateless_until = served ? worker->now_seconds + 1 : 0;
		burst_fill(worker, ESTABLISHED, BURST);
		worker->burst[BURST - 1].key.protocol = IPPROTO_TCP;
		worker->burst[BURST - 1].ip = &segment.ip;
		assert_decided(worker, BURST, 0, FIRST - served);
	}
}

/* For which others may wait, that go with it. */
static void
fragments_are_dropped_with_those_that_wait(void **state)
{
	struct worker *worker = worker_limit(*state);
	struct decision decisions[BURST];

	burst_fill(worker, ESTABLISHED, BURST);
	worker->burst[BURST - 1].flags = PACKET_FRAGMENT;
	stage_decide(worker, BURST, decisions);
	assert_int_equal(worker->burst[BURST - 1].kind, PACKET_DROP);
	assert_int_equal(worker->burst[BURST - 1].reason, DROP_first_share_exceeded);
	assert_int_equal(worker->burst_done >> (BURST - 1), 0);
	assert_int_equal(worker->counters.drops[DROP_first_share_exceeded], FIRST - 1);
}

/* Of several buffers, or of which somebody else has a copy. */
static void
packets_that_are_not_whole_are_dropped_as_well(void **state)
{
	struct worker *worker = worker_limit(*state);
	struct rte_mbuf *shared;

	burst_fill(worker, ESTABLISHED, BURST);
	shared = worker->burst[BURST - 1].mbuf;
	rte_mbuf_refcnt_update(shared, 1);
	assert_int_equal(rte_pktmbuf_chain(worker->burst[BURST - 2].mbuf, rte_pktmbuf_alloc(pool)),
			 0);
	assert_decided(worker, BURST, 0, FIRST);
	assert_int_equal(rte_mbuf_refcnt_read(shared), 1);
	rte_pktmbuf_free(shared);
}

static int
burst_teardown(void **state)
{
	struct change *change = *state;

	burst_end(change->worker);
	return change_teardown(state);
}

#define WITH_BURST(test) cmocka_unit_test_setup_teardown(test, change_setup, burst_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BURST(first_packets_have_a_share_while_others_wait),
		WITH_BURST(packets_of_the_fabric_wait_too),
		WITH_BURST(nobody_waits_behind_a_short_burst),
		WITH_BURST(nobody_waits_in_a_flood),
		WITH_BURST(answers_to_probes_are_always_decided),
		WITH_BURST(packets_that_are_at_home_elsewhere_go_on),
		WITH_BURST(segments_of_no_session_have_no_share_either),
		WITH_BURST(packets_that_are_not_whole_are_dropped_as_well),
		WITH_BURST(fragments_are_dropped_with_those_that_wait),
	};

	test_eal_start("512");
	pool = rte_pktmbuf_pool_create("packets", PACKETS, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
				       SOCKET_ID_ANY);
	if (pool == NULL)
		return 1;
	return cmocka_run_group_tests(tests, fabric_setup, fabric_teardown);
}
