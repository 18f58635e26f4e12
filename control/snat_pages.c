/* SPDX-License-Identifier: BSD-3-Clause */
#include "snat_pages.h"

#include <errno.h>

#include <rte_malloc.h>

enum page_kind {
	PAGE_HOSTS,
	PAGE_CHUNKS,
	PAGE_RESERVED,
	PAGE_KINDS,
};

/* One page of each worker, or the one that all share. */
struct page {
	void *counters;
};

static void
page_free(void *table)
{
	struct page *page = table;

	rte_free(page->counters);
	rte_free(page);
}

static void *
page_build(const void *input)
{
	const size_t *size = input;
	struct page *page = rte_malloc("snat usage", sizeof(*page), 0);

	if (page == NULL)
		goto no_memory;
	page->counters = rte_zmalloc("snat usage", *size, RTE_CACHE_LINE_SIZE);
	if (page->counters != NULL)
		return page;
	rte_free(page);
no_memory:
	errno = ENOMEM;
	return NULL;
}

static const struct shared_type page_type = { .build = page_build, .free = page_free };

/* The page of that number, the one that is there or a new one; NULL: there is no memory. */
static void *
page_share(struct generation *generation, const struct snat_pages *pages, enum page_kind kind,
	   uint32_t number)
{
	const size_t sizes[PAGE_KINDS] = {
		[PAGE_HOSTS] = pages->workers * sizeof(struct snat_host_page),
		[PAGE_CHUNKS] = pages->workers * sizeof(struct snat_chunk_page),
		[PAGE_RESERVED] = sizeof(struct snat_reserved),
	};
	struct words words = { 0 };
	struct shared *shared;

	words_add(&words, pages->vip);
	words_add(&words, kind);
	words_add(&words, number);
	shared = generation_share(generation, &page_type, &words, &sizes[kind]);
	words_clear(&words);
	return shared == NULL ? NULL : ((const struct page *)shared_table(shared))->counters;
}

static bool
hosts_are_used(const struct snat_host_page *page, uint16_t workers)
{
	for (uint16_t worker = 0; worker < workers; worker++)
		for (uint32_t i = 0; i < SNAT_PAGE_HOSTS; i++)
			for (uint32_t j = 0; j < SNAT_PROTOCOLS; j++)
				if (__atomic_load_n(&page[worker].hosts[i].ports[j],
						    __ATOMIC_RELAXED) != 0)
					return true;
	return false;
}

/* Whether a session may still be counted on the pages of before. */
static bool
previous_is_used(const struct snat_pages *pages)
{
	if (pages->previous == NULL || pages->previous_drawn)
		return pages->previous != NULL;
	for (uint32_t i = 0; i < SNAT_HOST_PAGES; i++)
		if (pages->previous->hosts[i] != NULL &&
		    hosts_are_used(pages->previous->hosts[i], pages->workers))
			return true;
	return false;
}

/* By page: whether what may be drawn now is counted on it. */
struct wanted {
	bool hosts[SNAT_HOST_PAGES];
	bool chunks[SNAT_CHUNK_PAGES];
};

static void
wanted_add(struct wanted *wanted, const struct snat_ports *ports)
{
	for (uint32_t i = 0; i < ports->host_count; i += SNAT_PAGE_HOSTS)
		wanted->hosts[i / SNAT_PAGE_HOSTS] = true;
	for (uint32_t i = 0; i < SNAT_CHUNKS; i++)
		if (ports->units[i] != SNAT_UNIT_NONE)
			wanted->chunks[i / SNAT_PAGE_CHUNKS] = true;
}

int
snat_pages_share(struct generation *generation, const struct snat_pages *pages,
		 const struct snat_usage **usage)
{
	const struct snat_usage *previous = previous_is_used(pages) ? pages->previous : NULL;
	struct wanted wanted = { 0 };
	struct snat_usage *made;

	*usage = NULL;
	if (pages->ports != NULL)
		wanted_add(&wanted, pages->ports);
	else if (previous == NULL)
		return 0;
	made = generation_alloc(generation, 1, sizeof(*made));
	if (made == NULL)
		return -ENOMEM;
	made->reserved = page_share(generation, pages, PAGE_RESERVED, 0);
	if (made->reserved == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < SNAT_HOST_PAGES; i++) {
		if (!wanted.hosts[i] && (previous == NULL || previous->hosts[i] == NULL))
			continue;
		made->hosts[i] = page_share(generation, pages, PAGE_HOSTS, i);
		if (made->hosts[i] == NULL)
			return -ENOMEM;
	}
	for (uint32_t i = 0; i < SNAT_CHUNK_PAGES; i++) {
		if (!wanted.chunks[i] && (previous == NULL || previous->chunks[i] == NULL))
			continue;
		made->chunks[i] = page_share(generation, pages, PAGE_CHUNKS, i);
		if (made->chunks[i] == NULL)
			return -ENOMEM;
	}
	*usage = made;
	return 0;
}
