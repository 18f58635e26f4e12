/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

#include "dataplane/ecmp.h"
#include "store.h"

/*
 * The ids of the fabric's ECMP groups. Groups are shared tables: those of the same members, weights
 * and predecessor are one. An id is taken when a group is built and can be given to another one
 * when it is freed, which is when no worker sees a snapshot or a fib that names it.
 */

enum {
	GROUPS_MAX = 65536,
};

struct fabric_group {
	struct ecmp_group ecmp; /* what workers read */
	uint32_t id;            /* index into snapshot.groups */
	uint64_t serial;        /* never given to another group */
	struct group_pool *pool;
};

struct group_request {
	struct group_pool *pool;
	const struct fabric_group *previous; /* or NULL */
	const struct ecmp_member *members;   /* ascending by next hop */
	size_t count;
};

struct group_pool *group_pool_create(void); /* NULL: out of memory */
/* All groups have been freed. */
void group_pool_free(struct group_pool *pool);
/* Every id is below. */
uint32_t group_pool_end(const struct group_pool *pool);

/*
 * Builds from a struct group_request, gives a struct fabric_group; errno is ENOSPC when GROUPS_MAX
 * groups are in use, EINVAL as ecmp_group_build().
 */
extern const struct shared_type group_type;
void group_request_write(const struct group_request *request, struct words *words);
