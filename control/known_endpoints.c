/* SPDX-License-Identifier: BSD-3-Clause */
#include "known_endpoints.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "dataplane/snapshot.h"

enum {
	CAPACITY_MIN = 16,
};

int
known_endpoints_add(struct known_endpoints *known, const struct known_endpoint *endpoint)
{
	if (known->count == known->capacity) {
		size_t capacity = known->capacity == 0 ? CAPACITY_MIN : known->capacity * 2;
		struct known_endpoint *grown = reallocarray(known->items, capacity, sizeof(*grown));

		if (grown == NULL)
			return -ENOMEM;
		known->items = grown;
		known->capacity = capacity;
	}
	known->items[known->count++] = *endpoint;
	return 0;
}

/* By where they are, whichever rule they are of. */
static int
known_compare(const void *left, const void *right)
{
	const struct endpoint *a = &((const struct known_endpoint *)left)->endpoint;
	const struct endpoint *b = &((const struct known_endpoint *)right)->endpoint;
	const uint32_t x[] = { a->zone, a->address, a->protocol, a->first_port, a->last_port };
	const uint32_t y[] = { b->zone, b->address, b->protocol, b->first_port, b->last_port };

	for (size_t i = 0; i < sizeof(x) / sizeof(x[0]); i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

int
known_endpoints_keep(struct known_endpoints *known, const struct known_endpoints *before,
		     uint64_t now)
{
	size_t current = known->count;
	struct known_endpoint *sorted = calloc(current + 1, sizeof(*sorted));
	int rc = 0;

	if (sorted == NULL)
		return -ENOMEM;
	if (current > 0)
		memcpy(sorted, known->items, current * sizeof(*sorted));
	qsort(sorted, current, sizeof(*sorted), known_compare);
	for (size_t i = 0; i < before->count && rc == 0; i++) {
		struct known_endpoint gone = before->items[i];

		if (bsearch(&gone, sorted, current, sizeof(*sorted), known_compare) != NULL)
			continue;
		if (gone.endpoint.vip != VIP_NONE)
			gone.until = now + gone.lifetime * CLOCK_NS_PER_S;
		gone.endpoint.vip = VIP_NONE;
		gone.endpoint.rule = INBOUND_RULE_NONE;
		if (gone.until > now)
			rc = known_endpoints_add(known, &gone);
	}
	free(sorted);
	return rc;
}

void
known_endpoints_clear(struct known_endpoints *known)
{
	free(known->items);
	*known = (struct known_endpoints){ 0 };
}
