/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dataplane/unanswered.h"
#include "eal.h"
#include <rte_memory.h>

enum {
	SIZE = 64,
};

static int
set_up(void **state)
{
	static struct unanswered unanswered;

	*state = &unanswered;
	return unanswered_init(&unanswered, SIZE, SOCKET_ID_ANY);
}

static int
tear_down(void **state)
{
	unanswered_release(*state);
	return 0;
}

/* Sessions from `first` on, which find room; their places are the numbers from `place` on. */
static void
add(struct unanswered *unanswered, uint32_t first, uint32_t count, uint32_t place)
{
	for (uint32_t i = 0; i < count; i++) {
		assert_int_equal(unanswered_give_way(unanswered), UNANSWERED_NONE);
		assert_int_equal(unanswered_add(unanswered, first + i), (place + i) % SIZE);
	}
}

static void
one_place_is_enough(void **state)
{
	struct unanswered unanswered;

	(void)state;
	assert_int_equal(unanswered_init(&unanswered, 1, SOCKET_ID_ANY), 0);
	assert_int_equal(unanswered_bytes(&unanswered), 4);
	assert_int_equal(unanswered_give_way(&unanswered), UNANSWERED_NONE);
	assert_int_equal(unanswered_add(&unanswered, 7), 0);
	assert_int_equal(unanswered_give_way(&unanswered), 7);
	unanswered_remove(&unanswered, 0);
	assert_int_equal(unanswered_give_way(&unanswered), UNANSWERED_NONE);
	unanswered_release(&unanswered);
}

static void
who_waited_longest_gives_way(void **state)
{
	struct unanswered *unanswered = *state;

	add(unanswered, 1000, SIZE, 0);
	for (uint32_t i = 0; i < 3 * SIZE; i++) {
		assert_int_equal(unanswered_give_way(unanswered), 1000 + i);
		unanswered_remove(unanswered, i % SIZE);
		add(unanswered, 1000 + SIZE + i, 1, i);
	}
	assert_int_equal(unanswered->count, SIZE);
}

static void
those_ahead_give_way_later(void **state)
{
	struct unanswered *unanswered = *state;

	assert_int_equal(unanswered_ahead(unanswered, SIZE - 1), UNANSWERED_NONE);
	add(unanswered, 100, SIZE, 0);
	unanswered_remove(unanswered, 0);
	(void)unanswered_add(unanswered, 200);
	assert_int_equal(unanswered_ahead(unanswered, 0), 101);
	assert_int_equal(unanswered_ahead(unanswered, SIZE - 2), 100 + SIZE - 1);
	assert_int_equal(unanswered_ahead(unanswered, SIZE - 1), 200);
}

static void
the_answered_leave_their_places(void **state)
{
	struct unanswered *unanswered = *state;

	add(unanswered, 1000, SIZE, 0);
	for (uint32_t i = 0; i < SIZE; i += 2)
		unanswered_remove(unanswered, i);
	/* More than half of the places are in use again with the second one. */
	add(unanswered, 2000, 1, 0);
	assert_int_equal(unanswered_give_way(unanswered), 1001);
}

/* Half of the places are free: whoever comes and is answered does so beside the slow ones. */
static void
without_a_flood_nobody_gives_way(void **state)
{
	struct unanswered *unanswered = *state;

	for (uint32_t i = 0; i < SIZE / 2; i++) {
		add(unanswered, 1000 + i, 1, 2 * i);
		add(unanswered, 2000 + i, 1, 2 * i + 1);
		unanswered_remove(unanswered, 2 * i + 1);
	}
	for (uint32_t i = 0; i < 10 * SIZE; i++) {
		uint32_t place;

		assert_int_equal(unanswered_give_way(unanswered), UNANSWERED_NONE);
		place = unanswered_add(unanswered, 3000 + i);
		assert_int_equal(place % 2, 1);
		unanswered_remove(unanswered, place);
	}
	assert_int_equal(unanswered->count, SIZE / 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_place_is_enough),
		cmocka_unit_test_setup_teardown(who_waited_longest_gives_way, set_up, tear_down),
		cmocka_unit_test_setup_teardown(those_ahead_give_way_later, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_answered_leave_their_places, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_a_flood_nobody_gives_way, set_up,
						tear_down),
	};

	test_eal_start("16");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
