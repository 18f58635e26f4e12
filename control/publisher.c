/* SPDX-License-Identifier: BSD-3-Clause */
#include "publisher.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/command.h"
#include "epoch.h"
#include "snat_moves.h"

static bool
publisher_acknowledged(const struct publisher *publisher)
{
	for (unsigned int i = 0; i < publisher->worker_count; i++)
		if (atomic_load_explicit(publisher->acknowledged[i], memory_order_acquire) <
		    publisher->number)
			return false;
	return true;
}

/* Nobody reads the standby fib nor the generation before, and nobody draws ports by it. */
static void
publisher_settle(struct publisher *publisher)
{
	if (publisher->change_count > 0)
		publisher->settle_error = fabric_routes_settle(
			publisher->routes, publisher->changes, publisher->change_count);
	free(publisher->changes);
	publisher->changes = NULL;
	publisher->change_count = 0;
	generation_free(publisher->retiring);
	publisher->retiring = NULL;
	snat_moves_open(publisher->current);
}

static bool
publisher_pending(const struct publisher *publisher)
{
	return publisher->retiring != NULL || publisher->changes != NULL;
}

/* Leads the standby fib to where the generation wants it. */
static int
routes_stage(struct publisher *publisher, const struct route_change *changes, size_t count,
	     char *error, size_t error_size)
{
	int rc = count == 0 ? 0 : fabric_routes_stage(publisher->routes, changes, count);

	if (rc == -ENOSPC)
		snprintf(error, error_size,
			 "the fabric's routes do not fit: at most %d /24s can hold longer prefixes",
			 ROUTE_SPLITS_MAX);
	else if (rc != 0)
		snprintf(error, error_size, "the fabric's routes could not be changed: %s",
			 strerror(-rc));
	return rc;
}

static void
publisher_advance(struct publisher *publisher, struct generation *generation,
		  struct route_change *changes, size_t count)
{
	struct snapshot *snapshot = generation->snapshot;
	const struct command command = { .type = COMMAND_SNAPSHOT, .snapshot = snapshot };
	const struct snapshot *before;

	if (count > 0)
		fabric_routes_swap(publisher->routes);
	snapshot->fib = fabric_routes_active(publisher->routes);
	snapshot->generation = ++publisher->number;
	if (publisher->current != NULL) {
		before = publisher->current->snapshot;
		snapshot->decided_from = epoch_next(before, snapshot, count > 0);
		snapshot->vip_losses = before->vip_losses + epoch_loses_vip(before, snapshot);
	}
	publisher->retiring = publisher->current;
	publisher->current = generation;
	publisher->changes = changes;
	publisher->change_count = count;
	command_commit(publisher->rings, publisher->worker_count, &command, 1);
}

int
publisher_publish(struct publisher *publisher, struct generation *generation, char *error,
		  size_t error_size)
{
	const struct prefix_table none = { 0 };
	bool first = publisher->current == NULL;
	struct route_change *changes;
	size_t count;
	int rc;

	if (publisher->settle_error != 0) {
		snprintf(error, error_size,
			 "the fabric's routes could not be brought up to date (%s); restart",
			 strerror(-publisher->settle_error));
		return -EIO;
	}
	if (!publisher_settled(publisher)) {
		snprintf(error, error_size, "the change before has not reached every worker yet");
		return -EBUSY;
	}
	rc = prefix_table_diff(first ? &none : &publisher->current->prefixes, &generation->prefixes,
			       &changes, &count);
	if (rc != 0) {
		snprintf(error, error_size, "there is not enough memory");
		return rc;
	}
	rc = command_reserve(publisher->rings, publisher->worker_count, 1);
	if (rc != 0) {
		snprintf(error, error_size, "the command ring of a worker is full");
		goto free_changes;
	}
	rc = routes_stage(publisher, changes, count, error, error_size);
	if (rc != 0)
		goto cancel;
	publisher_advance(publisher, generation, changes, count);
	/* The other fib has had no reader so far. */
	if (first)
		publisher_settle(publisher);
	return 0;

cancel:
	command_commit(publisher->rings, publisher->worker_count, NULL, 0);
free_changes:
	free(changes);
	return rc;
}

bool
publisher_tick(struct publisher *publisher)
{
	if (!publisher_pending(publisher) || !publisher_acknowledged(publisher))
		return false;
	publisher_settle(publisher);
	return true;
}

bool
publisher_settled(const struct publisher *publisher)
{
	return !publisher_pending(publisher) && publisher_acknowledged(publisher);
}

void
publisher_clear(struct publisher *publisher)
{
	free(publisher->changes);
	generation_free(publisher->retiring);
	generation_free(publisher->current);
	*publisher = (struct publisher){ 0 };
}
