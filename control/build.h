/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>

#include <rte_ether.h>

#include "config/model.h"
#include "dataplane/snapshot.h"
#include "gateway.h"
#include "generation.h"
#include "group_pool.h"
#include "next_hops.h"
#include "prober.h"
#include "registry.h"
#include "store.h"

/*
 * Builds a generation from a model. Each builder writes its part of the snapshot; they are called
 * in the order in which they stand here. Nothing outside the generation changes but that ids are
 * given out, so that a build that fails leaves no trace when its generation is freed.
 */

struct builder {
	const struct model *model;
	struct generation *generation;
	const struct generation *previous; /* NULL: this is the first */
	struct registry *registry;
	struct group_pool *groups;
	struct next_hops *next_hops;
	const struct prober *prober;            /* which backends are up; NULL: all */
	uint64_t now;                           /* nanoseconds, on the gateway's clock */
	const struct port_device *port_devices; /* by port; NULL: of all zeroes */
	uint32_t ports_down;                    /* a bit for each port without a link */
	unsigned int workers;                   /* 0: none, for explain */
	struct snapshot_subnet *subnets;        /* by zone, once build_networks() made them */
	struct snapshot_vip *vips;              /* by id, once build_vips() made them */
	char *error;                            /* a sentence, when a builder fails */
	size_t error_size;
};

/* 0, or -errno with a sentence in builder->error. */
int build_generation(struct builder *builder);

int build_interfaces(struct builder *builder);
int build_networks(struct builder *builder);
int build_vips(struct builder *builder);
/* The pools of outbound ports: who draws from which, and where that is counted. */
int build_snat(struct builder *builder);
/* Which backends answer for which rules: after build_vips(). */
int build_endpoints(struct builder *builder);
int build_fabric(struct builder *builder);

/* Says why, and returns rc. */
int build_fail(struct builder *builder, int rc, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int build_out_of_memory(struct builder *builder);
int build_ids_used_up(struct builder *builder, const char *things);

/* The policy of a group's direction as that network sees it. */
int build_security(struct builder *builder, const struct virtual_network *network,
		   const struct security_group *group, enum direction direction,
		   const struct security_policy **policy);

/* What the effective routes of a subnet mean for the gateway. */
struct subnet_routes {
	struct interval_tree *tree; /* address to index of items */
	struct subnet_route *items;
};

int build_subnet_routes(struct builder *builder, uint32_t network, const struct subnet *subnet,
			const struct subnet_routes **routes);

/*
 * The id of the ECMP group of a route's next hops that have a link, held by the generation.
 * -ENETDOWN, without a sentence: none of them has.
 */
int build_group(struct builder *builder, const struct fabric_route *route, uint32_t *id);
