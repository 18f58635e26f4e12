/* SPDX-License-Identifier: BSD-3-Clause */
#include "ecmp.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* How a member stands while its group is built. */
struct stake {
	uint32_t share;     /* buckets it is due */
	uint32_t remainder; /* of the division that gave the share */
	uint32_t held;      /* buckets of the predecessor that name it */
	uint32_t kept;      /* of these, how many stay */
};

static int
members_compare(const void *left, const void *right)
{
	const struct ecmp_member *a = left;
	const struct ecmp_member *b = right;

	return (a->next_hop > b->next_hop) - (a->next_hop < b->next_hop);
}

/* Sorted, so that the order in which the members are given does not matter. */
static int
members_take(struct ecmp_group *group, const struct ecmp_member *members, size_t count)
{
	if (count == 0 || count > ECMP_MEMBERS_MAX)
		return -EINVAL;

	memcpy(group->members, members, count * sizeof(members[0]));
	group->member_count = (uint16_t)count;
	qsort(group->members, count, sizeof(members[0]), members_compare);

	for (size_t i = 0; i < count; i++) {
		if (group->members[i].weight == 0)
			return -EINVAL;
		if (i > 0 && group->members[i].next_hop == group->members[i - 1].next_hop)
			return -EINVAL;
	}
	return 0;
}

/* Hamilton's method: the whole part of each quota, what is left to the largest remainders. */
static void
shares_compute(const struct ecmp_group *group, struct stake *stakes)
{
	uint32_t weights = 0;
	uint32_t left = ECMP_BUCKETS;

	for (unsigned int i = 0; i < group->member_count; i++)
		weights += group->members[i].weight;

	for (unsigned int i = 0; i < group->member_count; i++) {
		uint32_t quota = group->members[i].weight * (uint32_t)ECMP_BUCKETS;

		stakes[i].share = quota / weights;
		stakes[i].remainder = quota % weights;
		left -= stakes[i].share;
	}

	for (; left > 0; left--) {
		struct stake *largest = &stakes[0];

		for (unsigned int i = 1; i < group->member_count; i++) {
			if (stakes[i].remainder > largest->remainder)
				largest = &stakes[i];
		}
		largest->share++;
		largest->remainder = 0;
	}
}

static struct stake *
stake_find(const struct ecmp_group *group, struct stake *stakes, uint32_t next_hop)
{
	const struct ecmp_member key = { .next_hop = next_hop };
	const struct ecmp_member *member = bsearch(&key, group->members, group->member_count,
						   sizeof(group->members[0]), members_compare);

	return member == NULL ? NULL : &stakes[member - group->members];
}

/*
 * Whether a member keeps the nth (from 1) of the buckets it holds: all while they are within its
 * share, else as many as its share, evenly spaced.
 */
static bool
stake_keeps(const struct stake *stake, uint32_t nth)
{
	if (stake->held <= stake->share)
		return true;
	return nth * stake->share / stake->held != (nth - 1) * stake->share / stake->held;
}

/* Takes over the predecessor's buckets as far as their owners may keep them. */
static void
buckets_keep(struct ecmp_group *group, const struct ecmp_group *previous, struct stake *stakes,
	     bool *free_buckets)
{
	uint32_t seen[ECMP_MEMBERS_MAX] = { 0 };

	for (unsigned int i = 0; i < ECMP_BUCKETS; i++) {
		struct stake *stake = stake_find(group, stakes, previous->buckets[i]);

		if (stake != NULL)
			stake->held++;
	}

	for (unsigned int i = 0; i < ECMP_BUCKETS; i++) {
		struct stake *stake = stake_find(group, stakes, previous->buckets[i]);

		if (stake == NULL || !stake_keeps(stake, ++seen[stake - stakes]))
			continue;
		group->buckets[i] = previous->buckets[i];
		free_buckets[i] = false;
		stake->kept++;
	}
}

/*
 * Smooth weighted round robin: every member earns what it lacks, the richest takes the bucket and
 * pays what all earned. Each gets exactly what it lacks, spread over the whole.
 */
static void
buckets_fill(struct ecmp_group *group, const struct stake *stakes, const bool *free_buckets)
{
	int32_t credits[ECMP_MEMBERS_MAX] = { 0 };
	int32_t missing = 0;

	for (unsigned int i = 0; i < group->member_count; i++)
		missing += (int32_t)(stakes[i].share - stakes[i].kept);

	for (unsigned int bucket = 0; bucket < ECMP_BUCKETS; bucket++) {
		unsigned int richest = 0;

		if (!free_buckets[bucket])
			continue;
		for (unsigned int i = 0; i < group->member_count; i++) {
			credits[i] += (int32_t)(stakes[i].share - stakes[i].kept);
			if (credits[i] > credits[richest])
				richest = i;
		}
		credits[richest] -= missing;
		group->buckets[bucket] = group->members[richest].next_hop;
	}
}

int
ecmp_group_build(struct ecmp_group *group, const struct ecmp_group *previous,
		 const struct ecmp_member *members, size_t count)
{
	struct ecmp_group built = { 0 };
	struct stake stakes[ECMP_MEMBERS_MAX] = { 0 };
	bool free_buckets[ECMP_BUCKETS];

	int rc = members_take(&built, members, count);
	if (rc != 0)
		return rc;

	memset(free_buckets, true, sizeof(free_buckets));
	shares_compute(&built, stakes);
	if (previous != NULL)
		buckets_keep(&built, previous, stakes, free_buckets);
	buckets_fill(&built, stakes, free_buckets);
	*group = built;
	return 0;
}
