/* SPDX-License-Identifier: BSD-3-Clause */
#include "gateway_state.h"

#include "config/config.h"

/* What the ids of the current snapshot mean in the current model. */

static const struct names *
names_of(const struct gateway *gateway)
{
	return &gateway->publisher.current->names;
}

const struct interface *
gateway_interface(const struct gateway *gateway, uint16_t id)
{
	const struct names *names = names_of(gateway);

	if (id >= names->interface_end || names->interfaces[id] == NO_INDEX)
		return NULL;
	return &gateway_model(gateway)->interfaces[names->interfaces[id]];
}

uint16_t
gateway_interface_id(const struct gateway *gateway, const char *name)
{
	uint32_t index = model_find_interface(gateway_model(gateway), name);

	if (index == NO_INDEX)
		return INTERFACE_NONE;
	return (uint16_t)names_of(gateway)->interface_ids[index];
}

const struct subnet *
gateway_subnet(const struct gateway *gateway, uint16_t zone, const struct virtual_network **network)
{
	const struct names *names = names_of(gateway);
	const struct virtual_network *owner;

	if (zone >= names->zone_end || names->subnets[zone].owner == NO_INDEX)
		return NULL;
	owner = &gateway_model(gateway)->virtual_networks[names->subnets[zone].owner];
	if (network != NULL)
		*network = owner;
	return &owner->subnets[names->subnets[zone].index];
}

const struct vip *
gateway_vip(const struct gateway *gateway, uint16_t id)
{
	const struct names *names = names_of(gateway);

	if (id >= names->vip_end || names->vips[id] == NO_INDEX)
		return NULL;
	return &gateway_model(gateway)->vips[names->vips[id]];
}

const struct inbound_rule *
gateway_inbound_rule(const struct gateway *gateway, uint32_t id)
{
	const struct names *names = names_of(gateway);

	if (id >= names->rule_end || names->rules[id].owner == NO_INDEX)
		return NULL;
	return &gateway_model(gateway)
			->vips[names->rules[id].owner]
			.inbound[names->rules[id].index];
}

const struct security_rule *
gateway_security_rule(const struct gateway *gateway, uint16_t zone, enum direction direction,
		      uint16_t index)
{
	const struct subnet *subnet = gateway_subnet(gateway, zone, NULL);
	const struct security_group *group;
	unsigned int left = index;

	if (subnet == NULL || subnet->security_group == NO_INDEX)
		return NULL;
	group = &gateway_model(gateway)->security_groups[subnet->security_group];
	for (size_t i = 0; i < group->rule_count; i++)
		if (group->rules[i].direction == direction && left-- == 0)
			return &group->rules[i];
	return NULL;
}
