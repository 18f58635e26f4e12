/* SPDX-License-Identifier: BSD-3-Clause */
#include "snat_plan.h"

#include <errno.h>
#include <stdlib.h>

#include "subnet.h"

enum {
	BLOCKS = 65536 / SNAT_BLOCK_PORTS,
	FIRST_BLOCK = SNAT_FIRST_PORT / SNAT_BLOCK_PORTS,
};

static void
used_blocks_mark(const struct vip *vip, bool used[BLOCKS])
{
	for (size_t i = 0; i < vip->inbound_count; i++) {
		const struct port_range *ports = &vip->inbound[i].ports;

		for (unsigned block = ports->first / SNAT_BLOCK_PORTS;
		     block <= ports->last / SNAT_BLOCK_PORTS; block++)
			used[block] = true;
	}
}

int
snat_free_ranges(const struct vip *vip, struct port_range_list *ranges)
{
	bool used[BLOCKS] = { false };
	/* Two ranges are at least a block apart. */
	struct port_range *items = calloc((BLOCKS - FIRST_BLOCK + 1) / 2, sizeof(*items));
	size_t count = 0;

	if (items == NULL)
		return -ENOMEM;
	used_blocks_mark(vip, used);
	for (unsigned block = FIRST_BLOCK; block < BLOCKS; block++) {
		unsigned first = block * SNAT_BLOCK_PORTS;

		if (used[block])
			continue;
		if (block == FIRST_BLOCK || used[block - 1])
			items[count++].first = (uint16_t)first;
		items[count - 1].last = (uint16_t)(first + SNAT_BLOCK_PORTS - 1);
	}
	*ranges = (struct port_range_list){ items, count };
	return 0;
}

size_t
snat_block_count(const struct port_range_list *ranges, unsigned ports_per_host)
{
	size_t count = 0;

	for (size_t i = 0; i < ranges->count; i++) {
		const struct port_range *range = &ranges->items[i];

		count += (range->last - range->first + 1U) / ports_per_host;
	}
	return count;
}

static bool
subnet_uses_vip(const struct subnet *subnet, uint32_t vip)
{
	for (size_t i = 0; i < subnet->outbound_vips.count; i++)
		if (subnet->outbound_vips.items[i] == vip)
			return true;
	return false;
}

uint64_t
snat_host_count(const struct model *model, uint32_t vip)
{
	uint64_t hosts = 0;

	for (size_t i = 0; i < model->virtual_network_count; i++) {
		const struct virtual_network *network = &model->virtual_networks[i];

		for (size_t j = 0; j < network->subnet_count; j++)
			if (subnet_uses_vip(&network->subnets[j], vip))
				hosts += subnet_host_count(&network->subnets[j]);
	}
	return hosts;
}

unsigned
snat_ports_default(uint64_t hosts)
{
	static const struct {
		unsigned hosts, ports;
	} table[] = { { 50, 1024 }, { 100, 512 }, { 200, 256 },
		      { 400, 128 }, { 800, 64 },  { SNAT_DEFAULT_HOSTS_MAX, 32 } };

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (hosts <= table[i].hosts)
			return table[i].ports;
	return 0;
}
