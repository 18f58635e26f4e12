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

static void
find_prepare(const struct worker *worker, struct packet *packet)
{
	const struct flow_table *flows = &worker->sessions.flows;

	packet->reason = (uint16_t)find_check(worker->snapshot, packet);
	if (unlikely(packet->reason != DROP_NONE)) {
		packet->kind = PACKET_DROP;
		return;
	}
	if (unlikely(packet->flags & PACKET_ICMP_ERROR))
		packet->kind = PACKET_ERROR;
	packet->hash = flow_hash(flows, &packet->key);
	flow_prefetch(flows, packet->hash);
	/* A longer header than it came with may begin in the cache line before. */
	rte_prefetch0((const uint8_t *)packet->ip - ADJACENCY_HEADER_MAX);
}

/* The burst holds sessions that were decided from an older snapshot. */
static void
find_revalidate(struct worker *worker, unsigned int n)
{
	struct flow_table *flows = &worker->sessions.flows;

	for (unsigned int i = 0; i < n; i++) {
		struct packet *packet = &worker->burst[i];

		if (!find_wanted(packet))
			continue;
		/* An earlier packet's session may have ended, or moved its entries. */
		packet->flow = flow_find(flows, &packet->key, packet->hash);
		if (packet->flow == FLOW_NONE ||
		    flow_at(flows, packet->flow)->decided_from == worker->snapshot->decided_from)
			continue;
		session_revalidate(worker, packet->flow);
		packet->flow = flow_find(flows, &packet->key, packet->hash);
	}
}

void
stage_find(struct worker *worker, unsigned int n)
{
	const struct flow_table *flows = &worker->sessions.flows;
	uint32_t decided_from = worker->snapshot->decided_from;
	uint32_t later = 0; /* a bit for each packet whose flow is not the first of its chain */
	bool stale = false;

	if (!burst_has(worker, PACKET_STATEFUL))
		return;
	for (unsigned int i = 0; i < n; i++) {
		if (worker->burst[i].kind == PACKET_STATEFUL)
			find_prepare(worker, &worker->burst[i]);
	}
	for (unsigned int i = 0; i < n; i++) {
		if (find_wanted(&worker->burst[i]))
			worker->burst[i].flow = flow_first(flows, worker->burst[i].hash);
	}
	for (unsigned int i = 0; i < n; i++) {
		struct packet *packet = &worker->burst[i];

		if (!find_wanted(packet))
			continue;
		if (!flow_try(flows, &packet->key, &packet->flow))
			later |= 1U << i;
		else if (likely(packet->flow != FLOW_NONE))
			stale |= flow_at(flows, packet->flow)->decided_from != decided_from;
	}
	for (; later != 0; later &= later - 1) {
		struct packet *packet = &worker->burst[rte_bsf32(later)];

		packet->flow = flow_find_from(flows, &packet->key, packet->flow);
		if (packet->flow != FLOW_NONE)
			stale |= flow_at(flows, packet->flow)->decided_from != decided_from;
	}
	if (unlikely(worker->snapshot->worker_count > 1))
		stage_own(worker, n);
	if (unlikely(stale))
		find_revalidate(worker, n);
}
