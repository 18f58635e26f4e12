/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <rte_eal.h>

/* Starts DPDK for a unit test: no huge pages, no devices, nothing shared with another process. */
static inline void
test_eal_start(const char *megabytes)
{
	char prefix[64];
	char memory[16];

	snprintf(prefix, sizeof(prefix), "--file-prefix=viaduct-test-%d", (int)getpid());
	snprintf(memory, sizeof(memory), "%s", megabytes);

	char program[] = "test", no_huge[] = "--no-huge", no_shconf[] = "--no-shconf",
	     no_pci[] = "--no-pci", no_telemetry[] = "--no-telemetry", size[] = "-m",
	     lcores[] = "--lcores=0", quiet[] = "--log-level=error";
	char *arguments[] = { program, no_huge, no_shconf, no_pci, no_telemetry, lcores,
			      quiet,   prefix,  size,      memory, NULL };

	if (rte_eal_init(10, arguments) < 0) {
		fprintf(stderr, "DPDK does not start\n");
		exit(2);
	}
}
