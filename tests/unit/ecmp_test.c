/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <rte_common.h>

#include "dataplane/ecmp.h"
#include "dataplane/hash.h"

static unsigned int
buckets_of(const struct ecmp_group *group, uint32_t next_hop)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < ECMP_BUCKETS; i++)
		count += group->buckets[i] == next_hop;
	return count;
}

static unsigned int
buckets_moved(const struct ecmp_group *before, const struct ecmp_group *after)
{
	unsigned int moved = 0;

	for (unsigned int i = 0; i < ECMP_BUCKETS; i++)
		moved += before->buckets[i] != after->buckets[i];
	return moved;
}

static void
wrong_members_are_refused(void **state)
{
	struct ecmp_member many[ECMP_MEMBERS_MAX + 1];
	const struct ecmp_member twice[] = { { 5, 1 }, { 9, 1 }, { 5, 2 } };
	const struct ecmp_member weightless[] = { { 5, 1 }, { 9, 0 } };
	struct ecmp_group group, untouched;

	(void)state;
	memset(&group, 0x5a, sizeof(group));
	untouched = group;
	for (uint32_t i = 0; i < RTE_DIM(many); i++)
		many[i] = (struct ecmp_member){ .next_hop = i, .weight = 1 };

	assert_int_equal(ecmp_group_build(&group, NULL, many, 0), -EINVAL);
	assert_int_equal(ecmp_group_build(&group, NULL, many, RTE_DIM(many)), -EINVAL);
	assert_int_equal(ecmp_group_build(&group, NULL, twice, 3), -EINVAL);
	assert_int_equal(ecmp_group_build(&group, NULL, weightless, 2), -EINVAL);
	assert_memory_equal(&group, &untouched, sizeof(group));
}

static void
buckets_follow_the_weights(void **state)
{
	static const struct {
		size_t count;
		struct ecmp_member members[4];
		unsigned int buckets[4];
	} cases[] = {
		{ 1, { { 7, 3 } }, { 256 } },
		{ 2, { { 1, 3 }, { 2, 1 } }, { 192, 64 } },
		{ 4, { { 1, 1 }, { 2, 1 }, { 3, 1 }, { 4, 1 } }, { 64, 64, 64, 64 } },
		/* the bucket left over goes to the lowest next hop */
		{ 3, { { 30, 9 }, { 10, 9 }, { 20, 9 } }, { 85, 86, 85 } },
		/* quotas 142.2, 85.3 and 28.4 */
		{ 3, { { 1, 5 }, { 2, 3 }, { 3, 1 } }, { 142, 85, 29 } },
		{ 2, { { 1, 65535 }, { 2, 1 } }, { 256, 0 } },
	};

	(void)state;
	for (size_t c = 0; c < RTE_DIM(cases); c++) {
		struct ecmp_group group;

		assert_int_equal(ecmp_group_build(&group, NULL, cases[c].members, cases[c].count),
				 0);
		assert_int_equal(group.member_count, cases[c].count);
		for (size_t i = 0; i < cases[c].count; i++)
			assert_int_equal(buckets_of(&group, cases[c].members[i].next_hop),
					 cases[c].buckets[i]);
	}
}

static void
consecutive_buckets_take_turns(void **state)
{
	const struct ecmp_member equal[] = { { 1, 1 }, { 2, 1 }, { 3, 1 }, { 4, 1 } };
	const struct ecmp_member uneven[] = { { 1, 3 }, { 2, 1 } };
	struct ecmp_group group;

	(void)state;
	assert_int_equal(ecmp_group_build(&group, NULL, equal, 4), 0);
	for (unsigned int i = 0; i < ECMP_BUCKETS; i++)
		assert_int_equal(group.buckets[i], i % 4 + 1);

	assert_int_equal(ecmp_group_build(&group, NULL, uneven, 2), 0);
	for (unsigned int i = 0; i < ECMP_BUCKETS; i += 4) {
		uint32_t sum = group.buckets[i] + group.buckets[i + 1] + group.buckets[i + 2] +
			       group.buckets[i + 3];

		assert_int_equal(sum, 1 + 1 + 1 + 2);
	}
}

static void
order_of_members_does_not_matter(void **state)
{
	const struct ecmp_member one[] = { { 5, 2 }, { 8, 1 }, { 3, 4 }, { 9, 1 } };
	const struct ecmp_member other[] = { { 9, 1 }, { 3, 4 }, { 8, 1 }, { 5, 2 } };
	struct ecmp_group a, b;

	(void)state;
	assert_int_equal(ecmp_group_build(&a, NULL, one, 4), 0);
	assert_int_equal(ecmp_group_build(&b, NULL, other, 4), 0);
	assert_memory_equal(&a, &b, sizeof(a));
	assert_int_equal(a.members[0].next_hop, 3);
	assert_int_equal(a.members[0].weight, 4);

	assert_int_equal(ecmp_group_build(&a, &a, other, 4), 0);
	assert_memory_equal(&a, &b, sizeof(a));
}

static void
removal_moves_only_what_the_member_had(void **state)
{
	const struct ecmp_member four[] = { { 1, 1 }, { 2, 1 }, { 3, 1 }, { 4, 1 } };
	struct ecmp_group before, after;

	(void)state;
	assert_int_equal(ecmp_group_build(&before, NULL, four, 4), 0);
	for (size_t gone = 0; gone < 4; gone++) {
		struct ecmp_member three[3];

		for (size_t i = 0; i < 3; i++)
			three[i] = four[i < gone ? i : i + 1];
		assert_int_equal(ecmp_group_build(&after, &before, three, 3), 0);

		assert_int_equal(buckets_moved(&before, &after), 64);
		assert_int_equal(buckets_of(&after, four[gone].next_hop), 0);
		assert_int_equal(buckets_of(&after, three[0].next_hop), 86);
		assert_int_equal(buckets_of(&after, three[1].next_hop), 85);
		assert_int_equal(buckets_of(&after, three[2].next_hop), 85);
	}
}

static void
addition_moves_only_onto_the_new_member(void **state)
{
	static const struct {
		uint32_t next_hop;
		unsigned int buckets; /* 52 for the lowest next hop, 51 for the others */
	} fresh[] = { { 1, 52 }, { 25, 51 }, { 99, 51 } };
	const struct ecmp_member four[] = { { 10, 1 }, { 20, 1 }, { 30, 1 }, { 40, 1 } };
	struct ecmp_group before, after;

	(void)state;
	assert_int_equal(ecmp_group_build(&before, NULL, four, 4), 0);
	for (size_t f = 0; f < RTE_DIM(fresh); f++) {
		struct ecmp_member five[5] = { { fresh[f].next_hop, 1 } };

		memcpy(&five[1], four, sizeof(four));
		assert_int_equal(ecmp_group_build(&after, &before, five, 5), 0);
		assert_int_equal(buckets_of(&after, fresh[f].next_hop), fresh[f].buckets);
		assert_int_equal(buckets_moved(&before, &after), fresh[f].buckets);
	}
}

/* Hamilton's rule, said another way: within one of the quota, rounded up by remainder. */
static void
shares_check(const struct ecmp_group *group)
{
	uint32_t weights = 0, up_least = UINT32_MAX, down_most = 0, sum = 0;

	for (unsigned int i = 0; i < group->member_count; i++)
		weights += group->members[i].weight;
	for (unsigned int i = 0; i < group->member_count; i++) {
		uint32_t scaled = group->members[i].weight * 256U;
		uint32_t count = buckets_of(group, group->members[i].next_hop);

		sum += count;
		if (count == scaled / weights) {
			down_most = RTE_MAX(down_most, scaled % weights);
		} else {
			assert_int_equal(count, scaled / weights + 1);
			up_least = RTE_MIN(up_least, scaled % weights);
		}
	}
	assert_int_equal(sum, 256);
	assert_true(down_most <= up_least);
}

/* Whatever changes, no more buckets move than must to reach the new shares. */
static void
any_change_moves_the_least(void **state)
{
	struct ecmp_group group;

	(void)state;
	srand(20);
	assert_int_equal(ecmp_group_build(&group, NULL, &(struct ecmp_member){ 0, 1 }, 1), 0);
	for (unsigned int round = 0; round < 2000; round++) {
		const struct ecmp_group before = group;
		struct ecmp_member members[24];
		size_t count = 0;
		unsigned int must = 0;

		for (uint32_t next_hop = 0; next_hop < RTE_DIM(members); next_hop++) {
			if (rand() % 3 == 0 || (next_hop == 23 && count == 0))
				members[count++] = (struct ecmp_member){
					.next_hop = next_hop,
					.weight = (uint16_t)(1 + rand() % 100),
				};
		}
		assert_int_equal(ecmp_group_build(&group, &before, members, count), 0);
		shares_check(&group);

		for (uint32_t next_hop = 0; next_hop < RTE_DIM(members); next_hop++) {
			unsigned int had = buckets_of(&before, next_hop);
			unsigned int has = buckets_of(&group, next_hop);

			must += had > has ? had - has : 0;
		}
		assert_int_equal(buckets_moved(&before, &group), must);
	}
}

static uint64_t
random_word(void)
{
	return (uint64_t)(uint32_t)mrand48() << 32 | (uint32_t)mrand48();
}

static void
flows_spread_evenly(void **state)
{
	const struct ecmp_member four[] = { { 0, 1 }, { 1, 1 }, { 2, 1 }, { 3, 1 } };
	unsigned int counts[4] = { 0 };
	struct ecmp_group group;

	(void)state;
	srand48(1);
	assert_int_equal(ecmp_group_build(&group, NULL, four, 4), 0);
	for (unsigned int flow = 0; flow < 10000; flow++) {
		uint32_t hash = hash_words(random_word(), random_word(), 1);

		counts[ecmp_group_select(&group, hash)]++;
	}
	for (unsigned int i = 0; i < 4; i++)
		assert_in_range(counts[i], 2375, 2625); /* 5 % */
}

/* RFC 2992's worry: the second gateway in line sees only what the first sent its way. */
static void
gateways_in_line_choose_independently(void **state)
{
	static const uint32_t seeds[][2] = { { 0, 1 }, { 1, 2 }, { 0, 0x80000000 }, { 77, 78 } };
	const struct ecmp_member four[] = { { 0, 1 }, { 1, 1 }, { 2, 1 }, { 3, 1 } };
	struct ecmp_group group;

	(void)state;
	srand48(2);
	assert_int_equal(ecmp_group_build(&group, NULL, four, 4), 0);
	for (size_t s = 0; s < RTE_DIM(seeds); s++) {
		unsigned int counts[4][4] = { 0 };

		for (unsigned int flow = 0; flow < 40000; flow++) {
			uint64_t a = random_word(), b = random_word();
			uint32_t first = ecmp_group_select(&group, hash_words(a, b, seeds[s][0]));
			uint32_t second = ecmp_group_select(&group, hash_words(a, b, seeds[s][1]));

			counts[first][second]++;
		}
		for (unsigned int i = 0; i < 16; i++)
			assert_in_range(counts[i / 4][i % 4], 2250, 2750); /* 10 % */
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_members_are_refused),
		cmocka_unit_test(buckets_follow_the_weights),
		cmocka_unit_test(consecutive_buckets_take_turns),
		cmocka_unit_test(order_of_members_does_not_matter),
		cmocka_unit_test(removal_moves_only_what_the_member_had),
		cmocka_unit_test(addition_moves_only_onto_the_new_member),
		cmocka_unit_test(any_change_moves_the_least),
		cmocka_unit_test(flows_spread_evenly),
		cmocka_unit_test(gateways_in_line_choose_independently),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
