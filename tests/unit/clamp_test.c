/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <rte_ip.h>
#include <rte_tcp.h>

#include "bytes.h"
#include "dataplane/clamp.h"

enum {
	WITHOUT = 0, /* an interface that clamps nothing */
	TO_1350 = 1,
	TO_1400 = 2,
	GONE = 3,
	INTERFACES = 4,
	TCP_BYTES = 20,
	IP_BYTES = 20,
};

static const struct snapshot_interface interfaces[INTERFACES] = {
	[WITHOUT] = { .present = true },
	[TO_1350] = { .present = true, .mss_clamp = 1350 },
	[TO_1400] = { .present = true, .mss_clamp = 1400 },
	[GONE] = { .mss_clamp = 536 },
};

static const struct snapshot snapshot = {
	.interfaces = interfaces,
	.interface_count = INTERFACES,
	.mss_clamped = true,
};

/* A SYN in a buffer that ends where it does, so that sanitizers see who reads on. */
struct segment {
	struct rte_mbuf mbuf;
	struct packet packet;
	struct rte_ipv4_hdr *ip;
	struct rte_tcp_hdr *tcp;
	uint8_t *options;
	size_t length;
};

/* header_words: what the data offset says. */
static void
segment_make(struct segment *segment, const uint8_t *options, size_t length, uint8_t header_words)
{
	memset(segment, 0, sizeof(*segment));
	segment->length = IP_BYTES + TCP_BYTES + length;
	segment->ip = calloc(1, segment->length);
	assert_non_null(segment->ip);
	segment->tcp = (struct rte_tcp_hdr *)(segment->ip + 1);
	segment->options = (uint8_t *)(segment->tcp + 1);
	segment->ip->version_ihl = RTE_IPV4_VHL_DEF;
	segment->ip->total_length = rte_cpu_to_be_16((uint16_t)segment->length);
	segment->ip->next_proto_id = IPPROTO_TCP;
	segment->ip->src_addr = RTE_BE32(0x0a000104);
	segment->ip->dst_addr = RTE_BE32(0xcb007109);
	segment->tcp->src_port = RTE_BE16(51000);
	segment->tcp->data_off = (uint8_t)(header_words << 4);
	segment->tcp->tcp_flags = RTE_TCP_SYN_FLAG;
	if (length > 0)
		memcpy(segment->options, options, length);
	segment->tcp->cksum = rte_ipv4_udptcp_cksum(segment->ip, segment->tcp);
	segment->mbuf.buf_addr = segment->ip;
	segment->mbuf.data_len = (uint16_t)segment->length;
	segment->mbuf.pkt_len = (uint32_t)segment->length;
	segment->packet = (struct packet){
		.mbuf = &segment->mbuf,
		.ip = segment->ip,
		.key.protocol = IPPROTO_TCP,
		.interface = WITHOUT,
		.ip_length = (uint16_t)segment->length,
	};
}

static bool
checksum_is_right(const struct segment *segment)
{
	struct rte_ipv4_hdr *ip = malloc(segment->length);
	struct rte_tcp_hdr *tcp = (struct rte_tcp_hdr *)(ip + 1);
	uint16_t right;

	assert_non_null(ip);
	memcpy(ip, segment->ip, segment->length);
	tcp->cksum = 0;
	right = rte_ipv4_udptcp_cksum(ip, tcp);
	free(ip);
	/* Both zeroes of ones' complement are right. */
	return segment->tcp->cksum % UINT16_MAX == right % UINT16_MAX;
}

/* What a SYN's options become between an interface that clamps to 1350 and one that does not. */
struct options_case {
	const char *before; /* hexadecimal */
	const char *after;  /* NULL: nothing changes */
	uint8_t words;      /* the header's length as its data offset tells it */
};

/* The checksum stays right, and all in front of the options as it was. */
static void
options_check(const struct options_case *this)
{
	struct segment segment, as_it_was;
	uint8_t before[40], after[40];
	size_t length = bytes_read(this->before, before, sizeof(before));
	const char *wanted = this->after != NULL ? this->after : this->before;

	assert_int_equal(bytes_read(wanted, after, sizeof(after)), length);
	segment_make(&segment, before, length, this->words);
	segment_make(&as_it_was, before, length, this->words);
	clamp_packet(&snapshot, &segment.packet, TO_1350);
	if (length > 0)
		assert_memory_equal(segment.options, after, length);
	assert_true(checksum_is_right(&segment));
	as_it_was.tcp->cksum = segment.tcp->cksum;
	assert_memory_equal(segment.ip, as_it_was.ip, IP_BYTES + TCP_BYTES);
	free(segment.ip);
	free(as_it_was.ip);
}

/* 1460 is 05 b4, 1350 is 05 46. */
static void
test_options_that_lie(void **state)
{
	static const struct options_case cases[] = {
		/* A length of nothing, of the kind alone, beyond the header, or not told. */
		{ "02 00 05 b4", NULL, 6 },
		{ "02 01 05 b4", NULL, 6 },
		{ "02 05 05 b4", NULL, 6 },
		{ "01 01 01 02", NULL, 6 },
		{ "01 01 02 04", NULL, 6 },
		{ "01 02 04 05", NULL, 6 },
		{ "08 ff 02 04 05 b4 00 00", NULL, 7 },
		{ "03 00 02 04 05 b4 00 00", NULL, 7 },
		/* Of another length than 4 it tells no size; what follows is looked at. */
		{ "02 03 09 00", NULL, 6 },
		{ "02 02 02 04 05 b4 00 00", "02 02 02 04 05 46 00 00", 7 },
		{ "02 06 09 09 09 09 02 04 05 b4 01 01", "02 06 09 09 09 09 02 04 05 46 01 01", 8 },
		/* Behind the end of the list, or of the header. */
		{ "00 02 04 05 b4 00 00 00", NULL, 7 },
		{ "01 01 01 01 02 04 05 b4", NULL, 6 },
	};

	(void)state;
	for (size_t i = 0; i < RTE_DIM(cases); i++)
		options_check(&cases[i]);
}

static void
test_headers_that_lie(void **state)
{
	static const struct options_case cases[] = {
		/* Shorter than any, without options, longer than the packet. */
		{ "02 04 05 b4", NULL, 0 }, { "02 04 05 b4", NULL, 4 },  { "02 04 05 b4", NULL, 5 },
		{ "02 04 05 b4", NULL, 7 }, { "02 04 05 b4", NULL, 15 }, { "", NULL, 5 },
		{ "", NULL, 15 },
	};

	(void)state;
	for (size_t i = 0; i < RTE_DIM(cases); i++)
		options_check(&cases[i]);
}

static void
test_options_at_every_place(void **state)
{
	static const struct options_case cases[] = {
		{ "02 04 05 b4", "02 04 05 46", 6 },
		{ "01 02 04 05 b4 00 00 00", "01 02 04 05 46 00 00 00", 7 },
		{ "01 01 02 04 05 b4 01 01", "01 01 02 04 05 46 01 01", 7 },
		{ "03 03 07 02 04 23 00 01", "03 03 07 02 04 05 46 01", 7 },
		{ "04 02 01 01 02 04 ff ff", "04 02 01 01 02 04 05 46", 7 },
		/* Two of them: whichever its receiver believes. */
		{ "02 04 05 b4 02 04 23 00", "02 04 05 46 02 04 05 46", 7 },
		/* Low enough already. */
		{ "02 04 05 46", NULL, 6 },
		{ "02 04 02 18", NULL, 6 },
		{ "02 04 00 00", NULL, 6 },
	};

	(void)state;
	for (size_t i = 0; i < RTE_DIM(cases); i++)
		options_check(&cases[i]);
}

static uint16_t
mss_after(uint16_t ingress, uint16_t egress, uint8_t flags, uint16_t packet_flags, uint8_t protocol)
{
	static const uint8_t options[] = { 2, 4, 0x23, 0x00 };
	struct segment segment;
	uint16_t mss;

	segment_make(&segment, options, sizeof(options), 6);
	segment.tcp->tcp_flags = flags;
	segment.packet.interface = ingress;
	segment.packet.flags = packet_flags;
	segment.packet.key.protocol = protocol;
	clamp_packet(&snapshot, &segment.packet, egress);
	mss = (uint16_t)(segment.options[2] << 8 | segment.options[3]);
	free(segment.ip);
	return mss;
}

static void
test_the_lower_of_two_interfaces(void **state)
{
	(void)state;
	assert_int_equal(mss_after(WITHOUT, WITHOUT, RTE_TCP_SYN_FLAG, 0, IPPROTO_TCP), 0x2300);
	assert_int_equal(mss_after(TO_1350, WITHOUT, RTE_TCP_SYN_FLAG, 0, IPPROTO_TCP), 1350);
	assert_int_equal(mss_after(WITHOUT, TO_1400, RTE_TCP_SYN_FLAG, 0, IPPROTO_TCP), 1400);
	assert_int_equal(mss_after(TO_1350, TO_1400, RTE_TCP_SYN_FLAG, 0, IPPROTO_TCP), 1350);
	assert_int_equal(mss_after(TO_1400, TO_1350, RTE_TCP_SYN_FLAG, 0, IPPROTO_TCP), 1350);
	/* One that is gone, and one that never was. */
	assert_int_equal(mss_after(TO_1400, GONE, RTE_TCP_SYN_FLAG, 0, IPPROTO_TCP), 1400);
	assert_int_equal(mss_after(UINT16_MAX, GONE, RTE_TCP_SYN_FLAG, 0, IPPROTO_TCP), 0x2300);
}

static void
test_who_tells_it(void **state)
{
	const uint8_t answer = RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG;

	(void)state;
	assert_int_equal(mss_after(TO_1350, WITHOUT, answer, 0, IPPROTO_TCP), 1350);
	assert_int_equal(mss_after(TO_1350, WITHOUT, RTE_TCP_ACK_FLAG, 0, IPPROTO_TCP), 0x2300);
	assert_int_equal(mss_after(TO_1350, WITHOUT, RTE_TCP_RST_FLAG, 0, IPPROTO_TCP), 0x2300);
	assert_int_equal(mss_after(TO_1350, WITHOUT, RTE_TCP_SYN_FLAG, 0, IPPROTO_UDP), 0x2300);
	assert_int_equal(mss_after(TO_1350, WITHOUT, answer, PACKET_FRAGMENT, IPPROTO_TCP), 1350);
	assert_int_equal(mss_after(TO_1350, WITHOUT, answer,
				   PACKET_FRAGMENT | PACKET_LATER_FRAGMENT, IPPROTO_TCP),
			 0x2300);
	assert_int_equal(mss_after(TO_1350, WITHOUT, answer, PACKET_TRUNCATED, IPPROTO_TCP),
			 0x2300);
}

/* Options of nothing but chance: no byte beyond them is read, and the checksum stays right. */
static void
test_random_options(void **state)
{
	static const uint8_t likely_bytes[] = { 0, 1, 2, 2, 2, 4, 4, 4, 5, 0xb4 };
	uint8_t options[40];

	(void)state;
	srandom(1);
	for (unsigned int round = 0; round < 20000; round++) {
		size_t length = (size_t)(random() % 11) * 4;
		struct segment segment;

		for (size_t i = 0; i < length; i++)
			options[i] =
				random() % 4 == 0
					? (uint8_t)random()
					: likely_bytes[(size_t)random() % RTE_DIM(likely_bytes)];
		segment_make(&segment, options, length, (uint8_t)(random() % 16));
		clamp_packet(&snapshot, &segment.packet, TO_1350);
		assert_true(checksum_is_right(&segment));
		free(segment.ip);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_that_lie),
		cmocka_unit_test(test_headers_that_lie),
		cmocka_unit_test(test_options_at_every_place),
		cmocka_unit_test(test_the_lower_of_two_interfaces),
		cmocka_unit_test(test_who_tells_it),
		cmocka_unit_test(test_random_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
