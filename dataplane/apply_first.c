/* SPDX-License-Identifier: BSD-3-Clause */
#include "apply.h"
#include "probe.h"
#include "stages.h"

/* Decides alone what was not decided with its burst. */
static void
apply_decide(const struct worker *worker, const struct packet *packet, struct decision *decision)
{
	const struct decide_request request = stage_decide_request(worker, packet);

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

void
apply_first(struct worker *worker, struct packet *packet, const struct decision *decision)
{
	const struct flow_table *flows = &worker->sessions.flows;
	enum drop_reason reason;
	struct decision late;

	/* An earlier packet of this burst may have made the session. */
	packet->flow = flow_find(flows, &packet->key, packet->hash);
	if (packet->flow != FLOW_NONE) {
		apply_session(worker, packet);
		return;
	}
	reason = apply_fault(worker, packet);
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
