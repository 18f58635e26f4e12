/* SPDX-License-Identifier: BSD-3-Clause */
#include <netinet/in.h>

#include "recall.h"
#include "session_fetch.h"
#include "worker.h"

/*
 * A change's effect on the sessions that exist (semantics.md section 9), found out lazily: when a
 * session's next packet meets a snapshot that it was not decided from. Only the sessions of a VIP
 * that is gone are looked for (session_sweep.c).
 */

/* Replies come from another zone now. False: there they would be another session's, or no room. */
static bool
revalidate_move_reverse(struct session_table *table, const struct session *session, uint16_t zone)
{
	struct flow_table *flows = &table->flows;
	struct flow *out = flow_at(flows, session->flow);
	struct flow moved = *flow_at(flows, out->twin);
	uint32_t place;

	moved.key.zone = zone;
	if (flow_find(flows, &moved.key) != FLOW_NONE)
		return false;
	place = flow_insert(flows, &moved.key);
	if (place == FLOW_NONE)
		return false;
	moved.next = flow_at(flows, place)->next;
	*flow_at(flows, place) = moved;
	flow_remove(flows, out->twin);
	out->twin = place;
	table->removals++;
	return true;
}

/*
 * The port is one of those that the session's host may have now: no inbound rule was put over it,
 * and its block was not given to another host.
 */
static bool
revalidate_keeps_port(const struct worker *worker, const struct flow *back,
		      const struct decision *decision)
{
	const struct snat_ports *ports;
	uint16_t unit;

	if (decision->outbound_vip == VIP_NONE)
		return true;
	ports = &worker->snapshot->vips[decision->outbound_vip].snat;
	unit = snat_unit_of(ports, rte_be_to_cpu_16(back->key.destination_port));
	return unit >= decision->first_unit && unit < decision->first_unit + decision->unit_count;
}

/* The session's translation is still what would be decided. */
static bool
revalidate_same_translation(const struct session *session, const struct flow *out,
			    const struct decision *decision)
{
	return decision->verdict == VERDICT_SESSION &&
	       decision->inbound_vip == session->inbound_vip &&
	       decision->inbound_rule == session->inbound_rule &&
	       decision->outbound_vip == session->outbound_vip &&
	       decision->destination == out->destination &&
	       decision->destination_port == out->destination_port;
}

/*
 * A session whose backend fails its probe goes on if it is established TCP; one whose
 * backend was taken out does so for a while.
 */
static bool
revalidate_drain(struct worker *worker, uint32_t index, const struct decision *decision)
{
	struct session *session = &worker->sessions.sessions[index];
	enum tcp_state state = (enum tcp_state)session->tcp_state;

	if (!decision->backend_removed && !(session->flags & SESSION_UNANSWERED))
		session->deadline = 0;
	if (!decision->backend_removed && !decision->backend_down)
		return true;
	if (state == TCP_STATE_NONE || !tcp_is_confirmed(state))
		return false;
	if (!decision->backend_removed)
		return true;
	if (decision->drain_timeout == 0)
		return false;
	if (session->deadline == 0)
		session_set_deadline(worker, index, worker->now_seconds + decision->drain_timeout);
	return true;
}

/* Most lead where they led before. */
static void
revalidate_egress(struct worker *worker, struct flow *flow, const struct egress *egress)
{
	if (likely(session_leads_to(worker, flow, egress)))
		return;
	session_clear_egress(worker, flow);
	session_set_egress(worker, flow, egress);
}

static struct decide_request
revalidate_request(const struct worker *worker, const struct session *session)
{
	const struct flow *out = flow_at(&worker->sessions.flows, session->flow);
	struct decide_request request = {
		.key = out->key,
		.established = true,
		.backend = session->inbound_rule == INBOUND_RULE_NONE ? 0 : out->destination,
		.outbound_vip = session->outbound_vip,
	};

	/* If it has come in by a mapping, that is there as long as the session itself. */
	recall_fill(worker, &request);
	return request;
}

void
session_decide_again(const struct worker *worker, const uint32_t *flows, struct decision *decisions,
		     unsigned int n)
{
	const struct session_table *table = &worker->sessions;
	struct decide_request requests[DECIDE_BURST];

	for (unsigned int i = 0; i < n; i++) {
		const struct flow *flow = flow_at(&table->flows, flows[i]);

		session_fetch_record(table, flow->session);
		if (likely(flow->twin != FLOW_NONE))
			rte_prefetch0(flow_at(&table->flows, flow->twin));
	}
	for (unsigned int i = 0; i < n; i++) {
		const struct flow *flow = flow_at(&table->flows, flows[i]);

		requests[i] = revalidate_request(worker, &table->sessions[flow->session]);
	}
	decide(worker->snapshot, requests, decisions, n);
}

/* What was decided is what the session is. False: it can not be kept. */
static bool
revalidate_keep(struct worker *worker, uint32_t index, const struct decision *decision)
{
	struct flow_table *flows = &worker->sessions.flows;
	const struct session *session = &worker->sessions.sessions[index];
	const struct flow *out = flow_at(flows, session->flow);

	if (!revalidate_same_translation(session, out, decision) ||
	    !revalidate_keeps_port(worker, flow_at(flows, out->twin), decision) ||
	    !revalidate_drain(worker, index, decision))
		return false;
	return decision->egress_zone == flow_at(flows, out->twin)->key.zone ||
	       revalidate_move_reverse(&worker->sessions, session, decision->egress_zone);
}

void
session_settle_again(struct worker *worker, uint32_t flow, const struct decision *decision)
{
	struct flow_table *flows = &worker->sessions.flows;
	uint32_t index = flow_at(flows, flow)->session;
	struct session *session = &worker->sessions.sessions[index];
	struct flow *out = flow_at(flows, session->flow), *back;

	if (session->flags & SESSION_HELD) {
		session_renew_flow(worker, out);
		return;
	}
	if (!revalidate_keep(worker, index, decision)) {
		if (session_has_lost_vip(worker, session))
			session_end_and_tell(worker, index);
		else
			session_end(worker, index);
		return;
	}
	back = flow_at(flows, out->twin);
	revalidate_egress(worker, out, &decision->forward);
	revalidate_egress(worker, back, &decision->reverse);
	session_renew_flow(worker, out);
	session_renew_flow(worker, back);
	session->idle_timeout = decision->idle_timeout;
	session->flags &= (uint8_t)~SESSION_TCP_RESET;
	session->flags |= decision->tcp_reset ? SESSION_TCP_RESET : 0;
	session_schedule(worker, index);
}
