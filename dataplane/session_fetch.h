/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "session.h"

/*
 * Fetches what ending a session reads, a step at a time: each function reads what the one before
 * has fetched. Whoever ends several of them takes the steps for all, or some sessions ahead.
 */

static inline void
session_fetch_record(const struct session_table *table, uint32_t index)
{
	rte_prefetch0(&table->sessions[index]);
}

/* Of the direction that made it, or of the replies if it is over. */
static inline void
session_fetch_flow(const struct session_table *table, uint32_t index)
{
	rte_prefetch0(flow_at(&table->flows, table->sessions[index].flow));
}

/* And the place that the flow is found by. */
static inline void
session_fetch_twin(const struct session_table *table, uint32_t index)
{
	const struct flow *flow = flow_at(&table->flows, table->sessions[index].flow);

	flow_prefetch(&table->flows, flow_hash(&table->flows, &flow->key));
	if (likely(flow->twin != FLOW_NONE))
		rte_prefetch0(flow_at(&table->flows, flow->twin));
}

static inline void
session_fetch_twin_head(const struct session_table *table, uint32_t index)
{
	const struct flow *flow = flow_at(&table->flows, table->sessions[index].flow);

	if (unlikely(flow->twin == FLOW_NONE))
		return;
	flow = flow_at(&table->flows, flow->twin);
	flow_prefetch(&table->flows, flow_hash(&table->flows, &flow->key));
}
