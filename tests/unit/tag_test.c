/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/tag.h"

#include <rte_ring_elem.h>

#include "dataplane/arp.h"
#include "dataplane/icmp.h"
#include "fixture.h"

/*
 * Frames of 10.0.1.4, on VLAN 10, whose port has taken the tag out, priority and all; what the
 * gateway sends there. All packets are as scapy makes them.
 */
#define LAN_MAC   "0200 0000 0002"
#define LAN_HOST  "0200 0000 0204"
#define TO_LAN    LAN_MAC LAN_HOST
#define FROM_LAN  LAN_HOST LAN_MAC
#define TAG       "8100 e00a"
#define OWN_TAG   "8100 000a"
#define PING      "0800 4500 001e 0001 0000 4001 64da 0a00 0104 0a00 0101 0800 8f94 0001 0001 6869"
#define PONG      "0800 4500 001e 0001 0000 4001 64da 0a00 0101 0a00 0104 0000 9794 0001 0001 6869"
#define WHO_HAS   "0806 0001 0800 0604 0001" LAN_HOST "0a00 0104 0000 0000 0000 0a00 0101"
#define IS_AT     "0806 0001 0800 0604 0002" LAN_MAC "0a00 0101" LAN_HOST "0a00 0104"
#define LLDP      "0180 c200 000e 0200 0000 0204"
#define LLDP_DATA "88cc 0207 0400 0200 0000 0204"
/* UDP 198.51.100.9:53 -> 10.0.1.4:5353, already rewritten, as it came on another link. */
#define ROUTER "0200 0000 0101"
#define CAME   "0200 0000 0001" ROUTER "0800"
#define PACKET "4500 0020 0007 0000 3f11 4686 c633 6409 0a00 0104 0035 14e9 000c 0000 6162 6364"
/* The same with 60 bytes of data. */
#define LONG "4500 0058 0007 0000 3f11 464e c633 6409 0a00 0104 0035 14e9 0044 0000"
#define TEN  "6162 6364 6566 6768 696a"

enum {
	TCI = 0xe00a, /* the highest priority */
};

static struct packet
receive(struct fixture *fixture, const char *text)
{
	struct packet packet = { .flow = FLOW_NONE };
	struct rte_mbuf *mbuf = fixture_frame(fixture, text, 0);

	mbuf->ol_flags = RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
	mbuf->vlan_tci = TCI;
	packet_parse(&fixture->snapshot, 1, mbuf, &packet);
	assert_int_equal(packet.interface, LAN);
	return packet;
}

static int
set_up(void **state)
{
	struct fixture *fixture;

	if (fixture_setup_kernel(state) != 0)
		return -1;
	fixture = *state;
	fixture->maps[1].told = RTE_MBUF_F_RX_VLAN_STRIPPED;
	return 0;
}

static void
there_may_be_no_room_for_a_tag(void **state)
{
	struct fixture *fixture = *state;
	struct packet packet = receive(fixture, TO_LAN PING);

	assert_non_null(rte_pktmbuf_prepend(packet.mbuf, RTE_PKTMBUF_HEADROOM - 3));
	assert_false(tag_write(packet.mbuf, 10));
	rte_pktmbuf_adj(packet.mbuf, RTE_PKTMBUF_HEADROOM - 3);
	packet.mbuf->buf_len = (uint16_t)(packet.mbuf->buf_len - RTE_PKTMBUF_HEADROOM + 3);
	packet.mbuf->buf_addr = (char *)packet.mbuf->buf_addr + RTE_PKTMBUF_HEADROOM - 3;
	packet.mbuf->data_off = 3;
	icmp_echo_reply(&fixture->worker, &packet);
	assert_int_equal(fixture_dropped(fixture, DROP_vlan_unknown), 1);
}

/* Frames that go back have the tag that they came with. */
static void
answers_have_the_tag_again(void **state)
{
	struct fixture *fixture = *state;
	struct packet ping = receive(fixture, TO_LAN PING), arp = receive(fixture, TO_LAN WHO_HAS);

	assert_int_equal(ping.reason, DROP_NONE);
	icmp_echo_reply(&fixture->worker, &ping);
	fixture_expect(fixture, 1, 0, FROM_LAN TAG PONG);
	assert_int_equal(arp.kind, PACKET_ARP);
	arp_receive(&fixture->worker, &arp);
	fixture_expect(fixture, 1, 1, FROM_LAN TAG IS_AT);
}

/* What the gateway makes has the link's own. */
static void
errors_have_the_links_tag(void **state)
{
	struct fixture *fixture = *state;
	struct packet ping = receive(fixture, TO_LAN PING);

	icmp_error(&fixture->worker, &ping, ICMP_TIME_EXCEEDED, 0, 0);
	transmit_drop(&fixture->worker, ping.mbuf, DROP_ttl_expired);
	fixture_expect(fixture, 1, 0,
		       FROM_LAN OWN_TAG "0800 45c0 003a 0000 4000 4001 23ff 0a00 0101 0a00 0104"
					"0b00 f4ff 0000 0000" /* what it quotes: */
					"4500 001e 0001 0000 4001 64da 0a00 0104 0a00 0101"
					"0800 8f94 0001 0001 6869");
}

/* Linux is given frames as they came: its end takes the interface's tag out. */
static void
linux_gets_the_tag_again(void **state)
{
	struct fixture *fixture = *state;
	struct packet lldp = receive(fixture, LLDP LLDP_DATA);
	struct kernel_frame frame;
	uint8_t expected[64];
	size_t length = bytes_read(LLDP TAG LLDP_DATA, expected, sizeof(expected));

	fixture->interfaces[LAN].tap = true;
	assert_true(kernel_wants(&fixture->worker, &lldp, lldp.reason));
	kernel_give(&fixture->worker, &lldp);
	assert_int_equal(rte_ring_sc_dequeue_elem(fixture->worker.kernel.rings[KERNEL_OTHER],
						  &frame, sizeof(frame)),
			 0);
	assert_int_equal(frame.mbuf->pkt_len, length);
	assert_memory_equal(rte_pktmbuf_mtod(frame.mbuf, void *), expected, length);
	rte_pktmbuf_free(frame.mbuf);
}

static uint32_t
resolve_host(struct fixture *fixture)
{
	return fixture_resolve(fixture, LAN, IP4(10, 0, 1, 4), LAN_HOST);
}

/* A port that does so puts tags into packets to neighbours, whatever they had before. */
static void
ports_put_tags_in(void **state)
{
	struct fixture *fixture = *state;
	uint32_t adjacency;

	fixture->interfaces[LAN].port_tags = true;
	adjacency = resolve_host(fixture);
	fixture->ports[1].room = 2;
	for (unsigned int i = 0; i < 3; i++) {
		struct rte_mbuf *mbuf = fixture_frame(fixture, CAME PACKET, 0);

		transmit_to_adjacency(&fixture->worker, mbuf,
				      rte_pktmbuf_mtod_offset(mbuf, void *, 14), adjacency);
	}
	for (unsigned int i = 0; i < 2; i++) {
		fixture_expect(fixture, 1, i, FROM_LAN "0800" PACKET);
		assert_true(fixture->ports[1].frames[i]->ol_flags & RTE_MBUF_F_TX_VLAN);
		assert_int_equal(fixture->ports[1].frames[i]->vlan_tci, 10);
	}
	assert_int_equal(fixture->worker.counters.ports[1].sent_bytes, 2 * (18 + 32));
	assert_int_equal(fixture_dropped(fixture, DROP_transmit_full), 1);
}

/* From a link whose port puts tags in, to one whose does not: nothing is asked of that. */
static void
other_ports_are_asked_for_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct packet packet = receive(fixture, TO_LAN PING);
	uint32_t adjacency;

	fixture->interfaces[LAN].port_tags = true;
	adjacency = fixture_resolve(fixture, WAN, IP4(198, 51, 100, 1), ROUTER);
	transmit_to_adjacency(&fixture->worker, packet.mbuf, packet.ip, adjacency);
	fixture_expect(fixture, 0, 0, ROUTER "0200 0000 0001" PING);
	assert_false(fixture->ports[0].frames[0]->ol_flags & RTE_MBUF_F_TX_VLAN);
}

/* The device of the interface is another after a restart alone, its VLAN at any reload. */
static void
what_is_cut_has_tags_too(void **state)
{
	struct fixture *fixture = *state;
	uint32_t adjacency = resolve_host(fixture);
	struct rte_mbuf *mbuf = fixture_frame(fixture, CAME LONG TEN TEN TEN TEN TEN TEN, 0);

	fixture->interfaces[LAN].port_tags = true;
	fixture->interfaces[LAN].vlan = 11;
	fixture->interfaces[LAN].mtu = 68;
	neighbor_table_refresh(&fixture->worker.neighbors, NULL, &fixture->snapshot);
	transmit_to_adjacency(&fixture->worker, mbuf, rte_pktmbuf_mtod_offset(mbuf, void *, 14),
			      adjacency);
	assert_int_equal(fixture_sent(fixture, 1), 2);
	for (unsigned int i = 0; i < 2; i++) {
		const struct rte_mbuf *piece = fixture->ports[1].frames[i];

		assert_int_equal(piece->pkt_len, i == 0 ? 14 + 20 + 48 : 14 + 20 + 20);
		assert_true(piece->ol_flags & RTE_MBUF_F_TX_VLAN);
		assert_int_equal(piece->vlan_tci, 11);
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, fixture_teardown_kernel)
	const struct CMUnitTest tests[] = {
		TEST(there_may_be_no_room_for_a_tag),
		TEST(answers_have_the_tag_again),
		TEST(errors_have_the_links_tag),
		TEST(linux_gets_the_tag_again),
		TEST(ports_put_tags_in),
		TEST(other_ports_are_asked_for_nothing),
		TEST(what_is_cut_has_tags_too),
	};

	test_eal_start("64");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
