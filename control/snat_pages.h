/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "generation.h"

/*
 * The memory in which workers count what is in use of a VIP's ports (dataplane/snat_usage.h). A
 * page that there once was stays, and what is counted in it, until the VIP is gone and nothing of
 * it is in use.
 */

struct snat_pages {
	uint32_t vip; /* id */
	uint16_t workers;
	const struct snat_ports *ports;    /* what may be drawn now; NULL: the VIP is gone */
	const struct snat_usage *previous; /* of the generation before; NULL: none */
	bool previous_drawn; /* the VIP was there in it, so that a worker may be drawing now */
};

/* *usage is NULL when there is nothing to count. 0 or -ENOMEM. */
int snat_pages_share(struct generation *generation, const struct snat_pages *pages,
		     const struct snat_usage **usage);
