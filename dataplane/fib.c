/* SPDX-License-Identifier: BSD-3-Clause */
#include "fib.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include <rte_common.h>
#include <rte_errno.h>
#include <rte_memory.h>
#include <rte_rib.h>

enum {
	PREFIX_LENGTH_MAX = 32,
	TBL24_LENGTH = 24,      /* prefixes longer than this need a tbl8 group of their /24 */
	TBL8_SPARE = 64,        /* rte_fib wants one free group more than it takes */
	CAPACITY_MAX = 1 << 24, /* rte_fib counts its nodes, two for each route, in an int */
};

int
fib_open(struct fib *fib, uint32_t capacity)
{
	struct rte_fib_conf conf = {
		.type = RTE_FIB_DIR24_8,
		.default_nh = route_target_make(ROUTE_UNREACHABLE, 0),
		.max_routes = (int)capacity,
		.dir24_8 = {
			.nh_sz = RTE_FIB_DIR24_8_4B,
			.num_tbl8 = RTE_MIN(capacity, (uint32_t)ROUTE_SPLITS_MAX) + TBL8_SPARE,
		},
	};
	char name[32];

	if (capacity == 0 || capacity > CAPACITY_MAX)
		return -EINVAL;

	/* Short, for it becomes part of the names of a mempool, a ring and their memory zones. */
	snprintf(name, sizeof(name), "fib%" PRIxPTR, (uintptr_t)fib);
	*fib = (struct fib){
		.rte = rte_fib_create(name, SOCKET_ID_ANY, &conf),
		.prefixes_max = capacity,
		.splits_max = RTE_MIN(capacity, (uint32_t)ROUTE_SPLITS_MAX),
	};
	if (fib->rte == NULL)
		return -rte_errno;
	fib->rib = rte_fib_get_rib(fib->rte);
	return 0;
}

void
fib_close(struct fib *fib)
{
	rte_fib_free(fib->rte);
}

bool
fib_find(const struct fib *fib, uint32_t prefix, uint8_t length, route_target *target)
{
	uint64_t next_hop;

	if (rte_rib_get_nh(rte_rib_lookup_exact(fib->rib, prefix, length), &next_hop) != 0)
		return false;
	*target = (route_target)next_hop;
	return true;
}

/* Whether the prefix is longer than /24, and no other in its /24 is. */
static bool
fib_splits(const struct fib *fib, const struct route_change *change)
{
	return change->length > TBL24_LENGTH &&
	       rte_rib_get_nxt(fib->rib, change->prefix, TBL24_LENGTH, NULL,
			       RTE_RIB_GET_NXT_COVER) == NULL;
}

static bool
fib_leads_to(const struct fib *fib, uint32_t address, route_target target)
{
	uint64_t next_hop;

	return rte_rib_get_nh(rte_rib_lookup(fib->rib, address), &next_hop) == 0 &&
	       next_hop == target;
}

static int
fib_insert(struct fib *fib, const struct route_change *change)
{
	bool splits = fib_splits(fib, change);
	route_target first = change->target;
	int rc;

	/*
	 * rte_fib does not count the first long prefix of a /24 when it leads where its parent
	 * does, but counts down when it goes, and below zero finds no room for another (seen in
	 * 22.11.11). So let it lead elsewhere for a moment: nobody reads this copy.
	 */
	if (splits && fib_leads_to(fib, change->prefix, change->target))
		first ^= 1;

	rc = rte_fib_add(fib->rte, change->prefix, change->length, first);
	if (rc != 0)
		return rc;
	fib->prefixes++;
	fib->splits += splits;
	if (first == change->target)
		return 0;
	return rte_fib_add(fib->rte, change->prefix, change->length, change->target);
}

static int
fib_remove(struct fib *fib, const struct route_change *change)
{
	int rc = rte_fib_delete(fib->rte, change->prefix, change->length);

	if (rc != 0)
		return rc;
	fib->prefixes--;
	fib->splits -= fib_splits(fib, change);
	return 0;
}

/* `known`: the prefix is in the fib. */
static int
fib_write(struct fib *fib, const struct route_change *change, bool known)
{
	if (change->remove)
		return fib_remove(fib, change);
	if (!known)
		return fib_insert(fib, change);
	return rte_fib_add(fib->rte, change->prefix, change->length, change->target);
}

/*
 * A prefix that ends where the address space ends: 0/0, 128/1, ... 255.255.255.255/32. When longer
 * ones of this kind are there too, rte_fib steps over the end and may write the target to all
 * addresses (seen in 22.11.11: add 0/1, 128/1 and then 0/0). So these go first and come back.
 */
static int
fib_write_last(struct fib *fib, const struct route_change *change, bool known)
{
	struct route_change longer[PREFIX_LENGTH_MAX];
	unsigned int count = 0;
	int rc = 0;

	for (uint8_t length = PREFIX_LENGTH_MAX; length > change->length && rc == 0; length--) {
		struct route_change *last = &longer[count];

		*last = (struct route_change){ rte_rib_depth_to_mask(length), length, 0, 0 };
		if (!fib_find(fib, last->prefix, length, &last->target))
			continue;
		rc = fib_remove(fib, last);
		count += rc == 0;
	}
	if (rc == 0)
		rc = fib_write(fib, change, known);
	while (count > 0) {
		int back = fib_insert(fib, &longer[--count]);

		rc = rc == 0 ? back : rc;
	}
	return rc;
}

/*
 * For one more prefix. Asked before rte_fib, which finds out with half of a prefix written and does
 * not always tell.
 */
static bool
fib_has_room(const struct fib *fib, const struct route_change *change)
{
	if (fib->prefixes == fib->prefixes_max)
		return false;
	return fib->splits < fib->splits_max || !fib_splits(fib, change);
}

int
fib_change(struct fib *fib, const struct route_change *change)
{
	route_target old;
	bool known = fib_find(fib, change->prefix, change->length, &old);

	if (!change->remove && !known && !fib_has_room(fib, change))
		return -ENOSPC;
	if ((change->prefix | ~rte_rib_depth_to_mask(change->length)) == UINT32_MAX)
		return fib_write_last(fib, change, known);
	return fib_write(fib, change, known);
}
