/* SPDX-License-Identifier: BSD-3-Clause */
#include "mapping.h"

#include <stddef.h>

#include "worker.h"

enum {
	FAMILY_MAPPING = 0x40 | FLOW_FAMILY_IPV4, /* of no packet's key */
};

/* A place of the flow table, as a mapping or a filter has it. */
struct mapping {
	struct flow_key key;
	struct mapping_owner owner; /* of the outside entry */
	rte_be16_t outside_port;    /* of the inside entry */
	uint32_t sessions;          /* of the outside entry, and of a filter */
	uint8_t unused[12];
	uint32_t next; /* the flow table's */
	uint8_t unused_too[12];
} __attribute__((may_alias, aligned(16)));

_Static_assert(sizeof(struct mapping) == sizeof(struct flow), "a mapping is an entry");
_Static_assert(offsetof(struct mapping, next) == offsetof(struct flow, next),
	       "the flow table keeps its chain");

static struct mapping *
mapping_at(const struct flow_table *flows, uint32_t index)
{
	return (struct mapping *)flow_at(flows, index);
}

/* NULL: there is none. */
static struct mapping *
mapping_find(const struct flow_table *flows, const struct flow_key *key)
{
	uint32_t index = flow_find(flows, key);

	return index == FLOW_NONE ? NULL : mapping_at(flows, index);
}

static void
mapping_remove(struct flow_table *flows, const struct flow_key *key)
{
	uint32_t index = flow_find(flows, key);

	if (index != FLOW_NONE)
		flow_remove(flows, index);
}

struct flow_key
mapping_outside_key(const struct mapping_key *key)
{
	return (struct flow_key){
		.destination = key->vip,
		.destination_port = key->port,
		.protocol = key->protocol,
		.family = FAMILY_MAPPING,
	};
}

static struct flow_key
mapping_inside_key(uint8_t protocol, rte_be32_t vip, const struct mapping_owner *owner)
{
	return (struct flow_key){
		.source = owner->address,
		.source_port = owner->port,
		.destination = vip,
		.zone = owner->zone,
		.protocol = protocol,
		.family = FAMILY_MAPPING,
	};
}

static struct flow_key
mapping_filter_key(const struct mapping_key *key, rte_be32_t remote)
{
	struct flow_key filter = mapping_outside_key(key);

	filter.source = remote;
	return filter;
}

rte_be16_t
mapping_find_port(const struct flow_table *flows, uint8_t protocol, rte_be32_t vip,
		  const struct mapping_owner *owner)
{
	struct flow_key key = mapping_inside_key(protocol, vip, owner);
	const struct mapping *inside = mapping_find(flows, &key);

	return inside == NULL ? 0 : inside->outside_port;
}

bool
mapping_find_owner(const struct flow_table *flows, const struct mapping_key *key,
		   struct mapping_owner *owner)
{
	struct flow_key outside_key = mapping_outside_key(key);
	const struct mapping *outside = mapping_find(flows, &outside_key);

	if (outside == NULL)
		return false;
	*owner = outside->owner;
	return true;
}

static bool
mapping_make(struct worker *worker, const struct mapping_key *key,
	     const struct mapping_owner *owner)
{
	struct flow_table *flows = &worker->sessions.flows;
	struct flow_key outside_key = mapping_outside_key(key);
	struct flow_key inside_key = mapping_inside_key(key->protocol, key->vip, owner);
	uint32_t outside = flow_insert(flows, &outside_key);
	uint32_t inside;

	if (outside == FLOW_NONE)
		return false;
	inside = flow_insert(flows, &inside_key);
	if (inside == FLOW_NONE) {
		flow_remove(flows, outside);
		return false;
	}
	mapping_at(flows, outside)->owner = *owner;
	mapping_at(flows, outside)->sessions = 1;
	mapping_at(flows, inside)->outside_port = key->port;
	snat_port_take(&worker->snat, worker->snapshot->usage[owner->vip], owner->host,
		       &outside_key);
	worker->counters.snat_ports_taken++;
	return true;
}

bool
mapping_take(struct worker *worker, const struct mapping_key *key,
	     const struct mapping_owner *owner)
{
	struct flow_key outside_key = mapping_outside_key(key);
	struct mapping *outside = mapping_find(&worker->sessions.flows, &outside_key);

	if (outside == NULL)
		return mapping_make(worker, key, owner);
	outside->sessions++;
	return true;
}

void
mapping_return(struct worker *worker, const struct mapping_key *key)
{
	struct flow_table *flows = &worker->sessions.flows;
	struct flow_key outside_key = mapping_outside_key(key);
	struct mapping *outside = mapping_find(flows, &outside_key);
	struct mapping_owner owner;
	struct flow_key inside_key;

	if (outside == NULL || --outside->sessions > 0)
		return;
	owner = outside->owner;
	inside_key = mapping_inside_key(key->protocol, key->vip, &owner);
	mapping_remove(flows, &inside_key);
	mapping_remove(flows, &outside_key);
	snat_port_return(&worker->snat, worker->snapshot->usage[owner.vip], owner.host,
			 outside_key);
	worker->counters.snat_ports_returned++;
}

bool
mapping_lets_in(const struct flow_table *flows, const struct mapping_key *key, rte_be32_t remote)
{
	struct flow_key filter = mapping_filter_key(key, remote);

	return mapping_find(flows, &filter) != NULL;
}

bool
mapping_open(struct flow_table *flows, const struct mapping_key *key, rte_be32_t remote)
{
	struct flow_key filter_key = mapping_filter_key(key, remote);
	struct mapping *filter = mapping_find(flows, &filter_key);
	uint32_t index;

	if (filter == NULL) {
		index = flow_insert(flows, &filter_key);
		if (index == FLOW_NONE)
			return false;
		filter = mapping_at(flows, index);
	}
	filter->sessions++;
	return true;
}

void
mapping_close(struct flow_table *flows, const struct mapping_key *key, rte_be32_t remote)
{
	struct flow_key filter_key = mapping_filter_key(key, remote);
	struct mapping *filter = mapping_find(flows, &filter_key);

	if (filter != NULL && --filter->sessions == 0)
		mapping_remove(flows, &filter_key);
}
