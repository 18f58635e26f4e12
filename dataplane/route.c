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

struct route_table {
	enum stage stage;
	unsigned int active; /* index into copies */
	struct fib copies[2];
};

static struct fib *
route_table_standby(struct route_table *table)
{
	return &table->copies[!table->active];
}

struct route_table *
route_table_create(uint32_t capacity)
{
	struct route_table *table;
	int rc;

	table = calloc(1, sizeof(*table));
	if (table == NULL)
		return NULL;

	rc = fib_open(&table->copies[0], capacity);
	if (rc != 0)
		goto free_table;
	rc = fib_open(&table->copies[1], capacity);
	if (rc != 0)
		goto free_first;
	return table;

free_first:
	fib_close(&table->copies[0]);
free_table:
	free(table);
	errno = -rc;
	return NULL;
}

void
route_table_free(struct route_table *table)
{
	if (table == NULL)
		return;
	fib_close(&table->copies[1]);
	fib_close(&table->copies[0]);
	free(table);
}

struct rte_fib *
route_table_active(const struct route_table *table)
{
	return table->copies[table->active].rte;
}

uint32_t
route_table_count(const struct route_table *table)
{
	return table->copies[table->active].prefixes;
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
standby_restore(struct route_table *table, const struct route_change *changes, size_t count)
{
	const struct fib *active = &table->copies[table->active];
	struct fib *standby = route_table_standby(table);
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
route_table_stage(struct route_table *table, const struct route_change *changes, size_t count)
{
	int rc;

	if (table->stage != STAGE_NONE)
		return -EBUSY;
	for (size_t i = 0; i < count; i++) {
		if (!change_is_valid(&changes[i]))
			return -EINVAL;
	}

	rc = fib_change_all(route_table_standby(table), changes, count);
	if (rc != 0)
		return standby_restore(table, changes, count) == 0 ? rc : -ENOTRECOVERABLE;
	table->stage = STAGE_STAGED;
	return 0;
}

int
route_table_unstage(struct route_table *table, const struct route_change *changes, size_t count)
{
	int rc;

	if (table->stage != STAGE_STAGED)
		return -EINVAL;
	rc = standby_restore(table, changes, count);
	if (rc == 0)
		table->stage = STAGE_NONE;
	return rc;
}

void
route_table_swap(struct route_table *table)
{
	assert(table->stage == STAGE_STAGED);
	table->active = !table->active;
	table->stage = STAGE_SWAPPED;
}

int
route_table_settle(struct route_table *table, const struct route_change *changes, size_t count)
{
	int rc;

	if (table->stage != STAGE_SWAPPED)
		return -EINVAL;
	rc = fib_change_all(route_table_standby(table), changes, count);
	if (rc == 0)
		table->stage = STAGE_NONE;
	return rc;
}
