/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <rte_ip.h>

#include "dataplane/checksum.h"

/* RFC 1624 section 4: a field changes from 0x5555 to 0x3285 under the checksum 0xdd2f. */
static void
test_the_example_of_rfc_1624(void **state)
{
	(void)state;
	uint16_t delta = checksum_delta16(RTE_BE16(0x5555), RTE_BE16(0x3285), 0);

	assert_int_equal(checksum_apply(RTE_BE16(0xdd2f), delta), 0x0000);
}

/* Equation 3 as it stands there, of all checksums. */
static void
test_every_checksum_is_as_equation_3_says(void **state)
{
	static const uint16_t deltas[] = { 0, 1, 0x7fff, 0x8000, 0xfffe, 0xffff };

	(void)state;
	for (size_t i = 0; i < RTE_DIM(deltas); i++) {
		for (uint32_t checksum = 0; checksum <= UINT16_MAX; checksum++) {
			uint16_t sum = checksum_fold((uint16_t)~checksum + (uint32_t)deltas[i]);

			assert_int_equal(checksum_apply((uint16_t)checksum, deltas[i]),
					 (uint16_t)~sum);
		}
	}
}

static void
test_a_field_that_stays_changes_no_sum(void **state)
{
	(void)state;
	static const uint16_t checksums[] = { 0x0001, 0x1234, 0xfffe };

	for (size_t i = 0; i < RTE_DIM(checksums); i++) {
		uint16_t delta = checksum_delta16(RTE_BE16(0xabcd), RTE_BE16(0xabcd), 0);

		assert_int_equal(checksum_apply(checksums[i], delta), checksums[i]);
		delta = checksum_delta32(RTE_BE32(0xabcd1234), RTE_BE32(0xabcd1234), 0);
		assert_int_equal(checksum_apply(checksums[i], delta), checksums[i]);
		assert_int_equal(checksum_apply(checksums[i], 0), checksums[i]);
	}
}

static void
test_sums_fold_their_carries(void **state)
{
	(void)state;
	assert_int_equal(checksum_fold(0), 0);
	assert_int_equal(checksum_fold(0xffff), 0xffff);
	assert_int_equal(checksum_fold(0x10000), 1);
	assert_int_equal(checksum_fold(0x1ffff), 1);
	assert_int_equal(checksum_fold(0xffffffff), 0xffff);
	assert_int_equal(checksum_fold(0xffff0001), 1);
}

static void
test_the_time_to_live_is_decremented(void **state)
{
	(void)state;
	for (unsigned int ttl = 1; ttl < 256; ttl++) {
		struct rte_ipv4_hdr ip = {
			.version_ihl = RTE_IPV4_VHL_DEF,
			.total_length = RTE_BE16(1500),
			.time_to_live = (uint8_t)ttl,
			.next_proto_id = 6,
			.src_addr = RTE_BE32(0x0a000104),
			.dst_addr = RTE_BE32(0x08080808),
		};
		rte_be16_t before = rte_ipv4_cksum(&ip);

		ip.time_to_live--;
		assert_int_equal(checksum_apply(before, CHECKSUM_DELTA_TTL), rte_ipv4_cksum(&ip));
	}
}

/* Deltas of many fields, added up in any order, against the sum of the whole message. */
static void
test_random_messages(void **state)
{
	enum {
		WORDS = 12
	};
	(void)state;
	srand48(1624);
	for (unsigned int round = 0; round < 200000; round++) {
		uint32_t from[WORDS], to[WORDS];
		uint16_t delta = 0;

		for (unsigned int i = 0; i < WORDS; i++) {
			from[i] = (uint32_t)mrand48();
			to[i] = lrand48() % 4 ? (uint32_t)mrand48() : from[i];
			if (lrand48() % 2) {
				delta = checksum_delta32(from[i], to[i], delta);
			} else {
				delta = checksum_delta16((uint16_t)(from[i] >> 16),
							 (uint16_t)(to[i] >> 16), delta);
				delta = checksum_delta16((uint16_t)from[i], (uint16_t)to[i], delta);
			}
		}

		uint16_t before = (uint16_t)~rte_raw_cksum(from, sizeof(from));
		uint16_t after = (uint16_t)~rte_raw_cksum(to, sizeof(to));

		assert_int_equal(checksum_apply(before, delta), after);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_example_of_rfc_1624),
		cmocka_unit_test(test_every_checksum_is_as_equation_3_says),
		cmocka_unit_test(test_a_field_that_stays_changes_no_sum),
		cmocka_unit_test(test_sums_fold_their_carries),
		cmocka_unit_test(test_the_time_to_live_is_decremented),
		cmocka_unit_test(test_random_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
