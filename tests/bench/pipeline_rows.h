/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "control/gateway.h"
#include "pipeline_floor_first.h"
#include "pipeline_measure.h"
#include "pipeline_traffic.h"

/* All that a measurement is made of. */

struct bench {
	struct measure measure;
	uint32_t sessions;
	struct pipeline_config config;
	struct rte_mempool *pool;
	struct traffic traffic;
	struct traffic_queue queues[PIPELINE_PORTS];
	struct gateway *gateway;
	struct worker *worker;
	uint16_t id;         /* of the worker */
	struct bench *other; /* for the second worker, or NULL */
	struct floor floor;
	struct floor_first floor_first;
	unsigned int sum;     /* of what nobody asks for, so that it is worked out */
	uint64_t read_cycles; /* to read the configuration, */
	uint64_t load_cycles; /* and to make a gateway of it */
	size_t tables_bytes;  /* of DPDK's memory, for all but the worker */
	uint64_t now;
	uint64_t bursts_a_second; /* of the clock that the worker is told; 0: it stands still */
	struct tuple *calls;      /* what hosts send, `sessions` of them */
	struct tuple *sent;       /* as it left */
	struct tuple *replies;
	struct counters expected; /* the drops among them are no mistake */
	double cycles;            /* a packet, in the row that was measured last */
};

#define NS_PER_SECOND 1000000000ULL

enum {
	COUNT_NAME_MAX = 16,
};

/* The number as names of rows have it: 4k, 100k, 1m. */
const char *count_name(uint32_t n, char name[COUNT_NAME_MAX]);
/* Makes a burst, and that is all. */
void loader_burst(void *context);
/* A turn of the worker: a burst if there is one to be received. */
void worker_burst(void *context);
/* What is left of it in a bare loop over the worker's flow table. */
void floor_table_burst(void *context);
/* Measures some rows, and leaves no session. 0; -1: not all packets were sent on as they should. */
typedef int rows_fn(struct bench *bench);

rows_fn rows_of_loader, rows_of_pages, rows_of_fabric, rows_of_few, rows_of_sessions,
	rows_of_first_packets, rows_of_flood, rows_of_latency, rows_of_turnover, rows_of_load,
	rows_of_control, rows_of_pair;
