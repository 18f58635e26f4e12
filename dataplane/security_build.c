/* SPDX-License-Identifier: BSD-3-Clause */
#include "security_table.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include <rte_hash_crc.h>
#include <rte_malloc.h>

#include "interval_tree.h"
#include "sort.h"

/*
 * Each field is swept on its own. Where a range of a rule begins or ends is an event; between two
 * events the same rules match, and their bitmap is the class of that segment. The bitmap is kept up
 * to date from event to event, and equal ones, of all fields, are stored once.
 */

/* The distinct bitmaps, found by a hash table with open addressing. */
struct bitmap_set {
	uint64_t *words;
	uint32_t *slots; /* number of the bitmap, from 1; 0: free */
	size_t count;
	size_t capacity; /* power of two; of twice as many slots */
	uint32_t width;
};

static uint32_t *
bitmap_set_slot(const struct bitmap_set *set, const uint64_t *bitmap)
{
	size_t mask = 2 * set->capacity - 1;
	size_t bytes = set->width * sizeof(*bitmap);

	for (size_t at = rte_hash_crc(bitmap, (uint32_t)bytes, 0);; at++) {
		uint32_t *slot = &set->slots[at & mask];

		if (*slot == 0 || memcmp(&set->words[(*slot - 1) * set->width], bitmap, bytes) == 0)
			return slot;
	}
}

static int
bitmap_set_grow(struct bitmap_set *set)
{
	size_t capacity = set->capacity ? 2 * set->capacity : 64;
	uint64_t *words = realloc(set->words, capacity * set->width * sizeof(*words));

	if (!words)
		return -ENOMEM;
	set->words = words;

	uint32_t *slots = calloc(2 * capacity, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	free(set->slots);
	set->slots = slots;
	set->capacity = capacity;
	for (uint32_t i = 0; i < set->count; i++)
		*bitmap_set_slot(set, &words[(size_t)i * set->width]) = i + 1;
	return 0;
}

/* The first word of the stored bitmap. */
static int
bitmap_set_add(struct bitmap_set *set, const uint64_t *bitmap, uint32_t *word)
{
	if (set->count == set->capacity && bitmap_set_grow(set) < 0)
		return -ENOMEM;

	uint32_t *slot = bitmap_set_slot(set, bitmap);

	if (*slot == 0) {
		memcpy(&set->words[set->count * set->width], bitmap, set->width * sizeof(*bitmap));
		*slot = (uint32_t)++set->count;
	}
	*word = (*slot - 1) * set->width;
	return 0;
}

static void
bitmap_set_free(struct bitmap_set *set)
{
	free(set->slots);
	free(set->words);
}

struct sweep {
	uint64_t *events; /* position << 32 | rule << 1 | begins, and as much room for sorting */
	size_t count;
	struct interval_segment *segments;
	size_t covers[SECURITY_RULES_MAX]; /* ranges of each rule over the current position */
	uint64_t bitmap[SECURITY_WORDS_MAX];
};

static void
sweep_add(struct sweep *sweep, size_t rule, uint32_t first, uint32_t last)
{
	sweep->events[sweep->count++] = (uint64_t)first << 32 | rule << 1 | 1;
	if (last < UINT32_MAX)
		sweep->events[sweep->count++] = ((uint64_t)last + 1) << 32 | rule << 1;
}

static void
sweep_add_source(struct sweep *sweep, size_t rule, const struct security_rule_spec *spec)
{
	for (size_t i = 0; i < spec->source_count; i++)
		sweep_add(sweep, rule, spec->sources[i].first, spec->sources[i].last);
}

static void
sweep_add_destination(struct sweep *sweep, size_t rule, const struct security_rule_spec *spec)
{
	for (size_t i = 0; i < spec->destination_count; i++)
		sweep_add(sweep, rule, spec->destinations[i].first, spec->destinations[i].last);
}

static void
sweep_add_ports(struct sweep *sweep, size_t rule, uint32_t protocol,
		const struct security_port_range *ports, size_t count)
{
	if (count == 0)
		sweep_add(sweep, rule, protocol << 16, protocol << 16 | UINT16_MAX);
	for (size_t i = 0; i < count; i++)
		sweep_add(sweep, rule, protocol << 16 | ports[i].first,
			  protocol << 16 | ports[i].last);
}

static void
sweep_add_service(struct sweep *sweep, size_t rule, const struct security_rule_spec *spec)
{
	static const uint8_t with_ports[] = { IPPROTO_TCP, IPPROTO_UDP };

	if (spec->source_port_count == 0 && spec->destination_port_count == 0) {
		uint32_t last = spec->protocol ? spec->protocol : UINT8_MAX;

		sweep_add(sweep, rule, (uint32_t)spec->protocol << 16, last << 16 | UINT16_MAX);
		return;
	}
	for (size_t i = 0; i < RTE_DIM(with_ports); i++) {
		if (spec->protocol == 0 || spec->protocol == with_ports[i])
			sweep_add_ports(sweep, rule, with_ports[i], spec->destination_ports,
					spec->destination_port_count);
	}
}

static void
sweep_add_source_port(struct sweep *sweep, size_t rule, const struct security_rule_spec *spec)
{
	sweep_add_ports(sweep, rule, 0, spec->source_ports, spec->source_port_count);
}

static void (*const sweep_add_field[SECURITY_FIELDS])(struct sweep *, size_t,
						      const struct security_rule_spec *) = {
	[SECURITY_SOURCE] = sweep_add_source,
	[SECURITY_DESTINATION] = sweep_add_destination,
	[SECURITY_SERVICE] = sweep_add_service,
	[SECURITY_SOURCE_PORT] = sweep_add_source_port,
};

/* Room for the ranges of any one field, two events each. */
static int
sweep_create(struct sweep *sweep, const struct security_rule_spec *specs, size_t count)
{
	size_t ranges[SECURITY_FIELDS] = { 0 };
	size_t most = 0;

	for (size_t i = 0; i < count; i++) {
		ranges[SECURITY_SOURCE] += specs[i].source_count;
		ranges[SECURITY_DESTINATION] += specs[i].destination_count;
		ranges[SECURITY_SERVICE] += 2 * (specs[i].destination_port_count + 1);
		ranges[SECURITY_SOURCE_PORT] += specs[i].source_port_count + 1;
	}
	for (unsigned int field = 0; field < SECURITY_FIELDS; field++)
		most = RTE_MAX(most, ranges[field]);
	sweep->events = calloc(2 * most + 1, 2 * sizeof(*sweep->events));
	sweep->segments = calloc(2 * most + 1, sizeof(*sweep->segments));
	return sweep->events && sweep->segments ? 0 : -ENOMEM;
}

static void
sweep_free(struct sweep *sweep)
{
	free(sweep->segments);
	free(sweep->events);
}

static void
sweep_pass(struct sweep *sweep, uint64_t event)
{
	uint32_t rule = (uint32_t)event >> 1;
	uint64_t *word = &sweep->bitmap[rule / SECURITY_WORD_BITS];
	uint64_t bit = 1ULL << (rule % SECURITY_WORD_BITS);

	if (event & 1) {
		sweep->covers[rule]++;
		*word |= bit;
	} else if (--sweep->covers[rule] == 0) {
		*word &= ~bit;
	}
}

/* Turns the events of a field into its segments. 0 or -ENOMEM. */
static int
sweep_run(struct sweep *sweep, struct bitmap_set *set, size_t *segment_count)
{
	uint64_t position = 0;
	size_t next = 0;

	sort_by_upper_half(sweep->events, sweep->events + sweep->count, sweep->count);
	memset(sweep->covers, 0, sizeof(sweep->covers));
	memset(sweep->bitmap, 0, sizeof(sweep->bitmap));
	*segment_count = 0;
	while (position <= UINT32_MAX) {
		while (next < sweep->count && sweep->events[next] >> 32 == position)
			sweep_pass(sweep, sweep->events[next++]);
		position = next < sweep->count ? sweep->events[next] >> 32 : UINT32_MAX + 1ULL;

		struct interval_segment *segment = &sweep->segments[(*segment_count)++];

		segment->last = (uint32_t)(position - 1);
		if (bitmap_set_add(set, sweep->bitmap, &segment->value) < 0)
			return -ENOMEM;
	}
	sweep->count = 0;
	return 0;
}

static int
trees_build(struct interval_tree **trees, enum simd simd, struct bitmap_set *set,
	    const struct security_rule_spec *specs, size_t count)
{
	struct sweep sweep = { 0 };
	int result = sweep_create(&sweep, specs, count);

	for (unsigned int field = 0; field < SECURITY_FIELDS && result == 0; field++) {
		size_t segment_count;

		for (size_t rule = 0; rule < count; rule++)
			sweep_add_field[field](&sweep, rule, &specs[rule]);
		result = sweep_run(&sweep, set, &segment_count);
		if (result < 0)
			break;
		trees[field] = interval_tree_sorted_build(simd, sweep.segments, segment_count);
		if (!trees[field])
			result = -ENOMEM;
	}
	sweep_free(&sweep);
	return result;
}

static uint32_t
bitmap_width(size_t rules)
{
	if (rules <= SECURITY_WORD_BITS)
		return 1;
	return rules <= SECURITY_VECTOR_WORDS * SECURITY_WORD_BITS ? SECURITY_VECTOR_WORDS
								   : SECURITY_WORDS_MAX;
}

/* One word is not worth a vector. */
static security_decide_fn *
decide_variant(enum simd simd, uint32_t width)
{
	static security_decide_fn *const variants[SIMD_COUNT] = {
		[SIMD_PLAIN] = security_decide_plain,
		[SIMD_AVX2] = security_decide_avx2,
		[SIMD_AVX512] = security_decide_avx512,
	};

	return width == 1 ? security_decide_plain : variants[simd];
}

static bool
addresses_are_valid(const struct security_address_range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (ranges[i].first > ranges[i].last)
			return false;
	}
	return true;
}

static bool
ports_are_valid(const struct security_port_range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (ranges[i].first > ranges[i].last)
			return false;
	}
	return true;
}

/* 0, or an errno. */
static int
specs_check(const struct security_rule_spec *specs, size_t count)
{
	if (count > SECURITY_RULES_MAX)
		return E2BIG;
	for (size_t i = 0; i < count; i++) {
		const struct security_rule_spec *spec = &specs[i];

		if (!addresses_are_valid(spec->sources, spec->source_count) ||
		    !addresses_are_valid(spec->destinations, spec->destination_count) ||
		    !ports_are_valid(spec->source_ports, spec->source_port_count) ||
		    !ports_are_valid(spec->destination_ports, spec->destination_port_count))
			return EINVAL;
	}
	return 0;
}

struct security_table *
security_table_simd_build(enum simd simd, const struct security_rule_spec *specs, size_t count)
{
	struct bitmap_set set = { .width = bitmap_width(count) };
	struct interval_tree *trees[SECURITY_FIELDS] = { NULL };
	int error = specs_check(specs, count);

	if (error != 0) {
		errno = error;
		return NULL;
	}
	if (trees_build(trees, simd, &set, specs, count) < 0)
		goto free_trees;

	size_t bitmap_bytes = set.count * set.width * sizeof(*set.words);

	struct security_table *table =
		rte_malloc(NULL, sizeof(*table) + bitmap_bytes, RTE_CACHE_LINE_SIZE);

	if (!table)
		goto free_trees;
	table->decide = decide_variant(simd, set.width);
	table->bitmap_bytes = bitmap_bytes;
	table->width = set.width;
	memcpy(table->trees, trees, sizeof(trees));
	memcpy(table->bitmaps, set.words, bitmap_bytes);
	bitmap_set_free(&set);
	return table;

free_trees:
	for (unsigned int field = 0; field < SECURITY_FIELDS; field++)
		interval_tree_free(trees[field]);
	bitmap_set_free(&set);
	errno = ENOMEM;
	return NULL;
}

struct security_table *
security_table_build(const struct security_rule_spec *specs, size_t count)
{
	return security_table_simd_build(simd_best(), specs, count);
}
