/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

#include "config/model.h"
#include "registry.h"

/*
 * The ids of one model's objects, both ways: what the builders write into snapshots, and what
 * reports read back. NO_INDEX stands where an id means nothing in this model.
 */

/* An object's place in the array that it is an element of, and that of what owns the array. */
struct place {
	uint32_t owner; /* the virtual network, or the VIP; NO_INDEX */
	uint32_t index; /* of the subnet in it, or of the inbound rule */
};

struct names {
	/* By index in the model. */
	uint32_t *interface_ids;
	uint32_t *network_ids;
	uint32_t **zones; /* [network][subnet] */
	uint32_t *vip_ids;
	uint32_t **rule_ids; /* [vip][inbound rule] */
	size_t network_count;
	size_t vip_count;

	/* By id, below the end of each. */
	uint32_t *interfaces;
	uint32_t interface_end;
	struct place *subnets;
	uint32_t zone_end;
	uint32_t *vips;
	uint32_t vip_end;
	struct place *rules;
	uint32_t rule_end;
	uint32_t network_end;
};

/* 0, -ENOMEM, or -ENOSPC and *full is the kind whose ids are used up. */
int names_take(struct names *names, struct registry *registry, const struct model *model,
	       enum registry_kind *full);
void names_clear(struct names *names);
/* The zone of the subnet that a virtual network's address is in; ZONE_FABRIC (0): in none. */
uint16_t names_zone_of(const struct names *names, const struct model *model, uint32_t network,
		       const struct ip_address *address);
