/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/ports_queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <rte_cycles.h>
#include <rte_dev.h>
#include <rte_ethdev.h>

#include "eal.h"

/*
 * A device with one queue of each direction, which receives what it has sent and takes 1023 frames
 * until that is done; worker 0 has its transmit queue, worker 1 gives.
 */

enum {
	DEVICE_FRAMES = 1023,
	RING_FRAMES = 1200,
	PACKETS = 2047,
};

struct pair {
	struct rte_mempool *pool;
	struct rte_ring *ring;
	uint16_t ethdev;
	_Atomic uint64_t retry_until;
	struct ports_queue queues[2];
	struct port_queue workers[2];
};

static void
device_start(struct pair *pair)
{
	const struct rte_eth_conf conf = { 0 };

	assert_int_equal(rte_eth_dev_configure(pair->ethdev, 1, 1, &conf), 0);
	assert_int_equal(rte_eth_rx_queue_setup(pair->ethdev, 0, 64, 0, NULL, pair->pool), 0);
	assert_int_equal(rte_eth_tx_queue_setup(pair->ethdev, 0, 64, 0, NULL), 0);
	assert_int_equal(rte_eth_dev_start(pair->ethdev), 0);
}

static int
pair_setup(void **state)
{
	struct pair *pair = calloc(1, sizeof(*pair));

	assert_non_null(pair);
	pair->pool = rte_pktmbuf_pool_create("packets", PACKETS, 0, 0, 2176, SOCKET_ID_ANY);
	assert_non_null(pair->pool);
	assert_int_equal(rte_eth_dev_get_port_by_name("net_ring0", &pair->ethdev), 0);
	device_start(pair);
	pair->ring = ports_queue_ring_create(pair->ethdev, 0, RING_FRAMES, SOCKET_ID_ANY);
	assert_non_null(pair->ring);
	for (uint16_t i = 0; i < 2; i++) {
		pair->queues[i] = (struct ports_queue){
			.ethdev = pair->ethdev,
			.rx = i == 0 ? 0 : PORTS_QUEUE_NONE,
			.shared = i == 0,
			.gives = i == 1,
			.ring = pair->ring,
			.retry_until = &pair->retry_until,
			.pool = pair->pool,
		};
		pair->workers[i] = ports_queue_interface(&pair->queues[i]);
	}
	*state = pair;
	return 0;
}

/* Every buffer is back. */
static int
pair_teardown(void **state)
{
	struct pair *pair = *state;

	assert_true(rte_ring_empty(pair->ring));
	assert_int_equal(rte_eth_dev_stop(pair->ethdev), 0);
	rte_ring_free(pair->ring);
	assert_int_equal(rte_mempool_avail_count(pair->pool), PACKETS);
	rte_mempool_free(pair->pool);
	free(pair);
	return 0;
}

static uint16_t
transmit(const struct pair *pair, unsigned int worker, struct rte_mbuf **mbufs, uint16_t n)
{
	return pair->workers[worker].transmit(pair->workers[worker].context, mbufs, n);
}

static uint16_t
receive(const struct pair *pair, unsigned int worker, struct rte_mbuf **mbufs, uint16_t n)
{
	return pair->workers[worker].receive(pair->workers[worker].context, mbufs, n);
}

static void
what_one_gives_the_other_sends(void **state)
{
	struct pair *pair = *state;
	struct rte_mbuf *given[3], *received[8];

	assert_int_equal(rte_pktmbuf_alloc_bulk(pair->pool, given, 3), 0);
	assert_int_equal(transmit(pair, 1, given, 3), 3);
	/* It has no receive queue. */
	assert_int_equal(receive(pair, 1, received, 8), 0);
	assert_int_equal(rte_eth_rx_burst(pair->ethdev, 0, received, 8), 0);
	assert_int_equal(receive(pair, 0, received, 8), 3);
	assert_memory_equal(received, given, sizeof(given));
	rte_pktmbuf_free_bulk(received, 3);
}

/* At the end a worker receives nothing more, and sends what others still have. */
static void
who_takes_nothing_sends_all_the_same(void **state)
{
	struct pair *pair = *state;
	struct rte_mbuf *mbufs[3];

	assert_int_equal(rte_pktmbuf_alloc_bulk(pair->pool, mbufs, 3), 0);
	assert_int_equal(transmit(pair, 1, mbufs, 2), 2);
	assert_int_equal(receive(pair, 0, NULL, 0), 0);
	assert_true(rte_ring_empty(pair->ring));
	assert_int_equal(transmit(pair, 1, &mbufs[2], 1), 1);
	assert_int_equal(receive(pair, 0, NULL, 0), 0);
	assert_int_equal(rte_eth_rx_burst(pair->ethdev, 0, mbufs, 3), 3);
	rte_pktmbuf_free_bulk(mbufs, 3);
}

/* Who has the queue may receive nothing there, and sends all the same. */
static void
who_receives_nothing_sends_too(void **state)
{
	struct pair *pair = *state;
	struct rte_mbuf *mbufs[4];

	pair->queues[0].rx = PORTS_QUEUE_NONE;
	assert_int_equal(rte_pktmbuf_alloc_bulk(pair->pool, mbufs, 4), 0);
	assert_int_equal(transmit(pair, 1, mbufs, 4), 4);
	assert_int_equal(receive(pair, 0, mbufs, 4), 0);
	assert_int_equal(rte_eth_rx_burst(pair->ethdev, 0, mbufs, 4), 4);
	rte_pktmbuf_free_bulk(mbufs, 4);
}

/* What the device does not take stays, in order; what the ring does not is the giver's to drop. */
static void
nothing_is_lost_on_the_way(void **state)
{
	struct pair *pair = *state;
	struct rte_mbuf *given[RING_FRAMES + 2], *received[RING_FRAMES + 4];
	unsigned int count = 0;

	assert_int_equal(rte_pktmbuf_alloc_bulk(pair->pool, given, RING_FRAMES + 2), 0);
	assert_int_equal(transmit(pair, 1, given, RING_FRAMES + 2), RING_FRAMES);
	rte_pktmbuf_free_bulk(&given[RING_FRAMES], 2);
	for (unsigned int i = 0; i < RING_FRAMES; i++)
		assert_true(ports_queue_relay(pair->ethdev, 0, pair->ring));
	assert_int_equal(rte_ring_count(pair->ring), RING_FRAMES - DEVICE_FRAMES);
	assert_true(ports_queue_relay(pair->ethdev, 0, pair->ring));
	assert_int_equal(rte_ring_count(pair->ring), RING_FRAMES - DEVICE_FRAMES);
	while (count < RING_FRAMES)
		count += receive(pair, 0, &received[count], 4);
	assert_memory_equal(received, given, RING_FRAMES * sizeof(given[0]));
	assert_false(ports_queue_relay(pair->ethdev, 0, pair->ring));
	rte_pktmbuf_free_bulk(received, RING_FRAMES);
}

/* As with a full queue of its own. */
static void
a_full_ring_is_tried_again_only_at_the_end(void **state)
{
	struct pair *pair = *state;
	struct rte_mbuf *mbufs[RING_FRAMES + 1];
	uint64_t start;

	assert_int_equal(rte_pktmbuf_alloc_bulk(pair->pool, mbufs, RING_FRAMES + 1), 0);
	assert_int_equal(transmit(pair, 1, mbufs, RING_FRAMES), RING_FRAMES);
	start = rte_rdtsc();
	atomic_store(&pair->retry_until, start + rte_get_tsc_hz() / 100);
	assert_int_equal(transmit(pair, 1, &mbufs[RING_FRAMES], 1), 0);
	assert_true(rte_rdtsc() - start > rte_get_tsc_hz() / 200);
	assert_int_equal(rte_ring_dequeue_bulk(pair->ring, (void **)mbufs, RING_FRAMES, NULL),
			 RING_FRAMES);
	rte_pktmbuf_free_bulk(mbufs, RING_FRAMES + 1);
}

/* The device of the pair takes one buffer for each packet: the copy is made before it is given. */
static void
segments_are_put_together_before_they_are_given(void **state)
{
	struct pair *pair = *state;
	struct rte_mbuf *mbufs[2], *received[2];

	assert_int_equal(rte_pktmbuf_alloc_bulk(pair->pool, mbufs, 2), 0);
	assert_non_null(rte_pktmbuf_append(mbufs[0], 40));
	assert_non_null(rte_pktmbuf_append(mbufs[1], 20));
	assert_int_equal(rte_pktmbuf_chain(mbufs[0], mbufs[1]), 0);
	assert_int_equal(transmit(pair, 1, mbufs, 1), 1);
	assert_int_equal(receive(pair, 0, received, 2), 1);
	assert_int_equal(received[0]->nb_segs, 1);
	assert_int_equal(received[0]->pkt_len, 60);
	rte_pktmbuf_free(received[0]);
}

/* One device for all tests: the driver leaves its rings behind. */
static int
device_add(void **state)
{
	(void)state;
	return rte_eal_hotplug_add("vdev", "net_ring0", "");
}

static int
device_remove(void **state)
{
	(void)state;
	return rte_eal_hotplug_remove("vdev", "net_ring0");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, pair_setup, pair_teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_one_gives_the_other_sends),
		TEST(who_takes_nothing_sends_all_the_same),
		TEST(who_receives_nothing_sends_too),
		TEST(nothing_is_lost_on_the_way),
		TEST(a_full_ring_is_tried_again_only_at_the_end),
		TEST(segments_are_put_together_before_they_are_given),
	};

	test_eal_start("64");
	return cmocka_run_group_tests(tests, device_add, device_remove);
}
