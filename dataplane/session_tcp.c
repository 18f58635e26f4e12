/* SPDX-License-Identifier: BSD-3-Clause */
#include "session.h"
#include "worker.h"

static void
session_change_state(struct worker *worker, struct flow *flow, enum tcp_state state)
{
	struct session *session = &worker->sessions.sessions[flow->session];
	uint32_t timeout = session_timeout(worker, session);

	session->tcp_state = (uint8_t)state;
	tcp_settle(state, flow, flow_at(&worker->sessions.flows, flow->twin));
	/* The packet that changed it has used it. A longer timeout is found when the shorter is
	 * over. */
	flow->last_seen = (uint16_t)worker->now_seconds;
	if (session_timeout(worker, session) < timeout)
		session_schedule(worker, flow->session);
}

enum session_step
session_take_segment(struct worker *worker, const struct packet *packet, struct flow *flow)
{
	struct tcp_segment segment = tcp_segment_read(packet);
	struct flow *twin = flow_at(&worker->sessions.flows, flow->twin);
	enum tcp_state before = (enum tcp_state)worker->sessions.sessions[flow->session].tcp_state;
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
