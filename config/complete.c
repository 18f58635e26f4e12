/* SPDX-License-Identifier: BSD-3-Clause */
#include "read.h"

#include <stdlib.h>

#include "local_link.h"
#include "snat_plan.h"

/* An interface belongs to the first subnet that names it; a second one is an error (validate). */
static void
interface_claim(struct model *model, uint32_t network, uint32_t subnet)
{
	uint32_t index = model->virtual_networks[network].subnets[subnet].interface;

	if (index == NO_INDEX || model->interfaces[index].subnet != NO_INDEX)
		return;
	model->interfaces[index].virtual_network = network;
	model->interfaces[index].subnet = subnet;
}

static void
interfaces_complete(struct model *model)
{
	for (uint32_t i = 0; i < model->virtual_network_count; i++)
		for (uint32_t j = 0; j < model->virtual_networks[i].subnet_count; j++)
			interface_claim(model, i, j);
	for (size_t i = 0; i < model->interface_count; i++) {
		struct interface *interface = &model->interfaces[i];

		if (interface->mtu == 0 && interface->port != NO_INDEX)
			interface->mtu = model->ports[interface->port].mtu;
	}
}

/* A fabric has few links, however many networks and routes there are. */
static struct index_list
fabric_interfaces(struct reader *reader)
{
	const struct model *model = reader->model;
	struct index_list list = {
		reader_array(reader, model->interface_count, sizeof(*list.items)), 0
	};

	if (list.items == NULL)
		return list;
	for (uint32_t i = 0; i < model->interface_count; i++)
		if (model->interfaces[i].subnet == NO_INDEX)
			list.items[list.count++] = i;
	return list;
}

static void
next_hops_complete(struct reader *reader)
{
	struct index_list fabric = fabric_interfaces(reader);
	struct model *model = reader->model;

	for (size_t i = 0; i < model->route_count; i++)
		for (size_t j = 0; j < model->routes[i].next_hop_count; j++) {
			struct next_hop *hop = &model->routes[i].next_hops[j];

			for (size_t k = 0; k < fabric.count && hop->interface == NO_INDEX; k++)
				if (local_link_contains(&model->interfaces[fabric.items[k]],
							&hop->address))
					hop->interface = fabric.items[k];
		}
	free(fabric.items);
}

/* Cores that poll NICs are there for that; a gateway of virtual devices is one of many programs. */
static void
idle_complete(struct model *model)
{
	if (model->gateway.idle != IDLE_BY_PORTS)
		return;
	model->gateway.idle = IDLE_SLEEP;
	for (size_t i = 0; i < model->port_count; i++)
		if (model->ports[i].is_pci)
			model->gateway.idle = IDLE_POLL;
}

void
model_complete(struct reader *reader)
{
	struct model *model = reader->model;

	idle_complete(model);
	interfaces_complete(model);
	next_hops_complete(reader);
	for (uint32_t i = 0; i < model->vip_count; i++) {
		struct outbound *outbound = &model->vips[i].outbound;
		unsigned ports = snat_ports_default(snat_host_count(model, i));

		/* With too many hosts for a default it stays; that is an error (validate). */
		if (outbound->ports_per_host == SNAT_PORTS_DEFAULT && ports != 0)
			outbound->ports_per_host = ports;
	}
}
