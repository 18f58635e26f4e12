/* SPDX-License-Identifier: BSD-3-Clause */
#include "neighbor.h"
#include "route.h"
#include "stages.h"

static void
route_drop(struct packet *packet, enum drop_reason reason)
{
	packet->kind = PACKET_DROP;
	packet->reason = (uint16_t)reason;
}

static void
route_packet(struct worker *worker, struct packet *packet, uint32_t target)
{
	const struct snapshot *snapshot = worker->snapshot;
	uint32_t id = route_target_id(target);

	switch (route_target_kind(target)) {
	case ROUTE_GROUP: {
		uint32_t hash = flow_key_hash(&packet->key, snapshot->ecmp_seed);

		packet->egress =
			worker->next_hop_adjacency[ecmp_group_select(snapshot->groups[id], hash)];
		break;
	}
	case ROUTE_CONNECTED:
		packet->egress = neighbor_find_or_add(&worker->neighbors, snapshot, (uint16_t)id,
						      packet->key.destination);
		break;
	case ROUTE_VIP:
		packet->kind = PACKET_STATEFUL;
		return;
	case ROUTE_LOCAL:
		packet->kind = PACKET_LOCAL;
		return;
	case ROUTE_BROADCAST:
		route_drop(packet, DROP_ip_broadcast);
		return;
	case ROUTE_UNREACHABLE:
		route_drop(packet, DROP_no_route);
		return;
	}
	if (unlikely(packet->egress == ADJACENCY_NONE))
		route_drop(packet, DROP_neighbor_table_full);
}

void
stage_route(struct worker *worker, unsigned int n)
{
	uint32_t addresses[BURST];
	uint64_t targets[BURST];
	uint8_t index[BURST];
	unsigned int count = 0;

	for (unsigned int i = 0; i < n; i++) {
		const struct packet *packet = &worker->burst[i];

		if (packet->kind != PACKET_FABRIC)
			continue;
		addresses[count] = rte_be_to_cpu_32(packet->key.destination);
		index[count++] = (uint8_t)i;
	}
	if (count == 0)
		return;
	rte_fib_lookup_bulk(worker->snapshot->fib, addresses, targets, (int)count);
	for (unsigned int i = 0; i < count; i++)
		route_packet(worker, &worker->burst[index[i]], (uint32_t)targets[i]);
}
