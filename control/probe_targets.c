/* SPDX-License-Identifier: BSD-3-Clause */
#include "probe_targets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int
probe_target_compare(const void *a, const void *b)
{
	const struct probe_target *x = a, *y = b;

	if (x->zone != y->zone)
		return x->zone < y->zone ? -1 : 1;
	if (x->address != y->address)
		return rte_be_to_cpu_32(x->address) < rte_be_to_cpu_32(y->address) ? -1 : 1;
	if (x->port != y->port)
		return x->port < y->port ? -1 : 1;
	if (x->protocol != y->protocol)
		return x->protocol < y->protocol ? -1 : 1;
	return strcmp(x->path == NULL ? "" : x->path, y->path == NULL ? "" : y->path);
}

static size_t
targets_most(const struct model *model)
{
	size_t count = 0;

	for (size_t i = 0; i < model->vip_count; i++) {
		const struct vip *vip = &model->vips[i];

		for (size_t j = 0; j < vip->inbound_count; j++) {
			if (vip->inbound[j].probe.protocol != PROBE_NONE)
				count += vip->inbound[j].backend_count;
		}
	}
	return count;
}

/* Adds a rule's backends, those that are in no subnet left out. 0 or -ENOMEM. */
static int
rule_collect(struct probe_targets *targets, const struct model *model, const struct names *names,
	     uint32_t network, const struct inbound_rule *rule)
{
	for (size_t i = 0; i < rule->backend_count; i++) {
		uint16_t zone = names_zone_of(names, model, network, &rule->backends[i]);
		struct probe_target *target = &targets->items[targets->count];

		if (zone == 0)
			continue;
		*target = (struct probe_target){
			.zone = zone,
			.port = rule->probe.port,
			.address = rte_cpu_to_be_32(ip_address_v4(&rule->backends[i])),
			.protocol = rule->probe.protocol,
			.interval = rule->probe.interval,
			.threshold = rule->probe.threshold,
			.up = true,
		};
		targets->count++;
		if (rule->probe.path == NULL)
			continue;
		target->path = strdup(rule->probe.path);
		if (target->path == NULL)
			return -ENOMEM;
	}
	return 0;
}

/* Equal targets become one, with the shorter interval and the smaller threshold. */
static void
targets_merge(struct probe_targets *targets)
{
	size_t kept = 0;

	for (size_t i = 0; i < targets->count; i++) {
		struct probe_target *target = &targets->items[i];
		struct probe_target *last = kept == 0 ? NULL : &targets->items[kept - 1];

		if (last == NULL || probe_target_compare(last, target) != 0) {
			targets->items[kept++] = *target;
			continue;
		}
		if (target->interval < last->interval)
			last->interval = target->interval;
		if (target->threshold < last->threshold)
			last->threshold = target->threshold;
		free(target->path);
	}
	targets->count = kept;
}

int
probe_targets_collect(struct probe_targets *targets, const struct model *model,
		      const struct names *names)
{
	int rc = 0;

	*targets = (struct probe_targets){
		.items = calloc(targets_most(model) + 1, sizeof(*targets->items)),
	};
	if (targets->items == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < model->vip_count; i++) {
		const struct vip *vip = &model->vips[i];

		for (size_t j = 0; rc == 0 && j < vip->inbound_count; j++) {
			if (vip->inbound[j].probe.protocol != PROBE_NONE)
				rc = rule_collect(targets, model, names, vip->virtual_network,
						  &vip->inbound[j]);
		}
	}
	if (rc == 0) {
		qsort(targets->items, targets->count, sizeof(*targets->items),
		      probe_target_compare);
		targets_merge(targets);
		if (targets->count > PROBE_TARGETS_MAX)
			rc = -E2BIG;
	}
	if (rc != 0)
		probe_targets_clear(targets);
	return rc;
}

void
probe_targets_inherit(struct probe_targets *targets, const struct probe_targets *before)
{
	for (size_t i = 0; i < targets->count; i++) {
		struct probe_target *target = &targets->items[i];
		const struct probe_target *old = NULL;

		if (before->count > 0)
			old = bsearch(target, before->items, before->count, sizeof(*target),
				      probe_target_compare);
		if (old == NULL)
			continue;
		target->up = old->up;
		target->streak = old->streak;
		target->due = old->phase == PROBE_IDLE ? old->due : 0;
	}
}

void
probe_targets_clear(struct probe_targets *targets)
{
	for (size_t i = 0; i < targets->count; i++)
		free(targets->items[i].path);
	free(targets->items);
	*targets = (struct probe_targets){ 0 };
}

const struct probe_target *
probe_targets_find(const struct probe_targets *targets, uint16_t zone, rte_be32_t address,
		   const struct probe *probe)
{
	const struct probe_target wanted = {
		.zone = zone,
		.address = address,
		.port = probe->port,
		.protocol = probe->protocol,
		.path = probe->path,
	};

	if (targets->count == 0)
		return NULL;
	return bsearch(&wanted, targets->items, targets->count, sizeof(wanted),
		       probe_target_compare);
}
