/* SPDX-License-Identifier: BSD-3-Clause */
#include "model.h"

#include <stdlib.h>
#include <string.h>

#include "config.h"

static void
gateway_free(struct gateway_settings *gateway)
{
	for (size_t i = 0; i < gateway->eal_options.count; i++)
		free(gateway->eal_options.items[i]);
	free(gateway->eal_options.items);
	free(gateway->cores.items);
	free(gateway->control_socket);
	free(gateway->name);
}

static void
links_free(struct model *model)
{
	for (size_t i = 0; i < model->port_count; i++) {
		free(model->ports[i].name);
		free(model->ports[i].device);
	}
	free(model->ports);
	for (size_t i = 0; i < model->interface_count; i++) {
		free(model->interfaces[i].name);
		free(model->interfaces[i].tap);
		free(model->interfaces[i].addresses.items);
	}
	free(model->interfaces);
	free(model->neighbors);
	for (size_t i = 0; i < model->route_count; i++)
		free(model->routes[i].next_hops);
	free(model->routes);
}

static void
security_rule_free(struct security_rule *rule)
{
	free(rule->name);
	free(rule->source.prefixes.items);
	free(rule->source.tags.items);
	free(rule->destination.prefixes.items);
	free(rule->destination.tags.items);
	free(rule->source_ports.items);
	free(rule->destination_ports.items);
}

static void
security_free(struct model *model)
{
	for (size_t i = 0; i < model->service_tag_count; i++) {
		free(model->service_tags[i].name);
		free(model->service_tags[i].prefixes.items);
	}
	free(model->service_tags);
	for (size_t i = 0; i < model->security_group_count; i++) {
		struct security_group *group = &model->security_groups[i];

		for (size_t j = 0; j < group->rule_count; j++)
			security_rule_free(&group->rules[j]);
		free(group->rules);
		free(group->name);
	}
	free(model->security_groups);
}

static void
networks_free(struct model *model)
{
	for (size_t i = 0; i < model->route_table_count; i++) {
		struct route_table *table = &model->route_tables[i];

		for (size_t j = 0; j < table->route_count; j++)
			free(table->routes[j].name);
		free(table->routes);
		free(table->name);
	}
	free(model->route_tables);
	for (size_t i = 0; i < model->virtual_network_count; i++) {
		struct virtual_network *network = &model->virtual_networks[i];

		for (size_t j = 0; j < network->subnet_count; j++) {
			free(network->subnets[j].name);
			free(network->subnets[j].outbound_vips.items);
		}
		free(network->subnets);
		free(network->address_space.items);
		free(network->name);
	}
	free(model->virtual_networks);
}

static void
vips_free(struct model *model)
{
	for (size_t i = 0; i < model->vip_count; i++) {
		struct vip *vip = &model->vips[i];

		for (size_t j = 0; j < vip->inbound_count; j++) {
			free(vip->inbound[j].name);
			free(vip->inbound[j].backends);
			free(vip->inbound[j].probe.path);
		}
		free(vip->inbound);
		free(vip->name);
	}
	free(model->vips);
}

void
model_free(struct model *model)
{
	if (model == NULL)
		return;
	gateway_free(&model->gateway);
	links_free(model);
	security_free(model);
	networks_free(model);
	vips_free(model);
	free(model->file);
	free(model->directory);
	free(model);
}

uint32_t
model_find_port(const struct model *model, const char *name)
{
	for (uint32_t i = 0; i < model->port_count; i++)
		if (strcmp(model->ports[i].name, name) == 0)
			return i;
	return NO_INDEX;
}

uint32_t
model_find_interface(const struct model *model, const char *name)
{
	for (uint32_t i = 0; i < model->interface_count; i++)
		if (strcmp(model->interfaces[i].name, name) == 0)
			return i;
	return NO_INDEX;
}
