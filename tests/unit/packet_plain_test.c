/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/packet_plain.h"

#include "parsing.h"

enum {
	FRAME_MAX = 80,
	ROUNDS = 400000,
};

/* Where the two frames below have what a test changes. */
enum {
	TAGGED_IP = 18,
	UNTAGGED_IP = 14,
};

/* TCP 10.0.1.4:51000 -> 93.184.216.34:443 on VLAN 10; the IPv4 checksum was computed by hand. */
static const uint8_t tagged[FRAME_MAX] = {
	0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x02, 0x00, 0x00, 0x00, 0x02, 0x04, /* Ethernet */
	0x81, 0x00, 0x00, 0x0a, 0x08, 0x00,                                     /* VLAN 10, IPv4 */
	0x45, 0x00, 0x00, 0x28, 0x12, 0x34, 0x40, 0x00, 0x40, 0x06, 0xe7, 0xbd, /* IPv4 */
	10,   0,    1,    4,    93,   184,  216,  34,                           /* addresses */
	0xc7, 0x38, 0x01, 0xbb, 0,    0,    0,    1,    0,    0,    0,    0, /* ports, seq, ack */
	0x50, 0x02, 0xff, 0xff, 0,    0,    0,    0,                         /* SYN */
};

/* UDP 192.0.2.1:53 -> 198.51.100.7:33000, 4 bytes. */
static const uint8_t untagged[FRAME_MAX] = {
	0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x02, 0x04, /* Ethernet */
	0x08, 0x00,                                                             /* IPv4 */
	0x45, 0x00, 0x00, 0x20, 0x00, 0x01, 0x00, 0x00, 0x40, 0x11, 0x8e, 0x90, /* IPv4 */
	192,  0,    2,    1,    198,  51,   100,  7,                            /* addresses */
	0x00, 0x35, 0x80, 0xe8, 0x00, 0x0c, 0x00, 0x00, 1,    2,    3,    4,    /* UDP */
};

/* The last `second` bytes of the frame go to a segment of their own. */
static void
mbuf_split(struct rte_mbuf *mbuf, uint16_t second)
{
	struct rte_mbuf *last = rte_pktmbuf_alloc(pool);

	assert_non_null(last);
	memcpy(rte_pktmbuf_append(last, second),
	       rte_pktmbuf_mtod_offset(mbuf, const char *, rte_pktmbuf_data_len(mbuf) - second),
	       second);
	assert_int_equal(rte_pktmbuf_trim(mbuf, second), 0);
	assert_int_equal(rte_pktmbuf_chain(mbuf, last), 0);
}

/*
 * Both parsers on the same mbuf, which is freed: they must agree in everything, or the plain one
 * must have left everything as it was. Returns whether it was plain.
 */
static bool
parse_both(struct rte_mbuf *mbuf)
{
	struct packet_plain_port port = packet_plain_port(&snapshot, 0);
	uint16_t data_length = rte_pktmbuf_data_len(mbuf), trimmed;
	uint32_t packet_length = rte_pktmbuf_pkt_len(mbuf);
	struct packet plain, other, before;
	bool is_plain;

	memset(&before, 0xa5, sizeof(before));
	before.link_length = 0; /* which only ARP's frames have */
	plain = other = before;
	is_plain = packet_parse_plain(&port, port_map.told, mbuf, &plain);
	assert_int_equal(rte_pktmbuf_data_len(mbuf), data_length);
	assert_int_equal(rte_pktmbuf_pkt_len(mbuf), packet_length);
	if (!is_plain) {
		assert_memory_equal(&plain, &before, sizeof(plain));
	} else {
		packet_trim(&plain);
		trimmed = rte_pktmbuf_data_len(mbuf);
		assert_int_equal(rte_pktmbuf_pkt_len(mbuf), trimmed);
		mbuf->data_len = data_length;
		mbuf->pkt_len = packet_length;
		packet_parse(&snapshot, 0, mbuf, &other);
		assert_memory_equal(&plain, &other, sizeof(plain));
		assert_int_equal(rte_pktmbuf_data_len(mbuf), trimmed);
		assert_int_equal(rte_pktmbuf_pkt_len(mbuf), trimmed);
	}
	rte_pktmbuf_free(mbuf);
	return is_plain;
}

/* Puts the right header checksum into a frame that a test has changed. */
static void
checksum(uint8_t *ip)
{
	uint32_t sum = 0;

	ip[10] = ip[11] = 0;
	for (unsigned int i = 0; i < 20; i += 2)
		sum += (uint32_t)ip[i] << 8 | ip[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	ip[10] = (uint8_t)(~sum >> 8);
	ip[11] = (uint8_t)~sum;
}

static void
what_is_not_plain_is_left_alone(void **state)
{
	static const struct {
		uint8_t offset, value;
	} changes[] = {
		{ 0, 0xff },
		{ 5, 0x03 }, /* to another */
		{ 12, 0x88 },
		{ 15, 11 }, /* another tag, another VLAN */
		{ 17, 0x06 },
		{ 17, 0xdd }, /* ARP, no IPv4 */
		{ TAGGED_IP, 0x46 },
		{ TAGGED_IP, 0x44 }, /* options, no room */
		{ TAGGED_IP, 0x65 },
		{ TAGGED_IP + 3, 39 }, /* IPv6, TCP cut off */
		{ TAGGED_IP + 3, 63 },
		{ TAGGED_IP + 2, 1 }, /* longer than the frame */
		{ TAGGED_IP + 3, 19 },
		{ TAGGED_IP + 3, 0 }, /* shorter than its header */
		{ TAGGED_IP + 6, 32 },
		{ TAGGED_IP + 7, 1 }, /* fragments */
		{ TAGGED_IP + 9, 1 },
		{ TAGGED_IP + 9, 47 }, /* ICMP, GRE */
		{ TAGGED_IP + 12, 0 },
		{ TAGGED_IP + 12, 127 }, /* from nobody */
		{ TAGGED_IP + 16, 0 },
		{ TAGGED_IP + 16, 127 }, /* to nobody */
		{ TAGGED_IP + 12, 169 },
		{ TAGGED_IP + 16, 169 }, /* may be of a link */
		{ TAGGED_IP + 12, 224 },
		{ TAGGED_IP + 16, 224 }, /* multicast */
	};

	(void)state;
	for (size_t i = 0; i < RTE_DIM(changes); i++) {
		uint8_t frame[FRAME_MAX];

		memcpy(frame, tagged, sizeof(frame));
		frame[changes[i].offset] = changes[i].value;
		checksum(frame + TAGGED_IP);
		assert_false(parse_both(mbuf_of(frame, sizeof(frame))));
	}
}

static void
a_wrong_checksum_is_not_plain(void **state)
{
	(void)state;
	for (unsigned int bit = 0; bit < 16; bit++) {
		uint8_t frame[FRAME_MAX];

		memcpy(frame, tagged, sizeof(frame));
		frame[TAGGED_IP + 10 + bit / 8] ^= (uint8_t)(1U << bit % 8);
		assert_false(parse_both(mbuf_of(frame, sizeof(frame))));
	}
}

/* What the device says of it, but not of a header in front of another. */
static void
a_checksum_that_the_device_has_looked_at(void **state)
{
	struct rte_mbuf *mbuf = mbuf_of(tagged, sizeof(tagged));

	(void)state;
	port_map.told = RTE_MBUF_F_RX_IP_CKSUM_MASK;
	mbuf->ol_flags = RTE_MBUF_F_RX_IP_CKSUM_BAD;
	assert_false(parse_both(mbuf));

	mbuf = mbuf_of(tagged, sizeof(tagged));
	rte_pktmbuf_mtod(mbuf, uint8_t *)[TAGGED_IP + 10] ^= 1;
	mbuf->ol_flags = RTE_MBUF_F_RX_IP_CKSUM_GOOD;
	assert_true(parse_both(mbuf));

	mbuf = mbuf_of(tagged, sizeof(tagged));
	rte_pktmbuf_mtod(mbuf, uint8_t *)[TAGGED_IP + 10] ^= 1;
	mbuf->ol_flags = RTE_MBUF_F_RX_IP_CKSUM_GOOD;
	mbuf->packet_type = RTE_PTYPE_TUNNEL_VXLAN;
	assert_false(parse_both(mbuf));
	port_map.told = 0;
}

static void
equal_addresses_are_not_plain(void **state)
{
	uint8_t frame[FRAME_MAX];

	(void)state;
	memcpy(frame, tagged, sizeof(frame));
	memcpy(frame + TAGGED_IP + 12, frame + TAGGED_IP + 16, 4);
	checksum(frame + TAGGED_IP);
	assert_false(parse_both(mbuf_of(frame, sizeof(frame))));
}

static void
a_frame_that_ends_early_is_not_plain(void **state)
{
	(void)state;
	for (size_t length = 0; length < TAGGED_IP + 40; length++)
		assert_false(parse_both(mbuf_of(tagged, length)));
	for (size_t length = 0; length < UNTAGGED_IP + 40; length++)
		assert_false(parse_both(mbuf_of(untagged, length)));
}

static void
a_frame_in_two_segments_is_not_plain(void **state)
{
	struct rte_mbuf *mbuf = mbuf_of(tagged, sizeof(tagged));

	(void)state;
	mbuf_split(mbuf, 20);
	assert_false(parse_both(mbuf));
}

static void
tcp_and_udp_are_plain(void **state)
{
	uint8_t frame[FRAME_MAX];

	(void)state;
	assert_true(parse_both(mbuf_of(tagged, TAGGED_IP + 40)));
	assert_true(parse_both(mbuf_of(tagged, sizeof(tagged))));
	assert_true(parse_both(mbuf_of(untagged, UNTAGGED_IP + 40)));
	assert_true(parse_both(mbuf_of(untagged, sizeof(untagged))));
	/* A priority beside the VLAN, and a type of service. */
	memcpy(frame, tagged, sizeof(frame));
	frame[14] = 0xe0;
	frame[TAGGED_IP + 1] = 0xb8;
	checksum(frame + TAGGED_IP);
	assert_true(parse_both(mbuf_of(frame, sizeof(frame))));
}

/* Any word of any device. */
static void
device_random(struct rte_mbuf *mbuf)
{
	const uint32_t told = RTE_MBUF_F_RX_IP_CKSUM_MASK | RTE_MBUF_F_RX_VLAN_STRIPPED;

	port_map.told = (uint32_t)rand() & told;
	mbuf->ol_flags = (uint64_t)rand() & told;
	mbuf->vlan_tci = rand() % 4 != 0 ? 10 : (uint16_t)rand();
	if (rand() % 8 == 0)
		mbuf->packet_type = RTE_PTYPE_TUNNEL_VXLAN;
}

/* A few bytes changed, mostly with a right checksum, cut anywhere, now and then in two segments. */
static void
random_frames_are_parsed_alike(void **state)
{
	static const uint8_t link_local[] = { 169, 254 };
	unsigned int plain = 0;

	(void)state;
	srand(1);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		bool tag = rand() % 2;
		uint8_t frame[FRAME_MAX];
		uint8_t *ip = frame + (tag ? TAGGED_IP : UNTAGGED_IP);
		size_t length = rand() % 4 != 0 ? sizeof(frame) : (size_t)rand() % sizeof(frame);
		struct rte_mbuf *mbuf;

		memcpy(frame, tag ? tagged : untagged, sizeof(frame));
		for (int i = rand() % 4; i > 0; i--)
			frame[rand() % 48] = (uint8_t)rand();
		if (rand() % 8 == 0)
			memcpy(ip + (rand() % 2 ? 12 : 16), link_local, sizeof(link_local));
		if (rand() % 4 != 0)
			checksum(ip);
		mbuf = mbuf_of(frame, length);
		if (length > 1 && rand() % 16 == 0)
			mbuf_split(mbuf, (uint16_t)(1 + (size_t)rand() % (length - 1)));
		device_random(mbuf);
		plain += parse_both(mbuf);
	}
	port_map.told = 0;
	assert_in_range(plain, ROUNDS / 5, ROUNDS - ROUNDS / 5);
	assert_int_equal(rte_mempool_avail_count(pool), 64);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_plain_is_left_alone),
		cmocka_unit_test(a_wrong_checksum_is_not_plain),
		cmocka_unit_test(a_checksum_that_the_device_has_looked_at),
		cmocka_unit_test(equal_addresses_are_not_plain),
		cmocka_unit_test(a_frame_that_ends_early_is_not_plain),
		cmocka_unit_test(a_frame_in_two_segments_is_not_plain),
		cmocka_unit_test(tcp_and_udp_are_plain),
		cmocka_unit_test(random_frames_are_parsed_alike),
	};

	test_eal_start("64");
	return cmocka_run_group_tests(tests, parsing_set_up, NULL);
}
