/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/snat_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "snat_counted.h"

/* In place of a gateway, which has nothing else to tell. */
const struct snapshot *
gateway_snapshot(const struct gateway *gateway)
{
	(void)gateway;
	return &snapshot;
}

unsigned int
gateway_worker_count(const struct gateway *gateway)
{
	(void)gateway;
	return 2;
}

static int
set_up(void **state)
{
	(void)state;
	memset(host_pages, 0, sizeof(host_pages));
	memset(chunk_pages, 0, sizeof(chunk_pages));
	memset(units, 0xff, sizeof(units));
	units[128] = units[129] = 0;
	units[130] = units[131] = 1;
	vips[1] = counted_vip;
	host_pages[0].hosts[0].ports[SNAT_TCP] = 2;
	host_pages[0].hosts[1].ports[SNAT_UDP] = 3;
	host_pages[1].hosts[1].ports[SNAT_UDP] = 4;
	host_pages[1].hosts[1].exhausted = 5;
	chunk_pages[0].ports[128] = 2;
	chunk_pages[0].ports[131] = 3;
	chunk_pages[1].ports[131] = 4;
	return 0;
}

static void
vips_that_are_not_there_have_no_view(void **state)
{
	struct snat_view view;

	(void)state;
	assert_false(snat_view_vip(NULL, 0, &view));
	assert_false(snat_view_vip(NULL, 2, &view));
}

static void
workers_are_added_up(void **state)
{
	struct snat_view view;

	(void)state;
	assert_true(snat_view_vip(NULL, 1, &view));
	assert_int_equal(view.ports, 32);
	assert_int_equal(view.free, 16);
	assert_int_equal(view.used[SNAT_TCP], 2);
	assert_int_equal(view.used[SNAT_UDP], 7);
	assert_int_equal(view.used[SNAT_ICMP], 0);
	assert_int_equal(view.exhausted, 5);
}

static void
hosts_have_their_block(void **state)
{
	struct snat_view view;
	uint32_t address;
	uint16_t first;

	(void)state;
	snat_view_host(NULL, 1, 1, &address, &first, &view);
	assert_int_equal(address, 0x0a000105);
	assert_int_equal(first, 1040);
	assert_int_equal(view.ports, 16);
	assert_int_equal(view.free, 8);
	assert_int_equal(view.used[SNAT_TCP], 0);
	assert_int_equal(view.used[SNAT_UDP], 7);
	vips[1].snat.on_demand = true;
	snat_view_host(NULL, 1, 1, &address, &first, &view);
	assert_int_equal(first, 0);
	assert_int_equal(view.ports, 0);
	assert_int_equal(view.used[SNAT_UDP], 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(vips_that_are_not_there_have_no_view, set_up),
		cmocka_unit_test_setup(workers_are_added_up, set_up),
		cmocka_unit_test_setup(hosts_have_their_block, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
