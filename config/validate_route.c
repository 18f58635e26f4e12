/* SPDX-License-Identifier: BSD-3-Clause */
#include "validate.h"

#include "key.h"
#include "local_link.h"
#include "setting.h"

enum {
	NEXT_HOPS_MAX = 64, /* what a group of equal paths holds */
};

/* All links of the fabric could be read. */
static bool
fabric_is_known(const struct model *model)
{
	for (size_t i = 0; i < model->interface_count; i++)
		if (model->interfaces[i].subnet == NO_INDEX &&
		    !local_link_is_known(&model->interfaces[i]))
			return false;
	return true;
}

/* What is wrong with a next hop, or NULL. */
static const char *
next_hop_problem(const struct model *model, const struct next_hop *hop, bool links_known)
{
	const struct interface *interface;

	if (hop->interface == NO_INDEX)
		return links_known
			       ? "is on no link of the fabric; use an address on the link of an "
				 "interface that no subnet has"
			       : NULL;
	interface = &model->interfaces[hop->interface];
	if (local_link_is_own_address(interface, &hop->address))
		return "is the gateway's own address; name a neighbour's";
	if (local_link_is_edge(interface, &hop->address))
		return "is the network's or the broadcast address of its link; use one between "
		       "them";
	return NULL;
}

static bool
next_hop_is_repeated(const struct fabric_route *route, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (ip_address_equal(&route->next_hops[i].address,
				     &route->next_hops[index].address))
			return true;
	return false;
}

static void
next_hops_validate(struct reader *reader, size_t index, bool links_known)
{
	const struct fabric_route *route = &reader->model->routes[index];
	char text[IP_ADDRESS_TEXT_MAX];

	if (route->next_hop_count > NEXT_HOPS_MAX) {
		struct origin origin = setting_place(reader, "routes.%zu.next_hops", index);

		diagnostic_error(reader->diagnostics, &origin,
				 "next_hops are %zu; a route has at most %d", route->next_hop_count,
				 NEXT_HOPS_MAX);
		return;
	}
	for (size_t i = 0; i < route->next_hop_count; i++) {
		const struct next_hop *hop = &route->next_hops[i];
		const char *problem;

		if (hop->address.family == IP_FAMILY_NONE)
			continue;
		problem = next_hop_is_repeated(route, i)
				  ? "is there twice; give it a weight instead"
				  : next_hop_problem(reader->model, hop, links_known);
		if (problem == NULL)
			continue;

		struct origin origin =
			setting_place(reader, "routes.%zu.next_hops.%zu.address", index, i);

		diagnostic_error(reader->diagnostics, &origin, "next hop \"%s\" %s",
				 ip_address_format(&hop->address, text), problem);
	}
}

static void
prefixes_validate(struct reader *reader)
{
	const struct model *model = reader->model;
	struct key_list keys = key_list_create(reader, model->route_count);

	for (size_t i = 0; i < model->route_count; i++)
		if (model->routes[i].prefix.address.family != IP_FAMILY_NONE)
			key_list_add(&keys, key_of_prefix(&model->routes[i].prefix), i);
	key_list_sort(&keys);
	for (size_t i = 0; i < keys.count; i++) {
		uint32_t index = keys.items[i].index, first;
		char text[IP_PREFIX_TEXT_MAX];

		if (!key_list_repeats(&keys, i, &first))
			continue;

		struct origin origin = setting_place(reader, "routes.%u.prefix", index);

		diagnostic_error(
			reader->diagnostics, &origin,
			"prefix \"%s\" has a route on line %u already; put all next hops there",
			ip_prefix_format(&model->routes[index].prefix, text),
			model->routes[first].origin.line);
	}
	key_list_free(&keys);
}

void
routes_validate(struct reader *reader)
{
	const struct model *model = reader->model;
	bool links_known = fabric_is_known(model);

	if (model->route_count > model->gateway.route_capacity &&
	    model->gateway.route_capacity > 0) {
		struct origin origin = setting_place(reader, "routes");

		diagnostic_error(reader->diagnostics, &origin,
				 "routes are %zu, but gateway.route_capacity is %u; raise it",
				 model->route_count, model->gateway.route_capacity);
	}
	prefixes_validate(reader);
	for (size_t i = 0; i < model->route_count; i++)
		next_hops_validate(reader, i, links_known);
}
