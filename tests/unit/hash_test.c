/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <rte_common.h>

#include "dataplane/hash.h"

/* From a bitwise CRC-32C and plain 64-bit arithmetic: a new release must not move a flow. */
static void
hash_is_what_it_always_was(void **state)
{
	(void)state;
	assert_int_equal(hash_finish(1, 0), 0x17fb89ee);
	assert_int_equal(hash_finish(0, 1), 0xce457292);
	assert_int_equal(hash_words(0, 0, 0), 0xec12ecb6);
	assert_int_equal(hash_words(1, 0, 0), 0xb4f7912f);
	assert_int_equal(hash_words(0x0a0001040a000204, 0x00060050c738, 0x12345678), 0x9bd26a72);
	assert_int_equal(hash_words(UINT64_MAX, UINT64_MAX, UINT32_MAX), 0x6be1e1f1);
}

static void
the_cpu_knows_the_crc(void **state)
{
	(void)state;
	assert_int_equal(hash_crc(1, 0), rte_hash_crc_8byte(1, 0));
	assert_int_equal(hash_crc(0x123456789abcdef0, UINT32_MAX),
			 rte_hash_crc_8byte(0x123456789abcdef0, UINT32_MAX));
}

static void
hash_to_range_stays_within_it(void **state)
{
	(void)state;
	assert_int_equal(hash_to_range(0, 10), 0);
	assert_int_equal(hash_to_range(0x80000000, 10), 5);
	assert_int_equal(hash_to_range(UINT32_MAX, 10), 9);
	assert_int_equal(hash_to_range(UINT32_MAX, 1), 0);
	assert_int_equal(hash_to_range(UINT32_MAX, UINT32_MAX), UINT32_MAX - 1);
}

static uint32_t
hash_of_flipped(unsigned int bit)
{
	uint64_t first = 0x0a0001040a000204;
	uint64_t second = 0x00060050c738;
	uint32_t seed = 7;

	if (bit < 64)
		first ^= 1ULL << bit;
	else if (bit < 128)
		second ^= 1ULL << (bit - 64);
	else
		seed ^= 1U << (bit - 128);
	return hash_words(first, second, seed);
}

/* Any single bit of addresses, ports or seed changes about half of the hash's bits. */
static void
every_input_bit_matters(void **state)
{
	unsigned int changed = 0;

	(void)state;
	for (unsigned int bit = 0; bit < 160; bit++) {
		uint32_t difference =
			hash_words(0x0a0001040a000204, 0x00060050c738, 7) ^ hash_of_flipped(bit);
		unsigned int bits = (unsigned int)__builtin_popcount(difference);

		assert_in_range(bits, 4, 28);
		changed += bits;
	}
	assert_in_range(changed, 160 * 15, 160 * 17);
}

/* What a port scan or a load generator sends: one field counts up, nothing else moves. */
static void
counting_flows_fill_all_buckets_evenly(void **state)
{
	static const unsigned int shifts[] = { 0, 16, 32, 48 };

	(void)state;
	for (size_t s = 0; s < RTE_DIM(shifts); s++) {
		unsigned int counts[256] = { 0 };

		for (uint64_t i = 0; i < 65536; i++) {
			uint64_t field = i << shifts[s];

			counts[hash_words(0x0a0001040a000204 ^ field, 6, 1) >> 24]++;
		}
		for (unsigned int bucket = 0; bucket < 256; bucket++)
			assert_in_range(counts[bucket], 256 - 80, 256 + 80); /* five sigma */
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cpu_knows_the_crc),
		cmocka_unit_test(hash_to_range_stays_within_it),
		cmocka_unit_test(hash_is_what_it_always_was),
		cmocka_unit_test(every_input_bit_matters),
		cmocka_unit_test(counting_flows_fill_all_buckets_evenly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
