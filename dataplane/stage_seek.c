/* SPDX-License-Identifier: BSD-3-Clause */
#include "embedded.h"
#include "stages.h"
#include "subnet.h"

/* An error's key becomes that of what it quotes. It opens nothing, so decide does not see it. */
static enum drop_reason
seek_check_error(const struct snapshot *snapshot, struct packet *packet)
{
	uint16_t zone = packet->key.zone;
	enum drop_reason reason = DROP_NONE;

	if (zone != ZONE_FABRIC && !(packet->flags & PACKET_OWN))
		reason = subnet_source_fault(&snapshot->subnets[zone], packet->key.source);
	if (reason == DROP_NONE && !embedded_key(packet, &packet->key))
		reason = DROP_icmp_error_unmatched;
	return reason;
}

/* What a session can not be found by. */
static enum drop_reason
seek_check(const struct snapshot *snapshot, struct packet *packet)
{
	if (packet->flags & PACKET_TRUNCATED)
		return DROP_transport_truncated;
	if (packet->flags & PACKET_ICMP_ERROR)
		return seek_check_error(snapshot, packet);
	if (packet->flags & PACKET_ICMP_OTHER)
		return DROP_icmp_unsupported;
	return DROP_NONE;
}

/* False: it is to be dropped, for a reason that it has. */
static bool
seek_admit(const struct worker *worker, struct packet *packet)
{
	packet->reason = (uint16_t)seek_check(worker->snapshot, packet);
	if (packet->reason != DROP_NONE) {
		packet->kind = PACKET_DROP;
		return false;
	}
	if (packet->flags & PACKET_ICMP_ERROR)
		packet->kind = PACKET_ERROR;
	return true;
}

/* Which packets have a session to be found: a bit for each; unless all have, places in `index`. */
static uint32_t
seek_begin(struct worker *worker, unsigned int n, uint8_t index[BURST])
{
	unsigned int count = 0;
	uint32_t wanted = 0;

	if (likely(worker->burst_kinds == PACKET_STATEFUL && burst_is_plain(worker, n)))
		return burst_bits(n);
	for (unsigned int i = 0; i < n; i++) {
		struct packet *packet = &worker->burst[i];

		if (packet->kind != PACKET_STATEFUL ||
		    (unlikely(!(worker->burst_plain & 1U << i)) && !seek_admit(worker, packet)))
			continue;
		index[count++] = (uint8_t)i;
		wanted |= 1U << i;
	}
	return wanted;
}

/* Fetches what a packet needs, and where its session is looked for. */
static inline struct flow_search
seek_prepare(const struct flow_table *flows, const struct packet *packet)
{
	/* A longer header than it came with may begin in the cache line before. */
	rte_prefetch0((const uint8_t *)packet->ip - ADJACENCY_HEADER_MAX);
	return flow_search(flows, flow_hash(flows, &packet->key));
}

/*
 * The flows that may be those packets', in packet.flow: each walk over the burst fetches what the
 * next one reads, the last one what stage_pass() or stage_find() does. index: NULL: their places in
 * order. Which packets may have one, if it tells; else all of them may.
 */
static __rte_always_inline uint32_t
seek_walk(struct worker *worker, const uint8_t *index, unsigned int count, bool tells)
{
	const struct flow_table *flows = &worker->sessions.flows;
	struct flow_search searches[BURST];
	uint32_t named = 0;

#pragma GCC unroll 4
	for (unsigned int k = 0; k < count; k++)
		searches[k] = seek_prepare(flows, &worker->burst[index == NULL ? k : index[k]]);
#pragma GCC unroll 4
	for (unsigned int k = 0; k < count; k++) {
		unsigned int i = index == NULL ? k : index[k];
		uint32_t flow = flow_first(flows, &searches[k]);

		worker->burst[i].flow = flow;
		if (tells)
			named |= (uint32_t)(flow != FLOW_NONE) << i;
	}
	return tells ? named : burst_bits(count);
}

void
stage_seek(struct worker *worker, unsigned int n)
{
	uint32_t wanted = 0, named = 0;
	uint8_t index[BURST];

	if (burst_has(worker, PACKET_STATEFUL)) {
		wanted = seek_begin(worker, n, index);
		if (unlikely(wanted != burst_bits(n)))
			named = seek_walk(worker, index, (unsigned int)__builtin_popcount(wanted),
					  true);
		else if (unlikely(first_share_refuses(&worker->first_share, worker->now)))
			named = seek_walk(worker, NULL, n, true);
		else
			named = seek_walk(worker, NULL, n, false);
	}
	worker->burst_wanted = wanted;
	worker->burst_named = named;
	worker->burst_known = worker->burst_first = worker->burst_done = 0;
}
