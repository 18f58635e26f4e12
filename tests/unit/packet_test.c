/* SPDX-License-Identifier: BSD-3-Clause */
#include "parsing.h"

/* Parses a copy of the frame and gives its mbuf back: only the values of *packet remain. */
static struct packet
parse(const uint8_t *frame, size_t length)
{
	struct rte_mbuf *mbuf = mbuf_of(frame, length);
	struct packet packet;

	packet_parse(&snapshot, 0, mbuf, &packet);
	packet.ip = NULL;
	packet.mbuf = NULL;
	rte_pktmbuf_free(mbuf);
	return packet;
}

static uint8_t *
frame_copy(void)
{
	static uint8_t frame[sizeof(tcp_frame)];

	memcpy(frame, tcp_frame, sizeof(frame));
	return frame;
}

/* Puts the right header checksum into a frame that a test has changed. */
static void
checksum(uint8_t *frame)
{
	uint8_t *ip = frame + VLAN_FRAME_IP;
	uint32_t sum = 0;

	ip[10] = ip[11] = 0;
	for (unsigned int i = 0; i < (ip[0] & 15U) * 4; i += 2)
		sum += (uint32_t)ip[i] << 8 | ip[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	ip[10] = (uint8_t)(~sum >> 8);
	ip[11] = (uint8_t)~sum;
}

static void
assert_drop(const uint8_t *frame, size_t length, enum drop_reason reason)
{
	struct packet packet = parse(frame, length);

	assert_string_equal(drop_reason_name(packet.reason), drop_reason_name(reason));
	assert_int_equal(packet.kind, PACKET_DROP);
}

static void
a_frame_cut_at_every_byte_is_dropped(void **state)
{
	(void)state;
	for (size_t length = 0; length < sizeof(tcp_frame); length++)
		assert_drop(tcp_frame, length,
			    length < VLAN_FRAME_IP + 20 ? DROP_frame_truncated
							: DROP_ip_length_invalid);
}

static void
wrong_headers_are_dropped(void **state)
{
	static const struct {
		uint8_t offset, value;
		enum drop_reason reason;
	} wrong[] = {
		{ 5, 0x03, DROP_not_for_gateway },        { 15, 11, DROP_vlan_unknown },
		{ 16, 0x81, DROP_ethertype_unsupported }, { 18, 0x65, DROP_ip_header_invalid },
		{ 18, 0x44, DROP_ip_header_invalid },     { 18, 0x4f, DROP_ip_length_invalid },
		{ 21, 19, DROP_ip_length_invalid },       { 21, 41, DROP_ip_length_invalid },
		{ 28, 0xe6, DROP_ip_checksum_wrong },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		uint8_t *frame = frame_copy();

		frame[wrong[i].offset] = wrong[i].value;
		assert_drop(frame, sizeof(tcp_frame), wrong[i].reason);
	}
}

static void
ipv6_and_stacked_tags_are_told_apart(void **state)
{
	uint8_t *frame = frame_copy();

	(void)state;
	frame[16] = 0x86;
	frame[17] = 0xdd;
	assert_drop(frame, sizeof(tcp_frame), DROP_ipv6_unsupported);
	frame[16] = 0x88;
	frame[17] = 0xa8;
	assert_drop(frame, sizeof(tcp_frame), DROP_ethertype_unsupported);
}

static void
addresses_that_no_host_has_are_dropped(void **state)
{
	static const struct {
		uint8_t source[4], destination[4];
		enum drop_reason reason;
	} wrong[] = {
		{ { 0, 0, 0, 0 }, { 9, 9, 9, 9 }, DROP_ip_source_martian },
		{ { 127, 0, 0, 1 }, { 9, 9, 9, 9 }, DROP_ip_source_martian },
		{ { 224, 0, 0, 5 }, { 9, 9, 9, 9 }, DROP_ip_source_martian },
		{ { 255, 255, 255, 255 }, { 9, 9, 9, 9 }, DROP_ip_source_martian },
		{ { 10, 0, 1, 4 }, { 10, 0, 1, 4 }, DROP_ip_source_martian },
		{ { 10, 0, 1, 4 }, { 0, 1, 2, 3 }, DROP_ip_destination_martian },
		{ { 10, 0, 1, 4 }, { 127, 0, 0, 1 }, DROP_ip_destination_martian },
		{ { 10, 0, 1, 4 }, { 240, 0, 0, 1 }, DROP_ip_destination_martian },
		{ { 10, 0, 1, 4 }, { 239, 255, 255, 250 }, DROP_ip_multicast },
		{ { 10, 0, 1, 4 }, { 255, 255, 255, 255 }, DROP_ip_broadcast },
		{ { 169, 254, 0, 0 }, { 9, 9, 9, 9 }, DROP_ip_source_martian },
		{ { 169, 254, 255, 255 }, { 9, 9, 9, 9 }, DROP_ip_source_martian },
		{ { 10, 0, 1, 4 }, { 169, 254, 169, 254 }, DROP_ip_destination_martian },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		uint8_t *frame = frame_copy();

		memcpy(frame + VLAN_FRAME_IP + 12, wrong[i].source, 4);
		memcpy(frame + VLAN_FRAME_IP + 16, wrong[i].destination, 4);
		checksum(frame);
		assert_drop(frame, sizeof(tcp_frame), wrong[i].reason);
	}
}

/* RFC 3927 section 2.7. */
static void
link_local_addresses_speak_to_the_gateway_alone(void **state)
{
	static const struct {
		uint8_t source[4], destination[4];
	} right[] = {
		{ { 169, 253, 255, 255 }, { 169, 255, 0, 0 } },
		{ { 169, 254, 7, 7 }, { 169, 254, 1, 1 } },
		{ { 10, 0, 1, 4 }, { 169, 254, 1, 1 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		uint8_t *frame = frame_copy();
		struct packet packet;

		memcpy(frame + VLAN_FRAME_IP + 12, right[i].source, 4);
		memcpy(frame + VLAN_FRAME_IP + 16, right[i].destination, 4);
		checksum(frame);
		packet = parse(frame, sizeof(tcp_frame));
		assert_int_equal(packet.reason, DROP_NONE);
	}
}

static void
a_frame_to_all_is_not_forwarded(void **state)
{
	uint8_t *frame = frame_copy();

	(void)state;
	memset(frame, 0xff, 6);
	assert_drop(frame, sizeof(tcp_frame), DROP_ip_broadcast);
}

/* Turns the 20 bytes of TCP into 8 bytes of options and 12 of payload. */
static struct packet
parse_options_of(const uint8_t options[8])
{
	uint8_t *frame = frame_copy();

	frame[VLAN_FRAME_IP] = 0x47;
	memcpy(frame + VLAN_FRAME_IP + 20, options, 8);
	checksum(frame);
	return parse(frame, sizeof(tcp_frame));
}

static void
options_are_walked_within_their_bounds(void **state)
{
	static const struct {
		uint8_t options[8];
		enum drop_reason reason;
	} cases[] = {
		{ { 1, 1, 1, 1, 1, 1, 1, 1 }, DROP_NONE },
		{ { 148, 4, 0, 0, 0, 131, 131, 131 }, DROP_NONE }, /* router alert, then the end */
		{ { 131, 7, 4, 9, 9, 9, 9, 0 }, DROP_ip_source_route },
		{ { 1, 137, 7, 4, 9, 9, 9, 9 }, DROP_ip_source_route },
		{ { 7, 0, 0, 0, 0, 0, 0, 0 }, DROP_ip_options_invalid },
		{ { 7, 1, 0, 0, 0, 0, 0, 0 }, DROP_ip_options_invalid },
		{ { 7, 9, 0, 0, 0, 0, 0, 0 }, DROP_ip_options_invalid },
		{ { 1, 1, 1, 1, 1, 1, 1, 7 }, DROP_ip_options_invalid },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(parse_options_of(cases[i].options).reason, cases[i].reason);
}

static void
a_session_key_is_read(void **state)
{
	struct packet packet = parse(tcp_frame, sizeof(tcp_frame));

	(void)state;
	assert_int_equal(packet.reason, DROP_NONE);
	assert_int_equal(packet.kind, PACKET_STATEFUL);
	assert_int_equal(packet.interface, 0);
	assert_int_equal(packet.flags, 0);
	assert_int_equal(packet.ip_length, 40);
	assert_int_equal(packet.key.source, RTE_BE32(0x0a000104));
	assert_int_equal(packet.key.destination, RTE_BE32(0x5db8d822));
	assert_int_equal(packet.key.source_port, RTE_BE16(51000));
	assert_int_equal(packet.key.destination_port, RTE_BE16(443));
	assert_int_equal(packet.key.zone, ZONE);
	assert_int_equal(packet.key.protocol, 6);
	assert_int_equal(packet.key.family, FLOW_FAMILY_IPV4);
}

static void
a_fragment_has_no_ports(void **state)
{
	uint8_t *frame = frame_copy();
	struct packet packet;

	(void)state;
	frame[VLAN_FRAME_IP + 6] = 0x20; /* more fragments */
	checksum(frame);
	packet = parse(frame, sizeof(tcp_frame));
	assert_int_equal(packet.flags, PACKET_FRAGMENT);
	assert_int_equal(packet.key.source_port, 0);

	frame[VLAN_FRAME_IP + 6] = 0x00;
	frame[VLAN_FRAME_IP + 7] = 0x01; /* offset 8 */
	checksum(frame);
	packet = parse(frame, sizeof(tcp_frame));
	assert_int_equal(packet.flags, PACKET_FRAGMENT | PACKET_LATER_FRAGMENT);
	assert_int_equal(packet.key.source_port, 0);
}

static void
bytes_behind_the_packet_are_cut_off(void **state)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);
	struct packet packet;

	(void)state;
	assert_non_null(mbuf);
	memcpy(rte_pktmbuf_append(mbuf, sizeof(tcp_frame)), tcp_frame, sizeof(tcp_frame));
	memset(rte_pktmbuf_append(mbuf, 6), 0xee, 6);
	packet_parse(&snapshot, 0, mbuf, &packet);
	assert_int_equal(packet.reason, DROP_NONE);
	assert_int_equal(rte_pktmbuf_pkt_len(mbuf), sizeof(tcp_frame));
	assert_ptr_equal(packet.ip, rte_pktmbuf_mtod_offset(mbuf, void *, VLAN_FRAME_IP));
	rte_pktmbuf_free(mbuf);
}

static void
the_fabric_needs_no_transport_header(void **state)
{
	uint8_t frame[sizeof(tcp_frame) - 4];
	struct packet packet;

	(void)state;
	memcpy(frame, tcp_frame, 12);
	memcpy(frame + 12, tcp_frame + 16, sizeof(frame) - 12);
	frame[5] = 0x01;
	packet = parse(frame, sizeof(frame));
	assert_int_equal(packet.reason, DROP_NONE);
	assert_int_equal(packet.kind, PACKET_FABRIC);
	assert_int_equal(packet.key.zone, ZONE_FABRIC);
}

static void
random_bytes_are_survived(void **state)
{
	uint8_t frame[VLAN_FRAME_IP + 15 * 4] = { 0 }; /* room for the longest header */

	(void)state;
	srand(1);
	for (unsigned int round = 0; round < 200000; round++) {
		size_t length = (size_t)rand() % sizeof(frame);

		memcpy(frame, tcp_frame, sizeof(tcp_frame));
		for (unsigned int i = 0; i < 3; i++)
			frame[12 + (unsigned int)rand() % (sizeof(frame) - 12)] = (uint8_t)rand();
		if (rand() % 2)
			checksum(frame);
		parse(frame, length);
	}
	assert_int_equal(rte_mempool_avail_count(pool), 64);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_cut_at_every_byte_is_dropped),
		cmocka_unit_test(wrong_headers_are_dropped),
		cmocka_unit_test(ipv6_and_stacked_tags_are_told_apart),
		cmocka_unit_test(addresses_that_no_host_has_are_dropped),
		cmocka_unit_test(link_local_addresses_speak_to_the_gateway_alone),
		cmocka_unit_test(a_frame_to_all_is_not_forwarded),
		cmocka_unit_test(options_are_walked_within_their_bounds),
		cmocka_unit_test(a_session_key_is_read),
		cmocka_unit_test(a_fragment_has_no_ports),
		cmocka_unit_test(bytes_behind_the_packet_are_cut_off),
		cmocka_unit_test(the_fabric_needs_no_transport_header),
		cmocka_unit_test(random_bytes_are_survived),
	};

	test_eal_start("64");
	return cmocka_run_group_tests(tests, parsing_set_up, NULL);
}
