/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dataplane/first_share.h"

enum {
	NOW = 1000000000, /* nanoseconds */
	MANY = 100000,    /* first packets */
};

/* The clock's. */
static uint64_t cycles;

static uint64_t
cycles_read(void)
{
	return cycles;
}

/* Others wait from NOW on. */
static struct first_share
share_make(void)
{
	struct first_share share;

	cycles = 0;
	first_share_init(&share, cycles_read);
	first_share_wait(&share, NOW);
	return share;
}

static void
spend(struct first_share *share, uint64_t count)
{
	uint64_t begun = first_share_begin(share);

	cycles += count;
	first_share_end(share, begun);
}

static void
nothing_is_limited_without_a_clock(void **state)
{
	struct first_share share;

	(void)state;
	first_share_init(&share, NULL);
	first_share_wait(&share, NOW);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(first_share_admit(&share, 1, NOW, MANY), MANY);
		first_share_end(&share, first_share_begin(&share));
	}
}

static void
nothing_is_limited_while_nobody_waits(void **state)
{
	struct first_share share;

	(void)state;
	cycles = 0;
	first_share_init(&share, cycles_read);
	assert_int_equal(first_share_admit(&share, 1, 0, MANY), MANY);
	assert_int_equal(first_share_admit(&share, 1, NOW, MANY), MANY);
	first_share_wait(&share, NOW);
	assert_int_equal(first_share_admit(&share, 1, NOW, MANY), 0);
	assert_int_equal(first_share_admit(&share, 1, NOW + 999999, MANY), 0);
	assert_int_equal(first_share_admit(&share, 1, NOW + 1000000, MANY), MANY);
}

static void
a_share_of_all_is_no_limit(void **state)
{
	struct first_share share = share_make();

	(void)state;
	assert_int_equal(first_share_admit(&share, 100, NOW, MANY), MANY);
	assert_int_equal(first_share_admit(&share, 99, NOW, MANY), 0);
}

/* One is taken to cost 1024 at first. */
static void
what_is_taken_too_much_is_kept_back(void **state)
{
	struct first_share share = share_make();

	(void)state;
	cycles = 10000;
	assert_int_equal(first_share_admit(&share, 20, NOW, 2), 2); /* of 2000 */
	spend(&share, 1800);
	spend(&share, 1200);
	assert_int_equal(first_share_admit(&share, 20, NOW, 1),
			 0); /* 2000 - 2 * 100 - 3000 + 600 */
	cycles += 2000;
	assert_int_equal(first_share_admit(&share, 20, NOW, 1), 0); /* -600 - 100 + 400 */
	cycles += 600;
	assert_int_equal(first_share_admit(&share, 20, NOW, 1), 0);
	cycles += 1905;
	assert_int_equal(first_share_admit(&share, 20, NOW, 1), 1); /* -280 - 100 + 381 */
	assert_int_equal(share.cost, 1076); /* 8 parts of 1024, one of 1500 */
}

static void
what_misses_is_charged(void **state)
{
	struct first_share share = share_make();

	(void)state;
	cycles = 50000;
	assert_int_equal(first_share_admit(&share, 20, NOW, 30), 10); /* of 10000 */
	spend(&share, 8000);
	/* 10000 - 30 * 100 - 8000 + 1600 */
	assert_int_equal(first_share_admit(&share, 20, NOW, 1), 1);
	spend(&share, 2200);
	assert_int_equal(first_share_admit(&share, 20, NOW, 0), 0); /* 500 - 2200 + 440 */
	/* No more than a rush: 2^20, which is 1/5 of five times as much. */
	assert_int_equal(first_share_admit(&share, 20, NOW, MANY), 0);
	cycles += 5 << 20;
	assert_int_equal(first_share_admit(&share, 20, NOW, 0), 0);
	cycles += 5;
	assert_int_equal(first_share_admit(&share, 20, NOW, 1), 1);
}

/* 2^20 cycles. */
static void
no_more_is_saved_up_than_a_rush(void **state)
{
	struct first_share share = share_make();

	(void)state;
	cycles = 1ULL << 60;
	assert_int_equal(first_share_admit(&share, 20, NOW, 1025), 1025);
	spend(&share, 1025 * 1024);
	assert_int_equal(first_share_admit(&share, 20, NOW, 300), 104);
	/* a fifth, less 1024 and 1025 * 100 */
}

/*
 * Bursts of 16 established packets and 16 first ones, of which each takes its part of the share and
 * an admitted one `cost` more.
 */
static void
assert_share(uint32_t percent, uint64_t cost)
{
	struct first_share share = share_make();
	uint64_t first = 0;

	for (unsigned int burst = 0; burst < 100000; burst++) {
		unsigned int admitted = first_share_admit(&share, percent, NOW, 16);

		assert_in_range(admitted, 0, 16);
		for (unsigned int i = 0; i < admitted; i++)
			spend(&share, cost);
		first += admitted * cost + 16 * 100;
		cycles += 16 * 500 + 16 * 100;
	}
	assert_in_range(first * 1000 / cycles, percent * 10 - 1, percent * 10);
}

static void
the_share_is_kept(void **state)
{
	(void)state;
	assert_share(20, 300);
	assert_share(20, 900);
	assert_share(20, 5000);
	assert_share(50, 900);
}

/* To find that they have no session takes more than the share: nothing is left to decide with. */
static void
a_flood_is_dropped_whole(void **state)
{
	struct first_share share = share_make();
	unsigned int admitted = 0;

	(void)state;
	for (unsigned int burst = 0; burst < 10000; burst++) {
		admitted += first_share_admit(&share, 20, NOW, 24);
		cycles += 8 * 50 + 24 * 100;
	}
	assert_int_equal(admitted, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_limited_without_a_clock),
		cmocka_unit_test(nothing_is_limited_while_nobody_waits),
		cmocka_unit_test(a_share_of_all_is_no_limit),
		cmocka_unit_test(what_is_taken_too_much_is_kept_back),
		cmocka_unit_test(what_misses_is_charged),
		cmocka_unit_test(no_more_is_saved_up_than_a_rush),
		cmocka_unit_test(the_share_is_kept),
		cmocka_unit_test(a_flood_is_dropped_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
