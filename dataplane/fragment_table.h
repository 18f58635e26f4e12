/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_byteorder.h>
#include <rte_mbuf.h>

#include "drop.h"
#include "fragment_hold.h"
#include "fragment_runs.h"

/*
 * The packets that come in fragments, of one worker. Nothing is put together: each fragment goes on
 * as it comes, with what its packet's first one told (RFC 4787 REQ-14, RFC 6146 section 3.4). A
 * fragment that comes before the first waits for it.
 *
 * A record keeps which parts of its packet have come. A part that comes again is dropped; one that
 * overlaps others ends the whole packet, what is still to come included (RFC 5722). The record of a
 * packet that has come whole is freed at once, that of any other after its time.
 *
 * Everything is allocated once. When it is full, packets that were refused, then the ones that wait
 * longest, then those that are incomplete for a while make room; one whose fragments are going
 * through makes none, and the newcomer is dropped.
 */

enum {
	/*
	 * Seconds that a packet's fragments are waited for, counted anew when the first has come.
	 * RFC 791 suggests 15, RFC 1122 wants 60 to 120 of hosts, Linux takes 30.
	 */
	FRAGMENT_LIFETIME = 30,
	FRAGMENT_KEPT = 2, /* seconds at least, in a full table too: RFC 6146's FRAGMENT_MIN */
	FRAGMENT_EXPIRE_BUDGET = 4, /* packets given up in one call: others wait meanwhile */
};

/* What all fragments of a packet have (RFC 791 section 3.2), and where they came from. */
struct fragment_key {
	rte_be32_t source;
	rte_be32_t destination;
	uint16_t zone;
	rte_be16_t id;
	uint8_t protocol;
	uint8_t zero[3];
};

_Static_assert(sizeof(struct fragment_key) == 16, "a key is two words, and all of it is set");

/* What the first fragment tells the others. */
struct fragment_facts {
	rte_be16_t source_port;
	rte_be16_t destination_port;
	rte_be16_t id;  /* that the packet has where it is translated */
	uint16_t flags; /* the caller's */
};

enum fragment_verdict {
	FRAGMENT_PASS, /* it goes on, by `facts` */
	FRAGMENT_WAIT, /* the table has the mbuf now */
	FRAGMENT_DROP, /* for `reason` */
};

struct fragment_answer {
	uint8_t verdict; /* enum fragment_verdict */
	uint8_t reason;  /* enum drop_reason */
	uint32_t held;   /* of a first fragment: those that waited for it, or FRAGMENT_NONE */
	struct fragment_facts facts;
};

_Static_assert(DROP_REASON_COUNT <= UINT8_MAX, "a reason fits");

/* Called with each fragment that waited in vain: takes the mbuf. */
typedef void (*fragment_give_up)(void *context, struct rte_mbuf *mbuf, enum drop_reason reason);

enum fragment_state {
	FRAGMENT_WAITING, /* for the first; at least one other is held */
	FRAGMENT_PASSING, /* the first has come */
	FRAGMENT_REFUSED, /* all that come are dropped */
	FRAGMENT_STATES,
};

struct fragment_record;

struct fragment_list {
	uint32_t oldest;
	uint32_t newest;
};

struct fragment_table {
	struct fragment_record *records;
	uint32_t *buckets; /* as many as records: the first of each chain */
	uint32_t capacity;
	uint32_t used;
	uint32_t free; /* the first free record */
	uint32_t seed;
	struct fragment_hold hold;
	struct fragment_list lists[FRAGMENT_STATES]; /* in the order in which they got there */
	fragment_give_up give_up;
	void *context;
};

struct fragment_table_options {
	uint32_t capacity; /* packets */
	uint32_t seed;
	int socket;
	fragment_give_up give_up;
	void *context; /* of give_up */
};

/* 0 or -ENOMEM; fragment_table_release() may follow either. */
int fragment_table_init(struct fragment_table *table, const struct fragment_table_options *options);
/* Frees the fragments that still wait. */
void fragment_table_release(struct fragment_table *table);
size_t fragment_table_bytes(const struct fragment_table *table);

/* now: seconds, never less than in an earlier call. */

/*
 * A packet's first fragment, which tells the facts. Passes or is dropped. Where it passes, those
 * that waited for it are the caller's to take from `hold`, until when they keep their places.
 */
void fragment_table_first(struct fragment_table *table, const struct fragment_key *key,
			  const struct fragment_extent *extent, const struct fragment_facts *facts,
			  uint32_t now, struct fragment_answer *answer);
/* Another fragment than the first, received on that port. */
void fragment_table_later(struct fragment_table *table, const struct fragment_key *key,
			  const struct fragment_extent *extent, struct rte_mbuf *mbuf,
			  uint16_t port, uint32_t now, struct fragment_answer *answer);
/* All of the packet is dropped for that reason, what waits and what is still to come. */
void fragment_table_refuse(struct fragment_table *table, const struct fragment_key *key,
			   enum drop_reason reason, uint32_t now);
/* The same of a packet whose first fragment has passed in vain, if it is still known. */
void fragment_table_disown(struct fragment_table *table, const struct fragment_key *key,
			   enum drop_reason reason, uint32_t now);
/* Gives up packets whose time is over, a bounded number a call. True: no more are due. */
bool fragment_table_expire(struct fragment_table *table, uint32_t now);
