/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/rss_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <rte_thash.h>

#include "bytes.h"

enum {
	KEY_LENGTH = 40, /* bytes; for the 36 of two IPv6 addresses and their ports */
	WORDS = 3,       /* of IPv4 with ports */
};

/* As a device computes it: addresses and ports in host order here, as rte_softrss() takes them. */
static uint32_t
hash_of(const uint8_t *key, uint32_t source, uint32_t destination, uint16_t source_port,
	uint16_t destination_port)
{
	uint32_t words[WORDS] = { source, destination,
				  (uint32_t)source_port << 16 | destination_port };

	return rte_softrss(words, WORDS, key);
}

/* The first of the vectors that devices are verified by, with the key that is given with them. */
static void
the_software_hashes_as_devices_do(void **state)
{
	static const uint8_t key[KEY_LENGTH] = {
		0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
		0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
		0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
	};

	(void)state;
	assert_int_equal(hash_of(key, IP4(66, 9, 149, 187), IP4(161, 142, 100, 80), 2794, 1766),
			 0x51ccc178);
	/* With that key the other direction goes elsewhere. */
	assert_int_not_equal(hash_of(key, IP4(161, 142, 100, 80), IP4(66, 9, 149, 187), 1766, 2794),
			     0x51ccc178);
}

/* The key's 32 bits from each bit of the input on that is set, exclusive or. */
static void
vectors_by_hand(void **state)
{
	uint8_t key[KEY_LENGTH];

	(void)state;
	rss_key_fill(key, sizeof(key));
	assert_int_equal(hash_of(key, 0, 0, 0, 0), 0);
	assert_int_equal(hash_of(key, 0x80000000, 0, 0, 0), 0x6d5a6d5a);
	assert_int_equal(hash_of(key, 0, 0x80000000, 0, 0), 0x6d5a6d5a);
	assert_int_equal(hash_of(key, 0x40000000, 0, 0, 0), 0xdab4dab4);
	assert_int_equal(hash_of(key, 0, 0, 0x4000, 0), 0xdab4dab4);
	assert_int_equal(hash_of(key, 0, 0, 0, 0x4000), 0xdab4dab4);
	assert_int_equal(hash_of(key, 0xc0000000, 0, 0, 0), 0xb7eeb7ee);
	assert_int_equal(hash_of(key, 0x80000000, 0x80000000, 0, 0), 0);
}

static void
both_directions_have_one_hash(void **state)
{
	static const struct {
		uint32_t source, destination;
		uint16_t source_port, destination_port;
	} sessions[] = {
		{ IP4(66, 9, 149, 187), IP4(161, 142, 100, 80), 2794, 1766 },
		{ IP4(10, 0, 1, 4), IP4(8, 8, 8, 8), 51000, 53 },
		{ IP4(203, 0, 113, 9), IP4(192, 23, 1, 2), 40000, 443 },
		{ IP4(10, 0, 1, 4), IP4(10, 0, 2, 9), 1, 65535 },
	};
	uint8_t key[KEY_LENGTH];

	(void)state;
	rss_key_fill(key, sizeof(key));
	for (size_t i = 0; i < RTE_DIM(sessions); i++)
		assert_int_equal(hash_of(key, sessions[i].source, sessions[i].destination,
					 sessions[i].source_port, sessions[i].destination_port),
				 hash_of(key, sessions[i].destination, sessions[i].source,
					 sessions[i].destination_port, sessions[i].source_port));
}

/* Over 4 queues, by the lowest bits, as devices with an even table of queues do it. */
static void
sessions_spread(void **state)
{
	unsigned int queues[4] = { 0 };
	uint8_t key[KEY_LENGTH];

	(void)state;
	rss_key_fill(key, sizeof(key));
	for (uint16_t port = 0; port < 4000; port++)
		queues[hash_of(key, IP4(10, 0, 1, 4), IP4(8, 8, 8, 8), (uint16_t)(5000 + port),
			       53) %
		       4]++;
	for (unsigned int i = 0; i < 4; i++)
		assert_in_range(queues[i], 900, 1100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_software_hashes_as_devices_do),
		cmocka_unit_test(vectors_by_hand),
		cmocka_unit_test(both_directions_have_one_hash),
		cmocka_unit_test(sessions_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
