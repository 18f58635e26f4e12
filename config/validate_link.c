/* SPDX-License-Identifier: BSD-3-Clause */
#include "validate.h"

#include <string.h>

#include "key.h"
#include "local_link.h"
#include "setting.h"

/* What the EAL knows a device by stands before its arguments. */
static bool
device_is_same(const char *a, const char *b)
{
	size_t length = strcspn(a, ",");

	return length == strcspn(b, ",") && strncmp(a, b, length) == 0;
}

static void
devices_validate(struct reader *reader)
{
	const struct model *model = reader->model;

	for (size_t i = 0; i < model->port_count; i++)
		for (size_t j = 0; j < i; j++) {
			const char *device = model->ports[i].device;

			if (device == NULL || model->ports[j].device == NULL ||
			    !device_is_same(device, model->ports[j].device))
				continue;

			struct origin origin = setting_place(reader, "ports.%zu.device", i);

			diagnostic_error(
				reader->diagnostics, &origin,
				"device %.*s is that of port \"%s\"; give each port its own",
				(int)strcspn(device, ","), device, model->ports[j].name);
			break;
		}
}

/* A frame of a port and VLAN belongs to one interface. */
static void
tags_validate(struct reader *reader)
{
	const struct model *model = reader->model;
	struct key_list keys = key_list_create(reader, model->interface_count);

	for (size_t i = 0; i < model->interface_count; i++) {
		const struct interface *interface = &model->interfaces[i];

		if (interface->port != NO_INDEX)
			key_list_add(&keys, (uint64_t)interface->port << 16 | interface->vlan, i);
	}
	key_list_sort(&keys);
	for (size_t i = 0; i < keys.count; i++) {
		const struct interface *interface = &model->interfaces[keys.items[i].index];
		const char *port = model->ports[interface->port].name;
		uint32_t first;

		if (!key_list_repeats(&keys, i, &first))
			continue;

		const char *other = model->interfaces[first].name;
		struct origin origin =
			setting_place(reader, "interfaces.%u.%s", keys.items[i].index,
				      interface->vlan != 0 ? "vlan" : "port");

		if (interface->vlan != 0)
			diagnostic_error(
				reader->diagnostics, &origin,
				"VLAN %u of port \"%s\" is that of interface \"%s\"; use another",
				interface->vlan, port, other);
		else
			diagnostic_error(
				reader->diagnostics, &origin,
				"untagged frames of port \"%s\" are those of interface \"%s\"; "
				"set a vlan",
				port, other);
	}
	key_list_free(&keys);
}

static void
mtu_validate(struct reader *reader, size_t index)
{
	const struct interface *interface = &reader->model->interfaces[index];
	const struct port *port;

	if (interface->port == NO_INDEX)
		return;
	port = &reader->model->ports[interface->port];
	if (port->mtu == 0 || interface->mtu <= port->mtu)
		return;

	struct origin origin = setting_place(reader, "interfaces.%zu.mtu", index);

	diagnostic_error(
		reader->diagnostics, &origin,
		"mtu = %u is more than the %u of port \"%s\"; lower it or raise the port's",
		interface->mtu, port->mtu, port->name);
}

static void
addresses_validate(struct reader *reader, size_t index)
{
	const struct interface *interface = &reader->model->interfaces[index];
	char text[IP_PREFIX_TEXT_MAX];

	for (size_t i = 0; i < interface->addresses.count; i++) {
		const struct ip_prefix *address = &interface->addresses.items[i];

		if (!local_link_is_edge(interface, &address->address))
			continue;

		struct origin origin =
			setting_place(reader, "interfaces.%zu.addresses.%zu", index, i);

		diagnostic_error(
			reader->diagnostics, &origin,
			"addresses \"%s\" is the network's or the broadcast address of its "
			"link; use one between them",
			ip_prefix_format(address, text));
	}
}

/* The address that the other interface has on a link of this address, or NULL. */
static const struct ip_prefix *
overlap_find(const struct ip_prefix *address, const struct prefix_list *others, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (ip_prefix_overlaps(address, &others->items[i]))
			return &others->items[i];
	return NULL;
}

/* Where links of the fabric overlap, nobody could tell on which of them a neighbour is. */
static void
overlaps_validate(struct reader *reader, size_t index)
{
	const struct interface *interfaces = reader->model->interfaces;
	const struct prefix_list *addresses = &interfaces[index].addresses;
	char text[IP_PREFIX_TEXT_MAX], other_text[IP_PREFIX_TEXT_MAX];

	for (size_t i = 0; i < addresses->count; i++)
		for (size_t j = 0; j <= index; j++) {
			const struct prefix_list *others = &interfaces[j].addresses;
			const struct ip_prefix *other;

			if (interfaces[j].subnet != NO_INDEX)
				continue;
			other = overlap_find(&addresses->items[i], others,
					     j == index ? i : others->count);
			if (other == NULL)
				continue;

			struct origin origin =
				setting_place(reader, "interfaces.%zu.addresses.%zu", index, i);

			diagnostic_error(
				reader->diagnostics, &origin,
				"addresses \"%s\" overlaps %s of interface \"%s\"; each link of "
				"the fabric needs its own prefix",
				ip_prefix_format(&addresses->items[i], text),
				ip_prefix_format(other, other_text), interfaces[j].name);
			break;
		}
}

/* The kernel has one device of a name. */
static void
tap_validate(struct reader *reader, size_t index)
{
	const struct interface *interfaces = reader->model->interfaces;

	for (size_t i = 0; i < index && interfaces[index].tap != NULL; i++) {
		if (interfaces[i].tap == NULL ||
		    strcmp(interfaces[i].tap, interfaces[index].tap) != 0)
			continue;

		struct origin origin = setting_place(reader, "interfaces.%zu.tap", index);

		diagnostic_error(reader->diagnostics, &origin,
				 "tap \"%s\" is that of interface \"%s\"; use another name",
				 interfaces[i].tap, interfaces[i].name);
		return;
	}
}

void
links_validate(struct reader *reader)
{
	const struct model *model = reader->model;

	devices_validate(reader);
	tags_validate(reader);
	for (size_t i = 0; i < model->interface_count; i++) {
		mtu_validate(reader, i);
		addresses_validate(reader, i);
		tap_validate(reader, i);
		if (model->interfaces[i].subnet == NO_INDEX)
			overlaps_validate(reader, i);
	}
}
