/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/fragment_hold.h"
#include "eal.h"

static struct rte_mempool *pool;

static struct rte_mbuf *
frame(uint16_t length)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);

	assert_non_null(mbuf);
	assert_non_null(rte_pktmbuf_append(mbuf, length));
	return mbuf;
}

static struct fragment_queue
queue_make(void)
{
	return (struct fragment_queue){ .first = FRAGMENT_NONE };
}

static void
expect_taken(struct fragment_hold *hold, uint32_t *first, const struct rte_mbuf *expected,
	     uint16_t port)
{
	struct rte_mbuf *mbuf;
	uint16_t from;

	assert_true(fragment_hold_take(hold, first, &mbuf, &from));
	assert_ptr_equal(mbuf, expected);
	assert_int_equal(from, port);
	rte_pktmbuf_free(mbuf);
}

static void
test_queues_keep_their_order(void **state)
{
	struct fragment_queue a = queue_make(), b = queue_make();
	struct fragment_hold hold;
	struct rte_mbuf *mbufs[6], *mbuf;
	uint16_t port;

	(void)state;
	assert_int_equal(fragment_hold_init(&hold, SOCKET_ID_ANY), 0);
	assert_false(fragment_hold_take(&hold, &a.first, &mbuf, &port));
	for (uint16_t i = 0; i < 6; i++) {
		mbufs[i] = frame(100);
		fragment_hold_add(&hold, i % 2 == 0 ? &a : &b, mbufs[i], i);
	}
	assert_int_equal(hold.count, 6);
	assert_int_equal(hold.bytes, 600);
	assert_int_equal(a.count, 3);
	for (uint16_t i = 1; i < 6; i += 2)
		expect_taken(&hold, &b.first, mbufs[i], i);
	for (uint16_t i = 0; i < 6; i += 2)
		expect_taken(&hold, &a.first, mbufs[i], i);
	assert_false(fragment_hold_take(&hold, &a.first, &mbuf, &port));
	assert_int_equal(hold.count, 0);
	assert_int_equal(hold.bytes, 0);
	fragment_hold_release(&hold);
}

/* All places are taken, and taken again. */
static void
test_the_number_is_bounded(void **state)
{
	struct fragment_hold hold;

	(void)state;
	assert_int_equal(fragment_hold_init(&hold, SOCKET_ID_ANY), 0);
	for (unsigned int round = 0; round < 2; round++) {
		struct fragment_queue queue = queue_make();
		struct rte_mbuf *mbuf;
		uint16_t port;

		for (unsigned int i = 0; i < FRAGMENTS_HELD_MAX; i++) {
			assert_true(fragment_hold_has_room(&hold, 60));
			fragment_hold_add(&hold, &queue, frame(60), 0);
		}
		assert_false(fragment_hold_has_room(&hold, 60));
		while (fragment_hold_take(&hold, &queue.first, &mbuf, &port))
			rte_pktmbuf_free(mbuf);
	}
	fragment_hold_release(&hold);
}

static void
test_the_bytes_are_bounded(void **state)
{
	struct fragment_queue queue = queue_make();
	struct fragment_hold hold;

	(void)state;
	assert_int_equal(fragment_hold_init(&hold, SOCKET_ID_ANY), 0);
	for (unsigned int i = 0; i < FRAGMENTS_HELD_BYTES / 4096; i++) {
		assert_true(fragment_hold_has_room(&hold, 4096));
		fragment_hold_add(&hold, &queue, frame(4096), 0);
	}
	assert_false(fragment_hold_has_room(&hold, 1));
	/* What still waits goes back to the pool. */
	fragment_hold_release(&hold);
	assert_int_equal(rte_mempool_in_use_count(pool), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_queues_keep_their_order),
		cmocka_unit_test(test_the_number_is_bounded),
		cmocka_unit_test(test_the_bytes_are_bounded),
	};

	test_eal_start("64");
	pool = rte_pktmbuf_pool_create("frames", 1023, 0, 0, RTE_PKTMBUF_HEADROOM + 4096,
				       SOCKET_ID_ANY);
	return pool == NULL ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
