/* SPDX-License-Identifier: BSD-3-Clause */
#include "session.h"
#include "worker.h"

/* An outbound session has those of its VIP, while there is one. */
static const struct tcp_timeouts *
session_tcp_timeouts(const struct snapshot *snapshot, const struct session *session)
{
	if (session->outbound_vip < snapshot->vip_count &&
	    snapshot->vips[session->outbound_vip].present)
		return &snapshot->vips[session->outbound_vip].tcp_timeouts;
	return &snapshot->tcp_timeouts;
}

uint32_t
session_timeout(const struct worker *worker, const struct session *session)
{
	const struct tcp_timeouts *timeouts = session_tcp_timeouts(worker->snapshot, session);
	const uint16_t by_phase[] = {
		[TCP_PHASE_OPENING] = timeouts->half_open,
		[TCP_PHASE_OPEN] = session->idle_timeout,
		[TCP_PHASE_CLOSING] = timeouts->closing,
		[TCP_PHASE_RESET] = timeouts->reset,
	};

	return by_phase[tcp_phase_of((enum tcp_state)session->tcp_state)];
}

uint32_t
session_idle(const struct worker *worker, const struct session *session)
{
	const struct flow *out = flow_at(&worker->sessions.flows, session->flow);
	const struct flow *back = flow_at(&worker->sessions.flows, out->twin);
	uint16_t now = (uint16_t)worker->now_seconds;
	uint32_t idle = UINT16_MAX;

	if (out->flags & FLOW_REFRESHES)
		idle = (uint16_t)(now - out->last_seen);
	if (back->flags & FLOW_REFRESHES)
		idle = RTE_MIN(idle, (uint32_t)(uint16_t)(now - back->last_seen));
	return idle;
}

static uint32_t
session_deadline(const struct session *session)
{
	return session->flags & SESSION_UNANSWERED ? 0 : session->deadline;
}

/* The second in which it ends if it is not used. */
static uint32_t
session_end_second(const struct worker *worker, const struct session *session)
{
	uint32_t timeout = session_timeout(worker, session);
	uint32_t idle = session_idle(worker, session);
	uint32_t second = worker->now_seconds + (timeout > idle ? timeout - idle : 0);

	if (session_deadline(session) != 0)
		second = RTE_MIN(second, session->deadline);
	return second;
}

static void
session_move(struct session_table *table, uint32_t index, uint32_t second)
{
	session_wheel_remove(table, index);
	session_wheel_add(table, index, second);
}

void
session_schedule(struct worker *worker, uint32_t index)
{
	struct session_table *table = &worker->sessions;
	uint32_t second = session_end_second(worker, &table->sessions[index]);

	if (second < session_wheel_second(table, index))
		session_move(table, index, second);
}

void
session_set_deadline(struct worker *worker, uint32_t index, uint32_t second)
{
	session_take_answer(&worker->sessions, index);
	worker->sessions.sessions[index].deadline = second;
	session_schedule(worker, index);
}

static bool
session_is_past_deadline(const struct worker *worker, const struct session *session)
{
	uint32_t deadline = session_deadline(session);

	return deadline != 0 && worker->now_seconds >= deadline;
}

/* lag: how long nobody looked. */
static bool
session_is_idle(const struct worker *worker, const struct session *session, uint32_t lag)
{
	/* After a pause that the 16 bits of last_seen can not tell, nothing has been used. */
	return lag > INT16_MAX || session_idle(worker, session) >= session_timeout(worker, session);
}

static void
session_look(struct worker *worker, uint32_t index, uint32_t lag)
{
	struct session_table *table = &worker->sessions;
	const struct session *session = &table->sessions[index];
	bool held = session->flags & SESSION_HELD;

	if (session_is_past_deadline(worker, session)) {
		if (held)
			session_let_go(worker, index);
		else
			session_end(worker, index);
	} else if (held) {
		session_move(table, index, session->deadline);
	} else if (session_is_idle(worker, session, lag)) {
		session_end_and_tell(worker, index);
	} else {
		session_move(table, index, session_end_second(worker, session));
	}
}

bool
session_expire(struct worker *worker)
{
	struct session_table *table = &worker->sessions;
	uint64_t begun = worker->counters.sessions_created - table->begun;
	uint64_t budget = SESSION_EXPIRE_BUDGET + begun;
	uint32_t now = worker->now_seconds;

	table->begun += begun;
	/* One turn of the wheel comes by every session. */
	if (now - table->clock >= SESSION_WHEEL_SLOTS && now > table->clock)
		table->clock = now - (SESSION_WHEEL_SLOTS - 1);
	while (table->clock <= now) {
		uint32_t index = session_wheel_next(table);

		if (index == SESSION_NONE) {
			table->clock++;
			continue;
		}
		if (budget-- == 0)
			return false;
		session_wheel_fetch(table);
		session_look(worker, index, now - table->caught_up);
	}
	table->caught_up = now;
	return true;
}
