/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "pipeline_floor.h"

/*
 * The same of first packets (pipeline_floor.h): two entries and a port for each, with a security
 * group and a route asked, while the session that is the oldest ends; and to drop it once no
 * session has been found.
 */

/* The entries of its two directions, or FLOW_NONE. */
struct floor_session {
	uint32_t call;
	uint32_t reply;
};

struct floor_first {
	struct flow_table flows;
	struct floor_session *sessions; /* `count` of them, the next that ends at `next` */
	uint32_t count;
	uint32_t next;
	uint64_t draws;
};

/* For so many sessions at a time. 0 or -1. */
int floor_first_open(struct floor_first *floor, uint32_t n);
void floor_first_close(struct floor_first *floor);

/* One burst, of packets whose keys come again only when their sessions are over. */
unsigned int floor_first(struct floor_first *floor, const struct snapshot *snapshot,
			 struct traffic *traffic);
/* One burst of packets of which the flow table has no session. */
void floor_drop(const struct flow_table *flows, struct traffic *traffic);
