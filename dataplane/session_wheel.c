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

static void
wheel_fetch_step(struct session_table *table)
{
	static void (*const steps[])(const struct session_table *, uint32_t) = {
		session_fetch_flow,
		session_fetch_twin,
		session_fetch_twin_head,
	};
	struct session_ahead *ahead = &table->ahead;
	uint32_t *next = &ahead->next[ahead->count % SESSION_WHEEL_CHAINS];
	uint32_t index = *next;

	if (index != SESSION_NONE) {
		*next = table->sessions[index].next;
		if (*next != SESSION_NONE)
			session_fetch_record(table, *next);
	}
	ahead->reached[ahead->count++ % SESSION_AHEAD] = index;
	for (unsigned int i = 0; i < RTE_DIM(steps); i++) {
		index = ahead->reached[(ahead->count - 1 - i * SESSION_AHEAD_STEP) % SESSION_AHEAD];
		/* It may be over by now, for another reason than its time. */
		if (index != SESSION_NONE && table->sessions[index].flags & SESSION_IN_USE)
			steps[i](table, index);
	}
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
		if (chains[i] != SESSION_NONE)
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
