/* SPDX-License-Identifier: BSD-3-Clause */
#include "group_pool.h"

#include <errno.h>
#include <stdlib.h>

#include <rte_malloc.h>

struct group_pool {
	uint64_t serials; /* given so far; 0 stands for no group */
	uint32_t end;
	uint32_t free_count;
	uint32_t free_ids[GROUPS_MAX]; /* below `end`, the one to be given next is the last */
};

struct group_pool *
group_pool_create(void)
{
	return calloc(1, sizeof(struct group_pool));
}

void
group_pool_free(struct group_pool *pool)
{
	free(pool);
}

uint32_t
group_pool_end(const struct group_pool *pool)
{
	return pool->end;
}

static int
id_take(struct group_pool *pool, uint32_t *id)
{
	if (pool->free_count == 0 && pool->end == GROUPS_MAX)
		return -ENOSPC;
	*id = pool->free_count > 0 ? pool->free_ids[--pool->free_count] : pool->end++;
	return 0;
}

static void *
group_build(const void *input)
{
	const struct group_request *request = input;
	struct fabric_group *group = rte_zmalloc("ecmp group", sizeof(*group), RTE_CACHE_LINE_SIZE);
	int rc;

	if (group == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	rc = ecmp_group_build(&group->ecmp,
			      request->previous == NULL ? NULL : &request->previous->ecmp,
			      request->members, request->count);
	if (rc == 0)
		rc = id_take(request->pool, &group->id);
	if (rc != 0) {
		rte_free(group);
		errno = -rc;
		return NULL;
	}
	group->serial = ++request->pool->serials;
	group->pool = request->pool;
	return group;
}

static void
group_free(void *table)
{
	struct fabric_group *group = table;

	group->pool->free_ids[group->pool->free_count++] = group->id;
	rte_free(group);
}

const struct shared_type group_type = { .build = group_build, .free = group_free };

void
group_request_write(const struct group_request *request, struct words *words)
{
	uint64_t previous = request->previous == NULL ? 0 : request->previous->serial;

	words_add(words, (uint32_t)previous);
	words_add(words, (uint32_t)(previous >> 32));
	for (size_t i = 0; i < request->count; i++) {
		words_add(words, request->members[i].next_hop);
		words_add(words, request->members[i].weight);
	}
}
