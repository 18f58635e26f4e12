/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

/*
 * The ids by which snapshots, workers and sessions name things: an id means the same thing as long
 * as the process lives, and no other thing ever gets it, so that nothing that still holds an id of
 * an earlier snapshot can be misled.
 */

enum registry_kind {
	REGISTRY_INTERFACE,    /* scope 0, its name */
	REGISTRY_NETWORK,      /* scope 0, its name */
	REGISTRY_ZONE,         /* scope: the network's id, the subnet's name; from 1 */
	REGISTRY_VIP,          /* scope: the network's id, the address: it moves, it is another */
	REGISTRY_INBOUND_RULE, /* scope: the VIP's id, the rule's name */
	REGISTRY_KINDS,
};

struct registry;

struct registry *registry_create(void); /* NULL: out of memory */
void registry_free(struct registry *registry);

/*
 * The id of the thing of that name in that scope, a new one if it was never seen. 0, or -ENOMEM, or
 * -ENOSPC when the ids of that kind are used up: only a restart helps then.
 */
int registry_take(struct registry *registry, enum registry_kind kind, uint32_t scope,
		  const char *name, uint32_t *id);
/* Every id of that kind is below. */
uint32_t registry_end(const struct registry *registry, enum registry_kind kind);
/* "interfaces", "subnets" ... for messages */
const char *registry_kind_name(enum registry_kind kind);
