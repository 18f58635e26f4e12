/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "config/model.h"

/*
 * The gateway that is measured: a port to the fabric with prefixes over four next hops each of
 * eight, a port with a VLAN to a subnet of 250 hosts, a group of outbound rules with 4000 prefixes
 * on each side in all and one that denies mail, and a VIP that the hosts' calls to the Internet are
 * translated to.
 */

enum {
	PIPELINE_PREFIXES_MAX = 1000000,
	PIPELINE_RULES_MAX = 1000,
	PIPELINE_HOSTS = 250,
	PIPELINE_VLAN = 10,
	PIPELINE_WAN = 0, /* index of the port */
	PIPELINE_LAN = 1,
	PIPELINE_PORTS = 2,
	PIPELINE_IDLE_SECONDS = 240,
	PIPELINE_DENIED_PORT = 25, /* and those below it are not used at all */
};

#define PIPELINE_LAN_NAME   "hosts"
#define PIPELINE_VIP        RTE_IPV4(192, 23, 1, 2)
#define PIPELINE_FIRST_HOST RTE_IPV4(10, 1, 0, 4)
#define PIPELINE_WAN_MAC         \
	{                        \
		2, 0, 0, 0, 0, 1 \
	}
#define PIPELINE_LAN_MAC         \
	{                        \
		2, 0, 0, 0, 0, 2 \
	}

struct pipeline_prefix {
	uint32_t first; /* address, host order */
	uint8_t length;
};

struct pipeline_config {
	struct pipeline_prefix *prefixes;
	uint32_t prefix_count;
	uint32_t rules;
	uint32_t flow_capacity;
	uint16_t workers;
	uint32_t changed_routes; /* so many have other next hops than they would have */
	/* PIPELINE_..., or others for another configuration: */
	uint16_t denied_port;
	uint16_t idle_seconds;
};

/* n prefixes, half of them /24, the others /16 to /23, all different. Freed by the caller; NULL. */
struct pipeline_prefix *pipeline_prefixes_make(uint32_t n);
/*
 * The configuration as the program reads it, and the cycles that it has read for; or NULL, and what
 * is wrong on stderr.
 */
struct model *pipeline_model_make(const struct pipeline_config *config, uint64_t *cycles);
