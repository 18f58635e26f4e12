/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/snat_pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <rte_memory.h>

#include "eal.h"

/* 300 hosts need two pages, chunk 200 and chunk 300 the first two. */
static uint16_t units[SNAT_CHUNKS];
static const struct snat_ports drawn = { .host_count = 300, .units = units };

struct pages {
	struct store *store;
	struct generation *first;
	const struct snat_usage *usage; /* of the first */
};

static int
pages_setup(void **state)
{
	static struct pages pages;
	const struct snat_pages wanted = { .vip = 3, .workers = 2, .ports = &drawn };

	memset(units, 0xff, sizeof(units));
	units[200] = units[300] = 0;
	pages.store = store_create();
	pages.first = generation_create(pages.store, SOCKET_ID_ANY);
	*state = &pages;
	return snat_pages_share(pages.first, &wanted, &pages.usage);
}

static int
pages_teardown(void **state)
{
	struct pages *pages = *state;
	size_t left = store_count(pages->store);

	store_free(pages->store);
	return left == 0 ? 0 : -1;
}

/* What the next generation has, which drops out of sight again. */
static const struct snat_usage *
next(struct pages *pages, struct generation **generation, struct snat_pages wanted)
{
	const struct snat_usage *usage;

	*generation = generation_create(pages->store, SOCKET_ID_ANY);
	assert_int_equal(snat_pages_share(*generation, &wanted, &usage), 0);
	return usage;
}

static void
there_are_pages_for_what_can_be_drawn(void **state)
{
	struct pages *pages = *state;
	const struct snat_usage *usage = pages->usage;

	assert_non_null(usage->hosts[0]);
	assert_non_null(usage->hosts[1]);
	assert_null(usage->hosts[2]);
	assert_non_null(usage->chunks[0]);
	assert_non_null(usage->chunks[1]);
	assert_null(usage->chunks[2]);
	/* Each worker has its own. */
	snat_usage_host(usage, 0, 299)->ports[SNAT_UDP] = 7;
	snat_usage_host(usage, 1, 299)->ports[SNAT_UDP] = 8;
	++*snat_usage_chunk(usage, 1, 2400);
	assert_int_equal(snat_usage_host(usage, 0, 299)->ports[SNAT_UDP], 7);
	assert_int_equal(*snat_usage_chunk(usage, 0, 2407), 0);
	assert_int_equal(*snat_usage_chunk(usage, 1, 2407), 1);
	generation_free(pages->first);
}

/* Counters are the same ones in every snapshot, wherever they are still needed. */
static void
pages_outlive_snapshots(void **state)
{
	static uint16_t fewer[SNAT_CHUNKS];
	const struct snat_ports less = { .host_count = 1, .units = fewer };
	struct pages *pages = *state;
	struct generation *second, *third;
	const struct snat_usage *usage;

	memset(fewer, 0xff, sizeof(fewer));
	snat_usage_host(pages->usage, 1, 299)->ports[SNAT_TCP] = 1;
	usage = next(pages, &second,
		     (struct snat_pages){ .vip = 3,
					  .workers = 2,
					  .ports = &less,
					  .previous = pages->usage,
					  .previous_drawn = true });
	assert_ptr_equal(usage->hosts[1], pages->usage->hosts[1]);
	assert_ptr_equal(usage->chunks[1], pages->usage->chunks[1]);
	generation_free(pages->first);
	usage = next(pages, &third,
		     (struct snat_pages){
			     .vip = 3, .workers = 2, .previous = usage, .previous_drawn = true });
	generation_free(second);
	assert_int_equal(snat_usage_host(usage, 1, 299)->ports[SNAT_TCP], 1);
	generation_free(third);
}

/* A worker may draw from the VIP until it has the snapshot without it, and count later still. */
static void
the_pages_of_a_vip_that_is_gone_go_when_nothing_is_counted(void **state)
{
	struct pages *pages = *state;
	struct generation *second, *third, *fourth;
	const struct snat_usage *usage;

	usage = next(
		pages, &second,
		(struct snat_pages){
			.vip = 3, .workers = 2, .previous = pages->usage, .previous_drawn = true });
	assert_non_null(usage);
	generation_free(pages->first);
	snat_usage_host(usage, 0, 0)->ports[SNAT_ICMP] = 1;
	usage = next(pages, &third,
		     (struct snat_pages){ .vip = 3, .workers = 2, .previous = usage });
	assert_non_null(usage);
	generation_free(second);
	snat_usage_host(usage, 0, 0)->ports[SNAT_ICMP] = 0;
	assert_null(next(pages, &fourth,
			 (struct snat_pages){ .vip = 3, .workers = 2, .previous = usage }));
	generation_free(third);
	generation_free(fourth);
}

#define pages_test(function) cmocka_unit_test_setup_teardown(function, pages_setup, pages_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		pages_test(there_are_pages_for_what_can_be_drawn),
		pages_test(pages_outlive_snapshots),
		pages_test(the_pages_of_a_vip_that_is_gone_go_when_nothing_is_counted),
	};

	test_eal_start("32");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
