/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "control/heartbeat.h"

#define LOOK 100000000ULL /* nanoseconds between two looks */

static struct worker workers[2];
static struct lcore items[2];
static struct lcores lcores = { .count = 2, .items = items };
static uint64_t now;

static int
set_up(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2; i++)
		items[i] = (struct lcore){ .worker = &workers[i], .cpu = 3 + i, .rounds = 1 };
	now = 0;
	return 0;
}

static const struct lcore *
look(struct heartbeat *heartbeat, bool *fresh)
{
	now += LOOK;
	return heartbeat_tick(heartbeat, &lcores, now, fresh);
}

static void
who_makes_rounds_is_alive(void **state)
{
	struct heartbeat heartbeat = heartbeat_make(1);
	bool fresh;

	(void)state;
	for (unsigned int i = 0; i < 100; i++) {
		items[0].rounds++;
		items[1].rounds += 1000;
		assert_null(look(&heartbeat, &fresh));
		assert_true(fresh);
		/* Not time to look: nothing new is known. */
		assert_null(heartbeat_tick(&heartbeat, &lcores, now + LOOK - 1, &fresh));
		assert_false(fresh);
	}
}

static void
who_makes_none_is_found(void **state)
{
	struct heartbeat heartbeat = heartbeat_make(1);
	bool fresh;

	(void)state;
	assert_null(look(&heartbeat, &fresh));
	for (unsigned int i = 0; i < 9; i++) {
		items[0].rounds++;
		assert_null(look(&heartbeat, &fresh));
		assert_false(fresh);
	}
	/* A single round is a sign of life. */
	items[1].rounds++;
	assert_null(look(&heartbeat, &fresh));
	for (unsigned int i = 0; i < 9; i++) {
		items[0].rounds++;
		assert_null(look(&heartbeat, &fresh));
	}
	items[0].rounds++;
	assert_ptr_equal(look(&heartbeat, &fresh), &items[1]);
}

/* A machine that was stopped for a day looks once, like its workers. */
static void
time_alone_proves_nothing(void **state)
{
	struct heartbeat heartbeat = heartbeat_make(1);
	bool fresh;

	(void)state;
	assert_null(look(&heartbeat, &fresh));
	now += 24 * 3600 * CLOCK_NS_PER_S;
	assert_null(look(&heartbeat, &fresh));
	assert_false(fresh);
}

static void
without_a_limit_nobody_is_found(void **state)
{
	struct heartbeat heartbeat = heartbeat_make(0);
	bool fresh;

	(void)state;
	for (unsigned int i = 0; i < 1000; i++)
		assert_null(look(&heartbeat, &fresh));
	assert_false(fresh);
}

static void
it_is_told_where_the_worker_stands(void **state)
{
	struct heartbeat heartbeat = heartbeat_make(7);
	static char wan[] = "wan", lan[] = "lan";
	struct port ports[] = { { .name = wan }, { .name = lan } };
	const struct model model = { .ports = ports, .port_count = 2 };
	size_t length;
	char *text;
	FILE *stream = open_memstream(&text, &length);

	(void)state;
	assert_non_null(stream);
	standing_at(&workers[1].standing, STANDING_RECEIVE);
	standing_port(&workers[1].standing, 1);
	heartbeat_tell(&heartbeat, &lcores, &items[1], &model, stream);
	standing_at(&workers[0].standing, STANDING_TIMERS);
	standing_port(&workers[0].standing, STANDING_NO_PORT);
	heartbeat_tell(&heartbeat, &lcores, &items[0], &model, stream);
	assert_int_equal(fclose(stream), 0);
	assert_string_equal(
		text, "viaduct run: worker 1 on CPU 4 has stood still for 7 s in stage receive, "
		      "port lan, after 1 rounds\n"
		      "viaduct run: worker 0 on CPU 3 has stood still for 7 s in stage timers, "
		      "after 1 rounds\n");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(who_makes_rounds_is_alive, set_up),
		cmocka_unit_test_setup(who_makes_none_is_found, set_up),
		cmocka_unit_test_setup(time_alone_proves_nothing, set_up),
		cmocka_unit_test_setup(without_a_limit_nobody_is_found, set_up),
		cmocka_unit_test_setup(it_is_told_where_the_worker_stands, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
