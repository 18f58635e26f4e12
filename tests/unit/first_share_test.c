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

/* Nanoseconds: goes on with each question by as long as a refusal holds. */
static uint64_t now;

static struct first_share
share_make(void)
{
	struct first_share share;

	cycles = 0;
	now = NOW;
	first_share_init(&share, cycles_read);
	return share;
}

/* While others wait. */
static bool
admits(struct first_share *share, uint32_t percent, unsigned int count)
{
	now += 30000;
	first_share_wait(share, now);
	return first_share_admits(share, percent, now, count);
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
		assert_true(first_share_admits(&share, 1, NOW, MANY));
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
	assert_true(first_share_admits(&share, 1, 0, MANY));
	assert_true(first_share_admits(&share, 1, NOW, MANY));
	first_share_wait(&share, NOW);
	assert_false(first_share_refuses(&share, NOW));
	assert_false(first_share_admits(&share, 1, NOW, MANY));
	assert_true(first_share_refuses(&share, NOW));
	assert_false(first_share_refuses(&share, NOW + 30000));
	assert_false(first_share_admits(&share, 1, NOW + 999999, MANY));
	/* A refusal holds no longer than others are taken to wait. */
	assert_true(first_share_refuses(&share, NOW + 999999));
	assert_false(first_share_refuses(&share, NOW + 1000000));
	assert_true(first_share_admits(&share, 1, NOW + 1000000, MANY));
	assert_false(first_share_refuses(&share, NOW + 1000000));
}

static void
a_share_of_all_is_no_limit(void **state)
{
	struct first_share share = share_make();

	(void)state;
	assert_true(admits(&share, 100, MANY));
	assert_false(admits(&share, 99, MANY));
}

/* Of those that are dropped, and of those that are decided beside what the clock tells. */
static void
what_first_packets_take_is_charged(void **state)
{
	struct first_share share = share_make();

	(void)state;
	cycles = 10000;
	first_share_count(&share, 100);
	assert_true(admits(&share, 20, 3));
	/* 2000 of them, less 125 % for each packet of what packets take. */
	assert_int_equal(share.credit, 2000 - 3 * 125);
	spend(&share, 1000);
	spend(&share, 500);
	/* And 140 % of it for those in the burst. */
	assert_int_equal(share.credit, 1625 - 3600);
	/* And of a twentieth, which is for those alone that are decided. */
	assert_int_equal(share.least, 100 - 3600);
	/* Packets take what is not taken by those that are decided. */
	cycles += 2600;
	first_share_count(&share, 10);
	assert_false(admits(&share, 20, 4));
	assert_int_equal(share.credit, -1975 + 820 - 250);
	assert_int_equal(share.least, -3500 + 41);
}

/* Those of a burst are decided together, and the next ones wait for it. */
static void
what_is_taken_too_much_is_kept_back(void **state)
{
	struct first_share share = share_make();

	(void)state;
	cycles = 2000;
	first_share_count(&share, 20);
	assert_true(admits(&share, 20, 1)); /* 400 - 125 */
	spend(&share, 1000);
	assert_int_equal(share.credit, -2125);
	cycles += 6100;
	first_share_count(&share, 47);
	assert_false(admits(&share, 20, 1)); /* 1420 - 125 */
	assert_int_equal(share.credit, -830);
	cycles += 4900;
	first_share_count(&share, 49);
	assert_true(admits(&share, 20, 1)); /* 980 - 125 */
}

/* 2^18 cycles, and a twentieth of that. No more has passed at once either. */
static void
no_more_is_saved_up_than_a_rush(void **state)
{
	struct first_share share = share_make();

	(void)state;
	cycles = 1ULL << 60;
	assert_true(admits(&share, 20, 1));
	/* Nor does one packet take so much, whatever has passed. */
	assert_int_equal(share.credit, 52428 - 375);
	assert_int_equal(share.least, 2621);
	for (unsigned int i = 0; i < 6; i++) {
		cycles += 1 << 18;
		assert_true(admits(&share, 20, 0));
	}
	assert_int_equal(share.credit, 1 << 18);
	assert_int_equal(share.least, 13107);
}

static void
no_more_is_owed_than_a_rush(void **state)
{
	struct first_share share = share_make();

	(void)state;
	cycles = 1ULL << 60;
	assert_true(admits(&share, 20, 1));
	/* Of a burst, nobody can have taken so much. */
	spend(&share, 1ULL << 40);
	assert_int_equal(share.credit, 52428 - 375 - (1 << 17));
	spend(&share, 1ULL << 40);
	spend(&share, 1ULL << 40);
	share.since = cycles;
	assert_false(admits(&share, 20, MANY));
	assert_int_equal(share.credit, -(1 << 18));
	assert_int_equal(share.least, -(1 << 18));
}

/*
 * Bursts of 28 established packets and 4 first ones, of 200 cycles each. An admitted one takes
 * `cost` more.
 */
static void
assert_share(uint32_t percent, uint64_t cost)
{
	struct first_share share = share_make();
	uint64_t first = 0;

	for (unsigned int burst = 0; burst < 100000; burst++) {
		uint64_t taken = 4 * 250;

		if (admits(&share, percent, 4)) {
			for (unsigned int i = 0; i < 4; i++)
				spend(&share, cost);
			taken += 4 * (cost + cost * 14 / 10);
			cycles += 4 * (cost * 14 / 10);
		}
		first += taken;
		cycles += 32 * 200;
		first_share_count(&share, 32);
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

/* To drop the flood takes more than the share; a twentieth of it is left to decide with. */
static void
some_are_decided_in_any_flood(void **state)
{
	struct first_share share = share_make();
	uint64_t decided = 0;

	(void)state;
	for (unsigned int burst = 0; burst < 100000; burst++) {
		if (admits(&share, 20, 24)) {
			spend(&share, 24 * 700);
			decided += 24 * 1680;
			cycles += 24 * 980;
		}
		cycles += 32 * 200;
		first_share_count(&share, 32);
	}
	assert_int_equal(share.credit, -(1 << 18));
	/* 1 % of all. */
	assert_in_range(decided * 10000 / cycles, 98, 100);
}

/* What it has earned meanwhile counts then, and what was dropped meanwhile is charged. */
static void
a_refusal_holds_for_a_while(void **state)
{
	struct first_share share = share_make();

	(void)state;
	assert_false(admits(&share, 20, 0));
	cycles = 100000;
	first_share_count(&share, 1000);
	assert_false(first_share_admits(&share, 20, now + 15000, 30));
	assert_false(first_share_admits(&share, 20, now + 29999, 20));
	assert_int_equal(share.credit, 0);
	/* What was asked before, with a share of less than all, holds as well. */
	assert_true(first_share_refuses(&share, now + 29999));
	assert_false(first_share_admits(&share, 100, now + 29999, 0));
	assert_false(first_share_refuses(&share, now + 30000));
	assert_true(first_share_admits(&share, 20, now + 30000, 10));
	/* 20 % of it, less 125 % of 100 for each of the packets. */
	assert_int_equal(share.credit, 20000 - 60 * 125);
	assert_true(first_share_admits(&share, 20, now + 30001, 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_limited_without_a_clock),
		cmocka_unit_test(nothing_is_limited_while_nobody_waits),
		cmocka_unit_test(a_share_of_all_is_no_limit),
		cmocka_unit_test(what_first_packets_take_is_charged),
		cmocka_unit_test(what_is_taken_too_much_is_kept_back),
		cmocka_unit_test(no_more_is_saved_up_than_a_rush),
		cmocka_unit_test(no_more_is_owed_than_a_rush),
		cmocka_unit_test(the_share_is_kept),
		cmocka_unit_test(some_are_decided_in_any_flood),
		cmocka_unit_test(a_refusal_holds_for_a_while),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
