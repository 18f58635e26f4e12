/* SPDX-License-Identifier: BSD-3-Clause */
#include "validate.h"

#include <string.h>

#include "setting.h"
#include "subnet.h"

enum {
	SUBNET_LENGTH_MAX = 29, /* of eight addresses three are left for hosts */
};

/* No network can have these: this network, loopback, link-local, and multicast and above. */
static bool
is_special(const struct ip_prefix *prefix)
{
	static const struct {
		uint32_t address;
		uint8_t length;
	} specials[] = {
		{ 0x00000000, 8 }, { 0x7f000000, 8 }, { 0xa9fe0000, 16 }, { 0xe0000000, 3 }
	};

	for (size_t i = 0; i < sizeof(specials) / sizeof(specials[0]); i++) {
		const struct ip_prefix special = {
			.address = ip_address_from_v4(specials[i].address),
			.length = specials[i].length,
		};

		if (ip_prefix_overlaps(prefix, &special))
			return true;
	}
	return false;
}

static void
address_space_validate(struct reader *reader, size_t network)
{
	const struct prefix_list *space = &reader->model->virtual_networks[network].address_space;
	char text[IP_PREFIX_TEXT_MAX], other[IP_PREFIX_TEXT_MAX];

	for (size_t i = 0; i < space->count; i++) {
		struct origin origin =
			setting_place(reader, "virtual_networks.%zu.address_space.%zu", network, i);

		if (space->items[i].address.family == IP_FAMILY_NONE)
			continue;
		ip_prefix_format(&space->items[i], text);
		if (is_special(&space->items[i]))
			diagnostic_error(
				reader->diagnostics, &origin,
				"address_space \"%s\" holds addresses that hosts cannot have; keep "
				"clear of 0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16 and 224.0.0.0/3",
				text);
		for (size_t j = 0; j < i; j++)
			if (ip_prefix_overlaps(&space->items[i], &space->items[j]))
				diagnostic_error(
					reader->diagnostics, &origin,
					"address_space \"%s\" overlaps %s; leave out the smaller",
					text, ip_prefix_format(&space->items[j], other));
	}
}

static bool
address_space_covers(const struct virtual_network *network, const struct ip_prefix *prefix)
{
	bool known = true;

	for (size_t i = 0; i < network->address_space.count; i++) {
		known = known && network->address_space.items[i].address.family != IP_FAMILY_NONE;
		if (ip_prefix_covers(&network->address_space.items[i], prefix))
			return true;
	}
	/* A space that could not be read was reported, and might have covered it. */
	return !known || network->address_space.count == 0;
}

static void
prefix_validate(struct reader *reader, size_t network, size_t index)
{
	const struct virtual_network *owner = &reader->model->virtual_networks[network];
	const struct subnet *subnets = owner->subnets;
	const struct ip_prefix *prefix = &subnets[index].prefix;
	struct origin origin =
		setting_place(reader, "virtual_networks.%zu.subnets.%zu.prefix", network, index);
	char text[IP_PREFIX_TEXT_MAX], other[IP_PREFIX_TEXT_MAX];

	ip_prefix_format(prefix, text);
	if (prefix->length > SUBNET_LENGTH_MAX)
		diagnostic_error(
			reader->diagnostics, &origin,
			"prefix \"%s\" has no room beside the five reserved addresses; use /%d or "
			"shorter",
			text, SUBNET_LENGTH_MAX);
	if (!address_space_covers(owner, prefix))
		diagnostic_error(
			reader->diagnostics, &origin,
			"prefix \"%s\" is outside the address space of \"%s\"; use a part of it",
			text, owner->name);
	for (size_t i = 0; i < index; i++)
		if (ip_prefix_overlaps(prefix, &subnets[i].prefix))
			diagnostic_error(
				reader->diagnostics, &origin,
				"prefix \"%s\" overlaps %s of subnet \"%s\"; subnets of a network "
				"are apart",
				text, ip_prefix_format(&subnets[i].prefix, other), subnets[i].name);
}

/* The interface is this subnet's alone, and has the gateway's address on it. */
static void
interface_validate(struct reader *reader, size_t network, size_t index)
{
	const struct model *model = reader->model;
	const struct subnet *subnet = &model->virtual_networks[network].subnets[index];
	const struct interface *interface = &model->interfaces[subnet->interface];
	struct ip_prefix right = { subnet_gateway(subnet), subnet->prefix.length };
	char text[IP_PREFIX_TEXT_MAX];
	struct origin origin;

	if (interface->virtual_network != network || interface->subnet != index) {
		const struct virtual_network *owner =
			&model->virtual_networks[interface->virtual_network];

		origin = setting_place(reader, "virtual_networks.%zu.subnets.%zu.interface",
				       network, index);
		diagnostic_error(
			reader->diagnostics, &origin,
			"interface \"%s\" is that of subnet \"%s\" of \"%s\"; each subnet needs "
			"its own",
			interface->name, owner->subnets[interface->subnet].name, owner->name);
		return;
	}
	if (subnet->prefix.address.family == IP_FAMILY_NONE || interface->addresses.count == 0 ||
	    interface->addresses.items[0].address.family == IP_FAMILY_NONE)
		return;
	if (interface->addresses.count == 1 &&
	    ip_prefix_equal(&interface->addresses.items[0], &right))
		return;
	origin = setting_place(reader, "interfaces.%u.addresses", subnet->interface);
	diagnostic_error(reader->diagnostics, &origin,
			 "interface \"%s\" is that of subnet \"%s\"; its one address is \"%s\"",
			 interface->name, subnet->name, ip_prefix_format(&right, text));
}

static void
outbound_vips_validate(struct reader *reader, size_t network, size_t index)
{
	const struct model *model = reader->model;
	const struct index_list *vips =
		&model->virtual_networks[network].subnets[index].outbound_vips;

	for (size_t i = 0; i < vips->count; i++) {
		const struct vip *vip;
		struct origin origin =
			setting_place(reader, "virtual_networks.%zu.subnets.%zu.outbound_vips.%zu",
				      network, index, i);

		if (vips->items[i] == NO_INDEX)
			continue;
		vip = &model->vips[vips->items[i]];
		if (vip->virtual_network != network && vip->virtual_network != NO_INDEX)
			diagnostic_error(
				reader->diagnostics, &origin,
				"outbound_vips \"%s\" is a VIP of virtual network \"%s\"; name one "
				"of \"%s\"",
				vip->name, model->virtual_networks[vip->virtual_network].name,
				model->virtual_networks[network].name);
		for (size_t j = 0; j < i; j++)
			if (vips->items[j] == vips->items[i])
				diagnostic_error(
					reader->diagnostics, &origin,
					"outbound_vips \"%s\" is there twice; name it once",
					vip->name);
	}
}

void
virtual_networks_validate(struct reader *reader)
{
	const struct model *model = reader->model;

	for (size_t i = 0; i < model->virtual_network_count; i++) {
		address_space_validate(reader, i);
		for (size_t j = 0; j < model->virtual_networks[i].subnet_count; j++) {
			const struct subnet *subnet = &model->virtual_networks[i].subnets[j];

			if (subnet->prefix.address.family != IP_FAMILY_NONE)
				prefix_validate(reader, i, j);
			if (subnet->interface != NO_INDEX)
				interface_validate(reader, i, j);
			outbound_vips_validate(reader, i, j);
		}
	}
}
