/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "bytes.h"
#include "control/build.h"
#include "eal.h"
#include "model_text.h"

/* What unit tests of the builders share: a text goes in, a generation or a sentence comes out. */

/* Two ports; texts of tests come behind it. */
#define BUILDING_HEAD                                                                         \
	"gateway = { name = \"t\"; workers = 1; route_capacity = 1024; flow_capacity = 1024;" \
	" ecmp_seed = 7; icmp_error_rate = 50; };\n"                                          \
	"ports = ( { name = \"wan\"; device = \"net_null0\"; },"                              \
	" { name = \"lan\"; device = \"net_null1\"; mtu = 2000; } );\n"

struct building {
	struct registry *registry;
	struct store *store;
	struct group_pool *groups;
	struct next_hops next_hops;
	uint64_t now; /* nanoseconds */
	unsigned int workers;
	uint32_t ports_down;
	char error[256]; /* of the last build that failed */
};

static inline int
building_setup(void **state)
{
	struct building *building = calloc(1, sizeof(*building));

	assert_non_null(building);
	building->registry = registry_create();
	building->store = store_create();
	building->groups = group_pool_create();
	assert_non_null(building->registry);
	assert_non_null(building->store);
	assert_non_null(building->groups);
	*state = building;
	return 0;
}

/* Every test frees its generations; no table may be left then. */
static inline int
building_teardown(void **state)
{
	struct building *building = *state;
	size_t left = store_count(building->store);

	next_hops_clear(&building->next_hops);
	group_pool_free(building->groups);
	store_free(building->store);
	registry_free(building->registry);
	free(building);
	return left == 0 ? 0 : -1;
}

/* The model becomes the generation's, whatever comes of it. NULL, and building->error. */
static inline struct generation *
building_build_model(struct building *building, struct model *model,
		     const struct generation *previous)
{
	static const struct port_device devices[] = {
		{ .mac = { { 2, 0, 0, 0, 0, 0xa0 } } },
		{ .mac = { { 2, 0, 0, 0, 0, 0xa1 } }, .offloads = { .told = 0x40, .tags = true } },
	};
	struct generation *generation = generation_create(building->store, SOCKET_ID_ANY);
	struct builder builder = {
		.model = model,
		.generation = generation,
		.previous = previous,
		.registry = building->registry,
		.groups = building->groups,
		.next_hops = &building->next_hops,
		.now = building->now,
		.workers = building->workers,
		.ports_down = building->ports_down,
		.port_devices = devices,
		.error = building->error,
		.error_size = sizeof(building->error),
	};

	assert_non_null(generation);
	generation->model = model;
	if (build_generation(&builder) == 0)
		return generation;
	generation_free(generation);
	return NULL;
}

/* The text of a file behind BUILDING_HEAD. */
static inline struct generation *
building_build(struct building *building, const char *text, const struct generation *previous)
{
	char *whole;
	struct generation *generation;

	assert_true(asprintf(&whole, "%s%s", BUILDING_HEAD, text) >= 0);
	generation = building_build_model(building, model_from_text(whole), previous);
	free(whole);
	return generation;
}

#define building_test(function) \
	cmocka_unit_test_setup_teardown(function, building_setup, building_teardown)
