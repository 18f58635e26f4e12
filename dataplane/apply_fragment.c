/* SPDX-License-Identifier: BSD-3-Clause */
#include "apply.h"
#include "fragment.h"
#include "ip_id.h"
#include "rewrite.h"
#include "transmit.h"

void
apply_identify(struct worker *worker, struct packet *packet, const struct flow *flow)
{
	const struct flow_key *key = &flow->key;
	bool to_vip = flow->destination != key->destination;

	if (flow->source == key->source && !to_vip)
		return;
	if (!(packet->flags & PACKET_FRAGMENT))
		packet->fragment_id =
			ip_id_next(&worker->ip_ids, ip_id_peer(key, to_vip), key->protocol);
	rewrite_id(packet->ip, packet->fragment_id);
}

/*
 * Any but a packet's first fragment goes the way of the session, which the first has kept alive or
 * made. Without one it opens none: that would be another than the first one's.
 */
static void
apply_later(struct worker *worker, struct packet *packet)
{
	const struct flow_table *flows = &worker->sessions.flows;
	const struct flow *flow;

	packet->flow = flow_find(flows, &packet->key);
	if (packet->flow == FLOW_NONE) {
		apply_unfound(worker, packet, DROP_fragment_refused);
		return;
	}
	flow = flow_at(flows, packet->flow);
	if (!apply_way(worker, packet, flow->egress))
		return;
	worker->counters.path_packets[PATH_STATEFUL]++;
	rewrite_addresses(packet->ip, flow);
	apply_identify(worker, packet, flow);
	transmit_to_adjacency(worker, packet->mbuf, packet->ip, flow->egress);
}

/* Whether the packet has been found to be for the gateway itself. */
static bool
fragment_is_local(const struct packet *packet, const struct decision *decisions)
{
	if (packet->kind == PACKET_LOCAL)
		return true;
	return packet->kind == PACKET_STATEFUL && packet->flow == FLOW_NONE &&
	       packet->flags & PACKET_ECHO_REQUEST && packet->decision != DECISION_NONE &&
	       decisions[packet->decision].verdict == VERDICT_LOCAL;
}

/* Those that waited for the first fragment, each parsed again: the snapshot may be another. */
static void
apply_awaited(struct worker *worker, struct packet *first, bool local)
{
	const struct fragment_facts facts = fragment_facts_of(first);
	struct rte_mbuf *mbuf;
	uint16_t port;

	while (fragment_hold_take(&worker->fragments.hold, &first->held, &mbuf, &port)) {
		struct packet packet;

		worker->counters.held--;
		packet_parse(worker->snapshot, port, mbuf, &packet);
		fragment_learn(&packet, &facts);
		packet.flags |= PACKET_LEARNED | (first->flags & PACKET_ASTRAY);
		if (packet.kind == PACKET_DROP)
			apply_drop(worker, &packet, packet.reason);
		else if (local)
			apply_local(worker, &packet);
		else
			apply_later(worker, &packet);
	}
}

/*
 * Nothing can come of the rest of a packet whose first fragment has been dropped: it has no session
 * and opened none. With several workers another one may know its fragments.
 */
static bool
fragment_is_in_vain(const struct worker *worker, const struct packet *first,
		    const struct decision *decisions)
{
	if (worker->snapshot->worker_count > 1)
		return false;
	if (first->kind == PACKET_LOCAL)
		return !(first->flags & PACKET_ECHO_REQUEST);
	return first->kind == PACKET_STATEFUL && first->flow == FLOW_NONE &&
	       !fragment_is_local(first, decisions);
}

static void
apply_first_fragment(struct worker *worker, struct packet *packet, const struct decision *decisions)
{
	const struct fragment_key key = fragment_key_of(packet);

	apply_packet(worker, packet, decisions);
	if (fragment_is_in_vain(worker, packet, decisions))
		fragment_table_disown(&worker->fragments, &key, DROP_fragment_refused,
				      worker->now_seconds);
}

void
apply_fragment(struct worker *worker, struct packet *packet, const struct decision *decisions)
{
	if (!(packet->flags & PACKET_LATER_FRAGMENT))
		apply_first_fragment(worker, packet, decisions);
	else if (packet->kind != PACKET_STATEFUL)
		apply_packet(worker, packet, decisions);
	else if (fragment_is_local(packet, decisions))
		apply_local(worker, packet);
	else
		apply_later(worker, packet);
	if (packet->flags & PACKET_AWAITED)
		apply_awaited(worker, packet, fragment_is_local(packet, decisions));
}
