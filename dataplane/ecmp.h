/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * An ECMP group: weighted, resilient choice of one member by the hash of a flow.
 *
 * The hash picks one of ECMP_BUCKETS buckets, each of which names a member's next hop. Buckets are
 * shared out in proportion to the weights (largest remainder). A group built from a predecessor
 * keeps every bucket whose member is still there and within its share, so that removing one of N
 * next hops moves only the flows that used it, and adding one moves about 1/(N+1) (RFC 2992 has the
 * comparison). With unequal weights, rounding may move a bucket or two more; a weight below a 512th
 * of the sum may round to no bucket. Immutable; built by the control thread, read by any.
 */

enum {
	ECMP_BUCKETS = 256,
	ECMP_MEMBERS_MAX = 64,
};

struct ecmp_member {
	uint32_t next_hop; /* stable id: index into snapshot.next_hops */
	uint16_t weight;   /* at least 1 */
};

struct ecmp_group {
	uint32_t buckets[ECMP_BUCKETS]; /* next hop */
	uint16_t member_count;
	struct ecmp_member members[ECMP_MEMBERS_MAX];
};

/*
 * previous may be NULL, or the group itself. 1 to ECMP_MEMBERS_MAX members with distinct
 * adjacencies, in any order. Returns 0, or -EINVAL and the group is as it was. The result depends
 * on nothing but the arguments.
 */
int ecmp_group_build(struct ecmp_group *group, const struct ecmp_group *previous,
		     const struct ecmp_member *members, size_t count);

static inline uint32_t
ecmp_group_select(const struct ecmp_group *group, uint32_t hash)
{
	return group->buckets[hash >> 24];
}

_Static_assert(ECMP_BUCKETS == 256, "the bucket is the hash's first byte");
