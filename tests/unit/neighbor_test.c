/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bytes.h"
#include "dataplane/neighbor.h"
#include "eal.h"
#include <rte_hash.h>

enum {
	WAN = 1, /* untagged, on port 0 */
	LAN = 2, /* VLAN 10 of port 1 */
	GONE = 3,
	INTERFACES = 4,
};

static const struct rte_ether_addr router = { { 2, 0, 0, 0, 1, 1 } };
static const struct rte_ether_addr other_router = { { 2, 0, 0, 0, 1, 2 } };

struct fixture {
	struct snapshot_interface interfaces[INTERFACES];
	struct snapshot snapshot;
	struct neighbor_table table;
	struct rte_mempool *pool;
};

static int
fixture_setup(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){
		.interfaces = {
			[WAN] = { .present = true, .port = 0, .mtu = 1500,
				  .mac = { { 2, 0, 0, 0, 0, 1 } } },
			[LAN] = { .present = true, .port = 1, .vlan = 0xabc, .mtu = 1400,
				  .mac = { { 2, 0, 0, 0, 0, 2 } } },
		},
		.snapshot = { .interfaces = fixture.interfaces, .interface_count = INTERFACES },
		.pool = rte_pktmbuf_pool_create("neighbors", 511, 0, 0, 256, SOCKET_ID_ANY),
	};
	if (fixture.pool == NULL ||
	    neighbor_table_init(&fixture.table, "neighbor-test", SOCKET_ID_ANY) != 0)
		return -1;
	*state = &fixture;
	return 0;
}

static int
fixture_teardown(void **state)
{
	struct fixture *fixture = *state;

	neighbor_table_release(&fixture->table);
	rte_mempool_free(fixture->pool);
	return 0;
}

static uint32_t
resolve(struct fixture *fixture, uint16_t interface, uint32_t address,
	const struct rte_ether_addr *mac)
{
	struct command_neighbor neighbor = {
		.interface = interface,
		.reachable = 1,
		.mac = *mac,
		.address = rte_cpu_to_be_32(address),
	};

	return neighbor_resolve(&fixture->table, &fixture->snapshot, &neighbor);
}

static uint32_t
find_or_add(struct fixture *fixture, uint16_t interface, uint32_t address)
{
	return neighbor_find_or_add(&fixture->table, &fixture->snapshot, interface,
				    rte_cpu_to_be_32(address));
}

static void
assert_header(const struct adjacency *adjacency, const void *header, uint8_t length)
{
	assert_int_equal(adjacency->header_length, length);
	assert_memory_equal(adjacency->header + ADJACENCY_HEADER_MAX - length, header, length);
}

static void
test_two_tables_of_one_name(void **state)
{
	(void)state;
	struct neighbor_table table;

	assert_int_not_equal(neighbor_table_init(&table, "neighbor-test", SOCKET_ID_ANY), 0);
	neighbor_table_release(&table); /* nothing is left to release */
}

static void
test_an_interface_that_is_not_there(void **state)
{
	struct fixture *fixture = *state;

	for (uint16_t interface = GONE; interface <= INTERFACES; interface++) {
		uint32_t index = resolve(fixture, interface, IP4(198, 51, 100, 1), &router);
		const struct adjacency *adjacency = &fixture->table.adjacencies[index];

		assert_int_equal(adjacency->state, ADJACENCY_UNRESOLVED);
		assert_int_equal(adjacency->port, ADJACENCY_PORT_NONE);
	}
}

static void
test_a_neighbour_is_added_once(void **state)
{
	struct fixture *fixture = *state;
	uint32_t first = find_or_add(fixture, WAN, IP4(198, 51, 100, 1));
	const struct adjacency *adjacency = &fixture->table.adjacencies[first];

	assert_int_equal(adjacency->type, ADJACENCY_ETHERNET);
	assert_int_equal(adjacency->state, ADJACENCY_UNRESOLVED);
	assert_int_equal(adjacency->interface, WAN);
	assert_int_equal(adjacency->address, RTE_BE32(IP4(198, 51, 100, 1)));
	assert_int_equal(adjacency->mtu, 1500);
	assert_int_equal(adjacency->port, 0);

	uint32_t second = find_or_add(fixture, WAN, IP4(198, 51, 100, 3));
	uint32_t elsewhere = find_or_add(fixture, LAN, IP4(198, 51, 100, 1));

	assert_int_not_equal(first, second);
	assert_int_not_equal(first, elsewhere);
	assert_int_not_equal(second, elsewhere);
	assert_int_equal(find_or_add(fixture, WAN, IP4(198, 51, 100, 1)), first);
	assert_int_equal(find_or_add(fixture, WAN, IP4(198, 51, 100, 3)), second);
	assert_int_equal(find_or_add(fixture, LAN, IP4(198, 51, 100, 1)), elsewhere);
	assert_int_equal(fixture->table.count, 3);
}

static void
test_the_header_of_an_answer(void **state)
{
	struct fixture *fixture = *state;
	static const uint8_t untagged[14] = { 2, 0, 0, 0, 1, 1, 2, 0, 0, 0, 0, 1, 0x08, 0x00 };
	static const uint8_t tagged[18] = { 2, 0, 0, 0,    1,    2,    2,    0,    0,
					    0, 0, 2, 0x81, 0x00, 0x0a, 0xbc, 0x08, 0x00 };
	uint32_t asked = find_or_add(fixture, WAN, IP4(198, 51, 100, 1));
	const struct adjacency *adjacency = &fixture->table.adjacencies[asked];

	fixture->table.adjacencies[asked].state = ADJACENCY_ASKED;
	assert_int_equal(resolve(fixture, WAN, IP4(198, 51, 100, 1), &router), asked);
	assert_int_equal(adjacency->state, ADJACENCY_RESOLVED);
	assert_header(adjacency, untagged, sizeof(untagged));

	uint32_t unasked = resolve(fixture, LAN, IP4(10, 0, 1, 4), &other_router);

	adjacency = &fixture->table.adjacencies[unasked];
	assert_int_equal(adjacency->state, ADJACENCY_RESOLVED);
	assert_header(adjacency, tagged, sizeof(tagged));
	assert_int_equal(adjacency->port, 1);
	assert_int_equal(adjacency->mtu, 1400);
	assert_int_equal(fixture->table.count, 2);
}

static void
test_a_neighbour_moves(void **state)
{
	struct fixture *fixture = *state;
	static const uint8_t moved[14] = { 2, 0, 0, 0, 1, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00 };
	uint32_t index = resolve(fixture, WAN, IP4(198, 51, 100, 1), &router);
	const struct adjacency *adjacency = &fixture->table.adjacencies[index];

	assert_int_equal(resolve(fixture, WAN, IP4(198, 51, 100, 1), &other_router), index);
	assert_header(adjacency, moved, sizeof(moved));
	assert_int_equal(fixture->table.count, 1);
}

static void
test_an_interface_changes(void **state)
{
	struct fixture *fixture = *state;
	static const uint8_t tagged[18] = { 2, 0, 0, 0,    1,    1, 2,  0,    0,
					    0, 0, 9, 0x81, 0x00, 0, 77, 0x08, 0x00 };
	static const uint8_t untagged[14] = { 2, 0, 0, 0, 1, 2, 2, 0, 0, 0, 0, 2, 0x08, 0x00 };
	uint32_t wan = resolve(fixture, WAN, IP4(198, 51, 100, 1), &router);
	uint32_t lan = resolve(fixture, LAN, IP4(10, 0, 1, 4), &other_router);
	uint32_t asked = find_or_add(fixture, WAN, IP4(198, 51, 100, 3));
	const struct adjacency *adjacencies = fixture->table.adjacencies;

	fixture->table.adjacencies[asked].state = ADJACENCY_ASKED;
	fixture->interfaces[WAN].vlan = 77;
	fixture->interfaces[WAN].port = 5;
	fixture->interfaces[WAN].mtu = 9000;
	fixture->interfaces[WAN].mac.addr_bytes[5] = 9;
	fixture->interfaces[LAN].vlan = 0;
	neighbor_table_refresh(&fixture->table, NULL, &fixture->snapshot);

	assert_int_equal(adjacencies[wan].state, ADJACENCY_RESOLVED);
	assert_header(&adjacencies[wan], tagged, sizeof(tagged));
	assert_int_equal(adjacencies[wan].port, 5);
	assert_int_equal(adjacencies[wan].mtu, 9000);
	assert_int_equal(adjacencies[lan].state, ADJACENCY_RESOLVED);
	assert_header(&adjacencies[lan], untagged, sizeof(untagged));
	assert_int_equal(adjacencies[asked].state, ADJACENCY_ASKED);
	assert_int_equal(adjacencies[asked].port, 5);
}

/* Only what the snapshot before would write otherwise: this header is of no snapshot. */
static void
test_only_links_that_differ_are_written_again(void **state)
{
	struct fixture *fixture = *state;
	uint32_t wan = resolve(fixture, WAN, IP4(198, 51, 100, 1), &router);
	uint32_t lan = resolve(fixture, LAN, IP4(10, 0, 1, 4), &other_router);
	struct adjacency *adjacencies = fixture->table.adjacencies;
	struct snapshot_interface interfaces[RTE_DIM(fixture->interfaces)];
	struct snapshot before = fixture->snapshot;

	memcpy(interfaces, fixture->interfaces, sizeof(interfaces));
	before.interfaces = interfaces;
	adjacencies[wan].mtu = adjacencies[lan].mtu = 1;
	neighbor_table_refresh(&fixture->table, &before, &fixture->snapshot);
	assert_int_equal(adjacencies[wan].mtu, 1);
	assert_int_equal(adjacencies[lan].mtu, 1);

	fixture->interfaces[LAN].mtu = 1300;
	neighbor_table_refresh(&fixture->table, &before, &fixture->snapshot);
	assert_int_equal(adjacencies[wan].mtu, 1);
	assert_int_equal(adjacencies[lan].mtu, 1300);

	fixture->interfaces[WAN].present = false;
	neighbor_table_refresh(&fixture->table, &before, &fixture->snapshot);
	assert_int_equal(adjacencies[wan].port, ADJACENCY_PORT_NONE);
}

static void
test_an_interface_goes_and_comes_back(void **state)
{
	struct fixture *fixture = *state;
	uint32_t wan = resolve(fixture, WAN, IP4(198, 51, 100, 1), &router);
	uint32_t lan = resolve(fixture, LAN, IP4(10, 0, 1, 4), &router);
	const struct adjacency *adjacencies = fixture->table.adjacencies;

	fixture->interfaces[WAN].present = false;
	neighbor_table_refresh(&fixture->table, NULL, &fixture->snapshot);
	assert_int_equal(adjacencies[wan].state, ADJACENCY_UNRESOLVED);
	assert_int_equal(adjacencies[wan].port, ADJACENCY_PORT_NONE);
	assert_int_equal(adjacencies[lan].state, ADJACENCY_RESOLVED);

	/* It may have neighbours of other MAC addresses by now: they are asked again. */
	fixture->interfaces[WAN].present = true;
	neighbor_table_refresh(&fixture->table, NULL, &fixture->snapshot);
	assert_int_equal(adjacencies[wan].state, ADJACENCY_UNRESOLVED);
	assert_int_equal(adjacencies[wan].port, 0);
	assert_int_equal(resolve(fixture, WAN, IP4(198, 51, 100, 1), &router), wan);
	assert_int_equal(adjacencies[wan].state, ADJACENCY_RESOLVED);
}

/* Tells the packets apart. */
static struct rte_mbuf *
packet(struct fixture *fixture, uint32_t number)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(fixture->pool);

	assert_non_null(mbuf);
	*(uint32_t *)(void *)rte_pktmbuf_append(mbuf, 4) = number;
	return mbuf;
}

static void
assert_taken(struct fixture *fixture, uint32_t adjacency, const uint32_t *numbers, unsigned int n)
{
	struct rte_mbuf *mbufs[HELD_PACKETS_PER_NEIGHBOR];

	assert_int_equal(neighbor_take_held(&fixture->table, adjacency, mbufs), n);
	for (unsigned int i = 0; i < n; i++) {
		assert_int_equal(*rte_pktmbuf_mtod(mbufs[i], uint32_t *), numbers[i]);
		rte_pktmbuf_free(mbufs[i]);
	}
}

static void
test_packets_wait_in_order(void **state)
{
	struct fixture *fixture = *state;
	uint32_t a = find_or_add(fixture, WAN, IP4(198, 51, 100, 1));
	uint32_t b = find_or_add(fixture, WAN, IP4(198, 51, 100, 3));

	assert_taken(fixture, a, NULL, 0);
	for (uint32_t i = 0; i < 6; i++)
		assert_null(neighbor_hold(&fixture->table, i % 3 == 0 ? b : a, packet(fixture, i)));
	assert_taken(fixture, a, (uint32_t[]){ 1, 2, 4, 5 }, 4);
	assert_taken(fixture, a, NULL, 0);
	assert_int_equal(fixture->table.held.count, 2);
	assert_taken(fixture, b, (uint32_t[]){ 0, 3 }, 2);
	assert_int_equal(fixture->table.held.count, 0);
}

static void
test_what_still_waits_is_freed_with_the_table(void **state)
{
	struct fixture *fixture = *state;

	for (uint32_t i = 0; i < 6; i++)
		assert_null(neighbor_hold(&fixture->table,
					  find_or_add(fixture, i % 2 == 0 ? WAN : LAN, i / 2),
					  packet(fixture, i)));
	neighbor_table_release(&fixture->table);
	assert_int_equal(rte_mempool_in_use_count(fixture->pool), 0);
}

static void
test_the_table_takes_what_it_says(void **state)
{
	struct fixture *fixture = *state;

	for (uint32_t i = 0; i < NEIGHBORS_MAX; i++)
		assert_int_equal(find_or_add(fixture, WAN, IP4(10, 0, 0, 0) + i), i);
	assert_int_equal(find_or_add(fixture, WAN, IP4(11, 0, 0, 0)), ADJACENCY_NONE);
	assert_int_equal(resolve(fixture, WAN, IP4(11, 0, 0, 0), &router), ADJACENCY_NONE);
	for (uint32_t i = 0; i < NEIGHBORS_MAX; i++)
		assert_int_equal(find_or_add(fixture, WAN, IP4(10, 0, 0, 0) + i), i);
}

/* A host that scans a large subnet asks for neighbours that nobody has. */
static void
test_a_full_table_recovers_from_a_scan(void **state)
{
	struct fixture *fixture = *state;
	struct neighbor_table *table = &fixture->table;
	uint32_t kept, resolved, waiting, asked;

	kept = find_or_add(fixture, WAN, IP4(10, 0, 0, 0));
	neighbor_keep(table, kept);
	resolved = resolve(fixture, WAN, IP4(10, 0, 0, 1), &router);
	waiting = find_or_add(fixture, WAN, IP4(10, 0, 0, 2));
	assert_null(neighbor_hold(table, waiting, packet(fixture, 1)));
	asked = find_or_add(fixture, WAN, IP4(10, 0, 0, 3));
	table->adjacencies[asked].state = ADJACENCY_ASKED;
	for (uint32_t i = 4; i < NEIGHBORS_MAX; i++)
		assert_int_equal(find_or_add(fixture, WAN, IP4(10, 0, 0, 0) + i), i);
	assert_int_equal(find_or_add(fixture, WAN, IP4(11, 0, 0, 0)), ADJACENCY_NONE);

	for (uint32_t i = 0; i < NEIGHBORS_MAX / NEIGHBORS_SWEPT; i++)
		neighbor_table_sweep(table);
	assert_in_range(table->used, NEIGHBORS_MAX / 2 - NEIGHBORS_SWEPT, NEIGHBORS_MAX / 2);
	neighbor_table_refresh(table, NULL, &fixture->snapshot);
	assert_int_equal(find_or_add(fixture, WAN, IP4(10, 0, 0, 0)), kept);
	assert_int_equal(find_or_add(fixture, WAN, IP4(10, 0, 0, 1)), resolved);
	assert_int_equal(find_or_add(fixture, WAN, IP4(10, 0, 0, 2)), waiting);
	assert_int_equal(find_or_add(fixture, WAN, IP4(10, 0, 0, 3)), asked);

	for (uint32_t i = 0; table->used < NEIGHBORS_MAX; i++)
		assert_int_not_equal(find_or_add(fixture, WAN, IP4(11, 0, 0, 0) + i),
				     ADJACENCY_NONE);
	assert_int_equal(find_or_add(fixture, WAN, IP4(12, 0, 0, 0)), ADJACENCY_NONE);

	neighbor_let_go(table, kept);
	for (uint32_t i = 0; i < NEIGHBORS_MAX / NEIGHBORS_SWEPT; i++)
		neighbor_table_sweep(table);
	assert_int_not_equal(find_or_add(fixture, WAN, IP4(13, 0, 0, 0)), ADJACENCY_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
		WITH_FIXTURE(test_two_tables_of_one_name),
		WITH_FIXTURE(test_an_interface_that_is_not_there),
		WITH_FIXTURE(test_a_neighbour_is_added_once),
		WITH_FIXTURE(test_the_header_of_an_answer),
		WITH_FIXTURE(test_a_neighbour_moves),
		WITH_FIXTURE(test_an_interface_changes),
		WITH_FIXTURE(test_only_links_that_differ_are_written_again),
		WITH_FIXTURE(test_an_interface_goes_and_comes_back),
		WITH_FIXTURE(test_packets_wait_in_order),
		WITH_FIXTURE(test_what_still_waits_is_freed_with_the_table),
		WITH_FIXTURE(test_the_table_takes_what_it_says),
		WITH_FIXTURE(test_a_full_table_recovers_from_a_scan),
	};

	test_eal_start("64");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
