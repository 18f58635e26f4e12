/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/replay_port.h"
#include "eal.h"

enum {
	PACKETS = 3, /* of the pool */
};

struct test {
	char name[64];
	struct rte_mempool *pool;
	struct replay_port port;
	struct replay_queue queue;
	uint64_t now;
};

static int
test_setup(void **state)
{
	struct test *test = calloc(1, sizeof(*test));
	int descriptor;

	assert_non_null(test);
	strcpy(test->name, "/tmp/viaduct-replay-XXXXXX");
	descriptor = mkstemp(test->name);
	assert_true(descriptor >= 0);
	close(descriptor);
	test->pool = rte_pktmbuf_pool_create(
		"packets", PACKETS, 0, 0, REPLAY_FRAME_MAX + RTE_PKTMBUF_HEADROOM, SOCKET_ID_ANY);
	assert_non_null(test->pool);
	test->queue = (struct replay_queue){ .port = &test->port, .now = &test->now };
	*state = test;
	return 0;
}

static int
test_teardown(void **state)
{
	struct test *test = *state;
	unsigned int in_use = rte_mempool_in_use_count(test->pool);

	capture_close(test->port.in);
	rte_mempool_free(test->pool);
	unlink(test->name);
	free(test);
	return in_use == 0 ? 0 : -1;
}

/* A capture of frames of these lengths, one a nanosecond, each filled with its number. */
static void
test_open(struct test *test, const uint32_t *lengths, unsigned int count)
{
	static uint8_t bytes[2 * REPLAY_FRAME_MAX];
	char error[256];
	struct capture_writer *writer = capture_create(test->name, error, sizeof(error));

	assert_non_null(writer);
	for (unsigned int i = 0; i < count; i++) {
		memset(bytes, (int)i, sizeof(bytes));
		capture_write(writer, i, bytes, lengths[i]);
	}
	assert_int_equal(capture_finish(writer), 0);
	test->port.in = capture_open(test->name, error, sizeof(error));
	assert_non_null(test->port.in);
	assert_int_equal(replay_port_advance(&test->port, error, sizeof(error)), 0);
}

static void
assert_warned(const struct replay_port *port, const char *expected)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	replay_port_warn(port, "wan", stream);
	assert_int_equal(fclose(stream), 0);
	assert_string_equal(text, expected);
	free(text);
}

static void
frames_that_are_too_long_are_left_out(void **state)
{
	static const uint32_t lengths[] = { REPLAY_FRAME_MAX + 1, REPLAY_FRAME_MAX,
					    REPLAY_FRAME_MAX + 1 };
	struct test *test = *state;
	char error[256];

	test_open(test, lengths, RTE_DIM(lengths));
	assert_true(test->port.more);
	assert_int_equal(test->port.next.time, 1);
	assert_int_equal(test->port.next.length, REPLAY_FRAME_MAX);
	assert_int_equal(replay_port_advance(&test->port, error, sizeof(error)), 0);
	assert_false(test->port.more);
	assert_warned(&test->port, "port wan: 2 frames of more than 9750 bytes are left out\n");
}

static void
frames_that_were_cut_are_told(void **state)
{
	/* Two of 60 bytes, of which one byte was captured; microseconds, little-endian. */
	static const uint8_t bytes[] = {
		0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0,  0, 0, 0xff, 0xff, 0, 0,
		1,    0,    0,    0,    3, 0, 0, 0, 5, 0, 0, 0, 1, 0,  0, 0, 60,   0,    0, 0,
		7,    3,    0,    0,    0, 5, 0, 0, 0, 1, 0, 0, 0, 60, 0, 0, 0,    7,
	};
	struct test *test = *state;
	char error[256];
	FILE *stream = fopen(test->name, "w");

	assert_non_null(stream);
	assert_int_equal(fwrite(bytes, 1, sizeof(bytes), stream), sizeof(bytes));
	assert_int_equal(fclose(stream), 0);
	test->port.in = capture_open(test->name, error, sizeof(error));
	assert_non_null(test->port.in);
	for (int i = 0; i < 3; i++)
		assert_int_equal(replay_port_advance(&test->port, error, sizeof(error)), 0);
	assert_false(test->port.more);
	assert_warned(&test->port, "port wan: 2 frames were cut short when they were captured, "
				   "and are malformed here\n");
}

static void
queue_hands_out_one_frame_at_a_time(void **state)
{
	static const uint32_t lengths[] = { 60, REPLAY_FRAME_MAX };
	struct test *test = *state;
	struct port_queue interface = replay_queue_interface(&test->queue);
	struct rte_mbuf *mbufs[4];
	char error[256];

	test_open(test, lengths, RTE_DIM(lengths));
	assert_int_equal(interface.receive(interface.context, mbufs, 4), 0);
	for (unsigned int i = 0; i < RTE_DIM(lengths); i++) {
		assert_int_equal(replay_queue_feed(&test->queue, test->pool, error, sizeof(error)),
				 0);
		assert_int_equal(interface.receive(interface.context, mbufs, 0), 0);
		assert_int_equal(interface.receive(interface.context, mbufs, 4), 1);
		assert_int_equal(rte_pktmbuf_pkt_len(mbufs[0]), lengths[i]);
		assert_int_equal(*rte_pktmbuf_mtod(mbufs[0], uint8_t *), i);
		rte_pktmbuf_free(mbufs[0]);
		assert_int_equal(interface.receive(interface.context, mbufs, 4), 0);
	}
	assert_false(test->port.more);
	assert_warned(&test->port, "");
}

static void
empty_pool_is_told(void **state)
{
	static const uint32_t lengths[] = { 60 };
	struct test *test = *state;
	struct rte_mbuf *mbufs[PACKETS];
	char error[256];

	test_open(test, lengths, RTE_DIM(lengths));
	assert_int_equal(rte_pktmbuf_alloc_bulk(test->pool, mbufs, PACKETS), 0);
	assert_int_equal(replay_queue_feed(&test->queue, test->pool, error, sizeof(error)),
			 -ENOMEM);
	assert_string_equal(error, "no packet buffer is free");
	rte_pktmbuf_free_bulk(mbufs, PACKETS);
}

/* A frame in two buffers goes out as one, with the clock's time; what is not kept is freed. */
static void
sent_frames_are_kept_in_order(void **state)
{
	struct test *test = *state;
	struct port_queue interface = replay_queue_interface(&test->queue);
	struct rte_mbuf *mbufs[PACKETS];
	struct capture_frame frame;
	char error[256];

	test->port.out = capture_create(test->name, error, sizeof(error));
	assert_non_null(test->port.out);
	test->now = 1234567890123456789;
	assert_int_equal(rte_pktmbuf_alloc_bulk(test->pool, mbufs, PACKETS), 0);
	for (int i = 0; i < PACKETS; i++)
		memset(rte_pktmbuf_append(mbufs[i], 3), 'a' + i, 3);
	assert_int_equal(rte_pktmbuf_chain(mbufs[1], mbufs[2]), 0);
	assert_int_equal(interface.transmit(interface.context, mbufs, 2), 2);
	assert_int_equal(capture_finish(test->port.out), 0);
	test->port.out = NULL;

	test->port.in = capture_open(test->name, error, sizeof(error));
	assert_int_equal(capture_next(test->port.in, &frame, error, sizeof(error)), 1);
	assert_int_equal(frame.time, 1234567890123456789);
	assert_int_equal(frame.length, 3);
	assert_memory_equal(frame.bytes, "aaa", 3);
	assert_int_equal(capture_next(test->port.in, &frame, error, sizeof(error)), 1);
	assert_int_equal(frame.length, 6);
	assert_memory_equal(frame.bytes, "bbbccc", 6);
	assert_int_equal(capture_next(test->port.in, &frame, error, sizeof(error)), 0);

	mbufs[0] = rte_pktmbuf_alloc(test->pool);
	assert_int_equal(interface.transmit(interface.context, mbufs, 1), 1);
}

#define port_test(function) cmocka_unit_test_setup_teardown(function, test_setup, test_teardown)

int
main(void)
{
	test_eal_start("64");

	const struct CMUnitTest tests[] = {
		port_test(frames_that_are_too_long_are_left_out),
		port_test(frames_that_were_cut_are_told),
		port_test(queue_hands_out_one_frame_at_a_time),
		port_test(empty_pool_is_told),
		port_test(sent_frames_are_kept_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
