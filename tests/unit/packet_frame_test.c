/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "control/packet_frame.h"

static const struct snapshot_interface untagged = { .mac = { { 2, 0, 0, 0, 0, 1 } } };
static const struct snapshot_interface tagged = { .mac = { { 2, 0, 0, 0, 0, 2 } }, .vlan = 30 };

struct frame_case {
	struct packet_text packet;
	const struct snapshot_interface *interface;
	uint16_t length;
	uint8_t bytes[PACKET_FRAME_MAX];
};

static const struct frame_case cases[] = {
	{ { .protocol = 17,
	    .source = 0x0a000104,
	    .destination = 0x08080808,
	    .source_port = 0x1234,
	    .destination_port = 53 },
	  &untagged,
	  42,
	  { 2,    0, 0, 0,  0, 1, 2, 0, 0,    0,    0,    0xff, 0x08, 0x00, /* Ethernet */
	    0x45, 0, 0, 28, 0, 0, 0, 0, 64,   17,   0x5f, 0xbe,             /* IPv4 */
	    10,   0, 1, 4,  8, 8, 8, 8, 0x12, 0x34, 0,    53,   0,    8,    0, 0 } },
	{ { .protocol = 6,
	    .source = 0x0a000104,
	    .destination = 0x08080808,
	    .source_port = 51000,
	    .destination_port = 443 },
	  &tagged,
	  58,
	  { 2,    0,    0,    0,    0,    2,    2, 0, 0,  0, 0, 0xff, 0x81,
	    0x00, 0,    30,   0x08, 0x00, 0x45, 0, 0, 40, 0, 0, 0,    0,
	    64,   6,    0x5f, 0xbd, 10,   0,    1, 4, 8,  8, 8, 8,    0xc7,
	    0x38, 0x01, 0xbb, 0,    0,    0,    0, 0, 0,  0, 0, 0x50, 0x02 /* SYN */ } },
	{ { .protocol = 1, .source = 0x0a000104, .destination = 0x08080808, .identifier = 7 },
	  &untagged,
	  42,
	  { 2,    0,  0, 0,    0,    1,    2,
	    0,    0,  0, 0,    0xff, 0x08, 0x00,
	    0x45, 0,  0, 28,   0,    0,    0,
	    0,    64, 1, 0x5f, 0xce, 10,   0,
	    1,    4,  8, 8,    8,    8,    8 /* request */,
	    0,    0,  0, 0,    7 } },
	{ { .protocol = 1,
	    .echo_reply = true,
	    .source = 0x0a000104,
	    .destination = 0x08080808,
	    .identifier = 7 },
	  &untagged,
	  42,
	  { 2,    0,  0, 0,    0,    1,    2,
	    0,    0,  0, 0,    0xff, 0x08, 0x00,
	    0x45, 0,  0, 28,   0,    0,    0,
	    0,    64, 1, 0x5f, 0xce, 10,   0,
	    1,    4,  8, 8,    8,    8,    0 /* reply */,
	    0,    0,  0, 0,    7 } },
	{ { .protocol = 50, .source = 0x0a000104, .destination = 0x08080808 },
	  &untagged,
	  34,
	  { 2,  0, 0, 0, 0, 1,  2,  0,    0,    0,  0, 0xff, 0x08, 0x00, 0x45, 0, 0,
	    20, 0, 0, 0, 0, 64, 50, 0x5f, 0xa5, 10, 0, 1,    4,    8,    8,    8, 8 } },
};

static void
frame_is_what_a_neighbour_sends(void **state)
{
	uint8_t frame[PACKET_FRAME_MAX] __rte_aligned(PACKET_FRAME_ALIGNMENT);

	(void)state;
	for (size_t i = 0; i < RTE_DIM(cases); i++) {
		memset(frame, 0xa5, sizeof(frame));
		assert_int_equal(packet_frame_build(&cases[i].packet, cases[i].interface, frame),
				 cases[i].length);
		assert_memory_equal(frame, cases[i].bytes, cases[i].length);
	}
}

static void
assert_text(const struct packet *packet, const char *expected)
{
	const struct packet_text described = packet_frame_describe(packet);
	char text[PACKET_TEXT_MAX];

	assert_string_equal(packet_text_format(&described, text), expected);
}

static void
packet_is_described_as_people_do(void **state)
{
	struct packet packet = { .key = { .source = RTE_BE32(0x0a000104),
					  .destination = RTE_BE32(0x08080808),
					  .source_port = RTE_BE16(51000),
					  .destination_port = RTE_BE16(443),
					  .protocol = 6,
					  .family = 4 } };

	(void)state;
	assert_text(&packet, "tcp 10.0.1.4:51000 8.8.8.8:443");
	packet.key.protocol = 1;
	packet.key.source_port = RTE_BE16(7);
	packet.key.destination_port = 0;
	packet.flags = PACKET_ECHO_REQUEST;
	assert_text(&packet, "icmp 10.0.1.4 8.8.8.8 id 7");
	packet.key.source_port = 0;
	packet.key.destination_port = RTE_BE16(7);
	packet.flags = PACKET_ECHO_REPLY;
	assert_text(&packet, "icmp-reply 10.0.1.4 8.8.8.8 id 7");
	packet.key.destination_port = 0;
	assert_text(&packet, "icmp-reply 10.0.1.4 8.8.8.8 id 0");
	packet.key.protocol = 47;
	packet.flags = 0;
	assert_text(&packet, "47 10.0.1.4 8.8.8.8");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frame_is_what_a_neighbour_sends),
		cmocka_unit_test(packet_is_described_as_people_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
