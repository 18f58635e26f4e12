/* SPDX-License-Identifier: BSD-3-Clause */
#include "build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A route's next hops as members of a group, ascending, which is how groups keep them. */
struct members {
	struct ecmp_member items[ECMP_MEMBERS_MAX];
	size_t count;
};

static void
member_insert(struct members *members, uint32_t next_hop, uint16_t weight)
{
	size_t place = members->count++;

	for (; place > 0 && members->items[place - 1].next_hop > next_hop; place--)
		members->items[place] = members->items[place - 1];
	members->items[place] = (struct ecmp_member){ .next_hop = next_hop, .weight = weight };
}

static bool
hop_is_down(const struct builder *builder, const struct next_hop *hop)
{
	return builder->ports_down >> builder->model->interfaces[hop->interface].port & 1;
}

static int
members_take(struct builder *builder, const struct fabric_route *route, struct members *members)
{
	const uint32_t *interfaces = builder->generation->names.interface_ids;
	char prefix[IP_PREFIX_TEXT_MAX];

	if (route->next_hop_count > ECMP_MEMBERS_MAX)
		return build_fail(builder, -E2BIG,
				  "the route to %s has %zu next hops; at most %d are possible",
				  ip_prefix_format(&route->prefix, prefix), route->next_hop_count,
				  ECMP_MEMBERS_MAX);
	members->count = 0;
	for (size_t i = 0; i < route->next_hop_count; i++) {
		const struct next_hop *hop = &route->next_hops[i];
		uint32_t id;
		int rc;

		if (hop_is_down(builder, hop))
			continue;
		rc = next_hop_take(builder->next_hops, (uint16_t)interfaces[hop->interface],
				   ip_address_v4(&hop->address), &id);
		if (rc == -ENOSPC)
			return build_ids_used_up(builder, "next hops");
		if (rc != 0)
			return build_out_of_memory(builder);
		member_insert(members, id, hop->weight);
	}
	return 0;
}

static bool
members_equal(const struct members *members, const struct ecmp_group *group)
{
	if (group->member_count != members->count)
		return false;
	for (size_t i = 0; i < members->count; i++)
		if (group->members[i].next_hop != members->items[i].next_hop ||
		    group->members[i].weight != members->items[i].weight)
			return false;
	return true;
}

/* What a prefix led to in the generation before, or NULL. Most routes stand where they stood. */
static const struct prefix_entry *
entry_before(const struct builder *builder, uint32_t prefix, uint8_t length)
{
	const struct generation *previous = builder->previous;
	size_t place = builder->generation->route_count;

	if (place < previous->route_count && previous->routes[place].prefix == prefix &&
	    previous->routes[place].length == length)
		return &previous->routes[place];
	return prefix_table_find(&previous->prefixes, prefix, length);
}

/* The group that the prefix had in the generation before, or NULL. */
static struct shared *
group_before(const struct builder *builder, const struct fabric_route *route)
{
	const struct prefix_entry *entry;

	if (builder->previous == NULL)
		return NULL;
	entry = entry_before(builder, ip_address_v4(&route->prefix.address), route->prefix.length);
	if (entry == NULL || route_target_kind(entry->target) != ROUTE_GROUP)
		return NULL;
	return builder->previous->groups[route_target_id(entry->target)];
}

/* One reference holds a group for all routes of a generation. */
static int
group_hold(struct builder *builder, struct shared *shared, uint32_t *id)
{
	struct shared **groups = builder->generation->groups;

	*id = ((const struct fabric_group *)shared_table(shared))->id;
	if (groups[*id] != NULL)
		return 0;
	if (generation_hold(builder->generation, shared) != 0)
		return build_out_of_memory(builder);
	groups[*id] = shared;
	return 0;
}

static int
group_fail(struct builder *builder, const struct fabric_route *route, int rc)
{
	char prefix[IP_PREFIX_TEXT_MAX];

	if (rc == -EINVAL)
		return build_fail(builder, rc, "the route to %s names a next hop twice",
				  ip_prefix_format(&route->prefix, prefix));
	if (rc == -ENOSPC)
		return build_fail(builder, rc,
				  "the fabric's routes have more than %d different sets of next "
				  "hops, those of the generation before included",
				  GROUPS_MAX);
	return build_out_of_memory(builder);
}

int
build_group(struct builder *builder, const struct fabric_route *route, uint32_t *id)
{
	struct shared *before = group_before(builder, route), *shared;
	struct members members;
	struct group_request request = { .pool = builder->groups, .members = members.items };
	struct words words = { 0 };
	int rc = members_take(builder, route, &members);

	if (rc != 0)
		return rc;
	if (members.count == 0)
		return -ENETDOWN;
	if (before != NULL) {
		const struct fabric_group *group = shared_table(before);

		if (members_equal(&members, &group->ecmp))
			return group_hold(builder, before, id);
		/* Of one member all groups are alike, wherever they come from. */
		if (members.count > 1)
			request.previous = group;
	}
	request.count = members.count;
	group_request_write(&request, &words);
	shared = store_take(builder->generation->store, &group_type, &words, &request);
	rc = shared == NULL ? -errno : 0;
	words_clear(&words);
	if (shared == NULL)
		return group_fail(builder, route, rc);
	rc = group_hold(builder, shared, id);
	store_release(builder->generation->store, shared);
	return rc;
}
