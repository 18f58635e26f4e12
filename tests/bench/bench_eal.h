/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>

/*
 * Starts DPDK for a benchmark on the last CPU that the process may use, with that much memory in
 * huge pages: reserved ones if there are enough, else transparent ones in the place of DPDK's small
 * ones, if the kernel gives them. The arguments are added to DPDK's. 0 or -1; *pages says which.
 */
int bench_eal_start(size_t megabytes, int argc, char **argv, const char **pages);
