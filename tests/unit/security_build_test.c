/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/security_table.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <rte_malloc.h>

#include <cmocka.h>

#include "eal.h"

enum {
	NONE = SECURITY_NO_RULE,
};

static const struct security_address_range any_address[] = { { 0, UINT32_MAX } };

#define ANY_SOURCE      .sources = any_address, .source_count = 1
#define ANY_DESTINATION .destinations = any_address, .destination_count = 1

static void
test_too_many_rules_are_refused(void **state)
{
	static struct security_rule_spec specs[SECURITY_RULES_MAX + 1];

	(void)state;
	errno = 0;
	assert_null(security_table_build(specs, SECURITY_RULES_MAX + 1));
	assert_int_equal(errno, E2BIG);
}

static void
test_reversed_ranges_are_refused(void **state)
{
	static const struct security_address_range addresses[] = { { 1, 2 }, { 4, 3 } };
	static const struct security_port_range ports[] = { { 1, 2 }, { 4, 3 } };
	const struct security_rule_spec specs[] = {
		{ .sources = addresses, .source_count = 2, ANY_DESTINATION },
		{ ANY_SOURCE, .destinations = addresses, .destination_count = 2 },
		{ ANY_SOURCE, ANY_DESTINATION, .source_ports = ports, .source_port_count = 2 },
		{ ANY_SOURCE, ANY_DESTINATION, .destination_ports = ports,
		  .destination_port_count = 2 },
		{ .protocol = IPPROTO_ICMP,
		  ANY_SOURCE,
		  ANY_DESTINATION,
		  .destination_ports = ports,
		  .destination_port_count = 2 },
	};

	(void)state;
	for (size_t i = 0; i < RTE_DIM(specs); i++) {
		errno = 0;
		assert_null(security_table_build(&specs[i], 1));
		assert_int_equal(errno, EINVAL);
	}
}

static size_t
blocks_in_use(void)
{
	struct rte_malloc_socket_stats stats;

	assert_int_equal(rte_malloc_get_socket_stats(0, &stats), 0);
	return stats.alloc_count;
}

static void
test_too_little_memory_is_an_error_that_leaves_nothing_behind(void **state)
{
	const size_t count = 1 << 20;
	struct security_address_range *ranges = calloc(count, sizeof(*ranges));
	struct security_rule_spec spec = { ANY_SOURCE };
	size_t before = blocks_in_use();

	(void)state;
	assert_non_null(ranges);
	for (uint32_t i = 0; i < count; i++)
		ranges[i] = (struct security_address_range){ 2 * i, 2 * i };
	spec.destinations = ranges;
	spec.destination_count = count;
	errno = 0;
	assert_null(security_table_build(&spec, 1));
	assert_int_equal(errno, ENOMEM);
	assert_int_equal(blocks_in_use(), before);
	free(ranges);
}

static void
test_freeing_gives_everything_back(void **state)
{
	const struct security_rule_spec spec = { ANY_SOURCE, ANY_DESTINATION };
	size_t before = blocks_in_use();
	struct security_table *table = security_table_build(&spec, 1);

	(void)state;
	assert_non_null(table);
	assert_true(blocks_in_use() > before);
	security_table_free(table);
	security_table_free(NULL);
	assert_int_equal(blocks_in_use(), before);
}

/* Rule i is the first for source i, and the last for all: each bit of every width. */
static void
test_every_number_of_rules(void **state)
{
	static const size_t counts[] = { 1, 2, 63, 64, 65, 128, 511, 512, 513, 1000, 1008 };
	static struct security_address_range from[SECURITY_RULES_MAX];
	static struct security_rule_spec specs[SECURITY_RULES_MAX];
	static struct security_key keys[SECURITY_RULES_MAX + 1];
	static uint16_t rules[SECURITY_RULES_MAX + 1];

	(void)state;
	for (uint32_t i = 0; i <= SECURITY_RULES_MAX; i++)
		keys[i].source = i;
	for (uint32_t i = 0; i < SECURITY_RULES_MAX; i++) {
		from[i] = (struct security_address_range){ 0, i };
		specs[i] = (struct security_rule_spec){
			.sources = &from[i],
			.source_count = 1,
			ANY_DESTINATION,
		};
	}
	for (size_t c = 0; c < RTE_DIM(counts) * SIMD_COUNT; c++) {
		enum simd simd = c % SIMD_COUNT;
		unsigned int count = (unsigned int)counts[c / SIMD_COUNT];

		if (!simd_is_available(simd))
			continue;

		struct security_table *table = security_table_simd_build(simd, specs, count);

		assert_non_null(table);
		security_match(table, keys, rules, count + 1);
		for (unsigned int i = 0; i < count; i++)
			assert_int_equal(rules[i], i);
		assert_int_equal(rules[count], NONE);
		security_table_free(table);
	}
}

/* 200 rules that use the same two lists have few bitmaps, whatever the length of the lists. */
static void
test_equal_bitmaps_are_stored_once(void **state)
{
	static struct security_address_range lists[2][1000];
	static struct security_rule_spec specs[200];

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		lists[0][i] = (struct security_address_range){ 30 * i, 30 * i + 9 };
		lists[1][i] = (struct security_address_range){ 30 * i + 10, 30 * i + 19 };
	}
	for (size_t i = 0; i < RTE_DIM(specs); i++) {
		specs[i] = (struct security_rule_spec){
			.sources = lists[i % 2],
			.source_count = 1000,
			ANY_DESTINATION,
		};
	}

	struct security_table *table = security_table_build(specs, RTE_DIM(specs));

	assert_non_null(table);
	/* None, the even rules, the odd rules, all; 64 bytes each for up to 512 rules. */
	assert_int_equal(table->bitmap_bytes, 4 * 64);
	assert_true(security_table_bytes(table) > 4 * 64 + 3000 * 8);
	assert_true(security_table_bytes(table) < 4 * 64 + 3000 * 9 + 1024);
	security_table_free(table);
}

static bool
rule_matches(const struct security_rule_spec *spec, const struct security_key *key)
{
	bool has_ports = key->protocol == IPPROTO_TCP || key->protocol == IPPROTO_UDP;
	bool source = false, destination = false;
	bool source_port = spec->source_port_count == 0;
	bool destination_port = spec->destination_port_count == 0;

	if (spec->protocol != 0 && spec->protocol != key->protocol)
		return false;
	if ((!source_port || !destination_port) && !has_ports)
		return false;
	for (size_t i = 0; i < spec->source_count; i++)
		source |= spec->sources[i].first <= key->source &&
			  key->source <= spec->sources[i].last;
	for (size_t i = 0; i < spec->destination_count; i++)
		destination |= spec->destinations[i].first <= key->destination &&
			       key->destination <= spec->destinations[i].last;
	for (size_t i = 0; i < spec->source_port_count; i++)
		source_port |= spec->source_ports[i].first <= key->source_port &&
			       key->source_port <= spec->source_ports[i].last;
	for (size_t i = 0; i < spec->destination_port_count; i++)
		destination_port |= spec->destination_ports[i].first <= key->destination_port &&
				    key->destination_port <= spec->destination_ports[i].last;
	return source && destination && source_port && destination_port;
}

static uint16_t
match_slowly(const struct security_rule_spec *specs, size_t count, const struct security_key *key)
{
	for (size_t i = 0; i < count; i++) {
		if (rule_matches(&specs[i], key))
			return (uint16_t)i;
	}
	return NONE;
}

enum {
	POOL = 64, /* ranges that the random rules choose from */
	LIST_MAX = 6,
	KEYS = 3000,
};

struct pool {
	struct security_address_range addresses[POOL + LIST_MAX];
	struct security_port_range ports[POOL + LIST_MAX];
};

static void
pool_fill(struct pool *pool)
{
	for (unsigned int i = 0; i < POOL + LIST_MAX; i++) {
		uint32_t bits = UINT32_MAX >> (random() % 32);
		uint32_t address = (uint32_t)random() * 2;
		uint16_t port = (uint16_t)random();
		uint16_t length = (uint16_t)(random() % 3 ? 0 : random() % 5000);

		pool->addresses[i].first = address & ~bits;
		pool->addresses[i].last = address | bits;
		pool->ports[i].first = port;
		pool->ports[i].last = (uint16_t)RTE_MIN(port + length, UINT16_MAX);
	}
}

static void
rules_fill(struct security_rule_spec *specs, size_t count, const struct pool *pool)
{
	static const uint8_t protocols[] = { 0, IPPROTO_TCP, IPPROTO_TCP, IPPROTO_UDP,
					     IPPROTO_ICMP };

	for (size_t i = 0; i < count; i++) {
		specs[i] = (struct security_rule_spec){
			.protocol = protocols[(size_t)random() % RTE_DIM(protocols)],
			.sources = &pool->addresses[random() % POOL],
			.source_count = (size_t)random() % (LIST_MAX + 1),
			.destinations = &pool->addresses[random() % POOL],
			.destination_count = (size_t)random() % (LIST_MAX + 1),
			.source_ports = &pool->ports[random() % POOL],
			.source_port_count = random() % 4 ? 0 : (size_t)random() % LIST_MAX,
			.destination_ports = &pool->ports[random() % POOL],
			.destination_port_count = random() % 2 ? 0 : (size_t)random() % LIST_MAX,
		};
	}
}

/* Fields at the ends of ranges, one inside or one outside: where an error would be. */
static void
keys_fill(struct security_key *keys, size_t count, const struct pool *pool)
{
	static const uint8_t protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ESP };

	for (size_t i = 0; i < count; i++) {
		const struct security_address_range *source = &pool->addresses[random() % POOL];
		const struct security_address_range *destination =
			&pool->addresses[random() % POOL];
		const struct security_port_range *from = &pool->ports[random() % POOL];
		const struct security_port_range *to = &pool->ports[random() % POOL];
		bool low = random() % 2;
		int around = (int)(random() % 3) - 1;

		keys[i] = (struct security_key){
			.source = (low ? source->first : source->last) + (uint32_t)around,
			.destination =
				(low ? destination->first : destination->last) + (uint32_t)around,
			.source_port = (uint16_t)((low ? from->first : from->last) + around),
			.destination_port = (uint16_t)((low ? to->first : to->last) + around),
			.protocol = protocols[(size_t)random() % RTE_DIM(protocols)],
		};
	}
}

static void
test_random_rules_against_a_linear_matcher(void **state)
{
	static const size_t counts[] = { 1, 5, 10, 64, 65, 200, 512, 600, SECURITY_RULES_MAX };
	static struct security_rule_spec specs[SECURITY_RULES_MAX];
	static struct security_key keys[KEYS];
	static uint16_t expected[KEYS], rules[KEYS];
	static struct pool pool;
	unsigned int decided = 0;

	(void)state;
	srandom(3);
	for (unsigned int round = 0; round < 3 * RTE_DIM(counts); round++) {
		size_t count = counts[round % RTE_DIM(counts)];

		pool_fill(&pool);
		rules_fill(specs, count, &pool);
		keys_fill(keys, KEYS, &pool);
		for (unsigned int i = 0; i < KEYS; i++) {
			expected[i] = match_slowly(specs, count, &keys[i]);
			decided += expected[i] != NONE;
		}
		for (enum simd simd = SIMD_PLAIN; simd < SIMD_COUNT; simd++) {
			if (!simd_is_available(simd))
				continue;

			struct security_table *table =
				security_table_simd_build(simd, specs, count);

			assert_non_null(table);
			security_match(table, keys, rules, KEYS);
			assert_memory_equal(rules, expected, sizeof(rules));
			security_table_free(table);
		}
	}
	/* Else the comparison says little: many keys meet a rule, and many none. */
	assert_in_range(decided, 27 * KEYS / 4, 27 * KEYS * 3 / 4);
}
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_too_many_rules_are_refused),
		cmocka_unit_test(test_reversed_ranges_are_refused),
		cmocka_unit_test(test_too_little_memory_is_an_error_that_leaves_nothing_behind),
		cmocka_unit_test(test_freeing_gives_everything_back),
		cmocka_unit_test(test_every_number_of_rules),
		cmocka_unit_test(test_equal_bitmaps_are_stored_once),
		cmocka_unit_test(test_random_rules_against_a_linear_matcher),
	};

	test_eal_start("16");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
