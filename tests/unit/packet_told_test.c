/* SPDX-License-Identifier: BSD-3-Clause */
#include "parsing.h"

/* What a port tells of packets beside them. */

/* Each word of the device about a header with a right checksum, and one with a wrong one. */
static void
the_device_may_have_looked_at_the_checksum(void **state)
{
	static const struct {
		uint32_t told;
		uint64_t flags;
		uint32_t type;
		bool right_passes, wrong_passes;
	} words[] = {
		{ RTE_MBUF_F_RX_IP_CKSUM_MASK, RTE_MBUF_F_RX_IP_CKSUM_UNKNOWN, 0, true, false },
		{ RTE_MBUF_F_RX_IP_CKSUM_MASK, RTE_MBUF_F_RX_IP_CKSUM_GOOD, 0, true, true },
		{ RTE_MBUF_F_RX_IP_CKSUM_MASK, RTE_MBUF_F_RX_IP_CKSUM_BAD, 0, false, false },
		{ RTE_MBUF_F_RX_IP_CKSUM_MASK, RTE_MBUF_F_RX_IP_CKSUM_NONE, 0, true, false },
		/* It is about the header inside the tunnel. */
		{ RTE_MBUF_F_RX_IP_CKSUM_MASK, RTE_MBUF_F_RX_IP_CKSUM_GOOD, RTE_PTYPE_TUNNEL_GRE,
		  true, false },
		{ RTE_MBUF_F_RX_IP_CKSUM_MASK, RTE_MBUF_F_RX_IP_CKSUM_BAD, RTE_PTYPE_TUNNEL_IP,
		  true, false },
		/* It is the word of another device, from which the packet came before. */
		{ 0, RTE_MBUF_F_RX_IP_CKSUM_GOOD, 0, true, false },
		{ 0, RTE_MBUF_F_RX_IP_CKSUM_BAD, 0, true, false },
	};

	(void)state;
	for (size_t i = 0; i < 2 * RTE_DIM(words); i++) {
		bool right = i % 2 == 0;
		bool passes = right ? words[i / 2].right_passes : words[i / 2].wrong_passes;
		struct rte_mbuf *mbuf = mbuf_of(tcp_frame, sizeof(tcp_frame));
		struct packet packet;

		if (!right)
			rte_pktmbuf_mtod(mbuf, uint8_t *)[VLAN_FRAME_IP + 10] ^= 1;
		port_map.told = words[i / 2].told;
		mbuf->ol_flags = words[i / 2].flags;
		mbuf->packet_type = words[i / 2].type;
		packet_parse(&snapshot, 0, mbuf, &packet);
		assert_int_equal(packet.reason, passes ? DROP_NONE : DROP_ip_checksum_wrong);
		rte_pktmbuf_free(mbuf);
	}
	port_map.told = 0;
}

/* The port has taken a tag out: the next one, if any, is a second. */
static void
a_tag_may_be_told_beside_the_frame(void **state)
{
	static const struct {
		uint32_t told;
		uint16_t tci;
		bool tagged; /* the frame still has one */
		uint16_t reason, interface;
	} tags[] = {
		{ RTE_MBUF_F_RX_VLAN_STRIPPED, 10, false, DROP_NONE, 0 },
		{ RTE_MBUF_F_RX_VLAN_STRIPPED, 0xf00a, false, DROP_NONE, 0 },
		{ RTE_MBUF_F_RX_VLAN_STRIPPED, 11, false, DROP_vlan_unknown, INTERFACE_NONE },
		{ RTE_MBUF_F_RX_VLAN_STRIPPED, 10, true, DROP_ethertype_unsupported, 0 },
		/* It is another device's. */
		{ RTE_MBUF_F_RX_IP_CKSUM_MASK, 11, true, DROP_NONE, 0 },
		/* To the subnet's MAC address, which the fabric's interface does not have. */
		{ 0, 10, false, DROP_not_for_gateway, 1 },
	};

	(void)state;
	for (size_t i = 0; i < RTE_DIM(tags); i++) {
		struct rte_mbuf *mbuf = mbuf_of(tcp_frame, sizeof(tcp_frame));
		uint8_t *frame = rte_pktmbuf_mtod(mbuf, uint8_t *);
		struct packet packet;

		if (!tags[i].tagged) {
			memmove(frame + 4, frame, 12);
			frame = (uint8_t *)rte_pktmbuf_adj(mbuf, 4);
		}
		mbuf->ol_flags = RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
		mbuf->vlan_tci = tags[i].tci;
		port_map.told = tags[i].told;
		packet_parse(&snapshot, 0, mbuf, &packet);
		assert_int_equal(packet.reason, tags[i].reason);
		assert_int_equal(packet.interface, tags[i].interface);
		if (packet.reason == DROP_NONE)
			assert_ptr_equal(packet.ip, frame + (tags[i].tagged ? 18 : 14));
		rte_pktmbuf_free(mbuf);
	}
	port_map.told = 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_device_may_have_looked_at_the_checksum),
		cmocka_unit_test(a_tag_may_be_told_beside_the_frame),
	};

	test_eal_start("64");
	return cmocka_run_group_tests(tests, parsing_set_up, NULL);
}
