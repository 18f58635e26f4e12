/* SPDX-License-Identifier: BSD-3-Clause */
#include "neighbor.h"

#include <errno.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_hash.h>
#include <rte_hash_crc.h>
#include <rte_malloc.h>

#include "hash.h"
#include "link.h"

struct neighbor_key {
	rte_be32_t address;
	uint16_t interface;
	uint16_t zero;
};

_Static_assert(sizeof(struct neighbor_key) == 8, "no byte of a key is undefined");

int
neighbor_table_init(struct neighbor_table *table, const char *name, int socket)
{
	struct rte_hash_parameters parameters = {
		.name = name,
		.entries = NEIGHBORS_MAX,
		.key_len = sizeof(struct neighbor_key),
		.hash_func = rte_hash_crc,
		.socket_id = socket,
		/* Buckets that overflow are chained: the table takes NEIGHBORS_MAX of any keys. */
		.extra_flag = RTE_HASH_EXTRA_FLAGS_EXT_TABLE,
	};
	int error;

	memset(table, 0, sizeof(*table));
	table->adjacencies = rte_calloc_socket("neighbors", NEIGHBORS_MAX, sizeof(struct adjacency),
					       RTE_CACHE_LINE_SIZE, socket);
	table->uses = rte_calloc_socket("neighbor uses", NEIGHBORS_MAX, sizeof(*table->uses),
					RTE_CACHE_LINE_SIZE, socket);
	table->index = rte_hash_create(&parameters);
	if (table->adjacencies == NULL || table->uses == NULL || table->index == NULL) {
		error = table->index == NULL ? rte_errno : ENOMEM;
		neighbor_table_release(table);
		return -error;
	}
	table->free = ADJACENCY_NONE;
	return 0;
}

void
neighbor_table_release(struct neighbor_table *table)
{
	for (unsigned int i = 0; i < RTE_DIM(table->held.places); i++)
		rte_pktmbuf_free(table->held.places[i].mbuf);
	rte_hash_free(table->index);
	rte_free(table->uses);
	rte_free(table->adjacencies);
	memset(table, 0, sizeof(*table));
}

/* The header to a neighbour with that MAC address, on the adjacency's link as it is now. */
static void
header_set(struct adjacency *adjacency, const struct snapshot_interface *link,
	   const struct rte_ether_addr *mac)
{
	uint8_t header[LINK_HEADER_MAX];
	struct snapshot_interface seen = *link; /* by who writes frames */
	uint8_t length;

	memset(adjacency->header, 0, sizeof(adjacency->header));
	adjacency->type = ADJACENCY_ETHERNET;
	if (link->port_tags) {
		adjacency->type = ADJACENCY_TAGGED;
		memcpy(adjacency->header, &link->vlan, sizeof(link->vlan));
		seen.vlan = 0;
	}
	length = link_header_write(&seen, mac, RTE_ETHER_TYPE_IPV4, header);
	memcpy(adjacency->header + sizeof(adjacency->header) - length, header, length);
	adjacency->header_length = length;
	adjacency->port = link->port;
	adjacency->mtu = link->mtu;
}

static struct rte_ether_addr
header_destination(const struct adjacency *adjacency)
{
	struct rte_ether_addr mac;

	memcpy(&mac, adjacency->header + sizeof(adjacency->header) - adjacency->header_length,
	       sizeof(mac));
	return mac;
}

/* The link is the snapshot's, or NULL when it is gone. */
static void
link_set(struct adjacency *adjacency, const struct snapshot_interface *link)
{
	struct rte_ether_addr mac = header_destination(adjacency);

	if (link == NULL) {
		adjacency->state = ADJACENCY_UNRESOLVED;
		adjacency->port = ADJACENCY_PORT_NONE;
		return;
	}
	header_set(adjacency, link, &mac);
}

static uint32_t
neighbor_look_up_or_add(struct neighbor_table *table, const struct snapshot *snapshot,
			uint16_t interface, rte_be32_t address)
{
	struct neighbor_key key = { .address = address, .interface = interface };
	struct adjacency *adjacency;
	uint32_t index;
	void *data;

	if (rte_hash_lookup_data(table->index, &key, &data) >= 0)
		return (uint32_t)(uintptr_t)data;
	index = table->free != ADJACENCY_NONE ? table->free : table->count;
	if (index == NEIGHBORS_MAX ||
	    rte_hash_add_key_data(table->index, &key, (void *)(uintptr_t)index) != 0)
		return ADJACENCY_NONE;
	if (index == table->count)
		table->count++;
	else
		table->free = table->uses[index];
	table->used++;
	table->uses[index] = 0;
	adjacency = &table->adjacencies[index];
	*adjacency = (struct adjacency){
		.type = ADJACENCY_ETHERNET,
		.state = ADJACENCY_UNRESOLVED,
		.header_length = sizeof(struct rte_ether_hdr),
		.interface = interface,
		.address = address,
	};
	link_set(adjacency, link_find(snapshot, interface));
	return index;
}

uint32_t
neighbor_find_other(struct neighbor_table *table, const struct snapshot *snapshot,
		    uint16_t interface, rte_be32_t address, uint32_t *recent)
{
	uint32_t index = neighbor_look_up_or_add(table, snapshot, interface, address);

	if (index != ADJACENCY_NONE)
		*recent = index;
	return index;
}

uint32_t
neighbor_resolve(struct neighbor_table *table, const struct snapshot *snapshot,
		 const struct command_neighbor *neighbor)
{
	const struct snapshot_interface *link = link_find(snapshot, neighbor->interface);
	uint32_t index =
		neighbor_find_or_add(table, snapshot, neighbor->interface, neighbor->address);

	if (index != ADJACENCY_NONE && link != NULL) {
		header_set(&table->adjacencies[index], link, &neighbor->mac);
		table->adjacencies[index].state = ADJACENCY_RESOLVED;
	}
	return index;
}

void
neighbor_table_refresh(struct neighbor_table *table, const struct snapshot *before,
		       const struct snapshot *snapshot)
{
	if (before != NULL && links_write_alike(before, snapshot))
		return;
	for (uint32_t i = 0; i < table->count; i++) {
		struct adjacency *adjacency = &table->adjacencies[i];
		const struct snapshot_interface *link = link_find(snapshot, adjacency->interface);

		if (adjacency->state == ADJACENCY_FREE ||
		    (before != NULL &&
		     link_writes_alike(link_find(before, adjacency->interface), link)))
			continue;
		link_set(adjacency, link);
	}
}

static void
neighbor_sweep(struct neighbor_table *table, uint32_t index)
{
	struct adjacency *adjacency = &table->adjacencies[index];
	const struct neighbor_key key = { .address = adjacency->address,
					  .interface = adjacency->interface };

	if (adjacency->state != ADJACENCY_UNRESOLVED || adjacency->held > 0 ||
	    table->uses[index] > 0 || rte_hash_del_key(table->index, &key) < 0)
		return;
	adjacency->state = ADJACENCY_FREE;
	table->uses[index] = table->free;
	table->free = index;
	table->used--;
}

void
neighbor_table_sweep(struct neighbor_table *table)
{
	if (likely(table->used <= NEIGHBORS_MAX / 2))
		return;
	for (unsigned int i = 0; i < NEIGHBORS_SWEPT; i++) {
		table->swept = table->swept + 1 < table->count ? table->swept + 1 : 0;
		neighbor_sweep(table, table->swept);
	}
}

struct rte_mbuf *
neighbor_hold(struct neighbor_table *table, uint32_t index, struct rte_mbuf *mbuf)
{
	struct adjacency *adjacency = &table->adjacencies[index];

	return held_add(&table->held, &adjacency->held, adjacency->interface, index, mbuf);
}

unsigned int
neighbor_take_held(struct neighbor_table *table, uint32_t index, struct rte_mbuf **mbufs)
{
	struct adjacency *adjacency = &table->adjacencies[index];

	return held_take(&table->held, &adjacency->held, adjacency->interface, mbufs);
}
