/* SPDX-License-Identifier: BSD-3-Clause */
#include "mapping.h"
#include "session.h"
#include "worker.h"

/*
 * The outside ports of sessions: one of a pool for each, or that of a mapping, which is one for all
 * the sessions of an inside endpoint.
 */

static bool
ports_draw(struct worker *worker, const struct decision *decision, struct flow_key *reply)
{
	uint16_t vip = decision->outbound_vip;

	if (snat_port_draw(&worker->snat, &worker->sessions.flows,
			   &worker->snapshot->vips[vip].snat, decision, reply))
		return true;
	snat_count_exhausted(&worker->snat, worker->snapshot->usage[vip], decision->host);
	return false;
}

/* The inside endpoint's port. False: it has none, and there is none. */
static bool
ports_find_mapped(struct worker *worker, const struct flow_key *key,
		  const struct decision *decision, const struct mapping_owner *owner,
		  struct flow_key *reply)
{
	struct mapping_key wanted = { .protocol = key->protocol, .vip = decision->source };
	struct flow_key outside = mapping_outside_key(&wanted);

	reply->destination_port =
		mapping_find_port(&worker->sessions.flows, key->protocol, decision->source, owner);
	if (reply->destination_port != 0)
		return true;
	if (!ports_draw(worker, decision, &outside))
		return false;
	reply->destination_port = outside.destination_port;
	return true;
}

/* To the Internet by a mapping, which lets the destination answer. */
static enum drop_reason
ports_take_mapped(struct worker *worker, const struct flow_key *key,
		  const struct decision *decision, struct flow_key *reply)
{
	const struct mapping_owner owner = {
		.address = key->source,
		.port = key->source_port,
		.zone = key->zone,
		.vip = decision->outbound_vip,
		.host = decision->host,
	};
	struct mapping_key mapping;

	if (!ports_find_mapped(worker, key, decision, &owner, reply))
		return DROP_snat_ports_exhausted;
	mapping = mapping_key_of(reply);
	if (!mapping_take(worker, &mapping, &owner))
		return DROP_session_table_full;
	if (!mapping_open(&worker->sessions.flows, &mapping, key->destination)) {
		mapping_return(worker, &mapping);
		return DROP_session_table_full;
	}
	return DROP_NONE;
}

static enum drop_reason
ports_take_outbound(struct worker *worker, const struct flow_key *key,
		    const struct decision *decision, struct flow_key *reply)
{
	uint16_t vip = decision->outbound_vip;

	if (worker->snapshot->vips[vip].rfc)
		return ports_take_mapped(worker, key, decision, reply);
	if (!ports_draw(worker, decision, reply))
		return DROP_snat_ports_exhausted;
	snat_port_take(&worker->snat, worker->snapshot->usage[vip], decision->host, reply);
	worker->counters.snat_ports_taken++;
	return DROP_NONE;
}

/* The sender is a neighbour in the VIP's own network, where it could go past the VIP as well. */
static bool
ports_are_open_to(const struct worker *worker, const struct flow_key *key,
		  const struct decision *decision)
{
	const struct snapshot *snapshot = worker->snapshot;

	return key->zone != ZONE_FABRIC && snapshot->subnets[key->zone].network ==
						   snapshot->vips[decision->inbound_vip].network;
}

/* From outside to a mapping, by who was sent to from there (RFC 4787 REQ-8). */
static enum drop_reason
ports_take_inbound(struct worker *worker, const struct flow_key *key,
		   const struct decision *decision)
{
	struct mapping_key mapping = mapping_key_of(key);
	struct flow_table *flows = &worker->sessions.flows;
	struct mapping_owner owner;

	if (!mapping_find_owner(flows, &mapping, &owner))
		return DROP_vip_session_missing;
	if (!mapping_lets_in(flows, &mapping, decision->source) &&
	    !ports_are_open_to(worker, key, decision))
		return DROP_vip_filtered;
	if (!mapping_open(flows, &mapping, decision->source))
		return DROP_session_table_full;
	(void)mapping_take(worker, &mapping, &owner); /* it is there: it takes no room */
	return DROP_NONE;
}

static void
ports_return_inbound(struct worker *worker, const struct flow_key *key, rte_be32_t remote)
{
	struct mapping_key mapping = mapping_key_of(key);

	mapping_close(&worker->sessions.flows, &mapping, remote);
	mapping_return(worker, &mapping);
}

enum drop_reason
session_take_ports(struct worker *worker, const struct flow_key *key,
		   const struct decision *decision, struct flow_key *reply)
{
	enum drop_reason reason = DROP_NONE;

	if (decision->mapped_in)
		reason = ports_take_inbound(worker, key, decision);
	if (reason != DROP_NONE || !decision->snat)
		return reason;
	reason = ports_take_outbound(worker, key, decision, reply);
	if (reason != DROP_NONE && decision->mapped_in)
		ports_return_inbound(worker, key, decision->source);
	return reason;
}

void
session_untake_ports(struct worker *worker, const struct flow_key *key,
		     const struct decision *decision, const struct flow_key *reply)
{
	struct mapping_key mapping = mapping_key_of(reply);
	uint16_t vip = decision->outbound_vip;

	if (decision->mapped_in)
		ports_return_inbound(worker, key, decision->source);
	if (!decision->snat)
		return;
	if (worker->snapshot->vips[vip].rfc) {
		mapping_close(&worker->sessions.flows, &mapping, key->destination);
		mapping_return(worker, &mapping);
	} else {
		snat_port_return(&worker->snat, worker->snapshot->usage[vip], decision->host,
				 *reply);
		worker->counters.snat_ports_returned++;
	}
}

void
session_close_mappings(struct worker *worker, const struct flow *out, const struct flow *back)
{
	struct mapping_key mapping = mapping_key_of(&back->key);

	if (back->flags & FLOW_MAPPED)
		mapping_close(&worker->sessions.flows, &mapping, out->key.destination);
	if (out->flags & FLOW_MAPPED)
		ports_return_inbound(worker, &out->key, out->source);
}

void
session_return_port(struct worker *worker, const struct session *session, const struct flow *back)
{
	struct mapping_key mapping = mapping_key_of(&back->key);

	if (session->outbound_vip == VIP_NONE)
		return;
	if (back->flags & FLOW_MAPPED) {
		mapping_return(worker, &mapping);
		return;
	}
	snat_port_return(&worker->snat, worker->snapshot->usage[session->outbound_vip],
			 session->host, back->key);
	worker->counters.snat_ports_returned++;
}
