/* SPDX-License-Identifier: BSD-3-Clause */
#include "endpoint.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_malloc.h>

#include "hash.h"
#include "interval.h"

enum {
	ENDPOINT_MISSING = UINT32_MAX,
	PLACES_PER_ENDPOINT = 2, /* so that probing is short */
	PLACES_MIN = 8,
};

/* A host with endpoints; tree NULL: the place is free. */
struct host {
	rte_be32_t address;
	uint16_t zone;
	struct interval_tree *tree; /* protocol << 16 | port, to index of endpoints */
};

struct endpoint_table {
	struct endpoint *endpoints; /* those of one host together */
	struct host *hosts;         /* a hash table with open addressing */
	uint32_t mask;
};

static uint32_t
host_place(const struct endpoint_table *table, uint16_t zone, rte_be32_t address)
{
	return hash_words(address, zone, 0) & table->mask;
}

static const struct host *
host_find(const struct endpoint_table *table, uint16_t zone, rte_be32_t address)
{
	uint32_t place = host_place(table, zone, address);

	while (table->hosts[place].tree != NULL) {
		if (table->hosts[place].address == address && table->hosts[place].zone == zone)
			return &table->hosts[place];
		place = (place + 1) & table->mask;
	}
	return NULL;
}

static bool
same_host(const struct endpoint *a, const struct endpoint *b)
{
	return a->address == b->address && a->zone == b->zone;
}

/* Adds the host of endpoints first to first + count - 1. 0 or -errno. */
static int
endpoints_build_host(struct endpoint_table *table, size_t first, size_t count)
{
	const struct endpoint *endpoints = &table->endpoints[first];
	struct interval *intervals = calloc(count, sizeof(*intervals));
	uint32_t place = host_place(table, endpoints->zone, endpoints->address);
	struct interval_tree *tree = NULL;
	int rc = -ENOMEM;

	for (size_t i = 0; intervals != NULL && i < count; i++) {
		uint32_t protocol = (uint32_t)endpoints[i].protocol << 16;

		intervals[i] = (struct interval){ protocol | endpoints[i].first_port,
						  protocol | endpoints[i].last_port,
						  (uint32_t)(first + i) };
	}
	if (intervals != NULL) {
		tree = interval_tree_build(intervals, count, ENDPOINT_MISSING);
		rc = tree == NULL ? -errno : 0;
	}
	free(intervals);
	if (rc != 0)
		return rc;
	while (table->hosts[place].tree != NULL)
		place = (place + 1) & table->mask;
	table->hosts[place] = (struct host){ endpoints->address, endpoints->zone, tree };
	return 0;
}

/* What is sorted: the order of equal hosts' endpoints counts, so each keeps its place. */
struct sorted {
	struct endpoint endpoint;
	size_t place;
};

static int
sorted_compare(const void *left, const void *right)
{
	const struct sorted *a = left;
	const struct sorted *b = right;

	if (a->endpoint.zone != b->endpoint.zone)
		return a->endpoint.zone < b->endpoint.zone ? -1 : 1;
	if (a->endpoint.address != b->endpoint.address)
		return a->endpoint.address < b->endpoint.address ? -1 : 1;
	return (a->place > b->place) - (a->place < b->place);
}

/* Copies the endpoints, by host. 0 or -ENOMEM. */
static int
endpoints_build_sorted(struct endpoint *to, const struct endpoint *from, size_t count)
{
	struct sorted *sorted = calloc(count + 1, sizeof(*sorted));

	if (sorted == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		sorted[i] = (struct sorted){ from[i], i };
	qsort(sorted, count, sizeof(*sorted), sorted_compare);
	for (size_t i = 0; i < count; i++)
		to[i] = sorted[i].endpoint;
	free(sorted);
	return 0;
}

static int
hosts_add(struct endpoint_table *table, size_t count)
{
	const struct endpoint *endpoints = table->endpoints;
	size_t first = 0;

	for (size_t end = 1; end <= count; end++) {
		int rc;

		if (end < count && same_host(&endpoints[first], &endpoints[end]))
			continue;
		rc = endpoints_build_host(table, first, end - first);
		if (rc != 0)
			return rc;
		first = end;
	}
	return 0;
}

struct endpoint_table *
endpoint_table_build(const struct endpoint *endpoints, size_t count)
{
	size_t places = rte_align64pow2(RTE_MAX(count * PLACES_PER_ENDPOINT, (size_t)PLACES_MIN));
	struct endpoint_table *table = rte_zmalloc("endpoints", sizeof(*table), 0);
	int rc = -ENOMEM;

	if (table == NULL)
		goto fail;
	table->mask = (uint32_t)(places - 1);
	table->hosts = rte_zmalloc("endpoints", places * sizeof(*table->hosts), 0);
	table->endpoints = rte_malloc("endpoints", (count + 1) * sizeof(*table->endpoints), 0);
	if (table->hosts != NULL && table->endpoints != NULL)
		rc = endpoints_build_sorted(table->endpoints, endpoints, count);
	if (rc == 0)
		rc = hosts_add(table, count);
	if (rc == 0)
		return table;
	endpoint_table_free(table);
fail:
	errno = -rc;
	return NULL;
}

void
endpoint_table_free(struct endpoint_table *table)
{
	if (table == NULL)
		return;
	for (size_t i = 0; table->hosts != NULL && i <= table->mask; i++)
		interval_tree_free(table->hosts[i].tree);
	rte_free(table->hosts);
	rte_free(table->endpoints);
	rte_free(table);
}

const struct endpoint *
endpoint_find(const struct endpoint_table *table, uint16_t zone, rte_be32_t address,
	      uint8_t protocol, rte_be16_t port)
{
	const struct host *host = host_find(table, zone, address);
	uint32_t index;

	if (host == NULL)
		return NULL;
	index = interval_tree_find(host->tree, (uint32_t)protocol << 16 | rte_be_to_cpu_16(port));
	return index == ENDPOINT_MISSING ? NULL : &table->endpoints[index];
}
