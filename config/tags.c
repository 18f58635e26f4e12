/* SPDX-License-Identifier: BSD-3-Clause */
#include "tags.h"

#include <string.h>

static const struct address_range all_addresses = { 0, UINT32_MAX };
static const struct address_range load_balancer = { 0xa83f8110, 0xa83f8110 }; /* 168.63.129.16 */

/* What is not public (RFC 6890). */
static const struct address_range not_public[] = {
	{ 0x00000000, 0x00ffffff }, /* 0.0.0.0/8 */
	{ 0x0a000000, 0x0affffff }, /* 10.0.0.0/8 */
	{ 0x64400000, 0x647fffff }, /* 100.64.0.0/10 */
	{ 0x7f000000, 0x7fffffff }, /* 127.0.0.0/8 */
	{ 0xa9fe0000, 0xa9feffff }, /* 169.254.0.0/16 */
	{ 0xac100000, 0xac1fffff }, /* 172.16.0.0/12 */
	{ 0xc0a80000, 0xc0a8ffff }, /* 192.168.0.0/16 */
	{ 0xe0000000, 0xffffffff }, /* 224.0.0.0/4 and 240.0.0.0/4 */
};

uint32_t
built_in_tag_find(const char *name)
{
	static const char *const names[TAG_BUILT_IN_COUNT] = {
		[TAG_INTERNET] = "Internet",
		[TAG_VIRTUAL_NETWORK] = "VirtualNetwork",
		[TAG_AZURE_LOAD_BALANCER] = "AzureLoadBalancer",
	};

	for (uint32_t tag = 0; tag < TAG_BUILT_IN_COUNT; tag++)
		if (strcmp(names[tag], name) == 0)
			return tag;
	return NO_INDEX;
}

static int
table_add(const struct route_table *table, struct address_ranges *ranges)
{
	for (size_t i = 0; i < table->route_count; i++) {
		const struct ip_prefix *prefix = &table->routes[i].prefix;
		int error = prefix->length > 0 ? address_ranges_add_prefixes(ranges, prefix, 1) : 0;

		if (error < 0)
			return error;
	}
	return 0;
}

static int
virtual_network_add(const struct model *model, const struct virtual_network *network,
		    struct address_ranges *ranges)
{
	int error = address_ranges_add_prefixes(ranges, network->address_space.items,
						network->address_space.count);

	for (size_t i = 0; i < network->subnet_count && error == 0; i++) {
		uint32_t table = network->subnets[i].route_table;

		if (table != NO_INDEX)
			error = table_add(&model->route_tables[table], ranges);
	}
	return error;
}

/* Everything public that is not in VirtualNetwork. */
static int
public_find(const struct model *model, const struct virtual_network *network,
	    struct address_ranges *ranges)
{
	struct address_ranges hidden = { 0 };
	int error = virtual_network_add(model, network, &hidden);

	for (size_t i = 0; i < sizeof(not_public) / sizeof(not_public[0]) && error == 0; i++)
		error = address_ranges_add(&hidden, not_public[i]);
	address_ranges_merge(&hidden);
	if (error == 0)
		error = address_ranges_add(ranges, all_addresses);
	if (error == 0)
		error = address_ranges_subtract(ranges, &hidden);
	address_ranges_free(&hidden);
	return error;
}

static int
internet_add(const struct model *model, const struct virtual_network *network,
	     struct address_ranges *ranges)
{
	struct address_ranges outside = { 0 };
	int error = public_find(model, network, &outside);

	for (size_t i = 0; i < outside.count && error == 0; i++)
		error = address_ranges_add(ranges, outside.items[i]);
	address_ranges_free(&outside);
	for (size_t i = 0; i < model->vip_count && error == 0; i++) {
		uint32_t address = ip_address_v4(&model->vips[i].address);

		error = address_ranges_add(ranges, (struct address_range){ address, address });
	}
	return error;
}

static int
tag_add(const struct model *model, const struct virtual_network *network, uint32_t tag,
	struct address_ranges *ranges)
{
	const struct prefix_list *prefixes;

	switch (tag) {
	case TAG_INTERNET:
		return internet_add(model, network, ranges);
	case TAG_VIRTUAL_NETWORK:
		return virtual_network_add(model, network, ranges);
	case TAG_AZURE_LOAD_BALANCER:
		return address_ranges_add(ranges, load_balancer);
	default:
		prefixes = &model->service_tags[tag - TAG_BUILT_IN_COUNT].prefixes;
		return address_ranges_add_prefixes(ranges, prefixes->items, prefixes->count);
	}
}

int
rule_addresses_expand(const struct model *model, const struct virtual_network *network,
		      const struct rule_addresses *side, struct address_ranges *ranges)
{
	int error;

	*ranges = (struct address_ranges){ 0 };
	if (side->any)
		return address_ranges_add(ranges, all_addresses);
	error = address_ranges_add_prefixes(ranges, side->prefixes.items, side->prefixes.count);
	for (size_t i = 0; i < side->tags.count && error == 0; i++)
		error = tag_add(model, network, side->tags.items[i], ranges);
	if (error < 0) {
		address_ranges_free(ranges);
		return error;
	}
	address_ranges_merge(ranges);
	return 0;
}
