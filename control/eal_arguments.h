/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "eal.h"

/* The command line that eal_start() hands to DPDK, told from nothing but its arguments. */

enum {
	EAL_PREFIX_NAME_MAX = 48, /* characters of a gateway's name in its runtime folder's */
};

/* What is to be known beyond the model. */
struct eal_machine {
	cpu_set_t cpus;      /* that the process may use */
	pid_t pid;           /* tells processes with the same configuration apart */
	size_t packet_bytes; /* of the packet buffers */
};

struct eal_arguments {
	char **items; /* a NULL follows the last */
	size_t count;
	bool short_of_memory; /* an item is missing */
};

/* 0, or -errno with a sentence in error. The caller clears the arguments in either case. */
int eal_arguments_build(const struct model *model, enum eal_mode mode,
			const struct eal_machine *machine, struct eal_arguments *arguments,
			char *error, size_t error_size);
void eal_arguments_clear(struct eal_arguments *arguments);

/* What a gateway's tables and packets take, with room to spare. */
size_t eal_megabytes(const struct gateway_settings *gateway, size_t packet_bytes);
