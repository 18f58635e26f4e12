/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/snat_moves.h"

#include "building.h"
#include "dataplane/snat.h"

/* A VIP of 11 hosts, 10.0.1.4 and on, with blocks from 1024 on; or what else `vip` says. */
#define NETWORK(vip)                                                                               \
	"interfaces = ( { name = \"a\"; port = \"lan\"; addresses = \"10.0.1.1/28\"; } );\n"       \
	"virtual_networks = ( { name = \"n\"; address_space = \"10.0.0.0/16\"; subnets = ( {"      \
	" name = \"a\"; prefix = \"10.0.1.0/28\"; interface = \"a\"; outbound_vips = \"v\"; } ); " \
	"} );\n"                                                                                   \
	"vips = ( { name = \"v\"; address = \"192.0.2.1\"; virtual_network = \"n\"; " vip          \
	" } );\n"
#define BLOCKS(count) NETWORK("outbound = { ports_per_host = " count "; };")

enum {
	WORKERS = 4,
	CHUNK = 8,
};

static const struct snat_ports *
ports_of(const struct generation *generation)
{
	return &generation->snapshot->vips[0].snat;
}

/* As many chunks as have moved. */
static unsigned int
moved(const struct generation *generation)
{
	unsigned int count = 0;

	for (uint32_t port = 0; port <= UINT16_MAX; port += CHUNK)
		count += snat_has_moved(ports_of(generation)->moves, (uint16_t)port);
	return count;
}

static struct generation *
build(void **state, const char *text, const struct generation *previous)
{
	struct building *building = *state;
	struct generation *generation;

	building->workers = WORKERS;
	generation = building_build(building, text, previous);
	assert_non_null(generation);
	return generation;
}

static void
nothing_moves_where_nothing_changes(void **state)
{
	struct generation *first = build(state, BLOCKS("64"), NULL);
	struct generation *second = build(state, BLOCKS("64"), first);

	assert_null(ports_of(first)->moves);
	assert_null(ports_of(second)->moves);
	assert_null(second->moves_open);
	snat_moves_open(second);
	generation_free(first);
	generation_free(second);
}

/* With one worker there is nobody to move to. */
static void
one_worker_keeps_everything(void **state)
{
	struct building *building = *state;
	struct generation *first, *second;

	building->workers = 1;
	first = building_build(building, BLOCKS("64"), NULL);
	second = building_build(building, BLOCKS("128"), first);
	assert_non_null(first);
	assert_non_null(second);
	assert_null(ports_of(second)->moves);
	generation_free(first);
	generation_free(second);
}

/* Hosts of the same worker may follow one another; whoever else follows has to wait. */
static void
longer_blocks_move(void **state)
{
	struct generation *first = build(state, BLOCKS("64"), NULL);
	struct generation *second = build(state, BLOCKS("128"), first);
	const struct snat_ports *ports = ports_of(second);

	assert_non_null(ports->moves);
	assert_in_range(moved(second), 1, 11 * 64 / CHUNK);
	/* The first host's ports stay its own, and what nobody had has not moved. */
	assert_false(snat_has_moved(ports->moves, 1024));
	assert_false(snat_has_moved(ports->moves, 1024 + 63));
	assert_false(snat_has_moved(ports->moves, 1024 + 11 * 64));
	assert_ptr_equal(ports->moves->usage, second->snapshot->usage[0]);
	assert_int_equal(*ports->moves->open, 0);
	snat_moves_open(second);
	assert_int_equal(*ports->moves->open, 1);
	generation_free(first);
	generation_free(second);
}

/* As long as the worker before has sessions, and no longer, whatever is loaded meanwhile. */
static void
what_is_held_stays_moved(void **state)
{
	struct generation *first = build(state, BLOCKS("64"), NULL);
	struct generation *second, *third, *fourth;
	uint16_t port = 1024;

	second = build(state, BLOCKS("128"), first);
	while (!snat_has_moved(ports_of(second)->moves, port))
		port = (uint16_t)(port + CHUNK);
	/* Whoever drew from it was not the one that draws now: the next worker has it then. */
	for (uint16_t i = 0; i < WORKERS; i++)
		*snat_usage_chunk(second->snapshot->usage[0], i, port) = 1;
	third = build(state, BLOCKS("128"), second);
	assert_int_equal(moved(third), 1);
	assert_true(snat_has_moved(ports_of(third)->moves, port));
	for (uint16_t i = 0; i < WORKERS; i++)
		*snat_usage_chunk(second->snapshot->usage[0], i, port) = 0;
	fourth = build(state, BLOCKS("128"), third);
	assert_null(ports_of(fourth)->moves);
	generation_free(first);
	generation_free(second);
	generation_free(third);
	generation_free(fourth);
}

/* Its sessions may last longer than it was gone. */
static void
a_vip_that_comes_back_finds_who_holds_its_ports(void **state)
{
	struct generation *first = build(state, BLOCKS("64"), NULL);
	struct generation *second, *third;

	for (uint16_t i = 0; i < WORKERS; i++) {
		*snat_usage_chunk(first->snapshot->usage[0], i, 1024) = 1;
		snat_usage_host(first->snapshot->usage[0], i, 0)->ports[SNAT_UDP] = 1;
	}
	second = build(state, "", first);
	assert_false(second->snapshot->vip_count > 0 && second->snapshot->vips[0].present);
	third = build(state, BLOCKS("64"), second);
	assert_int_equal(moved(third), 1);
	assert_true(snat_has_moved(ports_of(third)->moves, 1024));
	generation_free(first);
	generation_free(second);
	generation_free(third);
}

/* The next port of 1040-1047 towards that peer; 0: there is none. Host order. */
static uint16_t
draw(struct snat *snat, struct flow_table *flows, const struct snat_moves *moves)
{
	static const uint16_t starts[] = { 1040 };
	const struct snat_ports pool = {
		.unit = 8, .unit_count = 1, .starts = starts, .moves = moves
	};
	const struct decision decision = { .unit_count = 1 };
	struct flow_key reply = { .source = 8, .destination = 7, .protocol = 17, .family = 4 };

	if (!snat_port_draw(snat, flows, &pool, &decision, &reply))
		return 0;
	assert_int_not_equal(flow_insert(flows, &reply), FLOW_NONE);
	return rte_be_to_cpu_16(reply.destination_port);
}

/*
 * What came from another worker is drawn when all have the snapshot, and that one's sessions are
 * over; nothing is remembered as exhausted meanwhile.
 */
static void
ports_are_drawn_when_nobody_holds_them(void **state)
{
	struct snat_chunk_page pages[2] = { 0 };
	const struct snat_usage usage = { .chunks = { pages } };
	uint32_t open = 0;
	struct snat_moves moves = { .usage = &usage, .workers = 2, .open = &open };
	struct snat snat = { .secret = 1, .worker = 1 };
	struct flow_table flows;

	(void)state;
	moves.chunks[1040 / 8 / 64] = 1ULL << 1040 / 8 % 64;
	assert_int_equal(flow_table_init(&flows, 1024, 1, SOCKET_ID_ANY), 0);
	assert_int_equal(draw(&snat, &flows, &moves), 0);
	*snat_usage_chunk(&usage, 0, 1040) = 2;
	open = 1;
	assert_int_equal(draw(&snat, &flows, &moves), 0);
	*snat_usage_chunk(&usage, 0, 1040) = 0;
	for (unsigned int i = 0; i < 8; i++) {
		assert_in_range(draw(&snat, &flows, &moves), 1040, 1047);
		*snat_usage_chunk(&usage, 1, 1040) = i + 1;
	}
	assert_int_equal(draw(&snat, &flows, &moves), 0);
	flow_table_release(&flows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		building_test(nothing_moves_where_nothing_changes),
		building_test(one_worker_keeps_everything),
		building_test(longer_blocks_move),
		building_test(what_is_held_stays_moved),
		building_test(a_vip_that_comes_back_finds_who_holds_its_ports),
		cmocka_unit_test(ports_are_drawn_when_nobody_holds_them),
	};

	test_eal_start("128");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
