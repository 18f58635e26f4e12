/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdlib.h>

#include "eal.h"
#include "world.h"

/* What tests do with the world: change it, ask what becomes of packets, and expect it. */

/* Of the whole program: its state is the fabric. */
static inline int
fabric_setup(void **state)
{
	*state = world_fabric_create();
	return *state == NULL ? -1 : 0;
}

static inline int
fabric_teardown(void **state)
{
	fabric_routes_free(*state);
	return 0;
}

/* Of a test: its state is a world of its own, around the program's fabric. */
static inline int
world_setup(void **state)
{
	struct world *world = malloc(sizeof(*world));

	if (world == NULL)
		return -1;
	world_create(world, *state);
	*state = world;
	return 0;
}

static inline int
world_teardown(void **state)
{
	world_free(*state);
	free(*state);
	return 0;
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)

/* A route that goes before all that the subnet has; its index. */
static inline uint16_t
world_route(struct world *world, uint16_t zone, uint32_t prefix, uint8_t length,
	    struct subnet_route route)
{
	struct world_routes *routes = &world->routes[zone];
	uint32_t host_bits = length == 0 ? UINT32_MAX : (1U << (32 - length)) - 1;

	assert_in_range(routes->count, 0, WORLD_ROUTES_MAX - 1);
	routes->items[routes->count] = route;
	world_cover(world, zone, prefix, prefix | host_bits, (uint32_t)routes->count);
	world_routes_build(world, zone);
	return (uint16_t)routes->count++;
}

static inline struct subnet_route
world_to_appliance(void)
{
	return (struct subnet_route){ .kind = SUBNET_ROUTE_APPLIANCE,
				      .zone = FIREWALL,
				      .address = rte_cpu_to_be_32(APPLIANCE) };
}

/* A rule of a group: of one protocol (0: any), one source and destination range, and ports. */
struct world_spec {
	bool allow;
	uint8_t protocol;
	struct security_address_range source;
	struct security_address_range destination;
	struct security_port_range ports; /* of the destination; 0, 0: any */
};

#define ANYWHERE      ((struct security_address_range){ 0, UINT32_MAX })
#define ONLY(address) ((struct security_address_range){ address, address })

/* One direction of a group whose rules are tried in this order; the last may be "none matches". */
static inline struct security_policy *
world_policy(struct world *world, const struct world_spec *specs, size_t count)
{
	struct security_rule_spec rules[WORLD_SPECS_MAX];
	struct world_policy *made = &world->policies[world->policy_count++];

	assert_in_range(world->policy_count, 1, WORLD_POLICIES_MAX);
	assert_in_range(count, 0, WORLD_SPECS_MAX);
	for (size_t i = 0; i < count; i++) {
		bool ports = specs[i].ports.last != 0;

		made->allow[i] = specs[i].allow;
		rules[i] = (struct security_rule_spec){
			.protocol = specs[i].protocol,
			.sources = &specs[i].source,
			.source_count = 1,
			.destinations = &specs[i].destination,
			.destination_count = 1,
			.destination_ports = ports ? &specs[i].ports : NULL,
			.destination_port_count = ports,
		};
	}
	made->policy.table = security_table_build(rules, count);
	made->policy.allow = made->allow;
	assert_non_null(made->policy.table);
	return &made->policy;
}

/* A key, everything in host order; an ICMP identifier stands for the port that has it: a request's
 * for the first. */
static inline struct flow_key
world_key(uint16_t zone, uint8_t protocol, uint32_t source, uint16_t source_port,
	  uint32_t destination, uint16_t destination_port)
{
	return (struct flow_key){
		.source = rte_cpu_to_be_32(source),
		.destination = rte_cpu_to_be_32(destination),
		.source_port = rte_cpu_to_be_16(source_port),
		.destination_port = rte_cpu_to_be_16(destination_port),
		.zone = zone,
		.protocol = protocol,
		.family = protocol == IPPROTO_ICMP && source_port == 0 && destination_port != 0
				  ? FLOW_FAMILY_IPV4 | FLOW_FAMILY_ECHO_REPLY
				  : FLOW_FAMILY_IPV4,
	};
}

static inline struct decision
world_decide(const struct world *world, struct flow_key key)
{
	const struct decide_request request = { .key = key, .outbound_vip = VIP_NONE };
	struct decision decision;

	decide(&world->snapshot, &request, &decision, 1);
	return decision;
}

static inline void
expect_drop(const struct decision *decision, enum drop_reason reason)
{
	assert_int_equal(decision->verdict, VERDICT_DROP);
	assert_string_equal(drop_reason_name(decision->reason), drop_reason_name(reason));
}

/* address: host order */
static inline void
expect_egress(const struct egress *egress, uint16_t interface, uint32_t address)
{
	assert_int_equal(egress->interface, interface);
	assert_int_equal(egress->reason, DROP_NONE);
	assert_int_equal(rte_be_to_cpu_32(egress->address), address);
}

/* The tuple as it leaves, in host order. */
static inline void
expect_tuple(const struct decision *decision, uint32_t source, uint16_t source_port,
	     uint32_t destination, uint16_t destination_port)
{
	assert_string_equal(drop_reason_name(decision->reason), "none");
	assert_int_equal(decision->verdict, VERDICT_SESSION);
	assert_int_equal(rte_be_to_cpu_32(decision->source), source);
	assert_int_equal(rte_be_to_cpu_16(decision->source_port), source_port);
	assert_int_equal(rte_be_to_cpu_32(decision->destination), destination);
	assert_int_equal(rte_be_to_cpu_16(decision->destination_port), destination_port);
}
