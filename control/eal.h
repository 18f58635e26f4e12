/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>

#include "config/model.h"

/*
 * DPDK's environment (EAL): its command line is worked out from the configuration, so that nobody
 * needs to know it to run a gateway.
 */

enum eal_mode {
	EAL_OFFLINE, /* replay, explain: no devices, no huge pages, nothing shared */
	EAL_GATEWAY, /* run: the devices, and an lcore for each worker */
};

/*
 * Starts DPDK for that configuration, once in a process. lcore 0 is the caller's, lcore 1 + i that
 * of worker i. 0, or -errno with a sentence in error; what DPDK says of it has gone to stderr.
 */
int eal_start(const struct model *model, enum eal_mode mode, char *error, size_t error_size);
/* Ends it. Its runtime folder goes, if it is empty then, with the process. */
void eal_stop(void);
