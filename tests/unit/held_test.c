/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/held.h"

enum {
	PACKETS = 20000,
};

/* Nothing here looks into a packet: their places in this array tell them apart. */
static struct rte_mbuf packets[PACKETS];

struct queues {
	struct held_packets held;
	uint8_t of[64]; /* neighbours */
};

static struct rte_mbuf *
hold(struct queues *queues, unsigned int neighbor, uint16_t interface, unsigned int packet)
{
	return held_add(&queues->held, &queues->of[neighbor], interface, neighbor,
			&packets[packet]);
}

/* The neighbour's packets are the numbers from `first` on. */
static void
assert_waiting(struct queues *queues, unsigned int neighbor, uint16_t interface, unsigned int first,
	       unsigned int count)
{
	struct rte_mbuf *taken[HELD_PACKETS_PER_NEIGHBOR];

	assert_int_equal(held_take(&queues->held, &queues->of[neighbor], interface, taken), count);
	for (unsigned int i = 0; i < count; i++)
		assert_ptr_equal(taken[i], &packets[first + i]);
}

static void
nobody_waits_at_first(void **state)
{
	struct queues queues = { .held = { .count = 0 } };

	(void)state;
	assert_waiting(&queues, 0, 7, 0, 0);
	assert_null(hold(&queues, 0, 7, 3));
	assert_int_equal(queues.held.count, 1);
	assert_waiting(&queues, 0, 7, 3, 1);
	assert_waiting(&queues, 0, 7, 0, 0);
	assert_int_equal(queues.held.count, 0);
}

/* RFC 1122 section 2.3.2.2: of packets to one neighbour, the latest is saved. */
static void
rfc1122_2_3_2_2_the_latest_packets_wait(void **state)
{
	struct queues queues = { .held = { .count = 0 } };

	(void)state;
	for (unsigned int i = 0; i < 32; i++)
		assert_null(hold(&queues, 5, 7, i));
	for (unsigned int i = 32; i < 100; i++)
		assert_ptr_equal(hold(&queues, 5, 7, i), &packets[i - 32]);
	assert_int_equal(queues.held.count, 32);
	assert_waiting(&queues, 5, 7, 68, 32);
}

/* 255 places: 128 for the first interface, 64 for the second, then 32, 16, 8, 4, 2, 1. */
static void
semantics_full_queue_an_interface_leaves_room_for_others(void **state)
{
	static const unsigned int shares[] = { 128, 64, 32, 16, 8, 4, 2, 1 };
	struct queues queues = { .held = { .count = 0 } };
	unsigned int packet = 0;

	(void)state;
	for (uint16_t interface = 0; interface < 8; interface++) {
		unsigned int room = shares[interface];

		for (unsigned int neighbor = 0; neighbor < 7; neighbor++) {
			for (unsigned int i = 0; i < 20; i++, packet++) {
				struct rte_mbuf *lost =
					hold(&queues, interface * 7U + neighbor, interface, packet);

				if (room > 0)
					assert_null(lost);
				else
					assert_non_null(lost);
				room -= room > 0;
			}
		}
	}
	assert_int_equal(queues.held.count, 255);
	/* The room is gone: who waits for nobody yet does not begin... */
	assert_ptr_equal(hold(&queues, 60, 100, 1500), &packets[1500]);
	/* ...and who waits keeps the latest. */
	assert_ptr_equal(hold(&queues, 49, 7, 1501), &packets[999]);
	assert_waiting(&queues, 49, 7, 1501, 1);
	/* What an answer sends on its way leaves room for anybody. */
	assert_null(hold(&queues, 60, 100, 1502));
}

/* Held against plain lists. */
struct list {
	unsigned int count;
	unsigned int packets[HELD_PACKETS_PER_NEIGHBOR];
};

static void
list_check_add(struct list *list, struct queues *queues, unsigned int neighbor, unsigned int packet)
{
	struct rte_mbuf *lost = hold(queues, neighbor, (uint16_t)(neighbor % 5), packet);

	if (lost == &packets[packet])
		return;
	if (lost != NULL) {
		assert_ptr_equal(lost, &packets[list->packets[0]]);
		memmove(list->packets, list->packets + 1, --list->count * sizeof(list->packets[0]));
	}
	assert_in_range(list->count, 0, HELD_PACKETS_PER_NEIGHBOR - 1);
	list->packets[list->count++] = packet;
}

static void
any_order_of_packets_and_answers(void **state)
{
	struct queues queues = { .held = { .count = 0 } };
	struct list lists[64] = { { .count = 0 } };

	(void)state;
	srand(1);
	for (unsigned int round = 0; round < PACKETS; round++) {
		unsigned int neighbor = (unsigned int)rand() % 64;
		struct list *list = &lists[neighbor];
		struct rte_mbuf *taken[HELD_PACKETS_PER_NEIGHBOR];
		unsigned int count = 0;

		if (rand() % 40 == 0) {
			assert_int_equal(held_take(&queues.held, &queues.of[neighbor],
						   (uint16_t)(neighbor % 5), taken),
					 list->count);
			for (unsigned int i = 0; i < list->count; i++)
				assert_ptr_equal(taken[i], &packets[list->packets[i]]);
			list->count = 0;
		} else {
			list_check_add(list, &queues, neighbor, round);
		}
		for (unsigned int i = 0; i < 64; i++)
			count += lists[i].count;
		assert_int_equal(queues.held.count, count);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_waits_at_first),
		cmocka_unit_test(rfc1122_2_3_2_2_the_latest_packets_wait),
		cmocka_unit_test(semantics_full_queue_an_interface_leaves_room_for_others),
		cmocka_unit_test(any_order_of_packets_and_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
