/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "model.h"
#include "ranges.h"

/* What one side of a security rule means in one virtual network (semantics.md section 3). */

/*
 * The addresses that a rule's side names: its prefixes, and its tags as they are in that network.
 * "any" gives 0.0.0.0-255.255.255.255. Returns 0 or -ENOMEM; the caller frees ranges->items.
 *
 * VirtualNetwork: the address space, prefixes reached through a gateway, and the prefixes of the
 * network's user routes other than 0/0. Internet: everything public that is not in VirtualNetwork,
 * and every VIP. AzureLoadBalancer: 168.63.129.16.
 */
int rule_addresses_expand(const struct model *model, const struct virtual_network *network,
			  const struct rule_addresses *side, struct address_ranges *ranges);

/* The index (enum built_in_tag) of a tag that needs no definition, or NO_INDEX. */
uint32_t built_in_tag_find(const char *name);
