/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/fragment_table.h"
#include "eal.h"

/*
 * A fragment table to be tested; and what it does as its header tells it, slow and obvious: an
 * array of packets, each with a list of what has come of it, looked through from end to end.
 */

enum {
	SLOW_PACKETS = 24,
	SLOW_GIVEN_UP_MAX = 1024,
};

struct slow_packet {
	bool used;
	unsigned int key;
	unsigned int state; /* enum fragment_state */
	uint32_t since;
	uint64_t entered; /* its state: a number that only grows */
	enum drop_reason reason;
	struct fragment_facts facts;
	struct fragment_runs runs; /* which has a test of its own */
	unsigned int held_count;
	const struct rte_mbuf *held[FRAGMENTS_HELD_PER_PACKET];
};

struct slow_given_up {
	const struct rte_mbuf *mbuf;
	enum drop_reason reason;
};

struct slow_table {
	struct slow_packet packets[SLOW_PACKETS];
	uint64_t entered;
	unsigned int given_up_count;
	struct slow_given_up given_up[SLOW_GIVEN_UP_MAX];
};

static inline unsigned int
slow_used(const struct slow_table *slow)
{
	unsigned int used = 0;

	for (unsigned int i = 0; i < SLOW_PACKETS; i++)
		used += slow->packets[i].used;
	return used;
}

static inline unsigned int
slow_held(const struct slow_table *slow, uint32_t *bytes)
{
	unsigned int held = 0;

	*bytes = 0;
	for (unsigned int i = 0; i < SLOW_PACKETS; i++) {
		const struct slow_packet *packet = &slow->packets[i];

		for (unsigned int j = 0; packet->used && j < packet->held_count; j++, held++)
			*bytes += packet->held[j]->pkt_len;
	}
	return held;
}

static inline void
slow_give_up(struct slow_table *slow, struct slow_packet *packet, enum drop_reason reason)
{
	for (unsigned int i = 0; i < packet->held_count; i++) {
		assert_in_range(slow->given_up_count, 0, SLOW_GIVEN_UP_MAX - 1);
		slow->given_up[slow->given_up_count++] =
			(struct slow_given_up){ packet->held[i], reason };
	}
	packet->held_count = 0;
}

static inline void
slow_end(struct slow_table *slow, struct slow_packet *packet, enum drop_reason reason)
{
	slow_give_up(slow, packet, reason);
	packet->used = false;
}

static inline void
slow_enter(struct slow_table *slow, struct slow_packet *packet, unsigned int state, uint32_t now)
{
	packet->state = state;
	packet->since = now;
	packet->entered = ++slow->entered;
}

static inline void
slow_refuse(struct slow_table *slow, struct slow_packet *packet, enum drop_reason reason,
	    uint32_t now)
{
	slow_give_up(slow, packet, reason);
	packet->reason = reason;
	slow_enter(slow, packet, FRAGMENT_REFUSED, now);
}

/* The one that has been longest in that state, but for `not`. */
static inline struct slow_packet *
slow_oldest(struct slow_table *slow, unsigned int state, const struct slow_packet * not )
{
	struct slow_packet *oldest = NULL;

	for (unsigned int i = 0; i < SLOW_PACKETS; i++) {
		struct slow_packet *packet = &slow->packets[i];

		if (packet->used && packet->state == state &&
		    packet != not &&(oldest == NULL || packet->entered < oldest->entered))
			oldest = packet;
	}
	return oldest;
}

static inline struct slow_packet *
slow_free(struct slow_table *slow)
{
	for (unsigned int i = 0; i < SLOW_PACKETS; i++) {
		if (!slow->packets[i].used)
			return &slow->packets[i];
	}
	return NULL;
}

static inline struct slow_packet *
slow_make_room(struct slow_table *slow, uint32_t now)
{
	struct slow_packet *least = slow_oldest(slow, FRAGMENT_REFUSED, NULL);

	if (least == NULL)
		least = slow_oldest(slow, FRAGMENT_WAITING, NULL);
	if (least == NULL) {
		least = slow_oldest(slow, FRAGMENT_PASSING, NULL);
		if (now - least->since < FRAGMENT_KEPT)
			return NULL;
	}
	slow_end(slow, least, DROP_fragment_table_full);
	return least;
}

static inline struct slow_packet *
slow_find_or_add(struct slow_table *slow, unsigned int key, uint32_t now)
{
	struct slow_packet *packet = NULL;

	for (unsigned int i = 0; i < SLOW_PACKETS; i++) {
		if (slow->packets[i].used && slow->packets[i].key == key)
			packet = &slow->packets[i];
	}
	if (packet != NULL && now - packet->since < FRAGMENT_LIFETIME)
		return packet;
	if (packet != NULL)
		slow_end(slow, packet, DROP_fragment_first_missing);
	packet = slow_free(slow);
	if (packet == NULL)
		packet = slow_make_room(slow, now);
	if (packet == NULL)
		return NULL;
	*packet = (struct slow_packet){ .used = true, .key = key };
	slow_enter(slow, packet, FRAGMENT_WAITING, now);
	return packet;
}

static inline struct fragment_answer
slow_drop(enum drop_reason reason)
{
	return (struct fragment_answer){ .verdict = FRAGMENT_DROP, .reason = (uint8_t)reason };
}

/* Takes note; DROP_NONE, or why the fragment is dropped. */
static inline enum drop_reason
slow_note(struct slow_table *slow, struct slow_packet *packet, const struct fragment_extent *extent,
	  uint32_t now)
{
	enum drop_reason reason = fragment_runs_add(&packet->runs, extent);

	if (reason == DROP_fragment_overlap)
		slow_refuse(slow, packet, reason, now);
	return reason;
}

static inline struct fragment_answer
slow_first(struct slow_table *slow, unsigned int key, const struct fragment_extent *extent,
	   const struct fragment_facts *facts, uint32_t now, struct slow_packet *released)
{
	struct slow_packet *packet = slow_find_or_add(slow, key, now);
	enum drop_reason reason;

	if (packet == NULL)
		return slow_drop(DROP_fragment_table_full);
	if (packet->state == FRAGMENT_REFUSED)
		return slow_drop(packet->reason);
	reason = slow_note(slow, packet, extent, now);
	if (reason != DROP_NONE)
		return slow_drop(reason);
	*released = *packet;
	packet->held_count = 0;
	packet->facts = *facts;
	slow_enter(slow, packet, FRAGMENT_PASSING, now);
	if (fragment_runs_are_whole(&packet->runs))
		slow_end(slow, packet, DROP_NONE);
	return (struct fragment_answer){ .verdict = FRAGMENT_PASS, .facts = *facts };
}

static inline bool
slow_has_room(struct slow_table *slow, const struct slow_packet *packet, uint32_t more)
{
	uint32_t bytes;

	if (packet->held_count == FRAGMENTS_HELD_PER_PACKET)
		return false;
	while (slow_held(slow, &bytes) == FRAGMENTS_HELD_MAX ||
	       bytes + more > FRAGMENTS_HELD_BYTES) {
		struct slow_packet *other = slow_oldest(slow, FRAGMENT_WAITING, packet);

		if (other == NULL)
			return false;
		slow_end(slow, other, DROP_fragment_hold_full);
	}
	return true;
}

static inline struct fragment_answer
slow_later(struct slow_table *slow, unsigned int key, const struct fragment_extent *extent,
	   const struct rte_mbuf *mbuf, uint32_t now)
{
	struct slow_packet *packet = slow_find_or_add(slow, key, now);
	struct fragment_answer answer = { .verdict = FRAGMENT_PASS };
	enum drop_reason reason;

	if (packet == NULL)
		return slow_drop(DROP_fragment_table_full);
	if (packet->state == FRAGMENT_REFUSED)
		return slow_drop(packet->reason);
	if (packet->state == FRAGMENT_WAITING && !slow_has_room(slow, packet, mbuf->pkt_len)) {
		packet->used = packet->held_count > 0;
		return slow_drop(DROP_fragment_hold_full);
	}
	reason = slow_note(slow, packet, extent, now);
	if (reason != DROP_NONE)
		return slow_drop(reason);
	if (packet->state == FRAGMENT_WAITING) {
		packet->held[packet->held_count++] = mbuf;
		return (struct fragment_answer){ .verdict = FRAGMENT_WAIT };
	}
	answer.facts = packet->facts;
	if (fragment_runs_are_whole(&packet->runs))
		slow_end(slow, packet, DROP_NONE);
	return answer;
}

static inline void
slow_refuse_key(struct slow_table *slow, unsigned int key, enum drop_reason reason, uint32_t now)
{
	struct slow_packet *packet = slow_find_or_add(slow, key, now);

	if (packet != NULL && packet->state != FRAGMENT_REFUSED)
		slow_refuse(slow, packet, reason, now);
}

static inline void
slow_disown(struct slow_table *slow, unsigned int key, enum drop_reason reason, uint32_t now)
{
	for (unsigned int i = 0; i < SLOW_PACKETS; i++) {
		struct slow_packet *packet = &slow->packets[i];

		if (packet->used && packet->key == key && packet->state == FRAGMENT_PASSING)
			slow_refuse(slow, packet, reason, now);
	}
}

static inline void
slow_expire(struct slow_table *slow, uint32_t now)
{
	for (unsigned int state = 0; state < FRAGMENT_STATES; state++) {
		struct slow_packet *packet;

		while ((packet = slow_oldest(slow, state, NULL)) != NULL &&
		       now - packet->since >= FRAGMENT_LIFETIME)
			slow_end(slow, packet, DROP_fragment_first_missing);
	}
}

enum {
	MBUFS = 65536, /* more than come while one of them waits */
};

/* A table, and what it gave up. */
struct fixture {
	struct fragment_table table;
	unsigned int given_up_count;
	struct slow_given_up given_up[SLOW_GIVEN_UP_MAX];
	struct rte_mbuf mbufs[MBUFS]; /* of a length, and nothing else */
	unsigned int next;
};

static inline void
give_up(void *context, struct rte_mbuf *mbuf, enum drop_reason reason)
{
	struct fixture *fixture = context;

	assert_in_range(fixture->given_up_count, 0, SLOW_GIVEN_UP_MAX - 1);
	fixture->given_up[fixture->given_up_count++] = (struct slow_given_up){ mbuf, reason };
}

static inline int
set_up(void **state, uint32_t capacity)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	const struct fragment_table_options options = {
		.capacity = capacity,
		.seed = 3,
		.socket = SOCKET_ID_ANY,
		.give_up = give_up,
		.context = fixture,
	};

	*state = fixture;
	return fixture == NULL ? -1 : fragment_table_init(&fixture->table, &options);
}

static inline int
set_up_large(void **state)
{
	return set_up(state, SLOW_PACKETS);
}

static inline int
set_up_small(void **state)
{
	return set_up(state, 2);
}

static inline int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	fixture->table.hold.count = 0; /* its mbufs are no pool's */
	fragment_table_release(&fixture->table);
	free(fixture);
	return 0;
}

static inline struct rte_mbuf *
mbuf_of(struct fixture *fixture, uint32_t length)
{
	struct rte_mbuf *mbuf = &fixture->mbufs[fixture->next++ % MBUFS];

	mbuf->pkt_len = length;
	return mbuf;
}

static inline struct fragment_key
key_of(unsigned int number)
{
	return (struct fragment_key){ .source = 1 + number / 8,
				      .destination = 9,
				      .zone = 1,
				      .id = (rte_be16_t)number,
				      .protocol = 17 };
}
