/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_ethdev.h>

#include "dataplane/snapshot.h"

/*
 * What a port's device is asked to do for the gateway, of what it offers. The rest, and what it
 * leaves undone of a packet, is done in software.
 */

struct offloads {
	uint64_t rx; /* RTE_ETH_RX_OFFLOAD_... */
	uint64_t tx; /* RTE_ETH_TX_OFFLOAD_... */
};

enum {
	OFFLOADS_TEXT = 64, /* all that may be asked for, in words */
};

/* tags: there are VLANs on the port. */
struct offloads offloads_choose(const struct rte_eth_dev_info *info, bool tags);
/* What workers have to know of them. */
struct port_offloads offloads_known(const struct offloads *offloads);
/* DPDK's names of them, with a space between two; "none". name: its function for the direction. */
void offloads_write(uint64_t offloads, const char *(*name)(uint64_t offload),
		    char text[OFFLOADS_TEXT]);
