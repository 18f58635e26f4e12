/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/eal.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
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

/* In a process of its own, for DPDK starts once in one; tells its runtime folder. */
static int
offline_process(int folder)
{
	struct model model = {
		.gateway = { .workers = 1, .flow_capacity = 1024, .route_capacity = 1024 },
	};
	const char *path;
	char error[256];
	void *memory;

	if (eal_start(&model, EAL_OFFLINE, error, sizeof(error)) != 0)
		return 1;
	if (rte_lcore_count() != 1 || rte_lcore_id() != 0)
		return 2;
	memory = rte_malloc("test", (size_t)200 << 20, 0);
	if (memory == NULL)
		return 3;
	rte_free(memory);
	path = rte_eal_get_runtime_dir();
	if (access(path, F_OK) != 0 || write(folder, path, strlen(path)) < 0)
		return 4;
	eal_stop();
	return 0;
}

static void
offline_starts_and_leaves_nothing(void **state)
{
	char folder[256] = "";
	int ends[2], status;
	pid_t child;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		exit(offline_process(ends[1]));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_true(read(ends[0], folder, sizeof(folder) - 1) > 0);
	assert_non_null(strstr(folder, "/viaduct-"));
	assert_int_equal(access(folder, F_OK), -1);
	assert_int_equal(errno, ENOENT);
	close(ends[0]);
	close(ends[1]);
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
