/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What a security group costs: cycles a key, memory, and the time to build it.
 *
 * A group of R rules has 4000 prefixes on each side in all; one rule of three names no source, one
 * of three no destination. Most rules are TCP or UDP with one to four ranges of ports, one in eight
 * names source ports, the last denies everything. Half of the keys are drawn from a rule, half at
 * random; they are looked up in bursts of 32. The arguments are the EAL's, for the page size:
 *
 *	security_bench --no-huge -m 512		security_bench --in-memory
 */

#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_malloc.h>

#include "bench_random.h"
#include "dataplane/security_table.h"

enum {
	RULES_MAX = 1000,
	PREFIXES = 4000,
	PORTS_MAX = 4,
	BURST = 32,
	LOOKUPS = 1 << 21, /* in a run */
	RUNS = 5,
};

struct group {
	struct security_rule_spec rules[RULES_MAX];
	struct security_address_range sources[PREFIXES];
	struct security_address_range destinations[PREFIXES];
	struct security_port_range source_ports[RULES_MAX];
	struct security_port_range destination_ports[RULES_MAX * PORTS_MAX];
	size_t count;
};

static const struct security_address_range any_address = { 0, UINT32_MAX };
static const char *const simd_names[SIMD_COUNT] = { "plain", "avx2", "avx512" };

static size_t
addresses_fill(struct security_address_range *ranges, size_t count, uint64_t *state)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t host_bits = UINT32_MAX >> random_between(state, 16, 31);
		uint32_t address = random_next(state);

		ranges[i].first = address & ~host_bits;
		ranges[i].last = address | host_bits;
	}
	return count;
}

static size_t
ports_fill(struct security_port_range *ranges, size_t count, uint64_t *state)
{
	for (size_t i = 0; i < count; i++) {
		ranges[i].first = (uint16_t)random_between(state, 0, 60000);
		ranges[i].last = ranges[i].first;
		if (random_between(state, 0, 3) == 0)
			ranges[i].last =
				(uint16_t)(ranges[i].first + random_between(state, 1, 1000));
	}
	return count;
}

static void
group_fill(struct group *group, size_t count)
{
	size_t share = PREFIXES / (count - count / 3); /* of a rule that names prefixes */
	struct security_address_range *sources = group->sources;
	struct security_address_range *destinations = group->destinations;
	uint64_t state = 1 + count;

	memset(group, 0, sizeof(*group));
	group->count = count;
	for (size_t i = 0; i < count; i++) {
		struct security_rule_spec *rule = &group->rules[i];
		bool is_last = i == count - 1;

		rule->sources = &any_address;
		rule->source_count = 1;
		rule->destinations = &any_address;
		rule->destination_count = 1;
		if (is_last)
			break;
		if (i % 3 != 0) {
			rule->sources = sources;
			rule->source_count = addresses_fill(sources, share, &state);
			sources += share;
		}
		if (i % 3 != 1) {
			rule->destinations = destinations;
			rule->destination_count = addresses_fill(destinations, share, &state);
			destinations += share;
		}
		if (i % 10 == 9) {
			rule->protocol = IPPROTO_ICMP;
			continue;
		}
		rule->protocol = i % 10 < 7 ? IPPROTO_TCP : IPPROTO_UDP;
		rule->destination_ports = &group->destination_ports[i * PORTS_MAX];
		rule->destination_port_count =
			ports_fill(&group->destination_ports[i * PORTS_MAX],
				   random_between(&state, 1, PORTS_MAX), &state);
		if (i % 8 == 0) {
			rule->source_ports = &group->source_ports[i];
			rule->source_port_count = ports_fill(&group->source_ports[i], 1, &state);
		}
	}
}

static uint32_t
address_draw(const struct security_address_range *ranges, size_t count, uint64_t *state)
{
	const struct security_address_range *range =
		&ranges[random_between(state, 0, (uint32_t)count - 1)];

	return random_between(state, range->first, range->last);
}

static uint16_t
port_draw(const struct security_port_range *ranges, size_t count, uint64_t *state)
{
	if (count == 0)
		return (uint16_t)random_next(state);
	return (uint16_t)random_between(state, ranges->first, ranges->last);
}

static void
keys_fill(struct security_key *keys, size_t count, const struct group *group)
{
	uint64_t state = 1 + count;

	for (size_t i = 0; i < count; i++) {
		size_t pick = random_between(&state, 0, (uint32_t)group->count - 1);
		const struct security_rule_spec *rule =
			&group->rules[i % 2 == 0 ? pick : group->count - 1];

		keys[i] = (struct security_key){
			.source = address_draw(rule->sources, rule->source_count, &state),
			.destination =
				address_draw(rule->destinations, rule->destination_count, &state),
			.source_port =
				port_draw(rule->source_ports, rule->source_port_count, &state),
			.destination_port = port_draw(rule->destination_ports,
						      rule->destination_port_count, &state),
			.protocol = rule->protocol ? rule->protocol : IPPROTO_TCP,
		};
	}
}

static int
compare(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* Cycles a key, the median of the runs; sum keeps the compiler from leaving anything out. */
static double
match_time(const struct security_table *table, const struct security_key *keys, size_t count,
	   uint64_t *sum)
{
	uint64_t cycles[RUNS];

	for (unsigned int run = 0; run < RUNS; run++) {
		uint64_t start = rte_rdtsc_precise();

		for (size_t done = 0; done < LOOKUPS; done += BURST) {
			uint16_t rules[BURST];

			security_match(table, &keys[done % count], rules, BURST);
			*sum += rules[done / BURST % BURST];
		}
		cycles[run] = rte_rdtsc_precise() - start;
	}
	qsort(cycles, RUNS, sizeof(cycles[0]), compare);
	return (double)cycles[RUNS / 2] / LOOKUPS;
}

static bool
group_measure(struct group *group, size_t rules, struct security_key *keys, size_t few, size_t many)
{
	group_fill(group, rules);
	for (enum simd simd = SIMD_PLAIN; simd < SIMD_COUNT; simd++) {
		uint64_t sum = 0;
		uint64_t builds[RUNS];

		if (!simd_is_available(simd))
			continue;

		struct security_table *table = NULL;

		for (unsigned int run = 0; run < RUNS; run++) {
			uint64_t start = rte_rdtsc_precise();

			security_table_free(table);
			table = security_table_simd_build(simd, group->rules, group->count);
			builds[run] = rte_rdtsc_precise() - start;
			if (!table)
				return false;
		}
		qsort(builds, RUNS, sizeof(builds[0]), compare);
		keys_fill(keys, few, group);

		double few_cycles = match_time(table, keys, few, &sum);

		keys_fill(keys, many, group);

		double many_cycles = match_time(table, keys, many, &sum);

		printf("%5zu  %-6s  %8.1f  %8.1f  %8zu  %8.2f  %16" PRIu64 "\n", rules,
		       simd_names[simd], few_cycles, many_cycles, security_table_bytes(table),
		       (double)builds[RUNS / 2] * 1e3 / (double)rte_get_tsc_hz(), sum);
		security_table_free(table);
	}
	return true;
}

int
main(int argc, char **argv)
{
	static const size_t rules[] = { 10, 100, 1000 };
	const size_t few = 4096, many = 1 << 20;
	struct group *group = malloc(sizeof(*group));
	int status = 2;

	if (rte_eal_init(argc, argv) < 0)
		goto free_group;

	struct security_key *keys = rte_malloc(NULL, many * sizeof(*keys), RTE_CACHE_LINE_SIZE);

	if (!keys || !group)
		goto free_keys;
	printf("rules  simd    4k flows   1M keys     bytes  build ms  sum of indexes\n");
	for (size_t i = 0; i < RTE_DIM(rules); i++) {
		if (!group_measure(group, rules[i], keys, few, many))
			goto free_keys;
	}
	status = 0;

free_keys:
	rte_free(keys);
free_group:
	free(group);
	return status;
}
