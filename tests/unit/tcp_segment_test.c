/* SPDX-License-Identifier: BSD-3-Clause */
#include "connecting.h"

/* Reading packets. */

struct read_packet {
	struct rte_mbuf mbuf;
	struct packet packet;
	uint8_t bytes[128];
};

/* An IPv4 packet with that TCP header, `cut` bytes of which are in the mbuf's first segment. */
static void
packet_make(struct read_packet *read, const struct rte_tcp_hdr *header, const void *options,
	    uint16_t option_length, uint16_t payload, uint16_t cut)
{
	const struct rte_ipv4_hdr ip = { .version_ihl = 0x46 }; /* and four bytes of options */
	uint16_t offset = 4 * 6;

	memset(read, 0, sizeof(*read));
	memcpy(read->bytes, &ip, sizeof(ip));
	memcpy(read->bytes + offset, header, sizeof(*header));
	memcpy(read->bytes + offset + sizeof(*header), options, option_length);
	read->mbuf.buf_addr = read->bytes;
	read->mbuf.data_len = (uint16_t)(offset + cut);
	read->packet.mbuf = &read->mbuf;
	read->packet.ip = (struct rte_ipv4_hdr *)read->bytes;
	read->packet.ip_length = (uint16_t)(offset + sizeof(*header) + option_length + payload);
}

static const struct rte_tcp_hdr syn_header = {
	.sent_seq = RTE_BE32(0x01020304),
	.recv_ack = RTE_BE32(0x05060708),
	.data_off = 0x80,
	.tcp_flags = S | E | C,
	.rx_win = RTE_BE16(0x0a0b),
};

static void
segments_are_read(void **state)
{
	static const uint8_t options[] = { 2, 4, 5, 0xb4, 1, 3, 3, 7, 0, 0, 0, 0 };
	struct read_packet read;
	struct tcp_segment segment;

	(void)state;
	packet_make(&read, &syn_header, options, sizeof(options), 5, 20 + sizeof(options));
	segment = tcp_segment_read(&read.packet);
	assert_int_equal(segment.sequence, 0x01020304);
	assert_int_equal(segment.acknowledged, 0x05060708);
	assert_int_equal(segment.window, 0x0a0b);
	assert_int_equal(segment.kind, TCP_KIND_SYN);
	assert_false(segment.acknowledges);
	assert_int_equal(segment.shift, 7);
	assert_int_equal(segment.length, 5);
}

static void
options_are_read_within_their_bounds(void **state)
{
	static const struct {
		uint8_t options[12];
		uint16_t cut; /* bytes of them in the first segment */
		uint8_t shift;
	} cases[] = {
		{ { 3, 3, 15 }, 12, 14 }, /* RFC 7323 section 2.3 */
		{ { 0, 3, 3, 7 }, 12, TCP_SHIFT_NONE },
		{ { 3, 2, 7 }, 12, TCP_SHIFT_NONE },
		{ { 3, 4, 7, 0 }, 12, TCP_SHIFT_NONE },
		{ { 2, 0, 3, 3, 7 }, 12, TCP_SHIFT_NONE }, /* would never end */
		{ { 2, 1, 3, 3, 7 }, 12, TCP_SHIFT_NONE },
		{ { 2, 200, 3, 3, 7 }, 12, TCP_SHIFT_NONE },
		{ { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3 }, 12, TCP_SHIFT_NONE },
		{ { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3 }, 12, TCP_SHIFT_NONE },
		{ { 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 7 }, 12, 7 },
		{ { 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 7 }, 11, TCP_SHIFT_NONE },
		{ { 3, 3, 7 }, 0, TCP_SHIFT_NONE },
	};
	struct read_packet read;
	struct rte_tcp_hdr header = syn_header;

	(void)state;
	for (size_t i = 0; i < RTE_DIM(cases); i++) {
		packet_make(&read, &syn_header, cases[i].options, sizeof(cases[i].options), 0,
			    (uint16_t)(20 + cases[i].cut));
		assert_int_equal(tcp_segment_read(&read.packet).shift, cases[i].shift);
	}
	/* Options of a packet that is no SYN mean nothing here. */
	header.tcp_flags = A;
	packet_make(&read, &header, cases[0].options, 12, 0, 32);
	assert_int_equal(tcp_segment_read(&read.packet).shift, TCP_SHIFT_NONE);
}

static void
lengths_that_lie_are_not_believed(void **state)
{
	static const uint8_t options[4] = { 3, 3, 7 };
	struct rte_tcp_hdr header = syn_header;
	struct read_packet read;

	(void)state;
	header.data_off = 0xf0; /* longer than the packet */
	packet_make(&read, &header, options, sizeof(options), 0, 24);
	assert_int_equal(tcp_segment_read(&read.packet).length, 0);
	assert_int_equal(tcp_segment_read(&read.packet).shift, 7);
	header.data_off = 0x40; /* shorter than a header */
	packet_make(&read, &header, options, sizeof(options), 0, 24);
	assert_int_equal(tcp_segment_read(&read.packet).length, 4);
	assert_int_equal(tcp_segment_read(&read.packet).shift, TCP_SHIFT_NONE);
}

static void
steady_packets_change_nothing(void **state)
{
	struct rte_tcp_hdr header = syn_header;
	struct flow flow = { .flags = FLOW_STEADY, .tcp_watched = TCP_WATCHED };
	struct read_packet read;

	(void)state;
	for (unsigned int flags = 0; flags <= UINT8_MAX; flags++) {
		bool steady = (flags & (F | S | R | A)) == A;

		header.tcp_flags = (uint8_t)flags;
		packet_make(&read, &header, "", 0, 0, 20);
		assert_int_equal(tcp_is_steady(tcp_header(&read.packet), &flow), steady);
		/* While a connection opens, nothing is. */
		flow.flags = 0;
		assert_false(tcp_is_steady(tcp_header(&read.packet), &flow));
		flow.flags = FLOW_STEADY;
		/* Of another protocol, everything is. */
		flow.tcp_watched = 0;
		assert_true(tcp_is_steady(tcp_header(&read.packet), &flow));
		flow.tcp_watched = TCP_WATCHED;
	}
}

static void
what_passes_leaves_its_note(void **state)
{
	struct flow flow = { .checksum_at = 1, .tcp_watched = 2, .tcp_expected = 3 };
	struct read_packet read;

	(void)state;
	packet_make(&read, &syn_header, "", 0, 0, 20);
	tcp_pass(tcp_header(&read.packet), &flow, 0x1234abcd);
	assert_int_equal(flow.tcp_expected, RTE_BE32(0x05060708));
	assert_int_equal(flow.tcp_window, RTE_BE16(0x0a0b));
	assert_int_equal(flow.last_seen, 0xabcd);
	assert_int_equal(flow.checksum_at, 1);
	assert_int_equal(flow.tcp_watched, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segments_are_read),
		cmocka_unit_test(options_are_read_within_their_bounds),
		cmocka_unit_test(lengths_that_lie_are_not_believed),
		cmocka_unit_test(steady_packets_change_nothing),
		cmocka_unit_test(what_passes_leaves_its_note),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
