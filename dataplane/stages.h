/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "worker.h"

/*
 * The stages of a burst, in the order of the pipeline. Each takes worker->burst[0 .. n-1] and works
 * on the packets of its kind; the last one, in order of arrival, makes an end of every packet that
 * has not come to one before.
 */

static inline bool
burst_has(const struct worker *worker, enum packet_kind kind)
{
	return worker->burst_kinds & kind;
}

/* A bit for each of a burst's first n packets. */
static inline uint32_t
burst_bits(unsigned int n)
{
	return (uint32_t)((1ULL << n) - 1);
}

/* All of a burst's n packets are plain (packet_plain.h). */
static inline bool
burst_is_plain(const struct worker *worker, unsigned int n)
{
	return (~worker->burst_plain & burst_bits(n)) == 0;
}

/* Of the next burst nothing is known. */
static inline void
burst_begin(struct worker *worker)
{
	worker->burst_kinds = 0;
	worker->burst_plain = 0;
}

/* The burst has one of that kind from now on. */
static inline void
burst_add(struct worker *worker, enum packet_kind kind)
{
	worker->burst_kinds |= kind;
}

/* Parses what that port received: mbufs[i] into worker->burst[i]. The flags that any of them has.
 */
uint16_t stage_parse(struct worker *worker, uint16_t port, struct rte_mbuf **mbufs, unsigned int n);
/* Fabric routes: packets from the fabric become fabric, stateful (to a VIP), local or drop. */
void stage_route(struct worker *worker, unsigned int n);
/*
 * Fragments of stateful and local packets: they get the ports that their packets' first ones have,
 * wait for those, or are dropped. Only a burst that has some needs it.
 */
void stage_fragment(struct worker *worker, unsigned int n);
/*
 * Packets that another worker owns leave for it; of fragments, where the ports are found out. The
 * former, of which `wanted` has a bit each, have been looked for among this worker's flows: most of
 * those that have one need no owner to be asked for. Which of them stay.
 */
uint32_t stage_own(struct worker *worker, uint32_t wanted);
void stage_own_fragments(struct worker *worker, unsigned int n);
/*
 * Fetches the sessions of stateful packets, without a look at them. Those that can have none become
 * drop, and errors about a session get its key.
 */
void stage_seek(struct worker *worker, unsigned int n);
/*
 * Of a burst that is all of plain packets, of sessions or of the fabric's path, sends on what comes
 * before the first packet for which more is to be done; in a flood, also what comes between packets
 * that have no session.
 */
void stage_pass(struct worker *worker, unsigned int n);
/* Finds the sessions of those that are left; those of an older snapshot are decided again. */
void stage_find(struct worker *worker);
/* The latter, of these packets: which of them have a session then. */
void stage_find_again(struct worker *worker, uint32_t wanted);
/* Decides stateful packets that have no session, into decisions[packet.decision]. */
void stage_decide(struct worker *worker, unsigned int n, struct decision *decisions);
/* What it asks about such a packet. */
void stage_decide_request(const struct worker *worker, const struct packet *packet,
			  struct decide_request *request);
/* Remembers what was decided, rewrites and sends. */
void stage_apply(struct worker *worker, unsigned int n, const struct decision *decisions);

/* What the fragment table gives up: fragment_table_options.give_up of the worker's. */
void stage_fragment_give_up(void *worker, struct rte_mbuf *mbuf, enum drop_reason reason);
/* Gives up what was waited for too long, a bounded number of packets a call. True: nothing is due.
 */
bool stage_fragment_expire(struct worker *worker);
