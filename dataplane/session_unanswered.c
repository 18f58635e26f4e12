/* SPDX-License-Identifier: BSD-3-Clause */
#include "session_fetch.h"
#include "worker.h"

enum {
	FETCHED_AHEAD =
		2, /* sessions, for each step: what one of them takes is enough for a fetch */
};

static struct unanswered *
session_unanswered_of(struct session_table *table, uint16_t zone)
{
	return &table->unanswered[zone == ZONE_FABRIC];
}

bool
session_gives_way(const struct session_table *table, uint16_t zone)
{
	const struct unanswered *unanswered = &table->unanswered[zone == ZONE_FABRIC];

	return unanswered->count == unanswered->size;
}

/* In a flood one after the other gives way: fetches what will be read of the next ones. */
static void
session_fetch_ahead(const struct session_table *table, const struct unanswered *unanswered)
{
	static void (*const steps[])(const struct session_table *, uint32_t) = {
		session_fetch_twin_head,
		session_fetch_twin,
		session_fetch_flow,
		session_fetch_record,
	};

	for (unsigned int i = 0; i < RTE_DIM(steps); i++) {
		uint32_t ahead = (i + 1) * FETCHED_AHEAD, session;

		if (ahead >= unanswered->size)
			return;
		session = unanswered_ahead(unanswered, ahead);
		if (session != UNANSWERED_NONE)
			steps[i](table, session);
	}
}

/*
 * Its port is free at once, without a hold-down: what nobody has answered must not fill the table
 * as sessions that are over either.
 */
void
session_give_way(struct worker *worker, uint16_t zone)
{
	struct session_table *table = &worker->sessions;
	struct unanswered *unanswered = session_unanswered_of(table, zone);
	uint32_t session = unanswered_give_way(unanswered);

	if (unanswered_is_crowded(unanswered))
		session_fetch_ahead(table, unanswered);
	if (likely(session == UNANSWERED_NONE))
		return;
	session_end_at_once(worker, session);
	worker->counters.sessions_displaced++;
}

void
session_await_answer(struct session_table *table, uint32_t index)
{
	struct session *session = &table->sessions[index];
	uint16_t zone = flow_at(&table->flows, session->flow)->key.zone;

	session->unanswered = unanswered_add(session_unanswered_of(table, zone), index);
	session->flags |= SESSION_UNANSWERED;
}

void
session_take_answer(struct session_table *table, uint32_t index)
{
	struct session *session = &table->sessions[index];
	uint16_t zone = flow_at(&table->flows, session->flow)->key.zone;

	if (!(session->flags & SESSION_UNANSWERED))
		return;
	unanswered_remove(session_unanswered_of(table, zone), session->unanswered);
	session->flags &= (uint8_t)~SESSION_UNANSWERED;
	session->deadline = 0;
}
