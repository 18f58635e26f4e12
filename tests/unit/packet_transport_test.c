/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/packet.h"

enum {
	HEADER_MAX = 60,
};

/* A packet of that protocol whose header ends after `header` bytes, behind which are these. */
static struct packet
parse(uint8_t protocol, uint8_t header, const uint8_t *transport, uint16_t length)
{
	uint8_t bytes[HEADER_MAX + 64] __rte_aligned(4) = { (uint8_t)(0x40 | header / 4) };
	struct rte_mbuf mbuf = { .buf_addr = bytes, .data_len = (uint16_t)(header + length) };
	struct packet packet = {
		.mbuf = &mbuf,
		.ip = (struct rte_ipv4_hdr *)bytes,
		.ip_length = (uint16_t)(header + length),
		.key = { .protocol = protocol, .family = FLOW_FAMILY_IPV4 },
	};

	assert_in_range(length, 0, 64);
	if (length > 0)
		memcpy(bytes + header, transport, length);
	packet_parse_transport(&packet);
	packet.mbuf = NULL;
	packet.ip = NULL;
	return packet;
}

static void
a_header_that_is_cut_off_is_marked(void **state)
{
	static const uint8_t bytes[20] = { 1, 2, 3, 4 };
	static const struct {
		uint8_t protocol, header;
	} cases[] = { { IPPROTO_TCP, 20 }, { IPPROTO_UDP, 8 }, { IPPROTO_ICMP, 8 } };

	(void)state;
	for (size_t i = 0; i < RTE_DIM(cases); i++) {
		for (uint16_t length = 0; length < cases[i].header; length++) {
			struct packet packet = parse(cases[i].protocol, 20, bytes, length);

			assert_int_equal(packet.flags, PACKET_TRUNCATED);
			assert_int_equal(packet.key.source_port, 0);
			assert_int_equal(packet.key.destination_port, 0);
		}
	}
}

/* Bytes that are in the frame, but not in the packet. */
static void
bytes_behind_the_packet_are_no_header(void **state)
{
	uint8_t bytes[28] __rte_aligned(4) = { 0x45 };
	struct rte_mbuf mbuf = { .buf_addr = bytes, .data_len = sizeof(bytes) };
	struct packet packet = {
		.mbuf = &mbuf,
		.ip = (struct rte_ipv4_hdr *)bytes,
		.ip_length = 27,
		.key = { .protocol = IPPROTO_UDP },
	};

	(void)state;
	packet_parse_transport(&packet);
	assert_int_equal(packet.flags, PACKET_TRUNCATED);
}

static void
ports_stand_behind_the_options(void **state)
{
	static const uint8_t ports[20] = { 0xc7, 0x38, 0x01, 0xbb };
	static const uint8_t headers[] = { 20, 24, 60 };

	(void)state;
	for (size_t i = 0; i < RTE_DIM(headers); i++) {
		const struct packet packets[] = { parse(IPPROTO_TCP, headers[i], ports, 20),
						  parse(IPPROTO_UDP, headers[i], ports, 8) };

		for (size_t j = 0; j < RTE_DIM(packets); j++) {
			assert_int_equal(packets[j].flags, 0);
			assert_int_equal(packets[j].key.source_port, RTE_BE16(51000));
			assert_int_equal(packets[j].key.destination_port, RTE_BE16(443));
		}
	}
}

static void
an_echo_has_its_identifier_for_a_port(void **state)
{
	static const uint8_t request[] = { 8, 0, 0, 0, 0x12, 0x34, 0, 1 };
	static const uint8_t reply[] = { 0, 0, 0, 0, 0x12, 0x34, 0, 1 };
	struct packet packet = parse(IPPROTO_ICMP, 20, request, sizeof(request));

	(void)state;
	assert_int_equal(packet.flags, PACKET_ECHO_REQUEST);
	assert_int_equal(packet.key.family, FLOW_FAMILY_IPV4);
	assert_int_equal(packet.key.source_port, RTE_BE16(0x1234));
	assert_int_equal(packet.key.destination_port, 0);

	packet = parse(IPPROTO_ICMP, 20, reply, sizeof(reply));
	assert_int_equal(packet.flags, PACKET_ECHO_REPLY);
	assert_int_equal(packet.key.family, FLOW_FAMILY_IPV4 | FLOW_FAMILY_ECHO_REPLY);
	assert_int_equal(packet.key.source_port, 0);
	assert_int_equal(packet.key.destination_port, RTE_BE16(0x1234));
}

static void
other_icmp_messages_have_none(void **state)
{
	(void)state;
	for (unsigned int type = 1; type < 256; type++) {
		const uint8_t message[8] = { (uint8_t)type, 0, 0, 0, 0x12, 0x34, 0, 1 };
		struct packet packet = parse(IPPROTO_ICMP, 20, message, sizeof(message));
		bool error = type == 3 || type == 4 || type == 5 || type == 11 || type == 12;

		if (type == 8)
			continue;
		assert_int_equal(packet.flags, PACKET_ICMP_OTHER | (error ? PACKET_ICMP_ERROR : 0));
		assert_int_equal(packet.key.source_port, 0);
		assert_int_equal(packet.key.destination_port, 0);
	}
}

static void
other_protocols_need_no_header(void **state)
{
	static const uint8_t bytes[] = { 1, 2, 3, 4 };

	(void)state;
	for (uint16_t length = 0; length <= sizeof(bytes); length++) {
		struct packet packet = parse(IPPROTO_ESP, 20, bytes, length);

		assert_int_equal(packet.flags, 0);
		assert_int_equal(packet.key.source_port, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_that_is_cut_off_is_marked),
		cmocka_unit_test(bytes_behind_the_packet_are_no_header),
		cmocka_unit_test(ports_stand_behind_the_options),
		cmocka_unit_test(an_echo_has_its_identifier_for_a_port),
		cmocka_unit_test(other_icmp_messages_have_none),
		cmocka_unit_test(other_protocols_need_no_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
