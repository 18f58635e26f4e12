/* SPDX-License-Identifier: BSD-3-Clause */
#include "link.h"

#include <string.h>

struct tagged_header {
	struct rte_ether_hdr ethernet;
	struct rte_vlan_hdr tag;
};

_Static_assert(sizeof(struct tagged_header) == LINK_HEADER_MAX, "it has no padding");

static uint32_t
host_bits(uint8_t length)
{
	return length == 0 ? UINT32_MAX : (1U << (32 - length)) - 1;
}

const struct snapshot_interface *
link_find(const struct snapshot *snapshot, uint16_t interface)
{
	if (interface >= snapshot->interface_count || !snapshot->interfaces[interface].present)
		return NULL;
	return &snapshot->interfaces[interface];
}

bool
link_writes_alike(const struct snapshot_interface *link, const struct snapshot_interface *other)
{
	if (link == NULL || other == NULL)
		return link == other;
	return link->port == other->port && link->vlan == other->vlan && link->mtu == other->mtu &&
	       link->port_tags == other->port_tags &&
	       rte_is_same_ether_addr(&link->mac, &other->mac);
}

bool
links_write_alike(const struct snapshot *snapshot, const struct snapshot *other)
{
	for (uint16_t id = 0; id < snapshot->interface_count || id < other->interface_count; id++) {
		if (!link_writes_alike(link_find(snapshot, id), link_find(other, id)))
			return false;
	}
	return true;
}

const struct interface_address *
link_address_for(const struct snapshot_interface *link, uint32_t address)
{
	for (unsigned int i = 0; i < link->address_count; i++) {
		const struct interface_address *own = &link->addresses[i];

		if (((own->address ^ address) & ~host_bits(own->length)) == 0)
			return own;
	}
	return NULL;
}

bool
link_is_own(const struct snapshot_interface *link, uint32_t address)
{
	for (unsigned int i = 0; i < link->address_count; i++) {
		if (link->addresses[i].address == address)
			return true;
	}
	return false;
}

bool
link_is_broadcast(const struct snapshot_interface *link, uint32_t address)
{
	for (unsigned int i = 0; i < link->address_count; i++) {
		const struct interface_address *own = &link->addresses[i];
		uint32_t bits = host_bits(own->length);

		/* A prefix of 31 or 32 bits has hosts only (RFC 3021). */
		if (own->length >= 31 || ((own->address ^ address) & ~bits) != 0)
			continue;
		if ((address & bits) == 0 || (address & bits) == bits)
			return true;
	}
	return false;
}

uint8_t
link_header_write(const struct snapshot_interface *link, const struct rte_ether_addr *to,
		  uint16_t type, uint8_t header[LINK_HEADER_MAX])
{
	struct tagged_header tagged = {
		.ethernet.dst_addr = *to,
		.ethernet.src_addr = link->mac,
		.ethernet.ether_type = rte_cpu_to_be_16(type),
	};
	uint8_t length = sizeof(tagged.ethernet);

	if (link->vlan != 0) {
		length = sizeof(tagged);
		tagged.tag.eth_proto = tagged.ethernet.ether_type;
		tagged.tag.vlan_tci = rte_cpu_to_be_16(link->vlan);
		tagged.ethernet.ether_type = RTE_BE16(RTE_ETHER_TYPE_VLAN);
	}
	memcpy(header, &tagged, length);
	return length;
}
