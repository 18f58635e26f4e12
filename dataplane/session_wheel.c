/* SPDX-License-Identifier: BSD-3-Clause */
#include "session_fetch.h"

/* How far the wheel reaches: the last slot before the one that is looked at next. */
static uint32_t
wheel_end(const struct session_table *table)
{
	return table->clock + SESSION_WHEEL_SLOTS - 1;
}

/* The first chain of that second. */
static uint32_t *
wheel_chains(const struct session_table *table, uint32_t second)
{
	return &table->chains[second % SESSION_WHEEL_SLOTS * SESSION_WHEEL_CHAINS];
}

void
session_wheel_add(struct session_table *table, uint32_t index, uint32_t second)
{
	struct session *session = &table->sessions[index];
	uint32_t *chain;

	second = RTE_MIN(RTE_MAX(second, table->clock), wheel_end(table));
	chain = wheel_chains(table, second) + index % SESSION_WHEEL_CHAINS;
	session->chain = (uint16_t)(chain - table->chains);
	session->previous = SESSION_NONE;
	session->next = *chain;
	if (session->next != SESSION_NONE)
		table->sessions[session->next].previous = index;
	*chain = index;
}

void
session_wheel_remove(struct session_table *table, uint32_t index)
{
	const struct session *session = &table->sessions[index];

	if (session->previous == SESSION_NONE)
		table->chains[session->chain] = session->next;
	else
		table->sessions[session->previous].next = session->next;
	if (session->next != SESSION_NONE)
		table->sessions[session->next].previous = session->previous;
}

uint32_t
session_wheel_second(const struct session_table *table, uint32_t index)
{
	uint32_t slot = table->sessions[index].chain / SESSION_WHEEL_CHAINS;

	return table->clock + (slot - table->clock) % SESSION_WHEEL_SLOTS;
}

uint32_t
session_wheel_next(struct session_table *table)
{
	const uint32_t *chains = wheel_chains(table, table->clock);

	for (unsigned int i = 0; i < SESSION_WHEEL_CHAINS; i++) {
		uint32_t index = chains[table->turn++ % SESSION_WHEEL_CHAINS];

		if (index != SESSION_NONE)
			return index;
	}
	return SESSION_NONE;
}

/* The session that was reached so many steps ago; it may be over, and not because of its time. */
static uint32_t
wheel_reached(const struct session_ahead *ahead, uint32_t steps)
{
	return ahead->reached[(ahead->count - steps) % SESSION_AHEAD];
}

static void
wheel_fetch_step(struct session_table *table)
{
	struct session_ahead *ahead = &table->ahead;
	uint32_t *next = &ahead->next[ahead->count % SESSION_WHEEL_CHAINS];
	uint32_t index = *next;

	*next = session_at(table, index)->next;
	session_fetch_record(table, *next);
	ahead->reached[ahead->count % SESSION_AHEAD] = index;
	session_fetch_flow(table, index);
	session_fetch_twin(table, wheel_reached(ahead, SESSION_AHEAD_STEP));
	session_fetch_twin_bucket(table, wheel_reached(ahead, 2 * SESSION_AHEAD_STEP));
	ahead->count++;
}

/* From the beginning of a slot. */
static void
wheel_fetch_begin(struct session_table *table)
{
	struct session_ahead *ahead = &table->ahead;
	const uint32_t *chains = wheel_chains(table, table->clock);

	ahead->slot = table->clock;
	for (unsigned int i = 0; i < SESSION_WHEEL_CHAINS; i++) {
		ahead->next[i] = chains[i];
		session_fetch_record(table, chains[i]);
	}
	for (unsigned int i = 0; i < SESSION_AHEAD; i++)
		ahead->reached[i] = SESSION_NONE;
	for (unsigned int i = 0; i < SESSION_AHEAD; i++)
		wheel_fetch_step(table);
}

void
session_wheel_fetch(struct session_table *table)
{
	if (table->ahead.slot != table->clock)
		wheel_fetch_begin(table);
	wheel_fetch_step(table);
}
