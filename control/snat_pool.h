/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "dataplane/snapshot.h"
#include "generation.h"

/*
 * The tables of a VIP's pool (struct snat_ports), shared with other generations and VIPs that have
 * the same.
 */

struct snat_pool {
	bool on_demand;
	uint16_t unit;
	uint16_t workers;       /* that draw from it */
	const uint16_t *starts; /* by place, the host's block; unused on demand */
	const struct port_range_list *free;
	const uint32_t *hosts; /* by place */
	uint32_t host_count;
};

/* 0 or -ENOMEM. */
int snat_pool_share(struct generation *generation, const struct snat_pool *pool,
		    struct snat_ports *ports);
