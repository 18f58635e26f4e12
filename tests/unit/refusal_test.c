/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/refusal.h"
#include "telling.h"

#define FROM_WAN WAN_HOST WAN_MAC "0800"
#define LAN_MAC  "0200 0000 0002"
#define LAN_HOST "0200 0000 0204"
#define VLAN     "8100 000a 0800"
#define TO_LAN   LAN_MAC LAN_HOST VLAN
#define FROM_LAN LAN_HOST LAN_MAC VLAN

/* 203.0.113.9:40000 -> 198.51.100.2:22, and what answers it; all packets are as scapy makes them.
 */
#define TCP "4500 0028 0007 0000 4006 148a cb00 7109 c633 6402 9c40 0016"
#define RST "4500 0028 0000 4000 4006 d490 c633 6402 cb00 7109 0016 9c40"
/* To port 53, "abc", and without the checksum; GRE; what tells of them. */
#define UDP       "4500 001f 0007 0000 4011 1488 cb00 7109 c633 6402 9c40 0035 000b 38c0 6162 63"
#define UDP_BARE  "4500 001f 0007 0000 4011 1488 cb00 7109 c633 6402 9c40 0035 000b 0000 6162 63"
#define GRE       "4500 0017 0007 0000 402f 1472 cb00 7109 c633 6402 6162 63"
#define UDP_ERROR "45c0 003b 0000 4000 4001 d3c2 c633 6402 cb00 7109 0303"
#define GRE_ERROR "45c0 0033 0000 4000 4001 d3ca c633 6402 cb00 7109 0302"

static void
refuse(struct fixture *fixture, uint16_t interface, const char *frame)
{
	struct packet packet = fixture_receive(fixture, interface, frame);

	refusal_send(&fixture->worker, &packet);
	transmit_drop(&fixture->worker, packet.mbuf, DROP_local_unsupported);
}

static void
nobody_is_told_of_these(void **state)
{
	static const char *const frames[] = {
		/* a RST; a header of 16 bytes, and one of 24 of which there are 20 */
		TO_WAN TCP "0000 03e8 0000 0000 5004 2000 8962 0000",
		TO_WAN TCP "0000 03e8 0000 0000 4002 2000 9964 0000",
		TO_WAN TCP "0000 03e8 0000 0000 6002 2000 7964 0000",
		/* wrong checksums */
		TO_WAN TCP "0000 03e8 0000 0000 5002 2000 1234 0000",
		TO_WAN
		"4500 001f 0007 0000 4011 1488 cb00 7109 c633 6402 9c40 0035 000b 1234 6162 63",
		/* UDP of 4 bytes, TCP of 19 */
		TO_WAN "4500 0018 0007 0000 4011 148f cb00 7109 c633 6402 6162 6364",
		TO_WAN "4500 0027 0007 0000 4006 148b cb00 7109 c633 6402 7878 7878 7878 7878"
		       "7878 7878 7878 7878 7878 78",
		/* the first fragment of 100 bytes */
		TO_WAN "4500 0024 0007 2000 4011 f482 cb00 7109 c633 6402 9c40 0035 0064 0000"
		       "6162 6364 6566 6768",
		/* a timestamp request */
		TO_WAN "4500 0028 0007 0000 4001 148f cb00 7109 c633 6402 0d00 79d4 0001 0001"
		       "025a 2609 025a 2609 025a 2609",
		/* from the link's broadcast address, from a group's MAC address */
		TO_WAN "4500 001c 0007 0000 4011 2562 c633 64ff c633 6402 0001 0002 0008 aa72",
		WAN_MAC "0300 0000 0107 0800" UDP,
		WAN_MAC "0300 0000 0107 0800" TCP "0000 03e8 0000 0000 5002 2000 8964 0000",
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < RTE_DIM(frames); i++) {
		refuse(fixture, WAN, frames[i]);
		assert_told(fixture, 0, 0);
	}
	assert_int_equal(fixture->worker.counters.tcp_resets_sent, 0);
	assert_int_equal(fixture->worker.counters.tcp_resets_lost, 0);
}

static void
rfc1122_4_1_3_1_an_unreachable_port(void **state)
{
	struct fixture *fixture = *state;

	refuse(fixture, WAN, TO_WAN UDP);
	fixture_expect(fixture, 0, 0, FROM_WAN UDP_ERROR "6359 0000 0000" UDP);
	refuse(fixture, WAN, TO_WAN UDP_BARE);
	fixture_expect(fixture, 0, 1, FROM_WAN UDP_ERROR "9c19 0000 0000" UDP_BARE);
}

static void
rfc1122_3_2_2_1_an_unreachable_protocol(void **state)
{
	struct fixture *fixture = *state;

	refuse(fixture, WAN, TO_WAN GRE);
	fixture_expect(fixture, 0, 0, FROM_WAN GRE_ERROR "389b 0000 0000" GRE);
}

/* The host asks for an address of the gateway on another link, and is told from that one. */
static void
the_address_that_was_asked_answers(void **state)
{
	struct fixture *fixture = *state;

	refuse(fixture, LAN,
	       TO_LAN "4500 001c 0007 0000 4011 4591 0a00 0104 c633 6402 0001 0002"
		      "0008 0000");
	fixture_expect(fixture, 1, 0,
		       FROM_LAN
		       "45c0 0038 0000 4000 4001 04cc c633 6402 0a00 0104 0303 fcf1 0000 0000"
		       "4500 001c 0007 0000 4011 4591 0a00 0104 c633 6402 0001 0002 0008 0000");
}

static void
rfc9293_3_10_7_1_calls_are_reset(void **state)
{
	struct fixture *fixture = *state;

	/* A SYN counts as one, and so does a FIN behind four bytes, over the end of all numbers. */
	refuse(fixture, WAN, TO_WAN TCP "0000 03e8 0000 0000 5002 2000 8964 0000");
	fixture_expect(fixture, 0, 0, FROM_WAN RST "0000 0000 0000 03e9 5014 0000 a951 0000");
	refuse(fixture, WAN,
	       TO_WAN "4500 002c 0007 0000 4006 1486 cb00 7109 c633 6402 9c40 0016 ffff fffd"
		      "0000 0000 5001 2000 b488 0000 6461 7461");
	fixture_expect(fixture, 0, 1, FROM_WAN RST "0000 0000 0000 0002 5014 0000 ad38 0000");
	/* What acknowledges is answered where it has got to. */
	refuse(fixture, WAN, TO_WAN TCP "0000 03e8 0102 0304 5010 2000 8550 0000");
	fixture_expect(fixture, 0, 2, FROM_WAN RST "0102 0304 0000 0000 5004 0000 a944 0000");
	assert_int_equal(fixture->worker.counters.tcp_resets_sent, 3);
}

static void
a_reset_bears_the_tag_of_its_vlan(void **state)
{
	struct fixture *fixture = *state;

	refuse(fixture, LAN,
	       TO_LAN "4500 0028 0007 0000 4006 64c5 0a00 0104 0a00 0101 9c40 0016"
		      "0000 03e8 0000 0000 5002 2000 d99f 0000");
	fixture_expect(fixture, 1, 0,
		       FROM_LAN "4500 0028 0000 4000 4006 24cc 0a00 0101 0a00 0104 0016 9c40"
				"0000 0000 0000 03e9 5014 0000 f98c 0000");
}

/* Resets and ICMP errors have one rate, of which a tenth of a second's may come at once. */
static void
a_flood_is_answered_within_the_rate(void **state)
{
	static const char syn[] = TO_WAN TCP "0000 03e8 0000 0000 5002 2000 8964 0000";
	struct fixture *fixture = *state;
	const struct counters *counters = &fixture->worker.counters;

	for (unsigned int i = 0; i < 400; i++)
		refuse(fixture, WAN, syn);
	assert_int_equal(counters->tcp_resets_sent, 100);
	assert_int_equal(counters->tcp_resets_lost, 300);
	refuse(fixture, WAN, TO_WAN UDP);
	assert_int_equal(counters->icmp_errors_suppressed, 1);

	/* 1000 a second: one of these in the next millisecond. */
	fixture->worker.now += 1000000;
	refuse(fixture, WAN, syn);
	refuse(fixture, WAN, syn);
	assert_int_equal(counters->tcp_resets_sent, 101);
}

static void
without_buffers_nobody_is_told(void **state)
{
	struct fixture *fixture = *state;
	struct rte_mbuf *taken[FIXTURE_BUFFERS - 1];

	assert_int_equal(rte_pktmbuf_alloc_bulk(fixture->worker.pool, taken, RTE_DIM(taken)), 0);
	refuse(fixture, WAN, TO_WAN TCP "0000 03e8 0000 0000 5002 2000 8964 0000");
	rte_pktmbuf_free_bulk(taken, RTE_DIM(taken));
	assert_int_equal(fixture->worker.counters.tcp_resets_lost, 1);
	assert_int_equal(fixture->worker.counters.originated, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(nobody_is_told_of_these),
		WITH_FIXTURE(rfc1122_4_1_3_1_an_unreachable_port),
		WITH_FIXTURE(rfc1122_3_2_2_1_an_unreachable_protocol),
		WITH_FIXTURE(the_address_that_was_asked_answers),
		WITH_FIXTURE(rfc9293_3_10_7_1_calls_are_reset),
		WITH_FIXTURE(a_reset_bears_the_tag_of_its_vlan),
		WITH_FIXTURE(a_flood_is_answered_within_the_rate),
		WITH_FIXTURE(without_buffers_nobody_is_told),
	};

	test_eal_start("128");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
