/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/next_hops.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bytes.h"

static void
used_up_ids_are_an_error(void **state)
{
	struct next_hops next_hops = { 0 };
	uint32_t id;

	(void)state;
	for (uint32_t i = 0; i < 16384; i++) {
		assert_int_equal(next_hop_take(&next_hops, 3, i, &id), 0);
		assert_int_equal(id, i);
	}
	assert_int_equal(next_hop_take(&next_hops, 3, 16384, &id), -ENOSPC);
	assert_int_equal(next_hops.count, 16384);
	/* What has an id keeps it. */
	for (uint32_t i = 0; i < 16384; i++) {
		assert_int_equal(next_hop_take(&next_hops, 3, i, &id), 0);
		assert_int_equal(id, i);
	}
	next_hops_clear(&next_hops);
}

static void
next_hops_are_told_apart(void **state)
{
	struct next_hops next_hops = { 0 };
	uint32_t ids[4];

	(void)state;
	assert_int_equal(next_hop_take(&next_hops, 1, IP4(192, 0, 2, 1), &ids[0]), 0);
	assert_int_equal(next_hop_take(&next_hops, 2, IP4(192, 0, 2, 1), &ids[1]), 0);
	assert_int_equal(next_hop_take(&next_hops, 1, IP4(192, 0, 2, 2), &ids[2]), 0);
	assert_int_equal(next_hop_take(&next_hops, 1, IP4(192, 0, 2, 1), &ids[3]), 0);
	assert_int_equal(ids[0], 0);
	assert_int_equal(ids[1], 1);
	assert_int_equal(ids[2], 2);
	assert_int_equal(ids[3], 0);
	assert_int_equal(next_hops.count, 3);
	assert_int_equal(next_hops.items[1].interface, 2);
	assert_int_equal(next_hops.items[2].address, RTE_BE32(IP4(192, 0, 2, 2)));
	next_hops_clear(&next_hops);
	assert_int_equal(next_hops.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(used_up_ids_are_an_error),
		cmocka_unit_test(next_hops_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
