/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/snat_blocks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <rte_common.h>

enum {
	HOSTS = 4
};

static const uint32_t hosts[HOSTS] = { 11, 12, 13, 14 };

static struct port_range whole[] = { { 1024, 65535 } };
static const struct port_range_list whole_list = { whole, 1 };

/* The first port of each host's block; 0: it has none. */
static void
expect_starts(const struct snat_blocks *blocks, const uint16_t *expected)
{
	uint16_t starts[HOSTS];

	snat_blocks_assign(blocks, starts);
	for (unsigned int i = 0; i < HOSTS; i++)
		assert_int_equal(starts[i], expected[i]);
}

static void
who_does_not_fit_has_no_block(void **state)
{
	struct port_range ranges[] = { { 1024, 1039 }, { 2000, 2063 }, { 65528, 65535 } };
	const struct port_range_list free = { ranges, RTE_DIM(ranges) };
	const struct snat_blocks blocks = {
		.free = &free, .unit = 32, .hosts = hosts, .host_count = HOSTS
	};

	(void)state;
	expect_starts(&blocks, (const uint16_t[]){ 2000, 2032, 0, 0 });
}

static void
unused_places_have_no_block(void **state)
{
	static const uint32_t gaps[HOSTS] = { 11, 0, 0, 14 };
	const struct snat_blocks blocks = {
		.free = &whole_list, .unit = 64, .hosts = gaps, .host_count = HOSTS
	};

	(void)state;
	expect_starts(&blocks, (const uint16_t[]){ 1024, 0, 0, 1088 });
}

/* Of the same hosts, who had those before. */
static struct snat_blocks
blocks_after(const struct snat_ports *previous, const struct port_range_list *free, uint16_t unit)
{
	return (struct snat_blocks){ .free = free,
				     .unit = unit,
				     .hosts = hosts,
				     .host_count = HOSTS,
				     .previous = previous };
}

/* An inbound rule on one port of a block moves its host, and nobody else. */
static void
only_who_lost_a_port_moves(void **state)
{
	static const uint16_t before[HOSTS] = { 1024, 1088, 1152, 1216 };
	const struct snat_ports previous = {
		.unit = 64, .unit_count = HOSTS, .starts = before, .hosts = hosts
	};
	struct port_range ranges[] = { { 1024, 1095 }, { 1104, 65535 } };
	const struct port_range_list free = { ranges, RTE_DIM(ranges) };
	const struct snat_blocks blocks = blocks_after(&previous, &free, 64);

	(void)state;
	expect_starts(&blocks, (const uint16_t[]){ 1024, 1280, 1152, 1216 });
}

/* A place that has another host now is a new one: it gets the lowest that is free. */
static void
another_host_gets_another_block(void **state)
{
	static const uint32_t others[HOSTS] = { 11, 99, 13, 14 };
	static const uint16_t before[HOSTS] = { 1216, 1152, 1088, 1024 };
	const struct snat_ports previous = {
		.unit = 64, .unit_count = HOSTS, .starts = before, .hosts = others
	};
	const struct snat_blocks blocks = blocks_after(&previous, &whole_list, 64);

	(void)state;
	expect_starts(&blocks, (const uint16_t[]){ 1216, 1152, 1088, 1024 });
}

static void
blocks_of_another_length_are_all_new(void **state)
{
	static const uint16_t before[HOSTS] = { 5000, 6000, 7000, 8000 };
	struct snat_ports previous = {
		.unit = 128, .unit_count = HOSTS, .starts = before, .hosts = hosts
	};
	const struct snat_blocks blocks = blocks_after(&previous, &whole_list, 64);

	(void)state;
	expect_starts(&blocks, (const uint16_t[]){ 1024, 1088, 1152, 1216 });
	previous.unit = 64;
	previous.on_demand = true;
	expect_starts(&blocks, (const uint16_t[]){ 1024, 1088, 1152, 1216 });
}

/* Kept blocks lie so that one host would have none: then all move. */
static void
rather_all_move_than_one_has_none(void **state)
{
	static const uint16_t before[HOSTS] = { 1040, 0, 1104, 0 };
	const struct snat_ports previous = {
		.unit = 32, .unit_count = HOSTS, .starts = before, .hosts = hosts
	};
	struct port_range ranges[] = { { 1024, 1151 } };
	const struct port_range_list free = { ranges, RTE_DIM(ranges) };
	const struct snat_blocks blocks = blocks_after(&previous, &free, 32);

	(void)state;
	expect_starts(&blocks, (const uint16_t[]){ 1024, 1056, 1088, 1120 });
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_does_not_fit_has_no_block),
		cmocka_unit_test(unused_places_have_no_block),
		cmocka_unit_test(only_who_lost_a_port_moves),
		cmocka_unit_test(another_host_gets_another_block),
		cmocka_unit_test(blocks_of_another_length_are_all_new),
		cmocka_unit_test(rather_all_move_than_one_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
