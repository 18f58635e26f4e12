/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rte_mempool.h>

#include "dataplane/worker.h"

/*
 * Traffic through two configurations that take turns, made and checked in the place of a driver.
 * With several workers it comes to any of them, and they hand it over.
 *
 * The two differ in everything that a decision is made of: next hop, interface, VIP of outbound
 * calls, backend, its port, and the rule that lets it be called. A packet that was decided on some
 * of each would leave as neither would send it, or would be dropped.
 */

enum {
	TRAFFIC_WAN,
	TRAFFIC_LAN,
	TRAFFIC_PORTS,
	TRAFFIC_WORKERS_MAX = 4,
	TRAFFIC_KEPT_FLOWS = 64,
	TRAFFIC_UNDER_WAY_MAX = 512, /* so that no worker's ring is ever full */
};

/* One worker's link to the test: only that worker touches it while it runs. */
struct traffic_side {
	struct traffic *traffic;
	unsigned int turn;
	uint32_t new_flows;
	uint64_t given;
	uint64_t taken;
	uint64_t taken_from[2]; /* by the configuration that sent them */
	unsigned int last;      /* the configuration of the last one */
	/* Configurations that it sent packets of, one after the other; read by the test. */
	_Atomic unsigned int configurations;
	struct {
		rte_be32_t source;
		rte_be16_t port;
	} kept[TRAFFIC_KEPT_FLOWS]; /* their translations */
	char failure[160];          /* the first thing that was wrong; empty: nothing */
};

struct traffic {
	bool networks; /* calls to and from a virtual network, not only transit of the fabric */
	struct rte_mempool *pool;
	_Atomic uint32_t under_way;     /* packets, by whichever worker */
	_Atomic bool flows;             /* written by the test: there are packets to be received */
	_Atomic uint32_t new_flows_max; /* written by the test: so many calls may have been begun */
	struct traffic_side sides[TRAFFIC_WORKERS_MAX];
};

/* Writes one of the two configurations: which is 0 or 1. */
void traffic_write_configuration(const char *file, bool networks, unsigned int workers,
				 unsigned int which);
/* A worker's queues of both ports. */
void traffic_make_queues(struct traffic *traffic, unsigned int worker,
			 struct port_queue queues[TRAFFIC_PORTS]);
