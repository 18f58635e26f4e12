/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "gateway.h"
#include "group_pool.h"
#include "neighbors.h"
#include "next_hops.h"
#include "prober.h"
#include "publisher.h"
#include "registry.h"
#include "store.h"

/* What a gateway is made of, for gateway.c and gateway_names.c alone. */

struct gateway {
	struct registry *registry;
	struct store *store;
	struct group_pool *groups;
	struct next_hops next_hops;
	struct fabric_routes *routes;
	struct neighbors *neighbors;
	struct prober prober;
	struct publisher publisher;
	struct rte_ether_addr *port_macs; /* or NULL */
	int socket;
	uint64_t now; /* nanoseconds, of the last tick */

	unsigned int worker_count;
	struct worker *workers[WORKERS_MAX];
	struct rte_ring *rings[WORKERS_MAX];
	const _Atomic uint64_t *acknowledged[WORKERS_MAX];
};
