/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "session.h"

/*
 * Fetches what ending a session reads, a step at a time: each function reads what the one before
 * has fetched. Whoever ends several of them takes the steps for all, or some sessions ahead.
 *
 * Nothing branches on which of them there are, and which are over: that could not be foreseen.
 */

/* SESSION_NONE, and what is over: a record of no flow; it is only read. */
static inline const struct session *
session_at(const struct session_table *table, uint32_t index)
{
	return &table->sessions[(int32_t)index];
}

static inline void
session_fetch_record(const struct session_table *table, uint32_t index)
{
	rte_prefetch0(session_at(table, index));
}

static inline const struct flow *
session_flow_at(const struct session_table *table, uint32_t index)
{
	return flow_at(&table->flows, session_at(table, index)->flow);
}

/* Of the direction that made it, or of the replies if it is over. */
static inline void
session_fetch_flow(const struct session_table *table, uint32_t index)
{
	rte_prefetch0(session_flow_at(table, index));
}

/* And the bucket of the flow. */
static inline void
session_fetch_twin(const struct session_table *table, uint32_t index)
{
	const struct flow *flow = session_flow_at(table, index);

	(void)flow_search(&table->flows, flow_hash(&table->flows, &flow->key));
	rte_prefetch0(flow_at(&table->flows, flow->twin));
}

static inline void
session_fetch_twin_bucket(const struct session_table *table, uint32_t index)
{
	const struct flow *twin = flow_at(&table->flows, session_flow_at(table, index)->twin);

	(void)flow_search(&table->flows, flow_hash(&table->flows, &twin->key));
}
