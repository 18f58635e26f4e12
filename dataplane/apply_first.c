/* SPDX-License-Identifier: BSD-3-Clause */
#include "apply.h"
#include "probe.h"
#include "stages.h"

/* Decides alone what was not decided with its burst. */
static void
apply_decide(const struct worker *worker, const struct packet *packet, struct decision *decision)
{
	struct decide_request request;

	stage_decide_request(worker, packet, &request);
	decide(worker->snapshot, &request, decision, 1);
}

static void
apply_decided(struct worker *worker, struct packet *packet, const struct decision *decision)
{
	enum drop_reason reason = decision->reason;
	const struct snapshot_interface *link;

	worker->counters.decided++;
	if (worker->observer.decided != NULL)
		worker->observer.decided(worker->observer.context, packet, decision);
	switch ((enum verdict)decision->verdict) {
	case VERDICT_LOCAL:
		apply_local(worker, packet);
		return;
	case VERDICT_SESSION:
		/* What is not sent opens nothing. */
		link = &worker->snapshot->interfaces[decision->forward.interface];
		if (unlikely(!apply_check(worker, packet, link->mtu)))
			return;
		reason = session_create(worker, &packet->key, decision, &packet->flow);
		if (likely(reason == DROP_NONE)) {
			apply_session(worker, packet);
			return;
		}
		if (reason == DROP_session_table_full && apply_stateless(worker, packet, decision))
			return;
		break;
	case VERDICT_FABRIC: /* only of packets that the fabric's routes sent to a VIP */
	case VERDICT_DROP:
		break;
	}
	apply_drop(worker, packet, reason);
}

/* Why a packet may not open a session, whatever would be decided of it. */
static enum drop_reason
apply_fault(const struct worker *worker, const struct packet *packet)
{
	enum tcp_kind kind;

	if (packet->key.protocol != IPPROTO_TCP || probe_is_answer(packet))
		return DROP_NONE;
	kind = tcp_kind_of(tcp_header(packet)->tcp_flags);
	if (kind == TCP_KIND_INVALID)
		return DROP_tcp_flags_invalid;
	return tcp_opens(kind, worker->snapshot->tcp_loose) ? DROP_NONE : DROP_tcp_session_missing;
}

static bool
apply_is_syn(const struct packet *packet)
{
	return packet->key.protocol == IPPROTO_TCP &&
	       tcp_kind_of(tcp_header(packet)->tcp_flags) == TCP_KIND_SYN;
}

/*
 * There are connections without a session: the packet may belong to one, which gets its session as
 * soon as there is room. fault: why it could not open one otherwise. False: it belongs to none.
 */
static bool
apply_under_way(struct worker *worker, struct packet *packet, enum drop_reason fault)
{
	struct decision decision;

	if (packet->key.zone != ZONE_FABRIC)
		return !apply_is_syn(packet) && fault != DROP_tcp_flags_invalid &&
		       apply_stateless_reply(worker, packet);
	if (fault != DROP_tcp_session_missing)
		return false;
	apply_decide(worker, packet, &decision);
	if (!tcp_opens(tcp_kind_of(tcp_header(packet)->tcp_flags), true))
		return apply_stateless(worker, packet, &decision);
	if (decision.verdict != VERDICT_SESSION)
		return false;
	apply_decided(worker, packet, &decision);
	return true;
}

static void
apply_missed(struct worker *worker, struct packet *packet, const struct decision *decision)
{
	const struct flow_table *flows = &worker->sessions.flows;
	enum drop_reason reason;
	struct decision late;

	/* An earlier packet of this burst may have made the session. */
	packet->flow = flow_find(flows, &packet->key);
	if (packet->flow != FLOW_NONE) {
		apply_session(worker, packet);
		return;
	}
	if (unlikely(packet->flags & PACKET_ASTRAY)) {
		handoff_home(worker, packet);
		return;
	}
	reason = apply_fault(worker, packet);
	if (unlikely(apply_is_stateless(worker)) && apply_under_way(worker, packet, reason))
		return;
	if (reason != DROP_NONE) {
		apply_drop(worker, packet, reason);
		return;
	}
	if (decision == NULL) {
		apply_decide(worker, packet, &late);
		decision = &late;
	}
	apply_decided(worker, packet, decision);
}

void
apply_first(struct worker *worker, struct packet *packet, const struct decision *decision)
{
	uint64_t begun = first_share_begin(&worker->first_share);

	apply_missed(worker, packet, decision);
	first_share_end(&worker->first_share, begun);
}

void
apply_unfound(struct worker *worker, struct packet *packet, enum drop_reason reason)
{
	if (unlikely(packet->flags & PACKET_ASTRAY))
		handoff_home(worker, packet);
	else
		apply_drop(worker, packet, reason);
}

void
apply_look_again(struct worker *worker, unsigned int behind)
{
	const struct flow_table *flows = &worker->sessions.flows;
	uint32_t left = worker->burst_known & (uint32_t)(~1ULL << behind);

	for (; left != 0; left &= left - 1) {
		unsigned int i = rte_bsf32(left);
		struct packet *packet = &worker->burst[i];

		if (flow_key_equal(&flow_at(flows, packet->flow)->key, &packet->key))
			continue;
		packet->flow = FLOW_NONE;
		packet->decision = DECISION_NONE;
		worker->burst_known &= ~(1U << i);
	}
}
