/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench_eal.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_memory.h>

enum {
	ARGUMENTS_MAX = 64,
	HUGE_PAGE_MB = 2,
};

static bool
huge_pages_are_free(size_t megabytes)
{
	FILE *file = fopen("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "r");
	size_t pages = 0;
	bool known;

	if (file == NULL)
		return false;
	known = fscanf(file, "%zu", &pages) == 1;
	fclose(file);
	return known && pages * HUGE_PAGE_MB >= megabytes;
}

static unsigned int
last_cpu(void)
{
	unsigned int last = 0;
	cpu_set_t cpus;

	if (sched_getaffinity(0, sizeof(cpus), &cpus) != 0)
		return 0;
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &cpus))
			last = cpu;
	}
	return last;
}

/* Puts anonymous memory, which can have huge pages, where DPDK mapped a file of small ones. */
static int
memory_replace(const struct rte_memseg_list *list, void *context)
{
	size_t page = (size_t)getpagesize();
	unsigned char *resident = malloc(list->len / page);
	char *base = list->base_va;
	char *copy = malloc(list->len); /* no more of it is touched than DPDK has */
	int rc = -1;

	(void)context;
	if (resident == NULL || copy == NULL || mincore(base, list->len, resident) != 0)
		goto free_copy;
	for (size_t i = 0; i < list->len / page; i++) {
		if (resident[i] & 1)
			memcpy(copy + i * page, base + i * page, page);
	}
	if (mmap(base, list->len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		 -1, 0) == MAP_FAILED)
		goto free_copy;
	rc = madvise(base, list->len, MADV_HUGEPAGE) == 0 ? 0 : 1;
	for (size_t i = 0; i < list->len / page; i++) {
		if (resident[i] & 1)
			memcpy(base + i * page, copy + i * page, page);
	}

free_copy:
	free(copy);
	free(resident);
	return rc;
}

int
bench_eal_start(size_t megabytes, int argc, char **argv, const char **pages)
{
	bool reserved = huge_pages_are_free(megabytes);
	char cpu[32], memory[32], prefix[32];
	char program[] = "bench", log[] = "--log-level=error", no_telemetry[] = "--no-telemetry",
	     no_pci[] = "--no-pci", in_memory[] = "--in-memory", no_huge[] = "--no-huge",
	     no_shconf[] = "--no-shconf";
	char *arguments[ARGUMENTS_MAX] = {
		program,   log,    no_telemetry, no_pci,
		cpu,       memory, prefix,       reserved ? in_memory : no_huge,
		no_shconf,
	};
	int count = reserved ? 8 : 9, replaced;

	snprintf(cpu, sizeof(cpu), "--lcores=0@%u", last_cpu());
	snprintf(memory, sizeof(memory), "-m%zu", megabytes);
	snprintf(prefix, sizeof(prefix), "--file-prefix=bench-%d", (int)getpid());
	for (int i = 0; i < argc && count < ARGUMENTS_MAX - 1; i++)
		arguments[count++] = argv[i];
	if (rte_eal_init(count, arguments) < 0)
		return -1;
	*pages = "reserved huge pages";
	if (reserved)
		return 0;
	replaced = rte_memseg_list_walk(memory_replace, NULL);
	*pages = replaced == 0 ? "transparent huge pages" : "small pages";
	return replaced < 0 ? -1 : 0;
}
