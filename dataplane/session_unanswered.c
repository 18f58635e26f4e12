/* SPDX-License-Identifier: BSD-3-Clause */
#include "session_fetch.h"
#include "worker.h"

enum {
	/*
	 * Sessions, for each step. So many that those before them on the wheel, which are written
	 * to when they leave it, are fetched as well: they are among the next ones.
	 */
	FETCHED_AHEAD = 8,
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
	_Static_assert((int)UNANSWERED_NONE == (int)SESSION_NONE, "no session is fetched there");
	if (unlikely(unanswered->size <= 4 * FETCHED_AHEAD))
		return;
	session_fetch_twin_bucket(table, unanswered_ahead(unanswered, FETCHED_AHEAD));
	session_fetch_twin(table, unanswered_ahead(unanswered, 2 * FETCHED_AHEAD));
	session_fetch_flow(table, unanswered_ahead(unanswered, 3 * FETCHED_AHEAD));
	session_fetch_record(table, unanswered_ahead(unanswered, 4 * FETCHED_AHEAD));
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
