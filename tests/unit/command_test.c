/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <rte_errno.h>

#include "dataplane/command.h"
#include "eal.h"

enum {
	RINGS = 3
};

struct rings {
	struct rte_ring *items[RINGS];
};

static int
rings_setup(void **state)
{
	static struct rings rings;
	static const char *const names[RINGS] = { "commands-0", "commands-1", "commands-2" };

	for (unsigned int i = 0; i < RINGS; i++) {
		rings.items[i] = command_ring_create(names[i], SOCKET_ID_ANY);
		if (rings.items[i] == NULL)
			return -1;
	}
	*state = &rings;
	return 0;
}

static int
rings_teardown(void **state)
{
	struct rings *rings = *state;

	for (unsigned int i = 0; i < RINGS; i++)
		rte_ring_free(rings->items[i]);
	return 0;
}

static struct command
request_of(uint32_t address)
{
	return (struct command){
		.type = COMMAND_ARP_REQUEST,
		.neighbor = { .interface = 7, .address = address },
	};
}

static unsigned int
command_take(struct rte_ring *ring, struct command *command)
{
	return rte_ring_sc_dequeue_bulk_elem(ring, command, sizeof(*command), 1, NULL);
}

static void
ring_names_are_unique(void **state)
{
	(void)state;
	assert_null(command_ring_create("commands-0", SOCKET_ID_ANY));
	assert_int_equal(rte_errno, EEXIST);
	assert_null(event_ring_create("commands-0", SOCKET_ID_ANY));
	assert_int_equal(rte_errno, EEXIST);
}

static void
one_full_ring_keeps_all_from_getting_any(void **state)
{
	struct rings *rings = *state;
	struct command two[2] = { request_of(1), request_of(2) };
	struct command taken;

	/* Room for 1023: the last ring has room for one more only. */
	for (uint32_t i = 0; i < COMMAND_RING_SIZE - 2; i++) {
		struct command filler = request_of(100 + i);

		assert_int_equal(command_broadcast(&rings->items[RINGS - 1], 1, &filler, 1), 0);
	}
	assert_int_equal(command_broadcast(rings->items, RINGS, two, 2), -ENOBUFS);
	assert_int_equal(rte_ring_count(rings->items[0]), 0);
	assert_int_equal(rte_ring_count(rings->items[1]), 0);
	assert_int_equal(rte_ring_count(rings->items[2]), 1022);

	assert_int_equal(command_broadcast(rings->items, RINGS, two, 1), 0);
	assert_int_equal(command_broadcast(rings->items, RINGS, two, 1), -ENOBUFS);
	assert_int_equal(rte_ring_count(rings->items[0]), 1);
	assert_int_equal(rte_ring_count(rings->items[2]), 1023);

	assert_int_equal(command_take(rings->items[2], &taken), 1);
	assert_int_equal(taken.neighbor.address, 100);
	assert_int_equal(command_broadcast(rings->items, RINGS, two, 1), 0);
}

static void
more_than_a_ring_holds_is_refused(void **state)
{
	struct rings *rings = *state;
	static struct command many[COMMAND_RING_SIZE];

	assert_int_equal(command_broadcast(rings->items, RINGS, many, COMMAND_RING_SIZE), -ENOBUFS);
	assert_int_equal(rte_ring_count(rings->items[0]), 0);
	assert_int_equal(command_broadcast(rings->items, RINGS, many, COMMAND_RING_SIZE - 1), 0);
	assert_int_equal(rte_ring_count(rings->items[0]), 1023);
}

static void
reserved_room_is_used_or_given_back(void **state)
{
	struct rings *rings = *state;
	static struct command many[COMMAND_RING_SIZE - 1];
	struct command one = request_of(5);
	struct command taken;

	assert_int_equal(command_reserve(rings->items, RINGS, 1023), 0);
	assert_int_equal(command_take(rings->items[0], &taken), 0);
	command_commit(rings->items, RINGS, NULL, 0);
	assert_int_equal(rte_ring_free_count(rings->items[0]), 1023);
	assert_int_equal(rte_ring_free_count(rings->items[2]), 1023);

	assert_int_equal(command_broadcast(&rings->items[1], 1, many, 1023), 0);
	assert_int_equal(command_reserve(rings->items, RINGS, 1), -ENOBUFS);
	assert_int_equal(rte_ring_free_count(rings->items[0]), 1023);
	assert_int_equal(command_take(rings->items[1], &taken), 1);
	assert_int_equal(command_reserve(rings->items, RINGS, 1), 0);
	command_commit(rings->items, RINGS, &one, 1);
	for (unsigned int i = 0; i < RINGS; i += 2) {
		assert_int_equal(command_take(rings->items[i], &taken), 1);
		assert_int_equal(taken.neighbor.address, 5);
	}
	assert_int_equal(rte_ring_count(rings->items[1]), 1023);
}

static void
commands_arrive_whole_and_in_order(void **state)
{
	struct rings *rings = *state;
	const struct snapshot *snapshot = (const void *)(uintptr_t)0x123456789abcdef0U;
	const struct command commands[3] = {
		{ .type = COMMAND_SNAPSHOT, .snapshot = snapshot },
		{ .type = COMMAND_NEIGHBOR,
		  .neighbor = { .interface = 65534,
				.reachable = 1,
				.mac = { .addr_bytes = { 2, 0, 0, 0, 1, 3 } },
				.address = 0x030164c6 } },
		request_of(9),
	};

	assert_int_equal(command_broadcast(rings->items, RINGS, commands, 3), 0);
	for (unsigned int i = 0; i < RINGS; i++) {
		struct command taken;

		assert_int_equal(command_take(rings->items[i], &taken), 1);
		assert_int_equal(taken.type, COMMAND_SNAPSHOT);
		assert_ptr_equal(taken.snapshot, snapshot);

		assert_int_equal(command_take(rings->items[i], &taken), 1);
		assert_int_equal(taken.type, COMMAND_NEIGHBOR);
		assert_int_equal(taken.neighbor.interface, 65534);
		assert_int_equal(taken.neighbor.reachable, 1);
		assert_int_equal(taken.neighbor.mac.addr_bytes[5], 3);
		assert_int_equal(taken.neighbor.address, 0x030164c6);

		assert_int_equal(command_take(rings->items[i], &taken), 1);
		assert_int_equal(taken.type, COMMAND_ARP_REQUEST);
		assert_int_equal(taken.neighbor.address, 9);
		assert_int_equal(command_take(rings->items[i], &taken), 0);
	}
}

static void
nothing_to_send_and_nobody_to_send_to_are_fine(void **state)
{
	struct rings *rings = *state;
	struct command one = request_of(1);

	assert_int_equal(command_broadcast(rings->items, RINGS, NULL, 0), 0);
	assert_int_equal(command_broadcast(NULL, 0, &one, 1), 0);
	assert_int_equal(rte_ring_count(rings->items[0]), 0);
}

static void
event_ring_carries_events(void **state)
{
	struct rte_ring *ring = event_ring_create("events", SOCKET_ID_ANY);
	struct event sent = { .type = EVENT_LEARNED,
			      .interface = 3,
			      .mac = { .addr_bytes = { 2, 0, 0, 0, 9, 9 } },
			      .address = 0x0401000a };
	struct event taken;
	unsigned int count = 0;

	(void)state;
	assert_non_null(ring);
	while (rte_ring_sp_enqueue_elem(ring, &sent, sizeof(sent)) == 0)
		count++;
	assert_int_equal(count, 1023);
	assert_int_equal(rte_ring_sc_dequeue_elem(ring, &taken, sizeof(taken)), 0);
	assert_int_equal(taken.type, EVENT_LEARNED);
	assert_int_equal(taken.interface, 3);
	assert_int_equal(taken.mac.addr_bytes[4], 9);
	assert_int_equal(taken.address, 0x0401000a);
	rte_ring_free(ring);
}

int
main(void)
{
	test_eal_start("32");

	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(ring_names_are_unique, rings_setup, rings_teardown),
		cmocka_unit_test_setup_teardown(one_full_ring_keeps_all_from_getting_any,
						rings_setup, rings_teardown),
		cmocka_unit_test_setup_teardown(more_than_a_ring_holds_is_refused, rings_setup,
						rings_teardown),
		cmocka_unit_test_setup_teardown(reserved_room_is_used_or_given_back, rings_setup,
						rings_teardown),
		cmocka_unit_test_setup_teardown(commands_arrive_whole_and_in_order, rings_setup,
						rings_teardown),
		cmocka_unit_test_setup_teardown(nothing_to_send_and_nobody_to_send_to_are_fine,
						rings_setup, rings_teardown),
		cmocka_unit_test(event_ring_carries_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
