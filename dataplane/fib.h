/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rte_fib.h>

#include "route.h"

/*
 * One copy of the fabric's routes: an rte_fib that tells what it holds, keeps its limits, and is
 * spared what rte_fib does wrong. A change that is refused changes nothing. Only the control thread
 * calls these, for a copy that nobody reads.
 */

struct rte_rib;

struct fib {
	struct rte_fib *rte; /* for readers */
	struct rte_rib *rib; /* the prefixes, kept by rte_fib */
	uint32_t prefixes;
	uint32_t prefixes_max;
	uint32_t splits; /* /24s with a longer prefix in them: at most as many tbl8 groups in use */
	uint32_t splits_max;
};

/* capacity as in fabric_routes_create(). 0, -EINVAL or -ENOMEM. The fib must stay where it is. */
int fib_open(struct fib *fib, uint32_t capacity);
void fib_close(struct fib *fib);

/* What the very prefix leads to; false: it is not there. */
bool fib_find(const struct fib *fib, uint32_t prefix, uint8_t length, route_target *target);
/* The change must be valid. 0, -ENOENT (nothing to remove) or -ENOSPC. */
int fib_change(struct fib *fib, const struct route_change *change);
