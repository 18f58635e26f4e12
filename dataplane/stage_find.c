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

static inline const uint32_t *
find_prepare(const struct worker *worker, struct packet *packet)
{
	const struct flow_table *flows = &worker->sessions.flows;

	packet->decision = DECISION_NONE;
	packet->hash = flow_hash(flows, &packet->key);
	/* A longer header than it came with may begin in the cache line before. */
	rte_prefetch0((const uint8_t *)packet->ip - ADJACENCY_HEADER_MAX);
	return flow_prefetch(flows, packet->hash);
}

/* Which packets have a session to be found: a bit for each. heads: where to look for it. */
static uint32_t
find_begin(struct worker *worker, unsigned int n, const uint32_t **heads)
{
	uint32_t wanted = 0;

	for (unsigned int i = 0; i < n; i++) {
		struct packet *packet = &worker->burst[i];

		if (packet->kind != PACKET_STATEFUL ||
		    (unlikely(!(worker->burst_plain & 1U << i)) && !find_admit(worker, packet)))
			continue;
		heads[i] = find_prepare(worker, packet);
		wanted |= 1U << i;
	}
	return wanted;
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

/* Which of the wanted are known. Sets *stale if one's session is of an older snapshot. */
static uint32_t
find_all(struct worker *worker, uint32_t wanted, const uint32_t *const *heads, bool *stale)
{
	const struct flow_table *flows = &worker->sessions.flows;
	uint32_t decided_from = worker->snapshot->decided_from;
	uint32_t later = 0; /* a bit for each packet whose flow is not the first of its chain */
	uint32_t unknown = 0;

	/* In a flood nobody can foresee which of them have a session: no branch is on it here. */
	for (uint32_t left = wanted; left != 0; left &= left - 1) {
		unsigned int i = rte_bsf32(left);
		uint32_t first = flow_first(flows, heads[i]);

		worker->burst[i].flow = first;
		unknown |= (uint32_t)(first == FLOW_NONE) << i;
	}
	for (uint32_t left = wanted & ~unknown; left != 0; left &= left - 1) {
		unsigned int i = rte_bsf32(left);
		struct packet *packet = &worker->burst[i];

		if (!flow_try(flows, &packet->key, &packet->flow))
			later |= 1U << i;
		else
			*stale |= flow_at(flows, packet->flow)->decided_from != decided_from;
	}
	for (; later != 0; later &= later - 1) {
		unsigned int i = rte_bsf32(later);
		struct packet *packet = &worker->burst[i];

		packet->flow = flow_find_from(flows, &packet->key, packet->flow);
		if (packet->flow == FLOW_NONE)
			unknown |= 1U << i;
		else
			*stale |= flow_at(flows, packet->flow)->decided_from != decided_from;
	}
	return wanted & ~unknown;
}

/* The packet has a session, and that was decided from an older snapshot. */
static bool
find_is_stale(const struct worker *worker, const struct packet *packet)
{
	return packet->flow != FLOW_NONE &&
	       flow_at(&worker->sessions.flows, packet->flow)->decided_from !=
		       worker->snapshot->decided_from;
}

/* Which of the known packets are stale; their flows, in order. */
static uint32_t
find_stale(const struct worker *worker, uint32_t known, uint32_t flows[BURST])
{
	unsigned int count = 0;
	uint32_t stale = 0;

	for (; known != 0; known &= known - 1) {
		unsigned int i = rte_bsf32(known);

		if (find_is_stale(worker, &worker->burst[i])) {
			flows[count++] = worker->burst[i].flow;
			stale |= 1U << i;
		}
	}
	return stale;
}

/* Decides the sessions of stale packets anew, in order. Which packets those are. */
static uint32_t
find_decide(struct worker *worker, uint32_t known, struct decision decisions[BURST])
{
	uint32_t flows[BURST] = { 0 };
	uint32_t stale = find_stale(worker, known, flows);

	session_reroute(worker, flows, (unsigned int)__builtin_popcount(stale));
	stale = find_stale(worker, stale, flows);
	if (stale != 0)
		session_decide_again(worker, flows, decisions,
				     (unsigned int)__builtin_popcount(stale));
	return stale;
}

/*
 * Which of the wanted are known, when there are some whose sessions were decided from an older
 * snapshot. What becomes of those is found out at once, and done in the order of the packets.
 */
static uint32_t
find_revalidate(struct worker *worker, uint32_t wanted)
{
	struct session_table *table = &worker->sessions;
	struct decision decisions[BURST], *decision = decisions;
	uint32_t stale = find_decide(worker, worker->burst_known & wanted, decisions);
	uint32_t removals = table->removals, known = 0;

	for (; wanted != 0; wanted &= wanted - 1) {
		unsigned int i = rte_bsf32(wanted);
		struct packet *packet = &worker->burst[i];

		/* An earlier packet's session may have ended, or moved its entries. */
		if (unlikely(table->removals != removals))
			packet->flow = flow_find(&table->flows, &packet->key, packet->hash);
		if (find_is_stale(worker, packet)) {
			session_settle_again(worker, packet->flow, decision);
			if (unlikely(table->removals != removals))
				packet->flow = flow_find(&table->flows, &packet->key, packet->hash);
		}
		decision += stale >> i & 1;
		known |= (uint32_t)(packet->flow != FLOW_NONE) << i;
	}
	return known;
}

void
stage_find(struct worker *worker, unsigned int n)
{
	const uint32_t *heads[BURST];
	uint32_t wanted;
	bool stale = false;

	worker->burst_known = worker->burst_first = 0;
	if (!burst_has(worker, PACKET_STATEFUL))
		return;
	wanted = find_begin(worker, n, heads);
	worker->burst_known = find_all(worker, wanted, heads, &stale);
	if (unlikely(worker->snapshot->worker_count > 1))
		wanted = find_own(worker, n, wanted);
	if (unlikely(stale))
		worker->burst_known = find_revalidate(worker, wanted);
	worker->burst_known &= wanted;
	worker->burst_first = wanted & ~worker->burst_known;
}
