/* SPDX-License-Identifier: BSD-3-Clause */
#include "embedded.h"
#include "stages.h"
#include "subnet.h"

/* An error's key becomes that of what it quotes. It opens nothing, so decide does not see it. */
static enum drop_reason
find_check_error(const struct snapshot *snapshot, struct packet *packet)
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
find_check(const struct snapshot *snapshot, struct packet *packet)
{
	if (packet->flags & PACKET_TRUNCATED)
		return DROP_transport_truncated;
	if (packet->flags & PACKET_ICMP_ERROR)
		return find_check_error(snapshot, packet);
	if (packet->flags & PACKET_ICMP_OTHER)
		return DROP_icmp_unsupported;
	return DROP_NONE;
}

/* Whether the packet has a session to be found. */
static bool
find_wanted(const struct packet *packet)
{
	return packet->kind == PACKET_STATEFUL || packet->kind == PACKET_ERROR;
}

/* False: it is to be dropped, for a reason that it has. */
static bool
find_admit(const struct worker *worker, struct packet *packet)
{
	packet->reason = (uint16_t)find_check(worker->snapshot, packet);
	if (packet->reason != DROP_NONE) {
		packet->kind = PACKET_DROP;
		return false;
	}
	if (packet->flags & PACKET_ICMP_ERROR)
		packet->kind = PACKET_ERROR;
	return true;
}

/*
 * Which packets have a session to be found: a bit for each, and their places in `index`, or *all of
 * them, without an index.
 */
static uint32_t
find_begin(struct worker *worker, unsigned int n, uint8_t index[BURST], bool *all)
{
	uint32_t burst = burst_bits(n), wanted = 0;
	unsigned int count = 0;

	*all = worker->burst_kinds == PACKET_STATEFUL && (worker->burst_plain & burst) == burst;
	if (likely(*all))
		return burst;
	for (unsigned int i = 0; i < n; i++) {
		struct packet *packet = &worker->burst[i];

		if (packet->kind != PACKET_STATEFUL ||
		    (unlikely(!(worker->burst_plain & 1U << i)) && !find_admit(worker, packet)))
			continue;
		index[count++] = (uint8_t)i;
		wanted |= 1U << i;
	}
	return wanted;
}

/* Fetches what a packet needs, and where its session is looked for. */
static inline struct flow_search
find_prepare(const struct flow_table *flows, struct packet *packet)
{
	packet->decision = DECISION_NONE;
	/* A longer header than it came with may begin in the cache line before. */
	rte_prefetch0((const uint8_t *)packet->ip - ADJACENCY_HEADER_MAX);
	return flow_search(flows, flow_hash(flows, &packet->key));
}

/* What the burst's flows have come to. */
struct found {
	uint32_t known; /* a bit for each packet */
	bool stale;     /* one's session is of an older snapshot */
};

/*
 * The flow in packet.flow is the packet's: adds it. No branch is on whether it is, which nobody can
 * foresee in a flood, or in a full table.
 */
static inline void
find_match(const struct worker *worker, unsigned int i, struct found *found)
{
	const struct packet *packet = &worker->burst[i];
	const struct flow *flow = flow_at(&worker->sessions.flows, packet->flow);
	bool equal = flow_key_equal(&flow->key, &packet->key);

	found->known |= (uint32_t)equal << i;
	found->stale |= equal & (flow->decided_from != worker->snapshot->decided_from);
}

/* Those of these packets whose flow is found at once. index: NULL: their places in order. */
static __rte_always_inline struct found
find_first(struct worker *worker, const uint8_t *index, unsigned int count)
{
	const struct flow_table *flows = &worker->sessions.flows;
	struct found found = { .known = 0 };
	struct flow_search searches[BURST];

#pragma GCC unroll 4
	for (unsigned int k = 0; k < count; k++)
		searches[k] = find_prepare(flows, &worker->burst[index == NULL ? k : index[k]]);
#pragma GCC unroll 4
	for (unsigned int k = 0; k < count; k++)
		worker->burst[index == NULL ? k : index[k]].flow = flow_first(flows, &searches[k]);
#pragma GCC unroll 4
	for (unsigned int k = 0; k < count; k++)
		find_match(worker, index == NULL ? k : index[k], &found);
	return found;
}

/* And those in whose way another one was. */
static void
find_behind(struct worker *worker, uint32_t others, struct found *found)
{
	const struct flow_table *flows = &worker->sessions.flows;

	for (uint32_t left = others; left != 0; left &= left - 1) {
		unsigned int i = rte_bsf32(left);
		struct packet *packet = &worker->burst[i];

		if (likely(packet->flow == FLOW_NONE))
			continue;
		packet->flow = flow_find_behind(flows, &packet->key);
		if (packet->flow != FLOW_NONE)
			find_match(worker, i, found);
	}
}

/* Packets that another worker owns are wanted no more. */
static uint32_t
find_own(struct worker *worker, unsigned int n, uint32_t wanted)
{
	stage_own(worker, n);
	for (unsigned int i = 0; i < n; i++) {
		if (!find_wanted(&worker->burst[i]))
			wanted &= ~(1U << i);
	}
	return wanted;
}

void
stage_find(struct worker *worker, unsigned int n)
{
	uint8_t index[BURST];
	struct found found;
	uint32_t wanted;
	bool all;

	worker->burst_known = worker->burst_first = 0;
	if (!burst_has(worker, PACKET_STATEFUL))
		return;
	wanted = find_begin(worker, n, index, &all);
	if (likely(all))
		found = find_first(worker, NULL, n);
	else
		found = find_first(worker, index, (unsigned int)__builtin_popcount(wanted));
	if (unlikely(found.known != wanted))
		find_behind(worker, wanted & ~found.known, &found);
	if (unlikely(worker->snapshot->worker_count > 1))
		wanted = find_own(worker, n, wanted);
	worker->burst_known = found.known & wanted;
	if (unlikely(found.stale))
		stage_find_again(worker, wanted);
	worker->burst_first = wanted & ~worker->burst_known;
}
