/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "bytes.h"
#include "dataplane/decide.h"
#include "dataplane/packet_plain.h"
#include "dataplane/route.h"
#include "world_pool.h"

/*
 * A small cloud as decide sees it, made by hand:
 *
 *     fabric  198.51.100.2/24; 0.0.0.0/0 by ROUTER, 203.0.113.0/24 by ROUTER or ROUTER_B,
 *             192.0.2.0/24 unreachable
 *     "prod"  10.0.0.0/16   APP       10.0.1.0/26   VIP ONE
 *                           DATA      10.0.2.0/24   no VIP
 *                           FIREWALL  10.0.3.0/28   VIP ONE, ip_forwarding, an appliance at .4
 *     "test"  10.0.0.0/16   TEST      10.0.1.0/26   VIP TWO
 *
 * An interface has the number of its zone. No subnet has a group, all have the system routes. A
 * test changes what it is about, in one world or in a second one that follows it.
 */

enum {
	APP = 1,
	DATA,
	FIREWALL,
	TEST,
	ZONES,

	ONE = 0, /* 192.23.1.2: blocks of 64 ports from 1024 on, first APP's and then FIREWALL's */
	TWO,     /* 192.23.1.3: blocks of 8 ports from 2048 on */
	THREE,   /* 192.23.1.4 of prod: 3 chunks of 8 ports on demand from 4096 on; no rules */
	VIPS_MADE,

	WORLD_ROUTES_MAX = 16,
	WORLD_INTERVALS_MAX = 48,
	WORLD_RULES_MAX = 6,
	WORLD_BACKENDS_MAX = 4,
	WORLD_POLICIES_MAX = 8,
	WORLD_SPECS_MAX = 8,
};

/* The places of each subnet's routes: the one to a subnet has the number of its zone. */
enum {
	TO_SPACE = 0,
	TO_INTERNET = ZONES,
	TO_BROADCAST,
	TO_NONE,
	TO_LOCAL,
	ROUTES_MADE,
};

#define ADDRESS_ONE   IP4(192, 23, 1, 2)
#define ADDRESS_TWO   IP4(192, 23, 1, 3)
#define ADDRESS_THREE IP4(192, 23, 1, 4)
#define ROUTER        IP4(198, 51, 100, 1)
#define ROUTER_B      IP4(198, 51, 100, 3)
#define APPLIANCE     IP4(10, 0, 3, 4)
#define CLIENT        IP4(93, 184, 216, 34)

struct world_routes {
	struct subnet_route items[WORLD_ROUTES_MAX];
	size_t count;
	struct interval intervals[WORLD_INTERVALS_MAX];
	size_t interval_count;
};

struct world_inbound {
	struct snapshot_inbound_rule rules[WORLD_RULES_MAX];
	struct backend backends[WORLD_RULES_MAX][WORLD_BACKENDS_MAX];
	struct interval ports[WORLD_RULES_MAX];
	size_t count;
};

struct world_policy {
	struct security_policy policy;
	uint8_t allow[WORLD_SPECS_MAX];
};

struct world {
	struct snapshot snapshot;
	struct snapshot_interface interfaces[ZONES];
	struct snapshot_network networks[2];
	struct snapshot_subnet subnets[ZONES];
	struct world_routes routes[ZONES];
	struct snapshot_vip vips[VIPS_MADE];
	struct world_inbound inbound[VIPS_MADE];
	struct world_pool pools[VIPS_MADE];
	const struct snat_usage *usage[VIPS_MADE];
	struct world_policy policies[WORLD_POLICIES_MAX];
	size_t policy_count;
	struct snapshot_next_hop next_hops[2];
	struct ecmp_group groups[2];
	const struct ecmp_group *group_of[2];
	struct fabric_routes *fabric;
};

static inline void
world_fabric_change(struct world *world, const struct route_change *changes, size_t count)
{
	assert_int_equal(fabric_routes_stage(world->fabric, changes, count), 0);
	fabric_routes_swap(world->fabric);
	assert_int_equal(fabric_routes_settle(world->fabric, changes, count), 0);
	world->snapshot.fib = fabric_routes_active(world->fabric);
}

/* The fabric's routes, which all worlds of a program share because an rte_fib is large. */
static inline struct fabric_routes *
world_fabric_create(void)
{
	const struct route_change changes[] = {
		{ 0, 0, 0, route_target_make(ROUTE_GROUP, 0) },
		{ IP4(203, 0, 113, 0), 24, 0, route_target_make(ROUTE_GROUP, 1) },
		{ IP4(192, 0, 2, 0), 24, 0, route_target_make(ROUTE_UNREACHABLE, 0) },
		{ IP4(198, 51, 100, 0), 24, 0, route_target_make(ROUTE_CONNECTED, 0) },
		{ IP4(198, 51, 100, 0), 32, 0, route_target_make(ROUTE_BROADCAST, 0) },
		{ IP4(198, 51, 100, 2), 32, 0, route_target_make(ROUTE_LOCAL, 0) },
		{ IP4(198, 51, 100, 255), 32, 0, route_target_make(ROUTE_BROADCAST, 0) },
		{ ADDRESS_ONE, 32, 0, route_target_make(ROUTE_VIP, ONE) },
		{ ADDRESS_TWO, 32, 0, route_target_make(ROUTE_VIP, TWO) },
		{ ADDRESS_THREE, 32, 0, route_target_make(ROUTE_VIP, THREE) },
	};
	struct world world = { .fabric = fabric_routes_create(64) };

	if (world.fabric != NULL)
		world_fabric_change(&world, changes, RTE_DIM(changes));
	return world.fabric;
}

static inline void
world_routes_build(struct world *world, uint16_t zone)
{
	const struct world_routes *routes = &world->routes[zone];
	struct interval_tree *tree = interval_tree_build(routes->intervals, routes->interval_count,
							 SUBNET_ROUTE_MISSING);

	assert_non_null(tree);
	interval_tree_free((struct interval_tree *)(uintptr_t)world->subnets[zone].routes);
	world->subnets[zone].routes = tree;
}

static inline void
world_cover(struct world *world, uint16_t zone, uint32_t first, uint32_t last, uint32_t route)
{
	struct world_routes *routes = &world->routes[zone];

	assert_in_range(routes->interval_count, 0, WORLD_INTERVALS_MAX - 1);
	routes->intervals[routes->interval_count++] = (struct interval){ first, last, route };
}

/* What a subnet has without a route table. */
static inline void
world_system_routes(struct world *world, uint16_t zone)
{
	static const struct interval none[] = {
		{ IP4(10, 0, 0, 0), IP4(10, 255, 255, 255), TO_NONE },
		{ IP4(172, 16, 0, 0), IP4(172, 31, 255, 255), TO_NONE },
		{ IP4(192, 168, 0, 0), IP4(192, 168, 255, 255), TO_NONE },
		{ IP4(100, 64, 0, 0), IP4(100, 127, 255, 255), TO_NONE },
	};
	static const uint8_t kinds[ROUTES_MADE] = {
		[TO_SPACE] = SUBNET_ROUTE_UNASSIGNED,
		[APP] = SUBNET_ROUTE_SUBNET,
		[DATA] = SUBNET_ROUTE_SUBNET,
		[FIREWALL] = SUBNET_ROUTE_SUBNET,
		[TEST] = SUBNET_ROUTE_SUBNET,
		[TO_INTERNET] = SUBNET_ROUTE_INTERNET,
		[TO_BROADCAST] = SUBNET_ROUTE_BROADCAST,
		[TO_NONE] = SUBNET_ROUTE_NONE,
		[TO_LOCAL] = SUBNET_ROUTE_LOCAL,
	};
	struct world_routes *routes = &world->routes[zone];

	for (uint16_t i = 0; i < ROUTES_MADE; i++)
		routes->items[i] =
			(struct subnet_route){ .kind = kinds[i], .zone = i < ZONES ? i : 0 };
	routes->count = ROUTES_MADE;
	world_cover(world, zone, 0, UINT32_MAX, TO_INTERNET);
	for (size_t i = 0; i < RTE_DIM(none); i++)
		world_cover(world, zone, none[i].first, none[i].last, none[i].value);
	world_cover(world, zone, IP4(10, 0, 0, 0), IP4(10, 0, 255, 255), TO_SPACE);
	for (uint16_t other = APP; other < ZONES; other++) {
		uint32_t first = world->subnets[other].prefix;
		uint32_t last = first | ~world->subnets[other].mask;

		if (world->subnets[other].network != world->subnets[zone].network)
			continue;
		world_cover(world, zone, first, last, other);
		world_cover(world, zone, first, first, TO_BROADCAST);
		world_cover(world, zone, last, last, TO_BROADCAST);
		world_cover(world, zone, first + 1, first + 1, TO_LOCAL);
	}
	world_routes_build(world, zone);
}

static inline void
world_subnets(struct world *world)
{
	static const struct snapshot_subnet made[ZONES] = {
		[APP] = { .prefix = IP4(10, 0, 1, 0),
			  .mask = IP4(255, 255, 255, 192),
			  .vip_count = 1,
			  .vips = { { ONE, 0 } } },
		[DATA] = { .prefix = IP4(10, 0, 2, 0), .mask = IP4(255, 255, 255, 0) },
		[FIREWALL] = { .prefix = IP4(10, 0, 3, 0),
			       .mask = IP4(255, 255, 255, 240),
			       .ip_forwarding = true,
			       .vip_count = 1,
			       .vips = { { ONE, 59 } } },
		[TEST] = { .prefix = IP4(10, 0, 1, 0),
			   .mask = IP4(255, 255, 255, 192),
			   .network = 1,
			   .vip_count = 1,
			   .vips = { { TWO, 0 } } },
	};
	const struct interval space = { IP4(10, 0, 0, 0), IP4(10, 0, 255, 255), ZONE_UNASSIGNED };
	struct interval zones[2][ZONES] = { { space }, { space } };
	size_t counts[2] = { 1, 1 };

	for (uint16_t zone = APP; zone < ZONES; zone++) {
		struct snapshot_subnet *subnet = &world->subnets[zone];

		*subnet = made[zone];
		subnet->present = true;
		subnet->interface = zone;
		subnet->route = world->routes[zone].items;
		zones[subnet->network][counts[subnet->network]++] =
			(struct interval){ subnet->prefix, subnet->prefix | ~subnet->mask, zone };
		world->interfaces[zone] = (struct snapshot_interface){
			.present = true, .port = 1, .vlan = zone, .mtu = 1500, .zone = zone
		};
		world->interfaces[zone].plain = interface_plain(zone, &world->interfaces[zone]);
	}
	for (unsigned int i = 0; i < 2; i++) {
		world->networks[i] = (struct snapshot_network){
			.present = true,
			.zones = interval_tree_build(zones[i], counts[i], ZONE_FABRIC),
		};
		assert_non_null(world->networks[i].zones);
	}
	for (uint16_t zone = APP; zone < ZONES; zone++)
		world_system_routes(world, zone);
}

/* Rebuilds what depends on a VIP's rules; their backends may have been changed too. */
static inline void
world_inbound_build(struct world *world, uint16_t vip)
{
	struct world_inbound *inbound = &world->inbound[vip];
	struct interval_tree *tree =
		interval_tree_build(inbound->ports, inbound->count, VIP_RULE_MISSING);

	assert_non_null(tree);
	interval_tree_free((struct interval_tree *)(uintptr_t)world->vips[vip].rules);
	world->vips[vip].rules = tree;
	world->vips[vip].inbound = inbound->rules;
	for (size_t i = 0; i < inbound->count; i++) {
		struct snapshot_inbound_rule *rule = &inbound->rules[i];
		uint32_t addresses[WORLD_BACKENDS_MAX];

		maglev_table_free((struct maglev_table *)(uintptr_t)rule->maglev);
		rule->maglev = NULL;
		rule->backends = inbound->backends[i];
		for (unsigned int j = 0; j < rule->healthy_count; j++)
			addresses[j] = rte_be_to_cpu_32(rule->backends[j].address);
		if (rule->healthy_count > 0)
			rule->maglev = maglev_table_build(addresses, rule->healthy_count, 100);
	}
}

/* A rule for the ports first to last with up to two backends in a zone; its index. */
static inline size_t
world_rule(struct world *world, uint16_t vip, uint8_t protocol, uint16_t first, uint16_t last,
	   uint16_t backend_first, uint16_t zone, uint32_t backend, uint32_t second)
{
	struct world_inbound *inbound = &world->inbound[vip];
	const uint32_t addresses[] = { backend, second };
	size_t index = inbound->count++;

	assert_in_range(index, 0, WORLD_RULES_MAX - 1);
	inbound->rules[index] = (struct snapshot_inbound_rule){
		.id = 100U * (vip + 1U) + (uint32_t)index,
		.first_port = first,
		.backend_first_port = backend_first,
		.idle_timeout = 300,
		.drain_timeout = 120,
	};
	inbound->ports[index] =
		(struct interval){ (uint32_t)protocol << 16 | first,
				   (uint32_t)protocol << 16 | last, (uint32_t)index };
	for (unsigned int i = 0; i < RTE_DIM(addresses) && addresses[i] != 0; i++)
		inbound->backends[index][inbound->rules[index].backend_count++] =
			(struct backend){ rte_cpu_to_be_32(addresses[i]), zone };
	inbound->rules[index].healthy_count = inbound->rules[index].backend_count;
	world_inbound_build(world, vip);
	return index;
}

static inline void
world_vips(struct world *world)
{
	static const struct {
		uint32_t address;
		uint16_t network, first, unit, count;
	} made[VIPS_MADE] = {
		[ONE] = { ADDRESS_ONE, 0, 1024, 64, 70 },
		[TWO] = { ADDRESS_TWO, 1, 2048, 8, 59 },
		[THREE] = { ADDRESS_THREE, 0, 4096, 8, 3 },
	};

	for (uint16_t vip = 0; vip < VIPS_MADE; vip++) {
		world->usage[vip] = &world->pools[vip].usage;
		world->vips[vip] = (struct snapshot_vip){
			.present = true,
			.address = rte_cpu_to_be_32(made[vip].address),
			.network = made[vip].network,
			.snat = world_pool_make(&world->pools[vip], made[vip].first, made[vip].unit,
						made[vip].count, vip == THREE),
			.tcp_idle_timeout = 500,
			.udp_idle_timeout = 501,
			.icmp_timeout = 51,
			.tcp_timeouts = { 30, 31, 16 },
		};
		world_inbound_build(world, vip);
	}
	world_rule(world, ONE, IPPROTO_TCP, 443, 443, 443, APP, IP4(10, 0, 1, 4), IP4(10, 0, 1, 5));
	world_rule(world, ONE, IPPROTO_TCP, 10001, 10020, 20001, APP, IP4(10, 0, 1, 4), 0);
	world_rule(world, ONE, IPPROTO_UDP, 53, 53, 5353, APP, IP4(10, 0, 1, 5), 0);
	world_rule(world, ONE, IPPROTO_TCP, 81, 81, 81, APP, 0, 0);
	world_rule(world, TWO, IPPROTO_TCP, 443, 443, 443, TEST, IP4(10, 0, 1, 4), 0);
}

static inline void
world_create(struct world *world, struct fabric_routes *fabric)
{
	const struct ecmp_member members[] = { { 0, 1 }, { 1, 1 } };

	*world = (struct world){ .fabric = fabric };
	world->interfaces[0] = (struct snapshot_interface){ .present = true, .mtu = 1500 };
	world->interfaces[0].plain = interface_plain(0, &world->interfaces[0]);
	world->next_hops[0] = (struct snapshot_next_hop){ 0, rte_cpu_to_be_32(ROUTER) };
	world->next_hops[1] = (struct snapshot_next_hop){ 0, rte_cpu_to_be_32(ROUTER_B) };
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(ecmp_group_build(&world->groups[i], NULL, members, i + 1), 0);
		world->group_of[i] = &world->groups[i];
	}
	world_subnets(world);
	world_vips(world);
	world->snapshot = (struct snapshot){
		.generation = 1,
		.decided_from = 1U << 16,
		.ecmp_seed = 7,
		.icmp_error_rate = 1000,
		.tcp_timeouts = { 40, 41, 42 },
		.fib = fabric_routes_active(fabric),
		.groups = world->group_of,
		.group_count = RTE_DIM(world->group_of),
		.next_hops = world->next_hops,
		.next_hop_count = RTE_DIM(world->next_hops),
		.interfaces = world->interfaces,
		.interface_count = ZONES,
		.networks = world->networks,
		.network_count = RTE_DIM(world->networks),
		.subnets = world->subnets,
		.subnet_count = ZONES,
		.vips = world->vips,
		.vip_count = VIPS_MADE,
		.usage = world->usage,
	};
}

static inline void
world_free(struct world *world)
{
	for (uint16_t zone = APP; zone < ZONES; zone++)
		interval_tree_free((struct interval_tree *)(uintptr_t)world->subnets[zone].routes);
	for (unsigned int i = 0; i < RTE_DIM(world->networks); i++)
		interval_tree_free((struct interval_tree *)(uintptr_t)world->networks[i].zones);
	for (unsigned int i = 0; i < world->policy_count; i++)
		security_table_free(
			(struct security_table *)(uintptr_t)world->policies[i].policy.table);
	for (uint16_t vip = 0; vip < VIPS_MADE; vip++) {
		struct world_inbound *inbound = &world->inbound[vip];

		interval_tree_free((struct interval_tree *)(uintptr_t)world->vips[vip].rules);
		for (size_t i = 0; i < inbound->count; i++)
			maglev_table_free(
				(struct maglev_table *)(uintptr_t)inbound->rules[i].maglev);
	}
}
