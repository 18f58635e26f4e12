/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <rte_memory.h>

#include "dataplane/flow.h"
#include "eal.h"

static struct flow_key
key_of(uint32_t number)
{
	return (struct flow_key){
		.source = number,
		.destination = 0x01020304,
		.source_port = (uint16_t)(number >> 3),
		.destination_port = 443,
		.zone = (uint16_t)(number & 3),
		.protocol = 6,
		.family = 4,
	};
}

static uint32_t
find(const struct flow_table *table, uint32_t number)
{
	struct flow_key key = key_of(number);

	return flow_find(table, &key);
}

static uint32_t
insert(struct flow_table *table, uint32_t number)
{
	struct flow_key key = key_of(number);

	return flow_insert(table, &key);
}

static void
too_large_a_table_is_refused(void **state)
{
	struct flow_table table;

	(void)state;
	assert_int_equal(flow_table_init(&table, UINT32_MAX - 1, 1, SOCKET_ID_ANY), -ENOMEM);
}

static void
nothing_is_found_in_an_empty_table(void **state)
{
	const struct flow_key free_place = { 0 };
	struct flow_table table;

	(void)state;
	assert_int_equal(flow_table_init(&table, 16, 1, SOCKET_ID_ANY), 0);
	assert_int_equal(find(&table, 1), FLOW_NONE);
	assert_int_equal(free_place.family, 0);
	flow_table_release(&table);
}

static void
every_part_of_the_key_counts(void **state)
{
	struct flow_key keys[7];
	struct flow_table table;

	(void)state;
	assert_int_equal(flow_table_init(&table, 16, 1, SOCKET_ID_ANY), 0);
	for (unsigned int i = 0; i < 7; i++)
		keys[i] = key_of(8);
	keys[1].source++;
	keys[2].destination++;
	keys[3].source_port++;
	keys[4].destination_port++;
	keys[5].zone++;
	keys[6].protocol++;
	flow_insert(&table, &keys[0]);
	for (unsigned int i = 1; i < 7; i++)
		assert_int_equal(flow_find(&table, &keys[i]), FLOW_NONE);
	flow_table_release(&table);
}

static void
a_full_table_refuses_and_recovers(void **state)
{
	struct flow_table table;
	uint32_t count = 0;

	(void)state;
	assert_int_equal(flow_table_init(&table, 1024, 7, SOCKET_ID_ANY), 0);
	while (insert(&table, count) != FLOW_NONE)
		count++;
	assert_int_equal(count, 1024);
	assert_int_equal(table.used, count);
	assert_int_equal(find(&table, count), FLOW_NONE);
	for (uint32_t i = 0; i < count; i++)
		flow_remove(&table, find(&table, i));
	assert_int_equal(table.used, 0);
	for (uint32_t i = 0; i < count; i++)
		assert_int_not_equal(insert(&table, i), FLOW_NONE);
	flow_table_release(&table);
}

/* In a table with so few buckets that chains are long. */
static void
walks_find_what_is_found_at_once(void **state)
{
	enum {
		CAPACITY = 512
	};
	struct flow_table table;
	unsigned int behind = 0;

	(void)state;
	assert_int_equal(flow_table_init(&table, CAPACITY, 3, SOCKET_ID_ANY), 0);
	table.bucket_count = CAPACITY / 32;
	for (uint32_t i = 0; i < CAPACITY; i += 2)
		assert_int_not_equal(insert(&table, i), FLOW_NONE);
	for (uint32_t i = 0; i < CAPACITY; i++) {
		struct flow_key key = key_of(i);
		struct flow_search search = flow_search(&table, flow_hash(&table, &key));
		uint32_t index = flow_first(&table, &search);

		if (index != FLOW_NONE && !flow_key_equal(&flow_at(&table, index)->key, &key)) {
			index = find(&table, i);
			behind += index != FLOW_NONE;
		}
		assert_int_equal(index == FLOW_NONE, i % 2);
		assert_int_equal(index, find(&table, i));
	}
	assert_in_range(behind, CAPACITY / 8, CAPACITY / 2);
	flow_table_release(&table);
}

/* Of several words with the tag the first; without one the last, behind which there may be more. */
static void
the_word_with_the_tag_is_taken(void **state)
{
	const uint32_t tag = 0xabc00000, other = 0xabd00000;
	struct flow_table table = { .index_bits = 20 };
	struct flow_bucket bucket = { { other | 1, tag | 2, tag | 3, other | 4, 5, 6, 7,
					other | 8 } };

	(void)state;
	assert_int_equal(flow_word(&table, &bucket, tag), tag | 2);
	assert_int_equal(flow_word(&table, &bucket, other), other | 1);
	assert_int_equal(flow_word(&table, &bucket, 0xabe00000), other | 8);
	bucket = (struct flow_bucket){ { 0, 0, 0, 0, 0, 0, 0, tag | 5 } };
	assert_int_equal(flow_word(&table, &bucket, tag), tag | 5);
	bucket.words[7] = 0;
	assert_int_equal(flow_named(&table, flow_word(&table, &bucket, tag)), FLOW_NONE);
	assert_int_equal(flow_named(&table, tag | 5), 5);
}

/* Against an array of what should be there, with entries that keep their places. */
static void
assert_random_changes(uint32_t buckets)
{
	enum {
		NUMBERS = 4096,
		CAPACITY = 2048,
		ROUNDS = 400000
	};
	static uint32_t place[NUMBERS];
	struct flow_table table;
	uint32_t used = 0;

	srand(3);
	assert_int_equal(flow_table_init(&table, CAPACITY, 99, SOCKET_ID_ANY), 0);
	table.bucket_count = RTE_MIN(table.bucket_count, buckets);
	for (uint32_t i = 0; i < NUMBERS; i++)
		place[i] = FLOW_NONE;
	for (unsigned int round = 0; round < ROUNDS; round++) {
		uint32_t number = (uint32_t)rand() % NUMBERS;

		assert_int_equal(find(&table, number), place[number]);
		if (place[number] != FLOW_NONE) {
			flow_remove(&table, place[number]);
			place[number] = FLOW_NONE;
			used--;
		} else if (used < CAPACITY) {
			place[number] = insert(&table, number);
			assert_int_not_equal(place[number], FLOW_NONE);
			used++;
		}
		assert_int_equal(table.used, used);
	}
	flow_table_release(&table);
}

static void
random_changes_agree_with_an_array(void **state)
{
	(void)state;
	assert_random_changes(UINT32_MAX);
	assert_random_changes(80); /* most are in chains */
}

/* The room that a table promises is there, whatever the keys: here for sequential ones. */
static void
the_promised_room_is_there(void **state)
{
	enum {
		CAPACITY = 200000
	};

	(void)state;
	for (uint32_t seed = 1; seed <= 5; seed++) {
		struct flow_table table;

		assert_int_equal(flow_table_init(&table, CAPACITY, seed, SOCKET_ID_ANY), 0);
		for (uint32_t i = 0; i < CAPACITY; i++)
			assert_int_not_equal(insert(&table, i), FLOW_NONE);
		assert_true(flow_table_bytes(&table) <=
			    76ULL * CAPACITY + sizeof(struct flow) + sizeof(struct flow_bucket));
		flow_table_release(&table);
	}
}

enum {
	SPREAD = 1 << 16, /* keys */
};

/* Keys of 2^16 numbers, some of whose bits go here, and some there. */
static struct flow_key
spread_key(unsigned int pattern, uint32_t number)
{
	struct flow_key key = key_of(0);

	switch (pattern) {
	case 0: /* hosts, by the low bytes of their addresses in network order */
		key.source ^= rte_cpu_to_be_32(number);
		break;
	case 1:
		key.destination ^= rte_cpu_to_be_32(number);
		break;
	case 2: /* a port scan, and who is scanned from all ports */
		key.destination_port = rte_cpu_to_be_16((uint16_t)number);
		break;
	case 3:
		key.source_port = rte_cpu_to_be_16((uint16_t)number);
		break;
	case 4: /* a few hosts with a few ports each */
		key.source ^= rte_cpu_to_be_32(number & 0xff);
		key.source_port = rte_cpu_to_be_16((uint16_t)(1024 + (number >> 8)));
		break;
	case 5: /* a few hosts to a few others */
		key.source ^= rte_cpu_to_be_32(number & 0xff);
		key.destination ^= rte_cpu_to_be_32(number >> 8);
		break;
	case 6: /* by steps */
		key.source ^= rte_cpu_to_be_32(number << 8);
		break;
	default: /* of networks that are spread over zones */
		key.zone = (uint16_t)(number >> 4);
		key.source ^= rte_cpu_to_be_32(number & 0xf);
		break;
	}
	return key;
}

/* Entries for which their buckets have no room. */
static uint32_t
chained(const struct flow_table *table)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < table->bucket_count; i++) {
		uint32_t index = flow_named(table, table->buckets[i].words[FLOW_BUCKET - 1]);

		while ((index = flow_at(table, index)->next) != FLOW_NONE)
			count++;
	}
	return count;
}

/* In a full table 0.1 % would have no room by chance. What counts up does no worse. */
static void
keys_that_count_up_spread(void **state)
{
	(void)state;
	for (unsigned int pattern = 0; pattern < 8; pattern++) {
		for (uint32_t seed = 1; seed <= 4; seed++) {
			struct flow_table table;

			assert_int_equal(flow_table_init(&table, SPREAD, seed, SOCKET_ID_ANY), 0);
			for (uint32_t i = 0; i < SPREAD; i++) {
				struct flow_key key = spread_key(pattern, i);

				assert_int_not_equal(flow_insert(&table, &key), FLOW_NONE);
			}
			assert_in_range(chained(&table), 0, SPREAD * 2 / 1000);
			flow_table_release(&table);
		}
	}
}

/* It stays there while entries come and go in a full table. */
static void
churn_takes_no_room(void **state)
{
	enum {
		CAPACITY = 50000,
		ROUNDS = 20 * CAPACITY
	};
	static uint32_t numbers[CAPACITY];
	struct flow_table table;

	(void)state;
	srand(4);
	assert_int_equal(flow_table_init(&table, CAPACITY, 5, SOCKET_ID_ANY), 0);
	for (uint32_t i = 0; i < CAPACITY; i++) {
		numbers[i] = i;
		assert_int_not_equal(insert(&table, i), FLOW_NONE);
	}
	for (uint32_t round = 0; round < ROUNDS; round++) {
		uint32_t *number = &numbers[(uint32_t)rand() % CAPACITY];

		flow_remove(&table, find(&table, *number));
		*number = CAPACITY + round;
		assert_int_not_equal(insert(&table, *number), FLOW_NONE);
	}
	flow_table_release(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(too_large_a_table_is_refused),
		cmocka_unit_test(nothing_is_found_in_an_empty_table),
		cmocka_unit_test(every_part_of_the_key_counts),
		cmocka_unit_test(a_full_table_refuses_and_recovers),
		cmocka_unit_test(walks_find_what_is_found_at_once),
		cmocka_unit_test(the_word_with_the_tag_is_taken),
		cmocka_unit_test(random_changes_agree_with_an_array),
		cmocka_unit_test(the_promised_room_is_there),
		cmocka_unit_test(keys_that_count_up_spread),
		cmocka_unit_test(churn_takes_no_room),
	};

	test_eal_start("128");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
