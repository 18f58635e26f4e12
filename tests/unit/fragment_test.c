/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/fragment.h"

/* A header and what parsing finds in it. */
struct made {
	struct rte_ipv4_hdr ip;
	struct packet packet;
};

/* field: flags and offset as they stand in the header. */
static void
make(struct made *made, uint8_t protocol, uint16_t field, uint16_t payload)
{
	memset(made, 0, sizeof(*made));
	made->ip = (struct rte_ipv4_hdr){
		.version_ihl = RTE_IPV4_VHL_DEF,
		.packet_id = RTE_BE16(0x1234),
		.fragment_offset = rte_cpu_to_be_16(field),
		.next_proto_id = protocol,
	};
	made->packet.ip = &made->ip;
	made->packet.ip_length = (uint16_t)(20 + payload);
	made->packet.key = (struct flow_key){
		.source = 1, .destination = 2, .zone = 3, .protocol = protocol, .family = 4
	};
}

/* rfc791, rfc1858, rfc3128: what no packet has, and what none should have. */
static void
test_impossible_fragments(void **state)
{
	static const struct {
		uint8_t protocol;
		uint16_t field, payload;
		enum drop_reason reason;
	} cases[] = {
		{ IPPROTO_UDP, 0x2000, 0, DROP_fragment_invalid },
		{ IPPROTO_UDP, 0x0005, 0, DROP_fragment_invalid },
		{ IPPROTO_UDP, 0x2000, 12, DROP_fragment_invalid },
		{ IPPROTO_UDP, 0x2003, 1, DROP_fragment_invalid },
		/* header, offset and payload: 20 + 65504 + 12 = 65536 */
		{ IPPROTO_UDP, 0x1ffc, 12, DROP_fragment_invalid },
		{ IPPROTO_UDP, 0x1fff, 8, DROP_fragment_invalid },
		{ IPPROTO_TCP, 0x0001, 40, DROP_fragment_tiny },
		{ IPPROTO_TCP, 0x2001, 40, DROP_fragment_tiny },
	};

	(void)state;
	for (size_t i = 0; i < RTE_DIM(cases); i++) {
		struct fragment_extent extent;
		struct made made;

		make(&made, cases[i].protocol, cases[i].field, cases[i].payload);
		assert_string_equal(drop_reason_name(fragment_read(&made.packet, &extent)),
				    drop_reason_name(cases[i].reason));
	}
}

static void
test_parts_of_a_packet(void **state)
{
	static const struct {
		uint8_t protocol;
		uint16_t field, payload;
		struct fragment_extent extent;
	} cases[] = {
		{ IPPROTO_UDP, 0x2000, 1480, { 0, 1480, false } },
		{ IPPROTO_UDP, 0x20b9, 1480, { 1480, 1480, false } },
		{ IPPROTO_UDP, 0x0172, 1, { 2960, 1, true } },
		{ IPPROTO_UDP, 0x0001, 8, { 8, 8, true } },
		{ IPPROTO_TCP, 0x0002, 8, { 16, 8, true } },
		{ IPPROTO_UDP, 0x1ffc, 11, { 65504, 11, true } },
		{ IPPROTO_UDP, 0x6000, 8, { 0, 8, false } }, /* DF does not count */
	};

	(void)state;
	for (size_t i = 0; i < RTE_DIM(cases); i++) {
		struct fragment_extent extent;
		struct made made;

		make(&made, cases[i].protocol, cases[i].field, cases[i].payload);
		assert_int_equal(fragment_read(&made.packet, &extent), DROP_NONE);
		assert_int_equal(extent.offset, cases[i].extent.offset);
		assert_int_equal(extent.length, cases[i].extent.length);
		assert_int_equal(extent.last, cases[i].extent.last);
	}
}

static void
test_what_fragments_have_in_common(void **state)
{
	const struct fragment_key expected = {
		.source = 1, .destination = 2, .zone = 3, .id = RTE_BE16(0x1234), .protocol = 17
	};
	struct fragment_key key;
	struct made made;

	(void)state;
	make(&made, IPPROTO_UDP, 0x2000, 8);
	key = fragment_key_of(&made.packet);
	assert_memory_equal(&key, &expected, sizeof(key));
}

/* A later fragment has the flow key that its packet would have in one piece. */
static void
test_what_the_first_one_tells(void **state)
{
	static const struct {
		uint16_t flags;
		uint8_t family;
		uint16_t source_port, destination_port;
	} cases[] = {
		{ 0, 4, 51000, 53 },
		{ PACKET_ECHO_REQUEST, 4, 77, 0 },
		{ PACKET_ECHO_REPLY, 4 | FLOW_FAMILY_ECHO_REPLY, 0, 77 },
	};

	(void)state;
	for (size_t i = 0; i < RTE_DIM(cases); i++) {
		struct fragment_facts facts;
		struct made first, later;

		make(&first, IPPROTO_UDP, 0x2000, 8);
		make(&later, IPPROTO_UDP, 0x0001, 8);
		first.packet.flags = PACKET_FRAGMENT | PACKET_AWAITED | cases[i].flags;
		first.packet.fragment_id = 99;
		first.packet.key.source_port = cases[i].source_port;
		first.packet.key.destination_port = cases[i].destination_port;
		first.packet.key.family = cases[i].family;
		later.packet.flags = PACKET_FRAGMENT | PACKET_LATER_FRAGMENT;
		facts = fragment_facts_of(&first.packet);
		fragment_learn(&later.packet, &facts);
		assert_memory_equal(&later.packet.key, &first.packet.key, sizeof(struct flow_key));
		assert_int_equal(later.packet.fragment_id, 99);
		assert_int_equal(later.packet.flags,
				 PACKET_FRAGMENT | PACKET_LATER_FRAGMENT | cases[i].flags);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_impossible_fragments),
		cmocka_unit_test(test_parts_of_a_packet),
		cmocka_unit_test(test_what_fragments_have_in_common),
		cmocka_unit_test(test_what_the_first_one_tells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
