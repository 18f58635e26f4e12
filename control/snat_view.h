/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "gateway.h"

/*
 * What is in use of VIPs' outbound ports, over all workers. A port counts once for each destination
 * that it serves (profile azure), or once for its endpoint (rfc), until the hold-down is over.
 */

struct snat_view {
	uint64_t ports; /* that may be drawn */
	uint64_t free;  /* of them, in 8-port chunks that nobody uses */
	uint64_t used[SNAT_PROTOCOLS];
	uint64_t exhausted; /* packets for which no port was free */
};

/* vip: id. Of the whole VIP; false: there is no such VIP. */
bool snat_view_vip(const struct gateway *gateway, uint16_t vip, struct snat_view *view);
/*
 * Of the host at that place of the VIP, which is there; *address is 0 where it is nobody's. With
 * blocks *first_port is that of its block; on demand it is 0, and nothing is told of ports and
 * free.
 */
void snat_view_host(const struct gateway *gateway, uint16_t vip, uint32_t host, uint32_t *address,
		    uint16_t *first_port, struct snat_view *view);
