/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports_filter.h"

#include <stdio.h>
#include <string.h>

/* Only a driver that filters and has no room for another address must be made to take all frames.
 */
static void
addresses_set(struct ports_device *device, const struct model *model, uint32_t port)
{
	bool filtered = true;

	for (size_t i = 0; i < model->interface_count; i++) {
		const struct interface *interface = &model->interfaces[i];
		struct rte_ether_addr mac;

		if (interface->port != port || !interface->mac_set)
			continue;
		memcpy(mac.addr_bytes, interface->mac.bytes, sizeof(mac.addr_bytes));
		if (!rte_is_same_ether_addr(&mac, &device->mac) &&
		    rte_eth_dev_mac_addr_add(device->ethdev, &mac, 0) != 0)
			filtered = false;
	}

	/* A driver that can do neither says so by what rte_eth_promiscuous_get() tells. */
	if (filtered)
		(void)rte_eth_promiscuous_disable(device->ethdev);
	else
		(void)rte_eth_promiscuous_enable(device->ethdev);
	device->promiscuous = rte_eth_promiscuous_get(device->ethdev) == 1;
	if (!filtered && !device->promiscuous)
		fprintf(stderr,
			"viaduct run: port %s takes only frames to its own MAC address; an "
			"interface on it has another\n",
			model->ports[port].name);
}

static void
groups_set(struct ports_device *device, const struct model *model, uint32_t port)
{
	bool wanted = false;
	int rc;

	for (size_t i = 0; i < model->interface_count; i++)
		wanted |= model->interfaces[i].port == port && model->interfaces[i].tap != NULL;
	if (!wanted)
		return;
	rc = rte_eth_allmulticast_enable(device->ethdev);
	device->multicast = rte_eth_allmulticast_get(device->ethdev) == 1;
	if (!device->multicast && !device->promiscuous)
		fprintf(stderr,
			"viaduct run: port %s can not be told to take all multicast (%s); the tap "
			"on it may not get what routing daemons send\n",
			model->ports[port].name, strerror(-rc));
}

bool
ports_filter_vlan_wanted(const struct model *model, uint32_t port)
{
	for (size_t i = 0; i < model->interface_count; i++)
		if (model->interfaces[i].port == port && model->interfaces[i].vlan != 0)
			return true;
	return false;
}

void
ports_filter_set(struct ports_device *device, const struct model *model, uint32_t port)
{
	addresses_set(device, model, port);
	groups_set(device, model, port);
}
