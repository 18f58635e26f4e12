/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bytes.h"
#include "control/neighbors.h"
#include "eal.h"

enum {
	WORKERS = 2,
	LINK = 1
};

#define SECOND 1000000000ULL

/* Neighbours of workers that are two rings. Interface 1 is 198.51.100.2/24 and 10.0.0.1/16. */
struct fixture {
	struct rte_ring *rings[WORKERS];
	struct snapshot_interface interfaces[3];
	struct snapshot snapshot;
	struct neighbors *neighbors;
};

static inline struct fixture *
fixture_make(bool answer)
{
	static const char *const names[WORKERS] = { "one", "two" };
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct neighbors_options options = {
		.ring_count = WORKERS,
		.answer = answer,
		.socket = SOCKET_ID_ANY,
	};

	assert_non_null(fixture);
	for (unsigned int i = 0; i < WORKERS; i++) {
		fixture->rings[i] = command_ring_create(names[i], SOCKET_ID_ANY);
		assert_non_null(fixture->rings[i]);
	}
	options.rings = fixture->rings;
	fixture->neighbors = neighbors_create(&options);
	assert_non_null(fixture->neighbors);
	fixture->interfaces[LINK] = (struct snapshot_interface){
		.present = true,
		.address_count = 2,
		.addresses = { { IP4(198, 51, 100, 2), 24 }, { IP4(10, 0, 0, 1), 16 } },
	};
	fixture->snapshot.interfaces = fixture->interfaces;
	fixture->snapshot.interface_count = 3;
	return fixture;
}

static inline int
setup(void **state)
{
	*state = fixture_make(false);
	return 0;
}

static inline int
setup_answering(void **state)
{
	*state = fixture_make(true);
	return 0;
}

static inline int
teardown(void **state)
{
	struct fixture *fixture = *state;

	neighbors_free(fixture->neighbors);
	for (unsigned int i = 0; i < WORKERS; i++)
		rte_ring_free(fixture->rings[i]);
	free(fixture);
	return 0;
}

static const uint32_t host = IP4(198, 51, 100, 9);

static inline struct rte_ether_addr
mac_of(uint8_t last)
{
	return (struct rte_ether_addr){ .addr_bytes = { 2, 0, 0, 0, 0, last } };
}

static inline void
resolve(struct fixture *fixture, uint16_t interface, uint32_t address, uint64_t now)
{
	const struct event event = { .type = EVENT_RESOLVE,
				     .interface = interface,
				     .address = rte_cpu_to_be_32(address) };

	neighbors_resolve(fixture->neighbors, &fixture->snapshot, &event, now);
}

static inline void
learn(struct fixture *fixture, uint32_t address, struct rte_ether_addr mac, uint64_t now)
{
	const struct event event = { .type = EVENT_LEARNED,
				     .interface = LINK,
				     .mac = mac,
				     .address = rte_cpu_to_be_32(address) };

	neighbors_learn(fixture->neighbors, &event, now);
}

static inline void
set(struct fixture *fixture, const struct command_neighbor *given, size_t count)
{
	neighbors_set(fixture->neighbors, &fixture->snapshot, given, count);
}

static inline struct command_neighbor
given_of(uint32_t address, uint8_t last)
{
	return (struct command_neighbor){ .interface = LINK,
					  .reachable = 1,
					  .mac = mac_of(last),
					  .address = rte_cpu_to_be_32(address) };
}

static inline bool
take(struct fixture *fixture, unsigned int worker, struct command *command)
{
	return rte_ring_sc_dequeue_elem(fixture->rings[worker], command, sizeof(*command)) == 0;
}

static inline void
expect_nothing(struct fixture *fixture)
{
	struct command command;

	for (unsigned int i = 0; i < WORKERS; i++)
		assert_false(take(fixture, i, &command));
}

/* Both workers are told that, and nothing else is in front of it. last: of the MAC; -1: gone. */
static inline void
expect_told(struct fixture *fixture, uint32_t address, int last)
{
	for (unsigned int i = 0; i < WORKERS; i++) {
		struct command command;

		assert_true(take(fixture, i, &command));
		assert_int_equal(command.type, COMMAND_NEIGHBOR);
		assert_int_equal(command.neighbor.interface, LINK);
		assert_int_equal(command.neighbor.address, rte_cpu_to_be_32(address));
		assert_int_equal(command.neighbor.reachable, last >= 0);
		if (last >= 0)
			assert_int_equal(command.neighbor.mac.addr_bytes[5], last);
	}
}

enum {
	EVERYBODY = -1,
};

/* Only the first worker asks: everybody, or the MAC address that ends so. */
static inline void
expect_question(struct fixture *fixture, uint32_t address, int last)
{
	struct command command;

	assert_true(take(fixture, 0, &command));
	assert_int_equal(command.type, COMMAND_ARP_REQUEST);
	assert_int_equal(command.neighbor.interface, LINK);
	assert_int_equal(command.neighbor.address, rte_cpu_to_be_32(address));
	assert_int_equal(command.neighbor.reachable, last != EVERYBODY);
	if (last != EVERYBODY)
		assert_int_equal(command.neighbor.mac.addr_bytes[5], last);
	expect_nothing(fixture);
}

static inline void
rings_drain(struct fixture *fixture)
{
	struct command command;

	for (unsigned int i = 0; i < WORKERS; i++)
		while (take(fixture, i, &command))
			;
}

#define fixture_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
