/* SPDX-License-Identifier: BSD-3-Clause */
#include "changing.h"
#include "dataplane/probe.h"
#include "dataplane/stages.h"

enum {
	ESTABLISHED = 12, /* of each full burst: these come first */
	FIRST = BURST - ESTABLISHED,
};

static uint64_t
cycles_read(void)
{
	return 100; /* of which 20 percent are enough to begin one first packet with */
}

static void
burst_fill(struct worker *worker, unsigned int established, unsigned int n)
{
	burst_begin(worker);
	burst_add(worker, PACKET_STATEFUL);
	worker->burst_known = worker->burst_first = 0;
	for (unsigned int i = 0; i < n; i++) {
		worker->burst[i] = (struct packet){
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

		assert_int_equal(packet->kind == PACKET_HELD, worker->burst_refused >> i & 1);
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
	first_share_init(&worker->first_share, cycles_read);
	return worker;
}

static void
first_packets_have_a_share_while_others_wait(void **state)
{
	struct worker *worker = worker_limit(*state);

	burst_fill(worker, ESTABLISHED, BURST);
	assert_decided(worker, BURST, 1, FIRST - 1);
	/* They may wait at another port. */
	burst_fill(worker, 0, BURST);
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
	burst_add(worker, PACKET_FABRIC);
	assert_decided(worker, BURST, 1, BURST - 2);
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
	assert_int_equal(worker->burst[BURST - 1].decision, 1);
	assert_int_equal(worker->burst[BURST - 2].kind, PACKET_HELD);
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
	assert_int_equal(worker->burst_refused >> (BURST - 1), 0);
	assert_int_equal(worker->counters.drops[DROP_first_share_exceeded], FIRST - 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CHANGE(first_packets_have_a_share_while_others_wait),
		WITH_CHANGE(packets_of_the_fabric_wait_too),
		WITH_CHANGE(nobody_waits_behind_a_short_burst),
		WITH_CHANGE(nobody_waits_in_a_flood),
		WITH_CHANGE(answers_to_probes_are_always_decided),
		WITH_CHANGE(fragments_are_dropped_with_those_that_wait),
	};

	test_eal_start("512");
	return cmocka_run_group_tests(tests, fabric_setup, fabric_teardown);
}
