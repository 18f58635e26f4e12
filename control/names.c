/* SPDX-License-Identifier: BSD-3-Clause */
#include "names.h"

#include <errno.h>
#include <stdlib.h>

#include "config/subnet.h"

struct taker {
	struct names *names;
	struct registry *registry;
	const struct model *model;
	enum registry_kind full;
};

/* An array of that many elements, never NULL for none of them. */
static void *
array_create(size_t count, size_t size)
{
	return calloc(count + 1, size);
}

static int
id_take(struct taker *taker, enum registry_kind kind, uint32_t scope, const char *name,
	uint32_t *id)
{
	int rc = registry_take(taker->registry, kind, scope, name, id);

	if (rc == -ENOSPC)
		taker->full = kind;
	return rc;
}

static int
interfaces_take(struct taker *taker)
{
	const struct model *model = taker->model;

	taker->names->interface_ids = array_create(model->interface_count, sizeof(uint32_t));
	if (taker->names->interface_ids == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < model->interface_count; i++) {
		int rc = id_take(taker, REGISTRY_INTERFACE, 0, model->interfaces[i].name,
				 &taker->names->interface_ids[i]);

		if (rc != 0)
			return rc;
	}
	return 0;
}

static int
network_take(struct taker *taker, size_t index)
{
	const struct virtual_network *network = &taker->model->virtual_networks[index];
	uint32_t *id = &taker->names->network_ids[index];
	uint32_t *zones = array_create(network->subnet_count, sizeof(*zones));
	int rc;

	taker->names->zones[index] = zones;
	if (zones == NULL)
		return -ENOMEM;
	rc = id_take(taker, REGISTRY_NETWORK, 0, network->name, id);
	for (size_t i = 0; i < network->subnet_count && rc == 0; i++)
		rc = id_take(taker, REGISTRY_ZONE, *id, network->subnets[i].name, &zones[i]);
	return rc;
}

static int
networks_take(struct taker *taker)
{
	struct names *names = taker->names;
	size_t count = taker->model->virtual_network_count;

	names->network_ids = array_create(count, sizeof(*names->network_ids));
	names->zones = array_create(count, sizeof(*names->zones));
	if (names->network_ids == NULL || names->zones == NULL)
		return -ENOMEM;
	names->network_count = count;
	for (size_t i = 0; i < count; i++) {
		int rc = network_take(taker, i);

		if (rc != 0)
			return rc;
	}
	return 0;
}

static int
vip_take(struct taker *taker, size_t index)
{
	const struct vip *vip = &taker->model->vips[index];
	uint32_t *id = &taker->names->vip_ids[index];
	uint32_t *rules = array_create(vip->inbound_count, sizeof(*rules));
	char address[IP_ADDRESS_TEXT_MAX];
	int rc;

	taker->names->rule_ids[index] = rules;
	if (rules == NULL)
		return -ENOMEM;
	rc = id_take(taker, REGISTRY_VIP, taker->names->network_ids[vip->virtual_network],
		     ip_address_format(&vip->address, address), id);
	for (size_t i = 0; i < vip->inbound_count && rc == 0; i++)
		rc = id_take(taker, REGISTRY_INBOUND_RULE, *id, vip->inbound[i].name, &rules[i]);
	return rc;
}

static int
vips_take(struct taker *taker)
{
	struct names *names = taker->names;
	size_t count = taker->model->vip_count;

	names->vip_ids = array_create(count, sizeof(*names->vip_ids));
	names->rule_ids = array_create(count, sizeof(*names->rule_ids));
	if (names->vip_ids == NULL || names->rule_ids == NULL)
		return -ENOMEM;
	names->vip_count = count;
	for (size_t i = 0; i < count; i++) {
		int rc = vip_take(taker, i);

		if (rc != 0)
			return rc;
	}
	return 0;
}

/* By id, all of them meaning nothing yet. */
static int
reverse_create(struct taker *taker)
{
	struct names *names = taker->names;

	names->interface_end = registry_end(taker->registry, REGISTRY_INTERFACE);
	names->network_end = registry_end(taker->registry, REGISTRY_NETWORK);
	names->zone_end = registry_end(taker->registry, REGISTRY_ZONE);
	names->vip_end = registry_end(taker->registry, REGISTRY_VIP);
	names->rule_end = registry_end(taker->registry, REGISTRY_INBOUND_RULE);
	names->interfaces = array_create(names->interface_end, sizeof(*names->interfaces));
	names->subnets = array_create(names->zone_end, sizeof(*names->subnets));
	names->vips = array_create(names->vip_end, sizeof(*names->vips));
	names->rules = array_create(names->rule_end, sizeof(*names->rules));
	if (names->interfaces == NULL || names->subnets == NULL || names->vips == NULL ||
	    names->rules == NULL)
		return -ENOMEM;

	for (uint32_t id = 0; id < names->interface_end; id++)
		names->interfaces[id] = NO_INDEX;
	for (uint32_t id = 0; id < names->zone_end; id++)
		names->subnets[id] = (struct place){ NO_INDEX, NO_INDEX };
	for (uint32_t id = 0; id < names->vip_end; id++)
		names->vips[id] = NO_INDEX;
	for (uint32_t id = 0; id < names->rule_end; id++)
		names->rules[id] = (struct place){ NO_INDEX, NO_INDEX };
	return 0;
}

static void
reverse_fill(struct names *names, const struct model *model)
{
	for (uint32_t i = 0; i < model->interface_count; i++)
		names->interfaces[names->interface_ids[i]] = i;
	for (uint32_t i = 0; i < model->virtual_network_count; i++)
		for (uint32_t j = 0; j < model->virtual_networks[i].subnet_count; j++)
			names->subnets[names->zones[i][j]] = (struct place){ i, j };
	for (uint32_t i = 0; i < model->vip_count; i++) {
		names->vips[names->vip_ids[i]] = i;
		for (uint32_t j = 0; j < model->vips[i].inbound_count; j++)
			names->rules[names->rule_ids[i][j]] = (struct place){ i, j };
	}
}

int
names_take(struct names *names, struct registry *registry, const struct model *model,
	   enum registry_kind *full)
{
	static int (*const steps[])(struct taker *) = { interfaces_take, networks_take, vips_take,
							reverse_create };
	struct taker taker = { .names = names, .registry = registry, .model = model };

	*names = (struct names){ 0 };
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int rc = steps[i](&taker);

		if (rc != 0) {
			*full = taker.full;
			names_clear(names);
			return rc;
		}
	}
	reverse_fill(names, model);
	return 0;
}

void
names_clear(struct names *names)
{
	for (size_t i = 0; i < names->network_count; i++)
		free(names->zones[i]);
	for (size_t i = 0; i < names->vip_count; i++)
		free(names->rule_ids[i]);
	free(names->interface_ids);
	free(names->network_ids);
	free(names->zones);
	free(names->vip_ids);
	free(names->rule_ids);
	free(names->interfaces);
	free(names->subnets);
	free(names->vips);
	free(names->rules);
	*names = (struct names){ 0 };
}

uint16_t
names_zone_of(const struct names *names, const struct model *model, uint32_t network,
	      const struct ip_address *address)
{
	const struct virtual_network *owner = &model->virtual_networks[network];
	const struct subnet *subnet = virtual_network_subnet_of(owner, address);

	return subnet == NULL ? 0 : (uint16_t)names->zones[network][subnet - owner->subnets];
}
