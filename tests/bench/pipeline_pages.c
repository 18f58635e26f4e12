/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What it costs to know where memory is. A worker's tables are in large pages, so that the CPU
 * finds nearly all of them in its translation buffers; but the host of a virtual machine may have
 * small ones behind these, and then it walks its page tables for nearly every packet. As many cache
 * lines are read side by side, and one in each 4 KiB: where large pages are large, that is the
 * same.
 */

#include <stdio.h>

#include <rte_malloc.h>

#include "bench_random.h"
#include "pipeline_rows.h"

enum {
	LINES = 4096, /* which the second cache has room for, but no buffer of that many pages */
	ROUNDS = 11,
	PAGE = 4096,
	LARGE_PAGE = 2 << 20,
	TIMES_MOST = 3, /* as many cycles are still a matter of caches */
};

struct pages {
	const volatile uint8_t *memory;
	uint32_t places[LINES]; /* bytes */
	unsigned int next;
};

/* In no order that could be foreseen. */
static void
pages_place(struct pages *pages, uint32_t apart)
{
	uint64_t random = 1;

	for (uint32_t i = 0; i < LINES; i++) {
		uint32_t j = random_between(&random, 0, i);
		uint32_t line = random_between(&random, 0, apart / RTE_CACHE_LINE_SIZE - 1);

		pages->places[i] = pages->places[j];
		pages->places[j] = i * apart + line * RTE_CACHE_LINE_SIZE;
	}
}

static void
pages_burst(void *context)
{
	struct pages *pages = context;

	for (unsigned int i = 0; i < TRAFFIC_BURST; i++)
		(void)pages->memory[pages->places[pages->next + i]];
	pages->next = (pages->next + TRAFFIC_BURST) % LINES;
}

static double
pages_row(const struct bench *bench, const char *name, struct pages *pages, uint32_t apart)
{
	double runs[ROUNDS];

	pages_place(pages, apart);
	for (unsigned int i = 0; i < ROUNDS; i++)
		runs[i] = measure_run(&bench->measure, pages_burst, pages);
	return measure_print(&bench->measure, name, runs, ROUNDS, 0);
}

int
rows_of_pages(struct bench *bench)
{
	struct pages *pages = rte_zmalloc(NULL, sizeof(*pages), 0);
	void *memory = rte_zmalloc(NULL, LINES * PAGE, LARGE_PAGE);
	double together, apart;
	int rc = -1;

	if (pages == NULL || memory == NULL)
		goto done;
	pages->memory = memory;
	together = pages_row(bench, "lines-together", pages, RTE_CACHE_LINE_SIZE);
	apart = pages_row(bench, "lines-apart", pages, PAGE);
	if (apart > TIMES_MOST * together)
		printf("note: a line of each 4 KiB costs %.1f cycles, lines side by side %.1f: "
		       "memory is in small pages, if only the host's, "
		       "and each line of a large table costs the difference\n",
		       apart, together);
	rc = 0;
done:
	rte_free(memory);
	rte_free(pages);
	return rc;
}
