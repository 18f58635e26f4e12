/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "model.h"

/*
 * Which ports of a VIP serve outbound sessions, and how they are shared out among hosts
 * (semantics.md section 5). Pure arithmetic, for the reader and for who builds the pools.
 */

enum {
	SNAT_BLOCK_PORTS = 8, /* blocks of ports are multiples of this, and begin at one */
	SNAT_FIRST_PORT = 1024,
	SNAT_VIP_PORTS_MAX = 64000, /* of one VIP, in sum */
	SNAT_DEFAULT_HOSTS_MAX = 1000,
	SNAT_HOSTS_LIMIT = 65535, /* addresses that one VIP can serve */
};

/* ports_per_host was left out; it is worked out before the model is handed out. */
#define SNAT_PORTS_DEFAULT UINT32_MAX

/*
 * The ports from 1024 to 65535 without the 8-port blocks that the VIP's inbound rules touch, as
 * ascending ranges that are not adjacent. 0, or -ENOMEM; the caller frees ranges->items.
 */
int snat_free_ranges(const struct vip *vip, struct port_range_list *ranges);
/* How many contiguous blocks of that many ports (a multiple of 8) lie within the ranges. */
size_t snat_block_count(const struct port_range_list *ranges, unsigned ports_per_host);

/* The addresses that hosts of the subnets can have that send by this VIP. */
uint64_t snat_host_count(const struct model *model, uint32_t vip);
/* Azure's table; 0: there are too many hosts for a default. */
unsigned snat_ports_default(uint64_t hosts);
