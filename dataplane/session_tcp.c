/* SPDX-License-Identifier: BSD-3-Clause */
#include "session.h"
#include "worker.h"

static void
session_change_state(struct worker *worker, struct flow *flow, enum tcp_state state)
{
	struct session *session = &worker->sessions.sessions[flow->session];
	bool timed_anew = tcp_phase_of(state) != tcp_phase_of((enum tcp_state)session->tcp_state);
	uint32_t timeout = timed_anew ? session_timeout(worker, session) : 0;

	session->tcp_state = (uint8_t)state;
	if (tcp_is_confirmed(state))
		session_take_answer(&worker->sessions, flow->session);
	tcp_settle(state, flow, flow_at(&worker->sessions.flows, flow->twin));
	/* The packet that changed it has used it. A longer timeout is found when the shorter is
	 * over. */
	flow->last_seen = (uint16_t)worker->now_seconds;
	if (timed_anew && session_timeout(worker, session) < timeout)
		session_schedule(worker, flow->session);
}

/*
 * Of another protocol than TCP: a reply confirms the session, and so does a second packet of a host
 * inside, who can not be another than it says. What is only sent, such as logs, keeps its port.
 */
static void
session_take_datagram(struct worker *worker, struct flow *flow)
{
	if (!(flow->flags & (FLOW_REVERSE | FLOW_SEEN)))
		return;
	session_take_answer(&worker->sessions, flow->session);
	flow->flags |= FLOW_STEADY;
}

static enum session_step
session_take_tcp(struct worker *worker, const struct packet *packet, struct flow *flow,
		 enum tcp_state before)
{
	struct flow *twin = flow_at(&worker->sessions.flows, flow->twin);
	struct tcp_segment segment = tcp_segment_read(packet);
	enum tcp_state after;

	if (segment.kind == TCP_KIND_INVALID)
		return SESSION_NONSENSE;
	after = tcp_advance(before, &segment, flow, twin);
	if (after == TCP_STATE_ANEW)
		return SESSION_ANEW;
	if (after != before)
		session_change_state(worker, flow, after);
	return SESSION_GOES_ON;
}

enum session_step
session_take_segment(struct worker *worker, const struct packet *packet, struct flow *flow)
{
	enum tcp_state state = (enum tcp_state)worker->sessions.sessions[flow->session].tcp_state;

	if (state != TCP_STATE_NONE)
		return session_take_tcp(worker, packet, flow, state);
	session_take_datagram(worker, flow);
	return SESSION_GOES_ON;
}
