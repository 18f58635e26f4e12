/* SPDX-License-Identifier: BSD-3-Clause */
#include "recall.h"

#include "mapping.h"
#include "sender.h"

/* The VIP that the sender has sessions by, where there are several (RFC 4787 REQ-2). */
static uint16_t
recall_vip(const struct worker *worker, const struct flow_key *key)
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

/* Who has the endpoint that the packet goes to, where VIPs have mappings. */
static void
recall_mapping(const struct worker *worker, struct decide_request *request)
{
	struct mapping_key key = mapping_key_of(&request->key);
	struct mapping_owner owner;

	if (!mapping_find_owner(&worker->sessions.flows, &key, &owner))
		return;
	request->mapped_address = owner.address;
	request->mapped_port = owner.port;
}

void
recall_fill(const struct worker *worker, struct decide_request *request)
{
	if (unlikely(worker->snapshot->mapped))
		recall_mapping(worker, request);
	if (!request->established)
		request->outbound_vip = recall_vip(worker, &request->key);
}
