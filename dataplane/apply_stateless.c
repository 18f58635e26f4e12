/* SPDX-License-Identifier: BSD-3-Clause */
#include "apply.h"
#include "endpoint.h"
#include "rewrite.h"
#include "transmit.h"

/*
 * Traffic of VIPs for which the session table has no room. A rule chooses the same backend for all
 * packets of a connection (maglev.h), and what a backend sends from its port is for that rule's VIP
 * (endpoint.h): both directions are translated without remembering anything, one packet at a time.
 */

/* No session lets replies pass by the group of the backend's subnet: its rules have to. */
static bool
stateless_allows_replies(const struct snapshot *snapshot, const struct flow_key *key,
			 const struct decision *decision)
{
	const struct security_key reply = {
		.source = rte_be_to_cpu_32(decision->destination),
		.destination = rte_be_to_cpu_32(key->source),
		.source_port = rte_be_to_cpu_16(decision->destination_port),
		.destination_port = rte_be_to_cpu_16(key->source_port),
		.protocol = key->protocol,
	};

	return security_policy_allows(snapshot->subnets[decision->egress_zone].outbound, &reply);
}

/* The backend's replies tell the rule that the decision is by; several may have the backend. */
static bool
stateless_is_told_by_replies(const struct snapshot *snapshot, const struct flow_key *key,
			     const struct decision *decision)
{
	const struct endpoint *endpoint =
		endpoint_find(snapshot->endpoints, decision->egress_zone, decision->destination,
			      key->protocol, decision->destination_port);

	return endpoint != NULL && endpoint->vip == decision->inbound_vip &&
	       endpoint->rule == decision->inbound_rule &&
	       endpoint_vip_port(endpoint, decision->destination_port) == key->destination_port;
}

/* key: of a packet to a VIP, of which that was decided. */
static bool
stateless_is_possible(const struct snapshot *snapshot, const struct flow_key *key,
		      const struct decision *decision)
{
	return key->zone == ZONE_FABRIC && decision->verdict == VERDICT_SESSION &&
	       decision->inbound_vip != VIP_NONE && decision->reverse.interface != INTERFACE_NONE &&
	       stateless_is_told_by_replies(snapshot, key, decision) &&
	       stateless_allows_replies(snapshot, key, decision);
}

/* flow: the key, and what becomes of it. */
static void
stateless_send(struct worker *worker, struct packet *packet, struct flow *flow,
	       const struct egress *egress)
{
	uint32_t adjacency = neighbor_find_or_add(&worker->neighbors, worker->snapshot,
						  egress->interface, egress->address);

	if (adjacency == ADJACENCY_NONE) {
		apply_drop(worker, packet, DROP_neighbor_table_full);
		return;
	}
	if (!apply_check(worker, packet, worker->neighbors.adjacencies[adjacency].mtu))
		return;
	apply_clamp(worker, packet, adjacency);
	rewrite_prepare(flow);
	worker->counters.path_packets[PATH_STATELESS]++;
	rewrite_session(packet, flow);
	transmit_to_adjacency(worker, packet->mbuf, packet->ip, adjacency);
}

bool
apply_is_stateless(const struct worker *worker)
{
	return worker->now_seconds < worker->sessions.stateless_until;
}

bool
apply_stateless(struct worker *worker, struct packet *packet, const struct decision *decision)
{
	struct flow flow = {
		.key = packet->key,
		.source = packet->key.source,
		.source_port = packet->key.source_port,
		.destination = decision->destination,
		.destination_port = decision->destination_port,
	};

	if (!stateless_is_possible(worker->snapshot, &packet->key, decision))
		return false;
	worker->sessions.stateless_until = worker->now_seconds + decision->idle_timeout;
	stateless_send(worker, packet, &flow, &decision->forward);
	return true;
}

/* The packet that this one answers, as it came to the VIP. */
static struct flow_key
stateless_answered(const struct snapshot *snapshot, const struct flow_key *key,
		   const struct endpoint *endpoint)
{
	struct flow_key answered = flow_key_back(key, ZONE_FABRIC);

	answered.destination = snapshot->vips[endpoint->vip].address;
	answered.destination_port = endpoint_vip_port(endpoint, key->source_port);
	return answered;
}

bool
apply_stateless_reply(struct worker *worker, struct packet *packet)
{
	const struct snapshot *snapshot = worker->snapshot;
	const struct flow_key *key = &packet->key;
	const struct endpoint *endpoint = endpoint_find(snapshot->endpoints, key->zone, key->source,
							key->protocol, key->source_port);
	struct decide_request request = { .outbound_vip = VIP_NONE };
	struct decision decision;
	struct flow flow;

	if (endpoint == NULL || endpoint->vip == VIP_NONE)
		return false;
	request.key = stateless_answered(snapshot, key, endpoint);
	decide(snapshot, &request, &decision, 1);
	if (!stateless_is_possible(snapshot, &request.key, &decision) ||
	    decision.egress_zone != key->zone || decision.destination != key->source ||
	    decision.destination_port != key->source_port)
		return false;
	flow = (struct flow){
		.key = *key,
		.source = request.key.destination,
		.source_port = request.key.destination_port,
		.destination = key->destination,
		.destination_port = key->destination_port,
	};
	stateless_send(worker, packet, &flow, &decision.reverse);
	return true;
}
