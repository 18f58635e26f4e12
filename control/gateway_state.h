/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "announcements.h"
#include "gateway.h"
#include "group_pool.h"
#include "neighbors.h"
#include "next_hops.h"
#include "prober.h"
#include "publisher.h"
#include "registry.h"
#include "store.h"

/* What a gateway is made of, for gateway*.c alone. */

struct gateway {
	struct registry *registry;
	struct store *store;
	struct group_pool *groups;
	struct next_hops next_hops;
	struct fabric_routes *routes;
	struct neighbors *neighbors;
	bool announce;
	struct announcements announcements;
	struct prober prober;
	struct publisher publisher;
	struct port_device *port_devices; /* or NULL */
	uint32_t ports_down;              /* a bit for each port without a link */
	bool links_changed;               /* since the snapshot was built */
	int socket;
	uint64_t now; /* nanoseconds, of the last tick */

	unsigned int worker_count;
	struct worker *workers[WORKERS_MAX];
	struct rte_ring *rings[WORKERS_MAX];
	const _Atomic uint64_t *acknowledged[WORKERS_MAX];
};

/* Builds and publishes; takes the model when it succeeds. Else a sentence is in error. */
int gateway_publish(struct gateway *gateway, struct model *model, bool forced, char *error,
		    size_t error_size);
