/* SPDX-License-Identifier: BSD-3-Clause */
#include "telling.h"

/* Link headers on wan and, with VLAN 10, on lan; all packets are as scapy makes them. */
#define FROM_WAN  WAN_HOST WAN_MAC "0800"
#define LAN_MAC   "0200 0000 0002"
#define LAN_HOST  "0200 0000 0204"
#define TO_LAN    LAN_MAC LAN_HOST "8100 000a 0800"
#define FROM_LAN  LAN_HOST LAN_MAC "8100 000a 0800"
#define BROADCAST "ffff ffff ffff"

/* 198.51.100.7 -> 198.51.100.2, identifier 0x0bad, "abc", and what is answered. */
#define PING "4528 001f 0102 4000 0901 1c44 c633 6407 c633 6402 0800 27ed 0bad 0003 6162 63"
#define PONG "4528 001f 0102 4000 4001 e543 c633 6402 c633 6407 0000 2fed 0bad 0003 6162 63"
/* UDP 10.0.1.4:5353 -> 8.8.8.8:53, and with time exceeded from 10.0.1.1. */
#define NEAR       "4500 001f 0007 0000 0111 9eb4 0a00 0104 0808 0808 14e9 0035 000b 0b44 6162 63"
#define NEAR_ERROR "45c0 003b 0000 4000 4001 23fe 0a00 0101 0a00 0104 0b00 1030 0000 0000"
/* What tells the sender of FAR, from 198.51.100.2, of an MTU of 1400. */
#define FAR_ERROR "45c0 003c 0000 4000 4001 d3c1 c633 6402 cb00 7109 0304 43bb 0000 0578"

static void
ping(struct fixture *fixture, uint16_t interface, const char *frame)
{
	struct packet packet = fixture_receive(fixture, interface, frame);

	assert_true(packet.flags & PACKET_ECHO_REQUEST);
	icmp_echo_reply(&fixture->worker, &packet);
}

static void
test_pings_that_are_not_answered(void **state)
{
	static const char *const frames[] = {
		/* from a group's MAC address, or nobody's */
		WAN_MAC BROADCAST "0800" PING,
		WAN_MAC "0300 0000 0107 0800" PING,
		WAN_MAC "0000 0000 0000 0800" PING,
		/* from the link's broadcast address, or to it */
		TO_WAN "4500 001c 0001 0000 4001 2578 c633 64ff c633 6402 0800 f7ff 0000 0000",
		TO_WAN "4500 001c 0001 0000 4001 2677 c633 6400 c633 6402 0800 f7ff 0000 0000",
		TO_WAN "4500 001c 0001 0000 4001 2573 c633 6407 c633 64ff 0800 f7ff 0000 0000",
	};
	struct fixture *fixture = *state;
	struct packet packet;

	for (size_t i = 0; i < RTE_DIM(frames); i++) {
		ping(fixture, WAN, frames[i]);
		assert_int_equal(fixture_dropped(fixture, DROP_local_unsupported), i + 1);
	}
	packet = fixture_receive(fixture, WAN, TO_WAN PING);
	packet.flags |= PACKET_LINK_BROADCAST;
	icmp_echo_reply(&fixture->worker, &packet);
	assert_int_equal(fixture_dropped(fixture, DROP_local_unsupported), RTE_DIM(frames) + 1);
	assert_int_equal(fixture_sent(fixture, 0), 0);
}

static void
test_a_ping(void **state)
{
	struct fixture *fixture = *state;

	ping(fixture, WAN, TO_WAN PING);
	fixture_expect(fixture, 0, 0, FROM_WAN PONG);
}

/* With identifier 0, sequence 0 and no data the reply is nothing but zeroes. */
static void
test_an_empty_ping_on_a_vlan(void **state)
{
	struct fixture *fixture = *state;

	ping(fixture, LAN,
	     TO_LAN "4500 001c 0001 0000 4001 64dc 0a00 0104 0a00 0101 0800 f7ff 0000 0000");
	fixture_expect(fixture, 1, 0,
		       FROM_LAN
		       "4500 001c 0001 0000 4001 64dc 0a00 0101 0a00 0104 0000 ffff 0000 0000");
}

static void
test_a_ping_with_options(void **state)
{
	struct fixture *fixture = *state;

	ping(fixture, WAN,
	     TO_WAN "4700 0024 0002 0000 0101 585f c633 6407 c633 6402 0707 0400 0000 0001"
		    "0800 f7fd 0001 0001");
	fixture_expect(fixture, 0, 0,
		       FROM_WAN
		       "4700 0024 0002 0000 4001 195f c633 6402 c633 6407 0707 0400 0000 0001"
		       "0000 fffd 0001 0001");
}

/* The checksum is two too small before and afterwards. */
static void
test_a_ping_that_is_damaged(void **state)
{
	struct fixture *fixture = *state;

	ping(fixture, WAN,
	     TO_WAN
	     "4528 001f 0102 4000 0901 1c44 c633 6407 c633 6402 0800 27eb 0bad 0003 6162 63");
	fixture_expect(fixture, 0, 0,
		       FROM_WAN "4528 001f 0102 4000 4001 e543 c633 6402 c633 6407"
				"0000 2feb 0bad 0003 6162 63");
}

/* Each says something that nobody may be told about (RFC 1812 section 4.3.2.7). */
static void
test_packets_that_nobody_is_told_about(void **state)
{
	static const char *const frames[] = {
		/* from a group's MAC address, or nobody's */
		WAN_MAC BROADCAST "0800" FAR,
		WAN_MAC "0000 0000 0000 0800" FAR,
		/* from the link's broadcast address, or to it */
		TO_WAN "4500 001c 0001 0000 4011 3f8e c633 64ff 0808 0808 14e9 0035 0008 0000",
		TO_WAN "4500 001c 0001 0000 4011 1394 cb00 7109 c633 64ff 14e9 0035 0008 0000",
		/* errors: unreachable, time exceeded, redirect, parameter problem, source quench */
		TO_WAN "4500 001c 0001 0000 4001 2ec7 cb00 7109 0808 0808 0300 fcff 0000 0000",
		TO_WAN "4500 001c 0001 0000 4001 2ec7 cb00 7109 0808 0808 0b00 f4ff 0000 0000",
		TO_WAN "4500 001c 0001 0000 4001 2ec7 cb00 7109 0808 0808 0500 faff 0000 0000",
		TO_WAN "4500 001c 0001 0000 4001 2ec7 cb00 7109 0808 0808 0c00 f3ff 0000 0000",
		TO_WAN "4500 001c 0001 0000 4001 2ec7 cb00 7109 0808 0808 0400 fbff 0000 0000",
		/* the first fragment of an ICMP message, and one that ends before its header does
		 */
		TO_WAN "4500 001c 0001 2000 4001 0ec7 cb00 7109 0808 0808 0300 fcff 0000 0000",
		TO_WAN "4500 0018 0001 0000 4001 2ecb cb00 7109 0808 0808 0300 fcff",
		/* fragments behind the first */
		TO_WAN "4500 001c 0001 2001 4011 0eb6 cb00 7109 0808 0808 14e9 0035 0008 0000",
		TO_WAN "4500 001c 0001 00b9 4011 2dfe cb00 7109 0808 0808 14e9 0035 0008 0000",
	};
	struct fixture *fixture = *state;
	struct packet packet;

	for (size_t i = 0; i < RTE_DIM(frames); i++) {
		tell(fixture, WAN, frames[i], 11, 0, 0);
		assert_told(fixture, 0, 0);
	}
	packet = fixture_receive(fixture, WAN, TO_WAN FAR);
	packet.flags |= PACKET_LINK_BROADCAST;
	icmp_error(&fixture->worker, &packet, 3, 0, 0);
	transmit_drop(&fixture->worker, packet.mbuf, DROP_ip_broadcast);
	assert_told(fixture, 0, 0);
}

/* What parsing drops before anybody could be told. */
static void
test_martians(void **state)
{
	static const rte_be32_t addresses[][2] = {
		{ RTE_BE32(IP4(0, 1, 2, 3)), RTE_BE32(IP4(8, 8, 8, 8)) },
		{ RTE_BE32(IP4(127, 0, 0, 1)), RTE_BE32(IP4(8, 8, 8, 8)) },
		{ RTE_BE32(IP4(224, 0, 0, 1)), RTE_BE32(IP4(8, 8, 8, 8)) },
		{ RTE_BE32(IP4(240, 0, 0, 1)), RTE_BE32(IP4(8, 8, 8, 8)) },
		{ RTE_BE32(IP4(255, 255, 255, 255)), RTE_BE32(IP4(8, 8, 8, 8)) },
		{ RTE_BE32(IP4(203, 0, 113, 9)), RTE_BE32(IP4(224, 0, 0, 1)) },
		{ RTE_BE32(IP4(203, 0, 113, 9)), RTE_BE32(IP4(255, 255, 255, 255)) },
	};
	struct fixture *fixture = *state;
	struct packet packet = fixture_receive(fixture, WAN, TO_WAN FAR);

	for (size_t i = 0; i < RTE_DIM(addresses); i++) {
		packet.ip->src_addr = addresses[i][0];
		packet.ip->dst_addr = addresses[i][1];
		icmp_error(&fixture->worker, &packet, 3, 0, 0);
		assert_told(fixture, 0, 0);
	}
	transmit_drop(&fixture->worker, packet.mbuf, DROP_ip_source_martian);
}

static void
test_an_interface_without_addresses(void **state)
{
	struct fixture *fixture = *state;

	fixture->interfaces[WAN].address_count = 0;
	tell(fixture, WAN, TO_WAN FAR, 3, 0, 0);
	assert_told(fixture, 0, 0);
}

static void
test_a_neighbour_is_told(void **state)
{
	struct fixture *fixture = *state;

	tell(fixture, LAN, TO_LAN NEAR, 11, 0, 0);
	assert_told(fixture, 1, 0);
	fixture_expect(fixture, 1, 0, FROM_LAN NEAR_ERROR NEAR);
}

static void
test_the_mtu_is_told(void **state)
{
	struct fixture *fixture = *state;

	tell(fixture, WAN, TO_WAN FAR, 3, 4, 1400);
	assert_told(fixture, 1, 0);
	fixture_expect(fixture, 0, 0, FROM_WAN FAR_ERROR FAR);
}

/* The byte stands where an echo has the upper half of its identifier. */
static void
test_the_place_of_a_problem_is_told(void **state)
{
	struct fixture *fixture = *state;
	struct packet packet = fixture_receive(fixture, WAN, TO_WAN FAR);

	icmp_parameter_problem(&fixture->worker, &packet, 24);
	transmit_drop(&fixture->worker, packet.mbuf, DROP_ip_options_invalid);
	assert_told(fixture, 1, 0);
	fixture_expect(fixture, 0, 0,
		       FROM_WAN
		       "45c0 003c 0000 4000 4001 d3c1 c633 6402 cb00 7109 0c00 2837 1800 0000" FAR);
}

/* The address that shares the sender's prefix speaks, whatever its place. */
static void
test_the_address_that_tells(void **state)
{
	struct fixture *fixture = *state;

	fixture->interfaces[WAN].address_count = 2;
	fixture->interfaces[WAN].addresses[1] =
		(struct interface_address){ IP4(203, 0, 113, 1), 24 };
	tell(fixture, WAN, TO_WAN FAR, 3, 4, 1400);
	fixture_expect(fixture, 0, 0,
		       FROM_WAN
		       "45c0 003c 0000 4000 4001 c1f5 cb00 7101 cb00 7109 0304 43bb 0000 0578" FAR);
}

/* Pings, their answers and first fragments of other protocols are like any packet. */
static void
test_what_may_be_told_about(void **state)
{
	static const char *const frames[] = {
		TO_WAN "4500 001c 0001 0000 4001 2ec7 cb00 7109 0808 0808 0800 f7ff 0000 0000",
		TO_WAN "4500 001c 0001 0000 4001 2ec7 cb00 7109 0808 0808 0000 ffff 0000 0000",
		TO_WAN "4500 001c 0001 0000 4001 2ec7 cb00 7109 0808 0808 0d00 f2ff 0000 0000",
		TO_WAN "4500 001c 0001 2000 4011 0eb7 cb00 7109 0808 0808 14e9 0035 0008 0000",
		TO_WAN "4500 0014 0001 0000 4032 2e9e cb00 7109 0808 0808",
	};
	struct fixture *fixture = *state;

	for (unsigned int i = 0; i < RTE_DIM(frames); i++) {
		tell(fixture, WAN, frames[i], 11, 0, 0);
		assert_told(fixture, i + 1, 0);
	}
}

/* 576 bytes with all headers (RFC 1812 section 4.3.2.3); the packet itself is in two segments. */
static void
test_a_long_packet_is_quoted_in_part(void **state)
{
	struct fixture *fixture = *state;
	struct rte_mbuf *mbuf = fixture_frame(
		fixture,
		TO_WAN "4500 0404 0007 0000 0911 61c9 cb00 7109 0808 0808 14e9 0035 03f0 1e5e", 0);
	struct rte_mbuf *rest = rte_pktmbuf_alloc(fixture->worker.pool);
	struct packet packet = {
		.mbuf = mbuf,
		.ip = rte_pktmbuf_mtod_offset(mbuf, struct rte_ipv4_hdr *, 14),
		.interface = WAN,
		.ip_length = 1028,
	};
	uint8_t expected[42], room[1024];
	const uint8_t *frame;

	assert_non_null(rest);
	memset(rte_pktmbuf_append(mbuf, 300), 'Z', 300);
	memset(rte_pktmbuf_append(rest, 700), 'Z', 700);
	assert_int_equal(rte_pktmbuf_chain(mbuf, rest), 0);
	icmp_error(&fixture->worker, &packet, 3, 0, 0);
	assert_told(fixture, 1, 0);
	assert_int_equal(fixture->ports[0].frames[0]->pkt_len, 14 + 576);
	frame = rte_pktmbuf_read(fixture->ports[0].frames[0], 0, 14 + 576, room);
	bytes_read(FROM_WAN "45c0 0240 0000 4000 4001 d1bd c633 6402 cb00 7109 0300 01d0 0000 0000",
		   expected, sizeof(expected));
	assert_memory_equal(frame, expected, sizeof(expected));
	bytes_read("4500 0404 0007 0000 0911 61c9 cb00 7109 0808 0808 14e9 0035 03f0 1e5e",
		   expected, sizeof(expected));
	assert_memory_equal(frame + 42, expected, 28);
	for (unsigned int i = 70; i < 14 + 576; i++)
		assert_int_equal(frame[i], 'Z');
	transmit_drop(&fixture->worker, mbuf, DROP_no_route);
}

static void
test_no_buffer(void **state)
{
	struct fixture *fixture = *state;
	struct rte_mbuf *all[FIXTURE_BUFFERS - 1];

	assert_int_equal(rte_pktmbuf_alloc_bulk(fixture->worker.pool, all, RTE_DIM(all)), 0);
	tell(fixture, WAN, TO_WAN FAR, 3, 0, 0);
	assert_told(fixture, 0, 1);
	rte_pktmbuf_free_bulk(all, RTE_DIM(all));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(test_pings_that_are_not_answered),
		WITH_FIXTURE(test_a_ping),
		WITH_FIXTURE(test_an_empty_ping_on_a_vlan),
		WITH_FIXTURE(test_a_ping_with_options),
		WITH_FIXTURE(test_a_ping_that_is_damaged),
		WITH_FIXTURE(test_packets_that_nobody_is_told_about),
		WITH_FIXTURE(test_martians),
		WITH_FIXTURE(test_an_interface_without_addresses),
		WITH_FIXTURE(test_a_neighbour_is_told),
		WITH_FIXTURE(test_the_mtu_is_told),
		WITH_FIXTURE(test_the_place_of_a_problem_is_told),
		WITH_FIXTURE(test_the_address_that_tells),
		WITH_FIXTURE(test_what_may_be_told_about),
		WITH_FIXTURE(test_a_long_packet_is_quoted_in_part),
		WITH_FIXTURE(test_no_buffer),
	};

	test_eal_start("64");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
