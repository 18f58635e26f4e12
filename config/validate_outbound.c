/* SPDX-License-Identifier: BSD-3-Clause */
#include "validate.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "setting.h"
#include "snat_plan.h"

/* How a VIP's ports are to be shared out. */
struct plan {
	struct port_range_list ranges;
	uint64_t hosts;
	unsigned ports; /* for each host */
	struct origin origin;
};

/* The most ports for each host that still give one block to every host; 0: not even 8. */
static unsigned
ports_that_fit(const struct plan *plan)
{
	uint64_t ports = SNAT_VIP_PORTS_MAX / plan->hosts / SNAT_BLOCK_PORTS * SNAT_BLOCK_PORTS;

	while (ports > 0 && snat_block_count(&plan->ranges, (unsigned)ports) < plan->hosts)
		ports -= SNAT_BLOCK_PORTS;
	return (unsigned)ports;
}

static void
blocks_validate(struct reader *reader, const struct plan *plan)
{
	size_t blocks = snat_block_count(&plan->ranges, plan->ports);
	unsigned fit = ports_that_fit(plan);
	char right[64] = "serve fewer addresses, or use \"on_demand\"";

	if (fit > 0)
		snprintf(right, sizeof(right), "at most %u fit, or use \"on_demand\"", fit);
	if (plan->hosts * plan->ports > SNAT_VIP_PORTS_MAX)
		diagnostic_error(
			reader->diagnostics, &plan->origin,
			"ports_per_host = %u for the %" PRIu64
			" addresses that the VIP serves is more than the %d ports of a VIP; %s",
			plan->ports, plan->hosts, SNAT_VIP_PORTS_MAX, right);
	else if (blocks < plan->hosts)
		diagnostic_error(reader->diagnostics, &plan->origin,
				 "ports_per_host = %u: beside the inbound rules only %zu blocks "
				 "fit, for %" PRIu64 " addresses; %s",
				 plan->ports, blocks, plan->hosts, right);
}

static void
plan_validate(struct reader *reader, const struct plan *plan)
{
	size_t chunks = snat_block_count(&plan->ranges, SNAT_BLOCK_PORTS);

	if (plan->ports == SNAT_PORTS_DEFAULT)
		diagnostic_error(
			reader->diagnostics, &plan->origin,
			"ports_per_host has no default for the %" PRIu64
			" addresses that the VIP serves, only for up to %d; set it, or use "
			"\"on_demand\"",
			plan->hosts, SNAT_DEFAULT_HOSTS_MAX);
	else if (plan->ports != PORTS_ON_DEMAND)
		blocks_validate(reader, plan);
	else if (plan->hosts > SNAT_HOSTS_LIMIT)
		diagnostic_error(
			reader->diagnostics, &plan->origin,
			"the VIP serves %" PRIu64
			" addresses; at most %d can share one, spread smaller subnets over "
			"more VIPs",
			plan->hosts, SNAT_HOSTS_LIMIT);
	else if (chunks < plan->hosts)
		diagnostic_warning(
			reader->diagnostics, &plan->origin,
			"ports_per_host = \"on_demand\": the VIP has %zu chunks of %d ports for "
			"%" PRIu64
			" addresses, so that some may get none; share them among more VIPs",
			chunks, SNAT_BLOCK_PORTS, plan->hosts);
}

void
outbound_validate(struct reader *reader)
{
	const struct model *model = reader->model;

	for (uint32_t i = 0; i < model->vip_count; i++) {
		struct plan plan = {
			.hosts = snat_host_count(model, i),
			.ports = model->vips[i].outbound.ports_per_host,
			.origin = setting_place(reader, "vips.%u.outbound.ports_per_host", i),
		};

		if (plan.hosts == 0)
			continue;
		if (snat_free_ranges(&model->vips[i], &plan.ranges) < 0) {
			reader->out_of_memory = true;
			return;
		}
		plan_validate(reader, &plan);
		free(plan.ranges.items);
	}
}
