/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "config/model.h"

/*
 * The gateway whose instructions are counted: a port to the fabric with a route to each prefix over
 * two next hops, a port with a VLAN to a subnet of some hosts, a group of 256 outbound rules, and a
 * VIP that the hosts' calls to the Internet are translated to.
 */

enum {
	INSTRUCTIONS_HOSTS = 64,
	INSTRUCTIONS_PREFIXES = 64,
	INSTRUCTIONS_IDLE_SECONDS = 240,
};

#define INSTRUCTIONS_FIRST_HOST   RTE_IPV4(10, 1, 0, 4)
#define INSTRUCTIONS_FIRST_PREFIX RTE_IPV4(40, 0, 0, 0) /* each is a /16 */

/* NULL: what is wrong has gone to stderr. */
struct model *instructions_config(void);
