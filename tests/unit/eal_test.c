/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/eal.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <rte_eal.h>
#include <rte_lcore.h>
#include <rte_malloc.h>

static void
gateway_on_a_cpu_that_is_not_there_does_not_start(void **state)
{
	unsigned int cores[] = { 1023 };
	struct model model = {
		.gateway = { .cores = { .items = cores, .count = 1 }, .workers = 1 },
	};
	char error[256] = "";

	(void)state;
	assert_int_equal(eal_start(&model, EAL_GATEWAY, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, "gateway.cores names CPU 1023"));
}

static void
offline_starts_and_leaves_nothing(void **state)
{
	struct model model = {
		.gateway = { .workers = 1, .flow_capacity = 1024, .route_capacity = 1024 },
	};
	char folder[256], error[256];
	void *memory;

	(void)state;
	assert_int_equal(eal_start(&model, EAL_OFFLINE, error, sizeof(error)), 0);
	assert_int_equal(rte_lcore_count(), 1);
	assert_int_equal(rte_lcore_id(), 0);
	memory = rte_malloc("test", (size_t)200 << 20, 0);
	assert_non_null(memory);
	rte_free(memory);

	snprintf(folder, sizeof(folder), "%s", rte_eal_get_runtime_dir());
	assert_int_equal(access(folder, F_OK), 0);
	eal_stop();
	assert_int_equal(access(folder, F_OK), -1);
	assert_int_equal(errno, ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gateway_on_a_cpu_that_is_not_there_does_not_start),
		cmocka_unit_test(offline_starts_and_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
