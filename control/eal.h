/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "config/model.h"

/*
 * DPDK's environment (EAL): its command line is worked out from the configuration, so that nobody
 * needs to know it to run a gateway.
 */

enum eal_mode {
	EAL_OFFLINE, /* replay, explain: no devices, no huge pages, nothing shared */
	EAL_GATEWAY, /* run: the devices, and an lcore for each worker */
};

enum {
	EAL_PREFIX_NAME_MAX = 48, /* characters of a gateway's name in its runtime folder's */
};

/*
 * Starts DPDK for that configuration, once in a process. lcore 0 is the caller's, lcore 1 + i that
 * of worker i. 0, or -errno with a sentence in error; what DPDK says of it has gone to stderr.
 */
int eal_start(const struct model *model, enum eal_mode mode, char *error, size_t error_size);
/* Ends it, and removes its runtime folder. */
void eal_stop(void);

/* What eal_start() hands to DPDK. */
struct eal_arguments {
	char **items; /* a NULL follows the last */
	size_t count;
	bool short_of_memory; /* an item is missing */
};

/*
 * Told from nothing but its arguments. cpus: those that the process may use; pid: tells processes
 * with the same configuration apart. 0, or -errno with a sentence in error. The caller clears the
 * arguments in either case.
 */
int eal_arguments_build(const struct model *model, enum eal_mode mode, const cpu_set_t *cpus,
			pid_t pid, struct eal_arguments *arguments, char *error, size_t error_size);
void eal_arguments_clear(struct eal_arguments *arguments);

/* What the tables of such a gateway and some thousand packets need, with room to spare. */
size_t eal_megabytes(const struct gateway_settings *gateway);
