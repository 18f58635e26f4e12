/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/probe_packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "bytes.h"
#include "eal.h"

#include <rte_tcp.h>

static const struct probe_segment syn = {
	.source = RTE_BE32(IP4(168, 63, 129, 16)),
	.destination = RTE_BE32(IP4(10, 0, 1, 4)),
	.source_port = 32769,
	.destination_port = 443,
	.sequence = 0x01020304,
	.flags = RTE_TCP_SYN_FLAG,
};

static int
pool_setup(void **state)
{
	*state = rte_pktmbuf_pool_create("segments", 1, 0, 0, RTE_PKTMBUF_HEADROOM + 64,
					 SOCKET_ID_ANY);
	return *state == NULL ? -1 : 0;
}

static int
pool_teardown(void **state)
{
	bool whole = rte_mempool_avail_count(*state) == 1;

	rte_mempool_free(*state);
	return whole ? 0 : -1;
}

static void
segments_that_do_not_fit_are_refused(void **state)
{
	static const char data[UINT16_MAX];
	struct probe_segment segment = syn;
	struct rte_mbuf *first;

	segment.data = data;
	for (segment.length = 25; segment.length <= UINT16_MAX; segment.length += 13102)
		assert_null(probe_segment_build(&segment, *state));
	first = probe_segment_build(&syn, *state);
	assert_non_null(first);
	assert_null(probe_segment_build(&syn, *state));
	rte_pktmbuf_free(first);
}

/* The bytes as scapy makes them. */
static void
segments_are_whole_packets(void **state)
{
	static const uint8_t bytes[] = {
		0x45, 0x00, 0x00, 0x2b, 0x00, 0x00, 0x40, 0x00, 0x40, 0x06, 0x06,
		0x7a, 0xa8, 0x3f, 0x81, 0x10, 0x0a, 0x00, 0x01, 0x04, 0x80, 0x01,
		0x01, 0xbb, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x50,
		0x18, 0x10, 0x00, 0x3e, 0x60, 0x00, 0x00, 'G',  'E',  'T',
	};
	struct probe_segment segment = syn;
	struct rte_mbuf *mbuf;

	segment.flags = RTE_TCP_ACK_FLAG | RTE_TCP_PSH_FLAG;
	segment.acknowledgement = 0x05060708;
	segment.data = "GET";
	segment.length = 3;
	mbuf = probe_segment_build(&segment, *state);
	assert_non_null(mbuf);
	assert_int_equal(rte_pktmbuf_pkt_len(mbuf), sizeof(bytes));
	assert_memory_equal(rte_pktmbuf_mtod(mbuf, void *), bytes, sizeof(bytes));
	rte_pktmbuf_free(mbuf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(segments_that_do_not_fit_are_refused, pool_setup,
						pool_teardown),
		cmocka_unit_test_setup_teardown(segments_are_whole_packets, pool_setup,
						pool_teardown),
	};

	test_eal_start("64");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
