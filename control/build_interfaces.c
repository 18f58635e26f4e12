/* SPDX-License-Identifier: BSD-3-Clause */
#include "build.h"

#include <errno.h>
#include <string.h>

#include <rte_malloc.h>

#include "dataplane/packet_plain.h"

/*
 * What the device tells of packets, then pairs of words: a VLAN and the id of the interface that
 * has it.
 */
static void *
port_build(const void *input)
{
	const struct words *words = input;
	struct port_interfaces *port = rte_malloc("port", sizeof(*port), RTE_CACHE_LINE_SIZE);

	if (port == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	port->told = words->items[0];
	for (size_t vlan = 0; vlan < VLANS; vlan++)
		port->by_vlan[vlan] = INTERFACE_NONE;
	for (size_t i = 1; i < words->count; i += 2)
		port->by_vlan[words->items[i]] = (uint16_t)words->items[i + 1];
	return port;
}

static struct port_offloads
port_offloads(const struct builder *builder, uint32_t port)
{
	const struct port_offloads none = { 0 };

	return builder->port_devices != NULL ? builder->port_devices[port].offloads : none;
}

static const struct shared_type port_type = { .build = port_build, .free = rte_free };

static int
build_port(struct builder *builder, uint32_t index, const struct port_interfaces **port)
{
	const struct model *model = builder->model;
	struct words words = { 0 };
	struct shared *shared;

	words_add(&words, port_offloads(builder, index).told);
	for (size_t i = 0; i < model->interface_count; i++) {
		if (model->interfaces[i].port != index)
			continue;
		words_add(&words, model->interfaces[i].vlan);
		words_add(&words, builder->generation->names.interface_ids[i]);
	}
	shared = generation_share(builder->generation, &port_type, &words, &words);
	words_clear(&words);
	if (shared == NULL)
		return build_out_of_memory(builder);
	*port = shared_table(shared);
	return 0;
}

static int
build_ports(struct builder *builder)
{
	const struct model *model = builder->model;
	const struct port_interfaces **ports;

	if (model->port_count > PORTS_MAX)
		return build_fail(builder, -E2BIG, "there are %zu ports; at most %d are possible",
				  model->port_count, PORTS_MAX);
	ports = generation_alloc(builder->generation, model->port_count, sizeof(const void *));
	if (ports == NULL)
		return build_out_of_memory(builder);
	for (uint32_t i = 0; i < model->port_count; i++) {
		int rc = build_port(builder, i, &ports[i]);

		if (rc != 0)
			return rc;
	}
	builder->generation->snapshot->ports = ports;
	builder->generation->snapshot->port_count = (uint16_t)model->port_count;
	return 0;
}

enum {
	TCP_IPV4_HEADERS = 40, /* bytes, neither of them with options (RFC 6691) */
};

/* No segment that is longer would pass the link in one piece. */
static uint16_t
mss_clamp_of(const struct interface *interface)
{
	int longest = interface->mtu - TCP_IPV4_HEADERS;

	return (uint16_t)RTE_MIN((int)interface->tcp_mss_clamp, longest);
}

static int
build_interface(struct builder *builder, const struct interface *from, uint16_t id,
		struct snapshot_interface *to)
{
	const struct names *names = &builder->generation->names;

	if (from->addresses.count > INTERFACE_ADDRESSES_MAX)
		return build_fail(builder, -E2BIG,
				  "interface %s has %zu addresses; at most %d are possible",
				  from->name, from->addresses.count, INTERFACE_ADDRESSES_MAX);
	to->present = true;
	to->port = (uint16_t)from->port;
	to->vlan = from->vlan;
	to->mtu = from->mtu;
	to->mss_clamp = mss_clamp_of(from);
	to->tap = from->tap != NULL;
	to->port_tags = from->vlan != 0 && port_offloads(builder, from->port).tags;
	to->zone = ZONE_FABRIC;
	if (from->virtual_network != NO_INDEX)
		to->zone = (uint16_t)names->zones[from->virtual_network][from->subnet];
	if (from->mac_set)
		memcpy(to->mac.addr_bytes, from->mac.bytes, sizeof(to->mac.addr_bytes));
	else if (builder->port_devices != NULL)
		to->mac = builder->port_devices[from->port].mac;
	to->address_count = (uint8_t)from->addresses.count;
	for (size_t i = 0; i < from->addresses.count; i++)
		to->addresses[i] = (struct interface_address){
			.address = ip_address_v4(&from->addresses.items[i].address),
			.length = from->addresses.items[i].length,
		};
	to->plain = interface_plain(id, to);
	return 0;
}

int
build_interfaces(struct builder *builder)
{
	const struct model *model = builder->model;
	struct generation *generation = builder->generation;
	uint32_t end = generation->names.interface_end;
	struct snapshot_interface *interfaces =
		generation_alloc(generation, end, sizeof(*interfaces));

	if (interfaces == NULL)
		return build_out_of_memory(builder);
	for (size_t i = 0; i < model->interface_count; i++) {
		uint16_t id = (uint16_t)generation->names.interface_ids[i];
		int rc = build_interface(builder, &model->interfaces[i], id, &interfaces[id]);

		if (rc != 0)
			return rc;
		if (model->interfaces[i].tcp_mss_clamp != 0)
			generation->snapshot->mss_clamped = true;
	}
	generation->snapshot->interfaces = interfaces;
	generation->snapshot->interface_count = (uint16_t)end;
	return build_ports(builder);
}
