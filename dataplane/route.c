/* SPDX-License-Identifier: BSD-3-Clause */
#include "route.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include <rte_rib.h>

#include "fib.h"

enum {
	PREFIX_LENGTH_MAX = 32,
	TARGET_MAX = INT32_MAX, /* rte_fib keeps one of 32 bits for itself */
};

/* A batch's way: staged into the standby, then swapped, then settled in the other. */
enum stage {
	STAGE_NONE,
	STAGE_STAGED,
	STAGE_SWAPPED,
};

struct fabric_routes {
	enum stage stage;
	unsigned int active; /* index into copies */
	struct fib copies[2];
};

static struct fib *
fabric_routes_standby(struct fabric_routes *routes)
{
	return &routes->copies[!routes->active];
}

struct fabric_routes *
fabric_routes_create(uint32_t capacity)
{
	struct fabric_routes *routes;
	int rc;

	routes = calloc(1, sizeof(*routes));
	if (routes == NULL)
		return NULL;

	rc = fib_open(&routes->copies[0], capacity);
	if (rc != 0)
		goto free_table;
	rc = fib_open(&routes->copies[1], capacity);
	if (rc != 0)
		goto free_first;
	return routes;

free_first:
	fib_close(&routes->copies[0]);
free_table:
	free(routes);
	errno = -rc;
	return NULL;
}

void
fabric_routes_free(struct fabric_routes *routes)
{
	if (routes == NULL)
		return;
	fib_close(&routes->copies[1]);
	fib_close(&routes->copies[0]);
	free(routes);
}

struct rte_fib *
fabric_routes_active(const struct fabric_routes *routes)
{
	return routes->copies[routes->active].rte;
}

uint32_t
fabric_routes_count(const struct fabric_routes *routes)
{
	return routes->copies[routes->active].prefixes;
}

static int
fib_change_all(struct fib *fib, const struct route_change *changes, size_t count)
{
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++)
		rc = fib_change(fib, &changes[i]);
	return rc;
}

/*
 * Gives the batch's prefixes in the standby the state that they have in the active copy. What is
 * too much goes first, so that there is room for what is missing.
 */
static int
standby_restore(struct fabric_routes *routes, const struct route_change *changes, size_t count)
{
	const struct fib *active = &routes->copies[routes->active];
	struct fib *standby = fabric_routes_standby(routes);
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++) {
		struct route_change removal = changes[i];
		route_target target;

		removal.remove = 1;
		if (!fib_find(active, removal.prefix, removal.length, &target) &&
		    fib_find(standby, removal.prefix, removal.length, &target))
			rc = fib_change(standby, &removal);
	}

	for (size_t i = 0; i < count && rc == 0; i++) {
		struct route_change addition = changes[i];

		addition.remove = 0;
		if (fib_find(active, addition.prefix, addition.length, &addition.target))
			rc = fib_change(standby, &addition);
	}
	return rc;
}

static bool
change_is_valid(const struct route_change *change)
{
	if (change->length > PREFIX_LENGTH_MAX)
		return false;
	if ((change->prefix & ~rte_rib_depth_to_mask(change->length)) != 0)
		return false;
	return change->remove || change->target <= TARGET_MAX;
}

int
fabric_routes_stage(struct fabric_routes *routes, const struct route_change *changes, size_t count)
{
	int rc;

	if (routes->stage != STAGE_NONE)
		return -EBUSY;
	for (size_t i = 0; i < count; i++) {
		if (!change_is_valid(&changes[i]))
			return -EINVAL;
	}

	rc = fib_change_all(fabric_routes_standby(routes), changes, count);
	if (rc != 0)
		return standby_restore(routes, changes, count) == 0 ? rc : -ENOTRECOVERABLE;
	routes->stage = STAGE_STAGED;
	return 0;
}

int
fabric_routes_unstage(struct fabric_routes *routes, const struct route_change *changes,
		      size_t count)
{
	int rc;

	if (routes->stage != STAGE_STAGED)
		return -EINVAL;
	rc = standby_restore(routes, changes, count);
	if (rc == 0)
		routes->stage = STAGE_NONE;
	return rc;
}

void
fabric_routes_swap(struct fabric_routes *routes)
{
	assert(routes->stage == STAGE_STAGED);
	routes->active = !routes->active;
	routes->stage = STAGE_SWAPPED;
}

int
fabric_routes_settle(struct fabric_routes *routes, const struct route_change *changes, size_t count)
{
	int rc;

	if (routes->stage != STAGE_SWAPPED)
		return -EINVAL;
	rc = fib_change_all(fabric_routes_standby(routes), changes, count);
	if (rc == 0)
		routes->stage = STAGE_NONE;
	return rc;
}
