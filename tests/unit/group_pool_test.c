/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/group_pool.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "eal.h"

struct pools {
	struct store *store;
	struct group_pool *pool;
};

static int
pools_setup(void **state)
{
	struct pools *pools = calloc(1, sizeof(*pools));

	assert_non_null(pools);
	pools->store = store_create();
	pools->pool = group_pool_create();
	assert_non_null(pools->store);
	assert_non_null(pools->pool);
	*state = pools;
	return 0;
}

static int
pools_teardown(void **state)
{
	struct pools *pools = *state;
	size_t left = store_count(pools->store);

	group_pool_free(pools->pool);
	store_free(pools->store);
	free(pools);
	return left == 0 ? 0 : -1;
}

static struct shared *
take(struct pools *pools, const struct shared *previous, const struct ecmp_member *members,
     size_t count)
{
	struct group_request request = {
		.pool = pools->pool,
		.previous = previous == NULL ? NULL : shared_table(previous),
		.members = members,
		.count = count,
	};
	struct words words = { 0 };
	struct shared *shared;

	group_request_write(&request, &words);
	shared = store_take(pools->store, &group_type, &words, &request);
	words_clear(&words);
	return shared;
}

static uint32_t
id_of(const struct shared *shared)
{
	return ((const struct fabric_group *)shared_table(shared))->id;
}

static void
wrong_members_take_no_id(void **state)
{
	struct pools *pools = *state;
	const struct ecmp_member twice[] = { { 4, 1 }, { 4, 1 } };

	errno = 0;
	assert_null(take(pools, NULL, twice, 2));
	assert_int_equal(errno, EINVAL);
	assert_int_equal(group_pool_end(pools->pool), 0);
}

static void
ids_are_bounded_and_given_again(void **state)
{
	struct pools *pools = *state;
	static struct shared *groups[GROUPS_MAX];
	const struct ecmp_member other = { 1 << 20, 1 };
	struct shared *again;

	for (uint32_t i = 0; i < GROUPS_MAX; i++) {
		const struct ecmp_member member = { i, 1 };

		groups[i] = take(pools, NULL, &member, 1);
		assert_non_null(groups[i]);
		assert_int_equal(id_of(groups[i]), i);
	}
	errno = 0;
	assert_null(take(pools, NULL, &other, 1));
	assert_int_equal(errno, ENOSPC);
	store_release(pools->store, groups[77]);
	again = take(pools, NULL, &other, 1);
	assert_int_equal(id_of(again), 77);
	assert_int_equal(group_pool_end(pools->pool), GROUPS_MAX);
	groups[77] = again;
	for (uint32_t i = 0; i < GROUPS_MAX; i++)
		store_release(pools->store, groups[i]);
}

static void
groups_are_told_apart_by_what_was_before(void **state)
{
	struct pools *pools = *state;
	const struct ecmp_member both[] = { { 1, 1 }, { 2, 1 } };
	const struct ecmp_member three[] = { { 1, 1 }, { 2, 1 }, { 3, 1 } };
	struct shared *big = take(pools, NULL, three, 3);
	struct shared *fresh = take(pools, NULL, both, 2);
	struct shared *same = take(pools, NULL, both, 2);
	struct shared *shrunk = take(pools, big, both, 2);
	const struct fabric_group *before = shared_table(big), *after = shared_table(shrunk);
	unsigned int moved = 0;

	assert_ptr_equal(fresh, same);
	assert_ptr_not_equal(fresh, shrunk);
	for (unsigned int i = 0; i < ECMP_BUCKETS; i++)
		moved += before->ecmp.buckets[i] != after->ecmp.buckets[i];
	assert_int_equal(moved, 85); /* those of the third member */
	store_release(pools->store, big);
	store_release(pools->store, fresh);
	store_release(pools->store, same);
	store_release(pools->store, shrunk);
}

static void
an_id_given_again_is_another_predecessor(void **state)
{
	struct pools *pools = *state;
	const struct ecmp_member both[] = { { 1, 1 }, { 2, 1 } };
	const struct ecmp_member first[] = { { 1, 1 }, { 2, 1 }, { 3, 1 } };
	const struct ecmp_member second[] = { { 1, 5 }, { 2, 1 }, { 4, 1 } };
	struct shared *before = take(pools, NULL, first, 3), *other;
	struct shared *after = take(pools, before, both, 2), *after_other;
	uint32_t id = id_of(before);

	store_release(pools->store, before);
	other = take(pools, NULL, second, 3);
	assert_int_equal(id_of(other), id);
	after_other = take(pools, other, both, 2);
	assert_ptr_not_equal(after, after_other);
	store_release(pools->store, after);
	store_release(pools->store, other);
	store_release(pools->store, after_other);
}

#define pools_test(function) cmocka_unit_test_setup_teardown(function, pools_setup, pools_teardown)

int
main(void)
{
	test_eal_start("192");

	const struct CMUnitTest tests[] = {
		pools_test(wrong_members_take_no_id),
		pools_test(ids_are_bounded_and_given_again),
		pools_test(groups_are_told_apart_by_what_was_before),
		pools_test(an_id_given_again_is_another_predecessor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
