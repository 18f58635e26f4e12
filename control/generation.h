/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "config/model.h"
#include "dataplane/snapshot.h"
#include "known_endpoints.h"
#include "names.h"
#include "prefix_table.h"
#include "store.h"

/*
 * Everything that belongs to one generation: the snapshot that workers read, the memory and the
 * shared tables that it is made of, and what the control thread needs to know of it. It is built,
 * published, and freed whole when no worker can see it any more.
 */

struct generation {
	struct snapshot *snapshot; /* read by the workers; from publication on never written */
	struct model *model;       /* borrowed while it is built, then owned */
	struct names names;
	struct prefix_table prefixes; /* what snapshot.fib holds */
	struct prefix_entry *routes;  /* of those the model's routes, in its order; or NULL */
	size_t route_count;           /* less than the model's, when links are down */
	struct known_endpoints endpoints;
	uint32_t *moves_open;   /* of the VIPs' snat_moves; NULL: nothing has moved */
	struct shared **groups; /* by ECMP group id, snapshot.group_count of them; or NULL */

	struct store *store;
	struct shared **tables; /* one reference each */
	size_t table_count;
	size_t table_capacity;
	void **blocks; /* DPDK memory */
	size_t block_count;
	size_t block_capacity;
	int socket;
};

/* With an empty snapshot. NULL: out of memory. */
struct generation *generation_create(struct store *store, int socket);
/* The model too, if it is owned: set it to NULL to keep it. */
void generation_free(struct generation *generation);

/* Zeroed memory for workers to read, freed with the generation, never NULL for a count of 0. */
void *generation_alloc(struct generation *generation, size_t count, size_t size);
/*
 * The table of these words, shared with other generations and held until this one is freed. NULL
 * and errno.
 */
struct shared *generation_share(struct generation *generation, const struct shared_type *type,
				const struct words *words, const void *input);
/* Holds a table of another generation in this one too. 0 or -ENOMEM. */
int generation_hold(struct generation *generation, struct shared *shared);
