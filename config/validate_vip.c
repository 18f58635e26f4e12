/* SPDX-License-Identifier: BSD-3-Clause */
#include "validate.h"

#include "key.h"
#include "local_link.h"
#include "setting.h"
#include "subnet.h"

static void
address_validate(struct reader *reader, size_t index)
{
	const struct model *model = reader->model;
	const struct ip_address *address = &model->vips[index].address;
	struct origin origin = setting_place(reader, "vips.%zu.address", index);
	char text[IP_ADDRESS_TEXT_MAX];

	ip_address_format(address, text);
	for (size_t i = 0; i < model->virtual_network_count; i++)
		if (virtual_network_contains(&model->virtual_networks[i], address))
			diagnostic_error(
				reader->diagnostics, &origin,
				"address \"%s\" is inside virtual network \"%s\"; a VIP is outside "
				"of all",
				text, model->virtual_networks[i].name);
	for (size_t i = 0; i < model->interface_count; i++)
		if (model->interfaces[i].subnet == NO_INDEX &&
		    local_link_is_own_address(&model->interfaces[i], address))
			diagnostic_error(
				reader->diagnostics, &origin,
				"address \"%s\" is that of interface \"%s\"; a VIP needs its own",
				text, model->interfaces[i].name);
}

static void
repetitions_validate(struct reader *reader)
{
	const struct model *model = reader->model;
	struct key_list keys = key_list_create(reader, model->vip_count);

	for (size_t i = 0; i < model->vip_count; i++)
		if (model->vips[i].address.family != IP_FAMILY_NONE)
			key_list_add(&keys, ip_address_v4(&model->vips[i].address), i);
	key_list_sort(&keys);
	for (size_t i = 0; i < keys.count; i++) {
		uint32_t index = keys.items[i].index, first;
		char text[IP_ADDRESS_TEXT_MAX];

		if (!key_list_repeats(&keys, i, &first))
			continue;

		struct origin origin = setting_place(reader, "vips.%u.address", index);

		diagnostic_error(reader->diagnostics, &origin,
				 "address \"%s\" is that of VIP \"%s\"; each needs its own",
				 ip_address_format(&model->vips[index].address, text),
				 model->vips[first].name);
	}
	key_list_free(&keys);
}

static bool
rules_overlap(const struct inbound_rule *a, const struct inbound_rule *b)
{
	return a->protocol == b->protocol && a->ports.first <= b->ports.last &&
	       b->ports.first <= a->ports.last;
}

/* A rule whose protocol is none, or whose ports are 0-0 where it has some, could not be read. */
static bool
rule_is_known(const struct inbound_rule *rule)
{
	return rule->protocol == PROTOCOL_ICMP ||
	       (rule->ports.first != 0 && rule->protocol != PROTOCOL_ANY);
}

static void
rule_overlap_error(struct reader *reader, size_t vip, size_t index,
		   const struct inbound_rule *other)
{
	const struct inbound_rule *rule = &reader->model->vips[vip].inbound[index];
	bool ping = rule->protocol == PROTOCOL_ICMP;
	struct origin origin = setting_place(reader, "vips.%zu.inbound.%zu.%s", vip, index,
					     ping ? "protocol" : "ports");

	if (ping)
		diagnostic_error(reader->diagnostics, &origin,
				 "protocol \"icmp\" is that of rule \"%s\" on line %u; a VIP has "
				 "one rule for pings",
				 other->name, other->origin.line);
	else
		diagnostic_error(reader->diagnostics, &origin,
				 "ports %u-%u overlap %u-%u of rule \"%s\" on line %u; a port has "
				 "one rule",
				 rule->ports.first, rule->ports.last, other->ports.first,
				 other->ports.last, other->name, other->origin.line);
}

static void
rule_ports_validate(struct reader *reader, size_t vip, size_t index)
{
	const struct inbound_rule *rules = reader->model->vips[vip].inbound;

	if (!rule_is_known(&rules[index]))
		return;
	for (size_t i = 0; i < index; i++) {
		if (rule_is_known(&rules[i]) && rules_overlap(&rules[index], &rules[i]))
			rule_overlap_error(reader, vip, index, &rules[i]);
	}
}

/* What is wrong with the address of a backend, or NULL. */
static const char *
backend_problem(const struct virtual_network *network, const struct ip_address *backend)
{
	const struct subnet *subnet = virtual_network_subnet_of(network, backend);

	if (subnet == NULL)
		return "is in no subnet of the VIP's virtual network; name a host of one";
	if (subnet_address_is_reserved(subnet, backend))
		return "is reserved in its subnet; hosts have .4 and higher";
	return NULL;
}

static void
backend_error(struct reader *reader, size_t vip, size_t index, size_t backend, const char *problem)
{
	const struct ip_address *address =
		&reader->model->vips[vip].inbound[index].backends[backend];
	struct origin origin =
		setting_place(reader, "vips.%zu.inbound.%zu.backends.%zu", vip, index, backend);
	char text[IP_ADDRESS_TEXT_MAX];

	diagnostic_error(reader->diagnostics, &origin, "backend \"%s\" %s",
			 ip_address_format(address, text), problem);
}

static void
backends_validate(struct reader *reader, size_t vip, size_t index)
{
	const struct model *model = reader->model;
	const struct inbound_rule *rule = &model->vips[vip].inbound[index];
	uint32_t network = model->vips[vip].virtual_network, first;
	struct key_list keys = key_list_create(reader, rule->backend_count);

	for (size_t i = 0; i < rule->backend_count; i++) {
		const char *problem = NULL;

		if (rule->backends[i].family == IP_FAMILY_NONE)
			continue;
		key_list_add(&keys, ip_address_v4(&rule->backends[i]), i);
		if (network != NO_INDEX)
			problem = backend_problem(&model->virtual_networks[network],
						  &rule->backends[i]);
		if (problem != NULL)
			backend_error(reader, vip, index, i, problem);
	}
	key_list_sort(&keys);
	for (size_t i = 0; i < keys.count; i++)
		if (key_list_repeats(&keys, i, &first))
			backend_error(reader, vip, index, keys.items[i].index,
				      "is there twice; name each backend once");
	key_list_free(&keys);
}

static void
backend_count_validate(struct reader *reader, size_t vip, size_t index)
{
	const struct inbound_rule *rule = &reader->model->vips[vip].inbound[index];

	if (rule->backend_count <= rule->backends_max)
		return;

	struct origin origin = setting_place(reader, "vips.%zu.inbound.%zu.backends", vip, index);

	diagnostic_error(reader->diagnostics, &origin,
			 "backends are %zu, but backends_max is %u; raise it", rule->backend_count,
			 rule->backends_max);
}

void
vips_validate(struct reader *reader)
{
	const struct model *model = reader->model;

	repetitions_validate(reader);
	for (size_t i = 0; i < model->vip_count; i++) {
		if (model->vips[i].address.family != IP_FAMILY_NONE)
			address_validate(reader, i);
		for (size_t j = 0; j < model->vips[i].inbound_count; j++) {
			rule_ports_validate(reader, i, j);
			backend_count_validate(reader, i, j);
			backends_validate(reader, i, j);
		}
	}
}
