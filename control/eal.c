/* SPDX-License-Identifier: BSD-3-Clause */
#include "eal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>

#include "eal_arguments.h"
#include "pool.h"

static const size_t offline_packet_bytes = 64 << 20; /* some ten thousand packets */

/* DPDK reorders and replaces what it is given: it gets a copy. */
static int
init(const struct eal_arguments *arguments)
{
	char **copy = malloc((arguments->count + 1) * sizeof(*copy));
	int rc;

	if (copy == NULL)
		return -ENOMEM;
	memcpy(copy, arguments->items, (arguments->count + 1) * sizeof(*copy));
	rc = 0;
	if (rte_eal_init((int)arguments->count, copy) < 0)
		rc = rte_errno != 0 ? -rte_errno : -EINVAL;
	free(copy);
	return rc;
}

static int
machine_find(const struct model *model, enum eal_mode mode, struct eal_machine *machine,
	     char *error, size_t error_size)
{
	struct pool_size pool;
	int rc;

	machine->pid = getpid();
	if (sched_getaffinity(0, sizeof(machine->cpus), &machine->cpus) != 0) {
		rc = -errno;
		snprintf(error, error_size, "the CPUs of this process are not known: %s",
			 strerror(-rc));
		return rc;
	}

	machine->packet_bytes = offline_packet_bytes;
	if (mode == EAL_OFFLINE)
		return 0;
	rc = pool_size_of(model, &pool, error, error_size);
	if (rc == 0)
		machine->packet_bytes = pool_bytes(&pool);
	return rc;
}

/* DPDK leaves its folder, and removes a socket from it as late as at the process's exit. */
static void
folder_remove(void)
{
	(void)rmdir(rte_eal_get_runtime_dir());
}

int
eal_start(const struct model *model, enum eal_mode mode, char *error, size_t error_size)
{
	struct eal_arguments arguments;
	struct eal_machine machine;
	int rc = machine_find(model, mode, &machine, error, error_size);

	if (rc != 0)
		return rc;
	rc = eal_arguments_build(model, mode, &machine, &arguments, error, error_size);
	if (rc != 0)
		goto clear;

	/* What is registered first is called last, when DPDK's own is done. */
	rc = atexit(folder_remove) == 0 ? init(&arguments) : -ENOMEM;
	if (rc != 0) {
		snprintf(error, error_size, "DPDK does not start: %s%s", strerror(-rc),
			 rc == -EACCES ? "; without huge pages it needs gateway.eal_options = "
					 "[ \"--no-huge\" ]"
				       : "");
	}

clear:
	eal_arguments_clear(&arguments);
	return rc;
}

void
eal_stop(void)
{
	/* Nothing can be done about a failure at the very end; the kernel frees what is left. */
	(void)rte_eal_cleanup();
}
