/* SPDX-License-Identifier: BSD-3-Clause */
#include "fragment_table.h"

#include <errno.h>
#include <string.h>

#include <rte_malloc.h>

#include "hash.h"

struct fragment_record {
	struct fragment_key key;
	struct fragment_facts facts; /* when it is passing */
	uint32_t next;               /* of its bucket, or of the free ones */
	uint32_t older, newer;       /* on the list of its state */
	uint32_t since;              /* second in which it got into its state */
	uint8_t state;               /* enum fragment_state */
	uint8_t reason;              /* of a refused one: enum drop_reason */
	struct fragment_queue held;  /* when it is waiting */
	struct fragment_runs runs;
};

_Static_assert(sizeof(struct fragment_record) <= 2 * RTE_CACHE_LINE_SIZE,
	       "a record is two cache lines");

int
fragment_table_init(struct fragment_table *table, const struct fragment_table_options *options)
{
	uint32_t capacity = options->capacity;
	int result;

	*table = (struct fragment_table){
		.records = rte_zmalloc_socket("fragments", capacity * sizeof(*table->records),
					      RTE_CACHE_LINE_SIZE, options->socket),
		.buckets = rte_malloc_socket("fragment buckets", capacity * sizeof(*table->buckets),
					     RTE_CACHE_LINE_SIZE, options->socket),
		.capacity = capacity,
		.seed = options->seed,
		.give_up = options->give_up,
		.context = options->context,
	};
	result = fragment_hold_init(&table->hold, options->socket);
	if (table->records == NULL || table->buckets == NULL || result != 0) {
		fragment_table_release(table);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < capacity; i++) {
		table->records[i].next = i + 1 < capacity ? i + 1 : FRAGMENT_NONE;
		table->buckets[i] = FRAGMENT_NONE;
	}
	for (unsigned int i = 0; i < FRAGMENT_STATES; i++)
		table->lists[i] = (struct fragment_list){ FRAGMENT_NONE, FRAGMENT_NONE };
	return 0;
}

void
fragment_table_release(struct fragment_table *table)
{
	fragment_hold_release(&table->hold);
	rte_free(table->buckets);
	rte_free(table->records);
	*table = (struct fragment_table){ 0 };
}

size_t
fragment_table_bytes(const struct fragment_table *table)
{
	return table->capacity * (sizeof(*table->records) + sizeof(*table->buckets)) +
	       fragment_hold_bytes();
}

static uint32_t *
bucket_of(const struct fragment_table *table, const struct fragment_key *key)
{
	uint64_t words[2];

	memcpy(words, key, sizeof(words));
	return &table->buckets[hash_to_range(hash_words(words[0], words[1], table->seed),
					     table->capacity)];
}

static void
list_add(struct fragment_table *table, uint32_t index)
{
	struct fragment_record *record = &table->records[index];
	struct fragment_list *list = &table->lists[record->state];

	record->older = list->newest;
	record->newer = FRAGMENT_NONE;
	if (list->newest == FRAGMENT_NONE)
		list->oldest = index;
	else
		table->records[list->newest].newer = index;
	list->newest = index;
}

static void
list_remove(struct fragment_table *table, uint32_t index)
{
	const struct fragment_record *record = &table->records[index];
	struct fragment_list *list = &table->lists[record->state];

	if (record->older == FRAGMENT_NONE)
		list->oldest = record->newer;
	else
		table->records[record->older].newer = record->newer;
	if (record->newer == FRAGMENT_NONE)
		list->newest = record->older;
	else
		table->records[record->newer].older = record->older;
}

/* Drops what waits for a record's first fragment. */
static void
record_give_up(struct fragment_table *table, struct fragment_record *record,
	       enum drop_reason reason)
{
	struct rte_mbuf *mbuf;
	uint16_t port;

	while (fragment_hold_take(&table->hold, &record->held.first, &mbuf, &port))
		table->give_up(table->context, mbuf, reason);
	record->held.count = 0;
}

/* Frees the record; what waits is dropped for that reason. */
static void
record_end(struct fragment_table *table, uint32_t index, enum drop_reason reason)
{
	struct fragment_record *record = &table->records[index];
	uint32_t *link = bucket_of(table, &record->key);

	record_give_up(table, record, reason);
	list_remove(table, index);
	while (*link != index)
		link = &table->records[*link].next;
	*link = record->next;
	record->next = table->free;
	table->free = index;
	table->used--;
}

static void
record_enter(struct fragment_table *table, uint32_t index, enum fragment_state state, uint32_t now)
{
	struct fragment_record *record = &table->records[index];

	list_remove(table, index);
	record->state = (uint8_t)state;
	record->since = now;
	list_add(table, index);
}

static void
record_refuse(struct fragment_table *table, uint32_t index, enum drop_reason reason, uint32_t now)
{
	struct fragment_record *record = &table->records[index];

	record_give_up(table, record, reason);
	record->reason = (uint8_t)reason;
	record_enter(table, index, FRAGMENT_REFUSED, now);
}

/* The record that is worth least, if a new one is worth more. */
static uint32_t
record_least(const struct fragment_table *table, uint32_t now)
{
	uint32_t passing = table->lists[FRAGMENT_PASSING].oldest;

	if (table->lists[FRAGMENT_REFUSED].oldest != FRAGMENT_NONE)
		return table->lists[FRAGMENT_REFUSED].oldest;
	if (table->lists[FRAGMENT_WAITING].oldest != FRAGMENT_NONE)
		return table->lists[FRAGMENT_WAITING].oldest;
	if (passing != FRAGMENT_NONE && now - table->records[passing].since < FRAGMENT_KEPT)
		return FRAGMENT_NONE;
	return passing;
}

/* The key's record, or FRAGMENT_NONE. Its time may be over. */
static uint32_t
record_find(const struct fragment_table *table, const struct fragment_key *key)
{
	uint32_t index = *bucket_of(table, key);

	while (index != FRAGMENT_NONE && memcmp(&table->records[index].key, key, sizeof(*key)) != 0)
		index = table->records[index].next;
	return index;
}

/* The key's record, made if it is not there; FRAGMENT_NONE when the table is full. */
static uint32_t
record_find_or_add(struct fragment_table *table, const struct fragment_key *key, uint32_t now)
{
	uint32_t *bucket = bucket_of(table, key);
	uint32_t index = record_find(table, key);
	struct fragment_record *record;

	if (index != FRAGMENT_NONE && now - table->records[index].since < FRAGMENT_LIFETIME)
		return index;
	if (index != FRAGMENT_NONE) /* another packet's, that is not swept yet */
		record_end(table, index, DROP_fragment_first_missing);
	else if (table->free == FRAGMENT_NONE && record_least(table, now) != FRAGMENT_NONE)
		record_end(table, record_least(table, now), DROP_fragment_table_full);
	index = table->free;
	if (index == FRAGMENT_NONE)
		return FRAGMENT_NONE;
	record = &table->records[index];
	table->free = record->next;
	table->used++;
	*record = (struct fragment_record){
		.key = *key,
		.next = *bucket,
		.since = now,
		.state = FRAGMENT_WAITING,
		.held = { .first = FRAGMENT_NONE },
	};
	*bucket = index;
	list_add(table, index);
	return index;
}

static void
answer_drop(struct fragment_answer *answer, enum drop_reason reason)
{
	answer->verdict = FRAGMENT_DROP;
	answer->reason = (uint8_t)reason;
}

/* Takes note of the part. False: the fragment is dropped. */
static bool
record_accept(struct fragment_table *table, uint32_t index, const struct fragment_extent *extent,
	      uint32_t now, struct fragment_answer *answer)
{
	struct fragment_record *record = &table->records[index];
	enum drop_reason reason = fragment_runs_add(&record->runs, extent);

	if (reason == DROP_NONE)
		return true;
	if (reason == DROP_fragment_overlap)
		record_refuse(table, index, reason, now);
	answer_drop(answer, reason);
	return false;
}

/* The packet's record. FRAGMENT_NONE: its fragments are dropped. */
static uint32_t
record_open(struct fragment_table *table, const struct fragment_key *key, uint32_t now,
	    struct fragment_answer *answer)
{
	uint32_t index = record_find_or_add(table, key, now);

	if (index == FRAGMENT_NONE) {
		answer_drop(answer, DROP_fragment_table_full);
		return FRAGMENT_NONE;
	}
	if (table->records[index].state == FRAGMENT_REFUSED) {
		answer_drop(answer, (enum drop_reason)table->records[index].reason);
		return FRAGMENT_NONE;
	}
	return index;
}

void
fragment_table_first(struct fragment_table *table, const struct fragment_key *key,
		     const struct fragment_extent *extent, const struct fragment_facts *facts,
		     uint32_t now, struct fragment_answer *answer)
{
	uint32_t index = record_open(table, key, now, answer);
	struct fragment_record *record;

	if (index == FRAGMENT_NONE || !record_accept(table, index, extent, now, answer))
		return;
	record = &table->records[index];
	record->facts = *facts;
	*answer = (struct fragment_answer){ .verdict = FRAGMENT_PASS,
					    .held = record->held.first,
					    .facts = *facts };
	record->held = (struct fragment_queue){ .first = FRAGMENT_NONE };
	if (fragment_runs_are_whole(&record->runs))
		record_end(table, index, DROP_NONE);
	else
		record_enter(table, index, FRAGMENT_PASSING, now);
}

/* Whether the record may hold one more; packets that wait longer make room for it. */
static bool
record_has_room(struct fragment_table *table, uint32_t index, uint32_t bytes)
{
	if (table->records[index].held.count == FRAGMENTS_HELD_PER_PACKET)
		return false;
	while (!fragment_hold_has_room(&table->hold, bytes)) {
		uint32_t other = table->lists[FRAGMENT_WAITING].oldest;

		if (other == index)
			other = table->records[index].newer;
		if (other == FRAGMENT_NONE)
			return false;
		record_end(table, other, DROP_fragment_hold_full);
	}
	return true;
}

void
fragment_table_later(struct fragment_table *table, const struct fragment_key *key,
		     const struct fragment_extent *extent, struct rte_mbuf *mbuf, uint16_t port,
		     uint32_t now, struct fragment_answer *answer)
{
	uint32_t index = record_open(table, key, now, answer);
	struct fragment_record *record;

	if (index == FRAGMENT_NONE)
		return;
	record = &table->records[index];
	if (record->state == FRAGMENT_WAITING &&
	    !record_has_room(table, index, rte_pktmbuf_pkt_len(mbuf))) {
		if (record->held.count == 0)
			record_end(table, index, DROP_NONE);
		answer_drop(answer, DROP_fragment_hold_full);
		return;
	}
	if (!record_accept(table, index, extent, now, answer))
		return;
	if (record->state == FRAGMENT_WAITING) {
		fragment_hold_add(&table->hold, &record->held, mbuf, port);
		answer->verdict = FRAGMENT_WAIT;
		return;
	}
	*answer = (struct fragment_answer){ .verdict = FRAGMENT_PASS,
					    .held = FRAGMENT_NONE,
					    .facts = record->facts };
	if (fragment_runs_are_whole(&record->runs))
		record_end(table, index, DROP_NONE);
}

void
fragment_table_refuse(struct fragment_table *table, const struct fragment_key *key,
		      enum drop_reason reason, uint32_t now)
{
	uint32_t index = record_find_or_add(table, key, now);

	if (index != FRAGMENT_NONE && table->records[index].state != FRAGMENT_REFUSED)
		record_refuse(table, index, reason, now);
}

void
fragment_table_disown(struct fragment_table *table, const struct fragment_key *key,
		      enum drop_reason reason, uint32_t now)
{
	uint32_t index = record_find(table, key);

	if (index != FRAGMENT_NONE && table->records[index].state == FRAGMENT_PASSING)
		record_refuse(table, index, reason, now);
}

bool
fragment_table_expire(struct fragment_table *table, uint32_t now)
{
	unsigned int budget = FRAGMENT_EXPIRE_BUDGET;

	for (unsigned int state = 0; state < FRAGMENT_STATES; state++) {
		uint32_t index;

		while ((index = table->lists[state].oldest) != FRAGMENT_NONE &&
		       now - table->records[index].since >= FRAGMENT_LIFETIME) {
			if (budget-- == 0)
				return false;
			record_end(table, index, DROP_fragment_first_missing);
		}
	}
	return true;
}
