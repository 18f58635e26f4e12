/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bytes.h"
#include "rewriting.h"

struct rewrite_case {
	const char *name;
	uint8_t protocol;
	uint8_t flags;
	struct tuple from;
	struct tuple to;
	const char *before;
	const char *after;
};

/* Both packets of each case are as scapy makes them, checksums and all. */
static const struct rewrite_case cases[] = {
	{
		"tcp, source translated",
		IPPROTO_TCP,
		0,
		{ IP4(10, 0, 1, 4), IP4(93, 184, 216, 34), 51000, 443 },
		{ IP4(192, 23, 1, 2), IP4(93, 184, 216, 34), 1024, 443 },
		"4500 0028 1234 4000 4006 e7bd 0a00 0104 5db8 d822 "
		"c738 01bb 1122 3344 0000 0000 5002 faf0 66b9 0000",
		"4500 0028 1234 4000 3f06 32a8 c017 0102 5db8 d822 "
		"0400 01bb 1122 3344 0000 0000 5002 faf0 73dc 0000",
	},
	{
		"udp behind IPv4 options, source translated",
		IPPROTO_UDP,
		0,
		{ IP4(10, 0, 1, 4), IP4(8, 8, 8, 8), 5353, 53 },
		{ IP4(192, 23, 1, 2), IP4(8, 8, 8, 8), 2048, 53 },
		"4600 0023 0007 0000 0211 08ac 0a00 0104 0808 0808 9404 0000 "
		"14e9 0035 000b 0b44 6162 63",
		"4600 0023 0007 0000 0111 5396 c017 0102 0808 0808 9404 0000 "
		"0800 0035 000b 6217 6162 63",
	},
	{
		"echo request, identifier translated",
		IPPROTO_ICMP,
		PACKET_ECHO_REQUEST,
		{ IP4(10, 0, 1, 4), IP4(8, 8, 8, 8), 0x0bad, 0 },
		{ IP4(192, 23, 1, 2), IP4(8, 8, 8, 8), 0x0400, 0 },
		"4500 0020 0007 0000 4001 5fc3 0a00 0104 0808 0808 "
		"0800 0d81 0bad 0001 7069 6e67",
		"4500 0020 0007 0000 3f01 aaad c017 0102 0808 0808 "
		"0800 152e 0400 0001 7069 6e67",
	},
	{
		"echo reply that becomes nothing but zeroes",
		IPPROTO_ICMP,
		PACKET_ECHO_REPLY,
		{ IP4(8, 8, 8, 8), IP4(192, 23, 1, 2), 0, 0x0400 },
		{ IP4(8, 8, 8, 8), IP4(10, 0, 1, 4), 0, 0 },
		"4500 001c 0007 0000 4001 a9b1 0808 0808 c017 0102 "
		"0000 fbff 0400 0000",
		"4500 001c 0007 0000 3f01 60c7 0808 0808 0a00 0104 "
		"0000 ffff 0000 0000",
	},
	{
		"esp, addresses alone",
		IPPROTO_ESP,
		0,
		{ IP4(10, 0, 1, 4), IP4(8, 8, 8, 8), 0, 0 },
		{ IP4(192, 23, 1, 2), IP4(8, 8, 8, 9), 0, 0 },
		"4500 001c 0007 0000 4032 5f96 0a00 0104 0808 0808 "
		"0102 0304 0506 0708",
		"4500 001c 0007 0000 3f32 aa7f c017 0102 0808 0809 "
		"0102 0304 0506 0708",
	},
};

static void
test_known_packets(void **state)
{
	(void)state;
	for (size_t i = 0; i < RTE_DIM(cases); i++) {
		const struct rewrite_case *c = &cases[i];
		struct flow flow = flow_make(c->protocol, c->from, c->to);
		uint8_t bytes[PACKET_MAX], after[PACKET_MAX];
		size_t length = bytes_read(c->before, bytes, sizeof(bytes));

		assert_int_equal(bytes_read(c->after, after, sizeof(after)), length);
		rewrite(bytes, length, c->flags, &flow);
		if (memcmp(bytes, after, length) != 0)
			print_error("%s\n", c->name);
		assert_memory_equal(bytes, after, length);
	}
}

static void
test_a_session_that_does_not_translate_changes_the_ttl_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < RTE_DIM(cases); i++) {
		const struct rewrite_case *c = &cases[i];
		struct flow flow = flow_make(c->protocol, c->from, c->from);
		uint8_t bytes[PACKET_MAX], expected[PACKET_MAX];
		size_t length = bytes_read(c->before, bytes, sizeof(bytes));
		struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)expected;

		memcpy(expected, bytes, length);
		ip->time_to_live--;
		ip->hdr_checksum = 0;
		ip->hdr_checksum = rte_ipv4_cksum(ip);
		rewrite(bytes, length, c->flags, &flow);
		assert_memory_equal(bytes, expected, length);
	}
}

/* The same entry is prepared again when what it rewrites to has changed. */
static void
test_preparing_again_forgets_the_former_rewrite(void **state)
{
	(void)state;
	const struct rewrite_case *c = &cases[0];
	struct flow once = flow_make(c->protocol, c->from, c->from);
	struct flow twice = flow_make(c->protocol, c->from, c->to);

	twice.source = twice.key.source;
	twice.source_port = twice.key.source_port;
	rewrite_prepare(&twice);
	assert_memory_equal(&once, &twice, sizeof(once));
}

/* The source port 1 becomes 2, so that one is taken from the checksum. */
static void
check_transport_checksum(uint8_t protocol, size_t at, uint16_t before, uint16_t after)
{
	struct tuple from = { IP4(10, 0, 1, 4), IP4(10, 0, 2, 4), 1, 7 };
	struct tuple to = { IP4(10, 0, 1, 4), IP4(10, 0, 2, 4), 2, 7 };
	struct flow flow = flow_make(protocol, from, to);
	uint8_t bytes[48] = { [0] = 0x45, [3] = 48, [8] = 64 };

	bytes[9] = protocol;
	bytes[20 + at] = (uint8_t)(before >> 8);
	bytes[20 + at + 1] = (uint8_t)before;
	rewrite(bytes, sizeof(bytes), 0, &flow);
	assert_int_equal(bytes[20 + at] << 8 | bytes[20 + at + 1], after);
	assert_int_equal(bytes[20], 0);
	assert_int_equal(bytes[21], 2);
}

static void
test_the_two_zeroes_of_udp(void **state)
{
	(void)state;
	check_transport_checksum(IPPROTO_UDP, 6, 0x0000, 0x0000);
	check_transport_checksum(IPPROTO_UDP, 6, 0x0001, 0xffff);
	check_transport_checksum(IPPROTO_UDP, 6, 0x0002, 0x0001);
	check_transport_checksum(IPPROTO_UDP, 6, 0xffff, 0xfffe);
}

static void
test_tcp_knows_no_missing_checksum(void **state)
{
	(void)state;
	check_transport_checksum(IPPROTO_TCP, 16, 0x0000, 0xfffe);
	check_transport_checksum(IPPROTO_TCP, 16, 0x0001, 0x0000);
	check_transport_checksum(IPPROTO_TCP, 16, 0x0002, 0x0001);
}

static void
test_a_packet_without_a_session_loses_one_of_its_ttl(void **state)
{
	(void)state;
	for (unsigned int ttl = 2; ttl < 256; ttl++) {
		uint8_t bytes[20] = { 0x45, 0, 0, 20, 0, 7, 0, 0, (uint8_t)ttl, 6, 0, 0,
				      10,   0, 1, 4,  8, 8, 8, 8 };
		struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)bytes;

		ip->hdr_checksum = rte_ipv4_cksum(ip);
		rewrite_ttl(ip);
		assert_int_equal(ip->time_to_live, ttl - 1);
		assert_int_equal(rte_raw_cksum(ip, sizeof(*ip)), 0xffff);
	}
}

/* A frame of `before` bytes of link header and 40 of packet gets the adjacency's header. */
static void
check_link(uint16_t before, uint8_t length, const uint8_t *header)
{
	uint8_t room[256];
	struct rte_mbuf mbuf = { .buf_addr = room,
				 .buf_len = sizeof(room),
				 .data_off = RTE_PKTMBUF_HEADROOM,
				 .data_len = (uint16_t)(before + 40),
				 .pkt_len = (uint32_t)(before + 100), /* more segments follow */
				 .nb_segs = 2 };
	struct adjacency adjacency = { .header_length = length };
	uint8_t *ip = room + RTE_PKTMBUF_HEADROOM + before;

	memset(room, 0xaa, sizeof(room)); /* the old header included */
	for (unsigned int i = 0; i < 40; i++)
		ip[i] = (uint8_t)i;
	memcpy(adjacency.header + ADJACENCY_HEADER_MAX - length, header, length);
	rewrite_begin(&mbuf, rewrite_link((struct rte_ipv4_hdr *)ip, &adjacency));

	const uint8_t *frame = rte_pktmbuf_mtod(&mbuf, const uint8_t *);

	assert_int_equal(mbuf.data_len, length + 40);
	assert_int_equal(mbuf.pkt_len, length + 100);
	assert_memory_equal(frame, header, length);
	for (unsigned int i = 0; i < 40; i++)
		assert_int_equal(frame[length + i], i);
	for (unsigned int i = 40; ip + i < room + sizeof(room); i++)
		assert_int_equal(ip[i], 0xaa);
	for (const uint8_t *byte = room; byte < frame; byte++)
		assert_int_equal(*byte, 0xaa);
}

static void
test_the_link_header_stands_in_front_of_the_packet(void **state)
{
	(void)state;
	static const uint8_t plain[14] = { 2, 0, 0, 0, 1, 1, 2, 0, 0, 0, 0, 1, 0x08, 0x00 };
	static const uint8_t tagged[18] = { 2, 0, 0, 0,    1,    1, 2,  0,    0,
					    0, 0, 1, 0x81, 0x00, 0, 10, 0x08, 0x00 };

	check_link(14, 14, plain);
	check_link(18, 14, plain);
	check_link(14, 18, tagged);
	check_link(18, 18, tagged);
	check_link(0, 18, tagged); /* a packet that has waited begins at its IPv4 header */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_packets),
		cmocka_unit_test(test_a_session_that_does_not_translate_changes_the_ttl_alone),
		cmocka_unit_test(test_preparing_again_forgets_the_former_rewrite),
		cmocka_unit_test(test_the_two_zeroes_of_udp),
		cmocka_unit_test(test_tcp_knows_no_missing_checksum),
		cmocka_unit_test(test_a_packet_without_a_session_loses_one_of_its_ttl),
		cmocka_unit_test(test_the_link_header_stands_in_front_of_the_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
