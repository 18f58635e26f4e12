/* SPDX-License-Identifier: BSD-3-Clause */
#include "building.h"

#define INTERFACES \
	"interfaces = { name = \"up\"; port = \"wan\"; addresses = \"198.51.100.2/24\"; };\n"

static void
failures_are_sentences_that_fit(void **state)
{
	char error[16];
	struct builder builder = { .error = error, .error_size = sizeof(error) };

	(void)state;
	assert_int_equal(build_fail(&builder, -E2BIG, "%d is %s", 4, "far too much for it"),
			 -E2BIG);
	assert_string_equal(error, "4 is far too mu");
	assert_int_equal(build_out_of_memory(&builder), -ENOMEM);
	assert_string_equal(error, "there is not en");
}

static void
used_up_ids_need_a_restart(void **state)
{
	struct building *building = *state;
	char name[16];
	uint32_t id;

	for (unsigned int i = 0; i < 65535; i++) {
		snprintf(name, sizeof(name), "%u", i);
		assert_int_equal(
			registry_take(building->registry, REGISTRY_INTERFACE, 0, name, &id), 0);
	}
	assert_null(building_build(building, INTERFACES, NULL));
	assert_string_equal(building->error,
			    "the ids of interfaces are used up, as those of removed ones are never "
			    "given again; restart the gateway");
}

static void
settings_reach_the_snapshot(void **state)
{
	struct generation *generation = building_build(*state, INTERFACES, NULL);

	assert_non_null(generation);
	assert_int_equal(generation->snapshot->ecmp_seed, 7);
	assert_int_equal(generation->snapshot->icmp_error_rate, 50);
	generation_free(generation);
}

static void
what_the_model_lacks_is_empty(void **state)
{
	struct generation *generation = building_build(*state, INTERFACES, NULL);
	const struct snapshot *snapshot;

	assert_non_null(generation);
	snapshot = generation->snapshot;
	assert_int_equal(snapshot->network_count, 0);
	assert_int_equal(snapshot->subnet_count, 1);
	assert_false(snapshot->subnets[0].present);
	assert_int_equal(snapshot->vip_count, 0);
	assert_int_equal(snapshot->group_count, 0);
	assert_int_equal(snapshot->next_hop_count, 0);
	assert_non_null(snapshot->vips);
	assert_non_null(snapshot->groups);
	generation_free(generation);
}

int
main(void)
{
	test_eal_start("64");

	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failures_are_sentences_that_fit),
		building_test(used_up_ids_need_a_restart),
		building_test(settings_reach_the_snapshot),
		building_test(what_the_model_lacks_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
