/* SPDX-License-Identifier: BSD-3-Clause */
#include "sender.h"
#include "stages.h"

/* The VIP that the sender has sessions by, where there are several (RFC 4787 REQ-2). */
static uint16_t
decide_paired_vip(const struct worker *worker, const struct flow_key *key)
{
	const struct snapshot *snapshot = worker->snapshot;
	const struct snapshot_subnet *subnet;
	rte_be32_t sender;

	if (key->zone == ZONE_FABRIC || key->zone >= snapshot->subnet_count)
		return VIP_NONE;
	subnet = &snapshot->subnets[key->zone];
	if (likely(subnet->vip_count <= 1))
		return VIP_NONE;
	sender = sender_find(snapshot, key);
	return sender == 0 ? VIP_NONE : snat_paired_vip(&worker->snat, snapshot, key->zone, sender);
}

void
stage_decide(struct worker *worker, unsigned int n, struct decision *decisions)
{
	struct decide_request requests[BURST];
	unsigned int count = 0;

	for (unsigned int i = 0; i < n; i++) {
		struct packet *packet = &worker->burst[i];

		if (packet->kind != PACKET_STATEFUL || packet->flow != FLOW_NONE)
			continue;
		/* It opens no session; only of a ping there may be more to find out. */
		if (unlikely(packet->flags & PACKET_LATER_FRAGMENT) &&
		    !(packet->flags & PACKET_ECHO_REQUEST))
			continue;
		requests[count] = (struct decide_request){
			.key = packet->key,
			.outbound_vip = decide_paired_vip(worker, &packet->key),
		};
		packet->decision = count++;
	}
	if (count > 0)
		decide(worker->snapshot, requests, decisions, count);
}
