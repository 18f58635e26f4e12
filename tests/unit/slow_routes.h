/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <rte_common.h>
#include <rte_ip.h>

#include "dataplane/route.h"

/* What the route tables are held against: a list, searched from end to end. */
struct slow_table {
	struct route_change routes[200];
	size_t count;
};

static inline int
slow_apply(struct slow_table *slow, const struct route_change *change)
{
	size_t i = 0;

	while (i < slow->count && (slow->routes[i].prefix != change->prefix ||
				   slow->routes[i].length != change->length))
		i++;
	if (change->remove) {
		if (i == slow->count)
			return -ENOENT;
		slow->routes[i] = slow->routes[--slow->count];
		return 0;
	}
	if (i == RTE_DIM(slow->routes))
		return -ENOSPC;
	slow->count = RTE_MAX(slow->count, i + 1);
	slow->routes[i] = *change;
	return 0;
}

static inline route_target
slow_find(const struct slow_table *slow, uint32_t address)
{
	const struct route_change *best = NULL;

	for (size_t i = 0; i < slow->count; i++) {
		const struct route_change *route = &slow->routes[i];
		uint64_t last = route->prefix + (1ULL << (32 - route->length)) - 1;

		if (address < route->prefix || address > last)
			continue;
		if (best == NULL || route->length > best->length)
			best = route;
	}
	return best == NULL ? ROUTE_UNREACHABLE : best->target;
}

/* Few networks and few targets, so that prefixes nest, meet and lead where their parents do. */
static inline uint32_t
random_address(void)
{
	static const uint32_t nets[] = { 0, RTE_IPV4(10, 1, 2, 0), RTE_IPV4(10, 1, 3, 0),
					 RTE_IPV4(255, 255, 255, 0) };
	uint32_t address = nets[rand() % 4] + (uint32_t)rand() % 256;

	return rand() % 8 == 0 ? address ^ 1U << rand() % 32 : address;
}

static inline struct route_change
random_change(const struct slow_table *slow)
{
	struct route_change change = {
		.prefix = random_address(),
		.length = (uint8_t)(rand() % 2 == 0 ? 25 + rand() % 8 : rand() % 33),
		.target = (uint32_t)rand() % 4,
		.remove = rand() % 300 == 0,
	};

	change.prefix &= (uint32_t)(UINT64_MAX << (32 - change.length));
	if (slow->count > 0 && rand() % 8 < 3) {
		change = slow->routes[(size_t)rand() % slow->count];
		change.remove = 1;
	}
	return change;
}
