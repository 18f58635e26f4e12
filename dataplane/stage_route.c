/* SPDX-License-Identifier: BSD-3-Clause */
#include "clamp.h"
#include "neighbor.h"
#include "route.h"
#include "stages.h"

static void
route_drop(struct packet *packet, enum drop_reason reason)
{
	packet->kind = PACKET_DROP;
	packet->reason = (uint16_t)reason;
}

/* To one member of an ECMP group; all packets of a flow to the same. */
static inline void
route_to_group(const struct worker *worker, struct packet *packet, uint32_t group)
{
	const struct snapshot *snapshot = worker->snapshot;
	uint32_t hash = flow_key_hash(&packet->key, snapshot->ecmp_seed);

	packet->egress =
		worker->next_hop_adjacency[ecmp_group_select(snapshot->groups[group], hash)];
	if (unlikely(packet->egress == ADJACENCY_NONE))
		route_drop(packet, DROP_neighbor_table_full);
}

static void
route_otherwise(struct worker *worker, struct packet *packet, uint32_t target)
{
	switch (route_target_kind(target)) {
	case ROUTE_GROUP:
		route_to_group(worker, packet, route_target_id(target));
		break;
	case ROUTE_CONNECTED:
		packet->egress = neighbor_find_or_add(&worker->neighbors, worker->snapshot,
						      (uint16_t)route_target_id(target),
						      packet->key.destination);
		if (packet->egress == ADJACENCY_NONE)
			route_drop(packet, DROP_neighbor_table_full);
		break;
	case ROUTE_VIP:
		packet->kind = PACKET_STATEFUL;
		burst_add(worker, PACKET_STATEFUL);
		break;
	case ROUTE_LOCAL:
		packet->kind = PACKET_LOCAL;
		break;
	case ROUTE_BROADCAST:
		route_drop(packet, DROP_ip_broadcast);
		break;
	case ROUTE_UNREACHABLE:
		route_drop(packet, DROP_no_route);
		break;
	}
}

/* Sessions notice a SYN by themselves; without any, only interfaces that clamp ask for it. */
static void
route_mark_syns(struct worker *worker, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		struct packet *packet = &worker->burst[i];

		if (packet->kind == PACKET_FABRIC && clamp_syn(packet) != NULL)
			packet->kind = PACKET_FABRIC_SYN;
	}
}

/* Replies come from the fabric, and are of sessions alone once they are routed. */
static void
route_renew_kinds(struct worker *worker, unsigned int n)
{
	uint32_t kinds = 0;

	for (unsigned int i = 0; i < n; i++)
		kinds |= worker->burst[i].kind;
	worker->burst_kinds = kinds;
}

void
stage_route(struct worker *worker, unsigned int n)
{
	uint32_t addresses[BURST];
	uint64_t targets[BURST];
	uint8_t index[BURST];
	unsigned int count = 0;

	if (!burst_has(worker, PACKET_FABRIC))
		return;
	for (unsigned int i = 0; i < n; i++) {
		const struct packet *packet = &worker->burst[i];

		if (packet->kind != PACKET_FABRIC)
			continue;
		addresses[count] = rte_be_to_cpu_32(packet->key.destination);
		index[count++] = (uint8_t)i;
	}
	rte_fib_lookup_bulk(worker->snapshot->fib, addresses, targets, (int)count);
	for (unsigned int i = 0; i < count; i++) {
		struct packet *packet = &worker->burst[index[i]];
		uint32_t target = (uint32_t)targets[i];

		if (likely(route_target_kind(target) == ROUTE_GROUP))
			route_to_group(worker, packet, route_target_id(target));
		else
			route_otherwise(worker, packet, target);
	}
	if (burst_has(worker, PACKET_STATEFUL))
		route_renew_kinds(worker, n);
	if (unlikely(worker->snapshot->mss_clamped))
		route_mark_syns(worker, n);
}
