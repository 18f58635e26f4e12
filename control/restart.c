/* SPDX-License-Identifier: BSD-3-Clause */
#include "restart.h"

#include <stdio.h>
#include <string.h>

static bool
cpus_differ(const struct cpu_list *a, const struct cpu_list *b)
{
	if (a->count != b->count)
		return true;
	return a->count > 0 && memcmp(a->items, b->items, a->count * sizeof(a->items[0])) != 0;
}

static bool
strings_differ(const struct string_list *a, const struct string_list *b)
{
	if (a->count != b->count)
		return true;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return true;
	return false;
}

/* Interfaces name ports by their place, so that the order counts too. */
static bool
ports_differ(const struct model *a, const struct model *b)
{
	if (a->port_count != b->port_count)
		return true;
	for (size_t i = 0; i < a->port_count; i++) {
		const struct port *x = &a->ports[i], *y = &b->ports[i];

		if (strcmp(x->name, y->name) != 0 || strcmp(x->device, y->device) != 0 ||
		    x->mtu != y->mtu || x->rx_queues != y->rx_queues ||
		    x->descriptors != y->descriptors)
			return true;
	}
	return false;
}

/* The tap of the interface with that name, or NULL. */
static const char *
tap_of(const struct model *model, const char *interface)
{
	for (size_t i = 0; i < model->interface_count; i++)
		if (strcmp(model->interfaces[i].name, interface) == 0)
			return model->interfaces[i].tap;
	return NULL;
}

/* Whether some tap of b's is none of a's. The kernel's devices are made at the start. */
static bool
taps_come(const struct model *a, const struct model *b)
{
	for (size_t i = 0; i < b->interface_count; i++) {
		const struct interface *interface = &b->interfaces[i];
		const char *tap = tap_of(a, interface->name);

		if (interface->tap != NULL && (tap == NULL || strcmp(tap, interface->tap) != 0))
			return true;
	}
	return false;
}

/* The first VIP that has mappings, where several workers draw ports already. */
static bool
mappings_come(const struct snapshot *running, const struct model *wanted)
{
	for (size_t i = 0; running->snat_worker_count > 1 && i < wanted->vip_count; i++)
		if (wanted->vips[i].profile == VIP_PROFILE_RFC)
			return true;
	return false;
}

bool
restart_needed(const struct generation *running, const struct model *wanted, char *text,
	       size_t size)
{
	const struct gateway_settings *a = &running->model->gateway, *b = &wanted->gateway;
	const struct {
		const char *name;
		bool differs;
	} settings[] = {
		{ "gateway.name", strcmp(a->name, b->name) != 0 },
		{ "gateway.cores", cpus_differ(&a->cores, &b->cores) },
		{ "gateway.workers", a->workers != b->workers },
		{ "gateway.flow_capacity", a->flow_capacity != b->flow_capacity },
		{ "gateway.fragment_capacity", a->fragment_capacity != b->fragment_capacity },
		{ "gateway.route_capacity", a->route_capacity != b->route_capacity },
		{ "gateway.seed", a->seed_set != b->seed_set || a->seed != b->seed },
		{ "gateway.idle", a->idle != b->idle },
		{ "gateway.stall_timeout", a->stall_timeout != b->stall_timeout },
		{ "gateway.eal_options", strings_differ(&a->eal_options, &b->eal_options) },
		{ "gateway.control_socket", strcmp(a->control_socket, b->control_socket) != 0 },
		{ "ports", ports_differ(running->model, wanted) },
		{ "interfaces.tap",
		  taps_come(running->model, wanted) || taps_come(wanted, running->model) },
		{ "vips.profile", mappings_come(running->snapshot, wanted) },
	};
	bool needed = false;
	size_t length = 0;

	if (size > 0)
		text[0] = '\0';
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		if (!settings[i].differs)
			continue;
		if (length < size)
			length += (size_t)snprintf(text + length, size - length, "%s%s",
						   needed ? ", " : "", settings[i].name);
		needed = true;
	}
	return needed;
}
