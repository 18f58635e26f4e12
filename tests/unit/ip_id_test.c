/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/ip_id.h"

enum {
	ALL = 1 << 16,
	WORKERS = 3,
	UDP = 17,
	TCP = 6,
	SOME = 1000,
};

/* How often workers number 0 to count - 1 of WORKERS draw each of the 65536, in as many draws. */
static void
draw_all(struct ip_ids *ids, unsigned int count, uint8_t drawn[ALL])
{
	memset(drawn, 0, ALL);
	for (unsigned int i = 0; i < ALL; i++)
		drawn[ip_id_next(&ids[i % count], 0x01020304, UDP)]++;
}

static void
test_none_repeats_before_all_have_been_drawn(void **state)
{
	struct ip_ids ids;
	uint8_t *drawn = malloc(ALL);

	(void)state;
	assert_non_null(drawn);
	ip_ids_init(&ids, 0, 1, 77);
	for (unsigned int round = 0; round < 2; round++) {
		draw_all(&ids, 1, drawn);
		for (unsigned int i = 0; i < ALL; i++)
			assert_int_equal(drawn[i], 1);
	}
	free(drawn);
}

static void
test_workers_draw_different_ones(void **state)
{
	struct ip_ids ids[WORKERS];
	uint8_t *owner = calloc(ALL, 1);

	(void)state;
	assert_non_null(owner);
	for (uint16_t worker = 0; worker < WORKERS; worker++)
		ip_ids_init(&ids[worker], worker, WORKERS, 77);
	/* Three times as many as there are: they begin anew, each with its own. */
	for (unsigned int i = 0; i < 3 * ALL; i++) {
		unsigned int worker = i % WORKERS;
		uint16_t id = ip_id_next(&ids[worker], 0x01020304, UDP);

		assert_true(owner[id] == 0 || owner[id] == worker + 1);
		owner[id] = (uint8_t)(worker + 1);
	}
	free(owner);
}

/* Neither are they given in order, nor in the same order under another secret or to another peer.
 */
static void
test_they_are_not_to_be_guessed(void **state)
{
	struct ip_ids ids, other;
	unsigned int follow = 0, same = 0, same_elsewhere = 0;
	uint16_t last = 0;

	(void)state;
	ip_ids_init(&ids, 0, 1, 77);
	ip_ids_init(&other, 0, 1, 78);
	for (unsigned int i = 0; i < SOME; i++) {
		uint16_t id = rte_be_to_cpu_16(ip_id_next(&ids, 0x01020304, UDP));

		follow += (uint16_t)(id - last) == 1;
		same += id == rte_be_to_cpu_16(ip_id_next(&other, 0x01020304, UDP));
		same_elsewhere += id == rte_be_to_cpu_16(ip_id_next(&ids, 0x01020305, UDP));
		last = id;
	}
	assert_in_range(follow, 0, 3);
	assert_in_range(same, 0, 3);
	assert_in_range(same_elsewhere, 0, 3);
}

/* Peers and protocols do not use up one another's. */
static void
test_a_counter_for_each_peer_and_protocol(void **state)
{
	struct ip_ids alone, shared;

	(void)state;
	ip_ids_init(&alone, 0, 1, 77);
	ip_ids_init(&shared, 0, 1, 77);
	for (unsigned int i = 0; i < SOME; i++) {
		ip_id_next(&shared, 0x01020304, TCP);
		ip_id_next(&shared, 0x01020305, UDP);
		assert_int_equal(ip_id_next(&alone, 0x01020304, UDP),
				 ip_id_next(&shared, 0x01020304, UDP));
	}
}

/* The address that stays the same: that of who is outside, or none. */
static void
test_peers(void **state)
{
	struct flow_key key = { .source = 1, .destination = 2, .zone = ZONE_FABRIC };

	(void)state;
	assert_int_equal(ip_id_peer(&key, true), 1);
	key.zone = 5;
	assert_int_equal(ip_id_peer(&key, false), 2);
	assert_int_equal(ip_id_peer(&key, true), IP_ID_PEER_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none_repeats_before_all_have_been_drawn),
		cmocka_unit_test(test_workers_draw_different_ones),
		cmocka_unit_test(test_they_are_not_to_be_guessed),
		cmocka_unit_test(test_a_counter_for_each_peer_and_protocol),
		cmocka_unit_test(test_peers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
