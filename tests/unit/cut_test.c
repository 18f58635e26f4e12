/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <rte_ip.h>

#include "bytes.h"
#include "dataplane/cut.h"
#include "eal.h"

enum {
	HEADER_MAX = 60,
	PAYLOAD_MAX = 65535,
	BUFFERS = 511,
};

/* A packet as it was made, to be compared with what comes of it. */
struct original {
	uint8_t header[HEADER_MAX];
	size_t header_length;
	uint8_t payload[PAYLOAD_MAX];
	size_t payload_length;
	uint16_t offset; /* host order, flags and units of 8 bytes */
};

static struct rte_mempool *
pool_of(void **state)
{
	return *state;
}

static int
set_up(void **state)
{
	*state = rte_pktmbuf_pool_create("fragments", BUFFERS, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
					 SOCKET_ID_ANY);
	return *state == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	unsigned int lost = rte_mempool_in_use_count(*state);

	rte_mempool_free(*state);
	return lost == 0 ? 0 : -1;
}

static void
original_make(struct original *original, size_t payload_length, const char *options,
	      uint16_t offset)
{
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)original->header;

	original->header_length = sizeof(*ip) + bytes_read(options, original->header + sizeof(*ip),
							   HEADER_MAX - sizeof(*ip));
	original->payload_length = payload_length;
	original->offset = offset;
	for (size_t i = 0; i < payload_length; i++)
		original->payload[i] = (uint8_t)lrand48();
	*ip = (struct rte_ipv4_hdr){
		.version_ihl = (uint8_t)(0x40 | original->header_length / 4),
		.type_of_service = 0xb8,
		.total_length =
			rte_cpu_to_be_16((uint16_t)(original->header_length + payload_length)),
		.packet_id = RTE_BE16(0x1234),
		.fragment_offset = rte_cpu_to_be_16(offset),
		.time_to_live = 63,
		.next_proto_id = 17,
		.src_addr = RTE_BE32(IP4(10, 0, 1, 4)),
		.dst_addr = RTE_BE32(IP4(198, 51, 100, 9)),
	};
	ip->hdr_checksum = rte_ipv4_cksum(ip);
}

/* The packet in segments of `split` bytes of payload; the first has the header too. */
static struct rte_mbuf *
original_mbuf(const struct original *original, struct rte_mempool *pool, size_t split)
{
	struct rte_mbuf *head = rte_pktmbuf_alloc(pool);
	struct rte_mbuf *last = head;

	assert_non_null(head);
	memcpy(rte_pktmbuf_append(head, (uint16_t)original->header_length), original->header,
	       original->header_length);
	for (size_t at = 0; at < original->payload_length;) {
		size_t part = RTE_MIN(split, original->payload_length - at);

		memcpy(rte_pktmbuf_append(last, (uint16_t)part), original->payload + at, part);
		if (last != head)
			assert_int_equal(rte_pktmbuf_chain(head, last), 0);
		at += part;
		last = at < original->payload_length ? rte_pktmbuf_alloc(pool) : NULL;
		assert_true(last != NULL || at == original->payload_length);
	}
	return head;
}

/* RFC 791's conditions on one fragment; adds its payload to those before it. */
static void
fragment_verify(const struct original *original, struct rte_mbuf *fragment, bool last, uint16_t mtu,
		size_t *at)
{
	const struct rte_ipv4_hdr *first = (const struct rte_ipv4_hdr *)original->header;
	const struct rte_ipv4_hdr *ip = rte_pktmbuf_mtod(fragment, const struct rte_ipv4_hdr *);
	size_t header = rte_ipv4_hdr_len(ip), length = rte_be_to_cpu_16(ip->total_length);
	uint16_t offset = rte_be_to_cpu_16(ip->fragment_offset);
	uint8_t room[4096];

	rte_mbuf_sanity_check(fragment, 1);
	assert_int_equal(fragment->ol_flags, 0);
	assert_in_range(rte_pktmbuf_headroom(fragment), 18, UINT16_MAX);
	assert_int_equal(fragment->pkt_len, length);
	assert_in_range(length, header + 1, mtu);
	assert_int_equal(rte_raw_cksum(ip, header), 0xffff);
	assert_int_equal(ip->version_ihl >> 4, 4);
	assert_int_equal(ip->type_of_service, first->type_of_service);
	assert_int_equal(ip->packet_id, first->packet_id);
	assert_int_equal(ip->time_to_live, first->time_to_live);
	assert_int_equal(ip->next_proto_id, first->next_proto_id);
	assert_int_equal(ip->src_addr, first->src_addr);
	assert_int_equal(ip->dst_addr, first->dst_addr);
	assert_int_equal((offset & 0x1fff) * 8U, (original->offset & 0x1fff) * 8U + *at);
	assert_int_equal(offset & 0x4000, 0);
	assert_int_equal(offset & 0x2000, last ? original->offset & 0x2000 : 0x2000);
	if (!last)
		assert_int_equal((length - header) % 8, 0);
	assert_in_range(*at + length - header, 1, original->payload_length);
	assert_memory_equal(rte_pktmbuf_read(fragment, (uint32_t)header,
					     (uint32_t)(length - header), room),
			    original->payload + *at, length - header);
	*at += length - header;
}

/* Cuts the packet, and holds the parts against it. Returns how many there are. */
static unsigned int
check_cut(struct rte_mempool *pool, const struct original *original, size_t split, uint16_t mtu)
{
	struct rte_mbuf *mbuf = original_mbuf(original, pool, split);
	struct rte_mbuf *fragments[CUT_PIECES_MAX];
	unsigned int count = cut_packet(mbuf, mtu, pool, fragments);
	size_t at = 0;

	rte_pktmbuf_free(mbuf); /* the fragments do without */
	for (unsigned int i = 0; i < count; i++)
		fragment_verify(original, fragments[i], i + 1 == count, mtu, &at);
	if (count > 0)
		assert_int_equal(at, original->payload_length);
	rte_pktmbuf_free_bulk(fragments, count);
	return count;
}

static void
test_packets_that_can_not_be_cut(void **state)
{
	static struct original original;

	/* It forbids that. */
	original_make(&original, 1480, "", RTE_IPV4_HDR_DF_FLAG);
	assert_int_equal(check_cut(pool_of(state), &original, 1480, 1400), 0);
	/* No link is so narrow (RFC 791 section 3.2: 68 bytes). */
	original_make(&original, 1480, "", 0);
	assert_int_equal(check_cut(pool_of(state), &original, 1480, 67), 0);
	assert_int_equal(check_cut(pool_of(state), &original, 1480, 0), 0);
	/* The last of its parts would begin, or end, beyond 65535: its offset would wrap. */
	original_make(&original, 1480, "", 0x1fff);
	assert_int_equal(check_cut(pool_of(state), &original, 1480, 1400), 0);
	original_make(&original, 1480, "", (65536 - 1480) / 8);
	assert_int_equal(check_cut(pool_of(state), &original, 1480, 1400), 0);
	original_make(&original, 1436, "", (65535 - 20 - 1435) / 8);
	assert_int_equal(check_cut(pool_of(state), &original, 1436, 600), 0);
	/* Too many parts: 64 of 48 bytes each hold 3072. */
	original_make(&original, 3073, "", 0);
	assert_int_equal(check_cut(pool_of(state), &original, 1500, 68), 0);
}

static void
test_a_length_that_is_not_the_buffers(void **state)
{
	static struct original original;
	struct rte_mbuf *fragments[CUT_PIECES_MAX];
	struct rte_mbuf *mbuf;

	original_make(&original, 1480, "", 0);
	mbuf = original_mbuf(&original, pool_of(state), 1480);
	assert_non_null(rte_pktmbuf_append(mbuf, 1));
	assert_int_equal(cut_packet(mbuf, 600, pool_of(state), fragments), 0);
	assert_int_equal(rte_pktmbuf_trim(mbuf, 2), 0);
	assert_int_equal(cut_packet(mbuf, 600, pool_of(state), fragments), 0);
	rte_pktmbuf_free(mbuf);
}

static void
test_the_pool_runs_empty(void **state)
{
	static struct original original;
	struct rte_mempool *pool = pool_of(state);

	original_make(&original, 1480, "", 0);
	/* Three fragments need six buffers, the packet one. */
	for (unsigned int left = 1; left <= 7; left++) {
		struct rte_mbuf *taken[BUFFERS];

		assert_int_equal(rte_pktmbuf_alloc_bulk(pool, taken, BUFFERS - left), 0);
		assert_int_equal(check_cut(pool, &original, 1480, 600), left < 7 ? 0 : 3);
		rte_pktmbuf_free_bulk(taken, BUFFERS - left);
		assert_int_equal(rte_mempool_in_use_count(pool), 0);
	}
}

static void
test_sizes_at_the_edges(void **state)
{
	static struct original original;
	static const struct {
		size_t payload;
		uint16_t mtu;
		uint16_t offset;
		unsigned int fragments;
	} cases[] = {
		{ 1480, 1499, 0, 2 }, /* 1472 and 8 */
		{ 1473, 1492, 0, 2 }, /* 1472 and 1 */
		{ 1472, 768, 0, 2 },  /* 736 twice: 748 rounded down to 744 is enough */
		{ 3072, 68, 0, 64 },
		{ 1480, 600, 0x2000 | 100, 3 }, /* a fragment in the middle of its packet */
		{ 1480, 600, 185, 3 },          /* the last fragment of its packet */
		{ 1435, 600, (65535 - 20 - 1435) / 8, 3 }, /* it ends where the longest ends */
	};

	for (size_t i = 0; i < RTE_DIM(cases); i++) {
		original_make(&original, cases[i].payload, "", cases[i].offset);
		assert_int_equal(check_cut(pool_of(state), &original, 1600, cases[i].mtu),
				 cases[i].fragments);
	}
}

/* Only options that say so are copied into the fragments behind the first (RFC 791 section 3.1). */
static void
test_options(void **state)
{
	static struct original original;
	struct rte_mempool *pool = pool_of(state);
	struct rte_mbuf *fragments[CUT_PIECES_MAX], *mbuf;
	uint8_t router_alert[4];
	const uint8_t *behind;

	/* Record route with room for one address is not copied, router alert is. */
	original_make(&original, 1472, "0707 0400 0000 0001 9404 0000", 0);
	assert_int_equal(check_cut(pool, &original, 1472, 600), 3);
	mbuf = original_mbuf(&original, pool, 1472);
	assert_int_equal(cut_packet(mbuf, 600, pool, fragments), 3);
	assert_memory_equal(rte_pktmbuf_mtod_offset(fragments[0], void *, 20), original.header + 20,
			    12);
	bytes_read("9404 0000", router_alert, sizeof(router_alert));
	for (unsigned int i = 1; i < 3; i++) {
		assert_int_equal(
			rte_ipv4_hdr_len(rte_pktmbuf_mtod(fragments[i], struct rte_ipv4_hdr *)),
			24);
		behind = rte_pktmbuf_mtod_offset(fragments[i], const uint8_t *, 20);
		assert_memory_equal(behind, router_alert, 4);
	}
	rte_pktmbuf_free_bulk(fragments, 3);
	rte_pktmbuf_free(mbuf);
}

/* What a sender may write into 40 bytes, though parsing lets no such packet so far. */
static void
test_malformed_options(void **state)
{
	static struct original original;
	static const char *const options[] = { "9400 0000", "94ff 0000", "0101 0194", "8301 0101",
					       "0000 0094" };

	for (size_t i = 0; i < RTE_DIM(options); i++) {
		original_make(&original, 1000, options[i], 0);
		assert_int_equal(check_cut(pool_of(state), &original, 1000, 600), 2);
	}
}

static void
test_random_packets(void **state)
{
	static struct original original;
	static const char *const options[] = {
		"", "", "9404 0000", "0101 0101", "8207 0102 0304 0501", "4404 0500 9404 0000"
	};
	unsigned int cut = 0;

	srand48(791);
	for (unsigned int round = 0; round < 4000; round++) {
		uint16_t mtu = (uint16_t)(68 + lrand48() % 2000);
		size_t payload = mtu + (size_t)(lrand48() % 6000);
		uint16_t offset = (uint16_t)(lrand48() % 2 * (lrand48() % 0x4000));

		original_make(&original, payload, options[(size_t)lrand48() % RTE_DIM(options)],
			      offset);
		cut += check_cut(pool_of(state), &original, 100 + (size_t)lrand48() % 1900, mtu) >
		       0;
	}
	assert_in_range(cut, 2500, 4000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_packets_that_can_not_be_cut),
		cmocka_unit_test(test_a_length_that_is_not_the_buffers),
		cmocka_unit_test(test_the_pool_runs_empty),
		cmocka_unit_test(test_sizes_at_the_edges),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_malformed_options),
		cmocka_unit_test(test_random_packets),
	};

	test_eal_start("64");
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
