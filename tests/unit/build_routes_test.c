/* SPDX-License-Identifier: BSD-3-Clause */
#include "building.h"

#include "dataplane/flow_key.h"

/* Zones: a is 1, b is 2, fw is 3. */
#define INTERFACES                                                                    \
	"interfaces = ("                                                              \
	" { name = \"up\"; port = \"wan\"; addresses = \"198.51.100.2/24\"; },"       \
	" { name = \"a\"; port = \"lan\"; vlan = 10; addresses = \"10.0.1.1/24\"; }," \
	" { name = \"b\"; port = \"lan\"; vlan = 20; addresses = \"10.0.2.1/24\"; }," \
	" { name = \"fw\"; port = \"lan\"; vlan = 30; addresses = \"10.0.3.1/28\"; } );\n"
#define NETWORKS                                                                                  \
	"virtual_networks = ( { name = \"n\"; address_space = \"10.0.0.0/16\"; subnets = ("       \
	" { name = \"a\"; prefix = \"10.0.1.0/24\"; interface = \"a\"; },"                        \
	" { name = \"b\"; prefix = \"10.0.2.0/24\"; interface = \"b\"; route_table = \"t\"; },"   \
	" { name = \"fw\"; prefix = \"10.0.3.0/28\"; interface = \"fw\"; ip_forwarding = true; }" \
	" ); } );\n"
#define TABLE(routes) "route_tables = ( { name = \"t\"; routes = (" routes "); } );\n"
#define TO_APPLIANCE                                                                        \
	"{ name = \"fw\"; prefix = \"10.0.0.0/16\"; next_hop_type = \"virtual_appliance\";" \
	" next_hop = \"10.0.3.4\"; }"
#define FORCED                                                                             \
	"{ name = \"all\"; prefix = \"0.0.0.0/0\"; next_hop_type = \"virtual_appliance\";" \
	" next_hop = \"10.0.3.4\"; }"
#define STAY "{ name = \"stay\"; prefix = \"10.0.1.128/25\"; next_hop_type = \"virtual_network\"; }"
#define TO_GATEWAY                                                     \
	"{ name = \"vpn\"; prefix = \"10.9.0.0/16\"; next_hop_type = " \
	"\"virtual_network_gateway\"; }"
#define TO_NONE     "{ name = \"no\"; prefix = \"203.0.113.0/24\"; next_hop_type = \"none\"; }"
#define TO_INTERNET "{ name = \"out\"; prefix = \"10.8.0.0/16\"; next_hop_type = \"internet\"; }"

static const struct subnet_route *
find(const struct generation *generation, uint16_t zone, uint32_t address)
{
	const struct snapshot_subnet *subnet = &generation->snapshot->subnets[zone];
	uint32_t index = interval_tree_find(subnet->routes, address);

	return index == SUBNET_ROUTE_MISSING ? NULL : &subnet->route[index];
}

static void
expect(const struct generation *generation, uint16_t zone, uint32_t address,
       enum subnet_route_kind kind)
{
	const struct subnet_route *route = find(generation, zone, address);

	assert_non_null(route);
	assert_int_equal(route->kind, kind);
}

static void
expect_subnet(const struct generation *generation, uint16_t zone, uint32_t address, uint16_t to)
{
	expect(generation, zone, address, SUBNET_ROUTE_SUBNET);
	assert_int_equal(find(generation, zone, address)->zone, to);
}

static void
expect_appliance(const struct generation *generation, uint16_t zone, uint32_t address)
{
	const struct subnet_route *route = find(generation, zone, address);

	assert_non_null(route);
	assert_int_equal(route->kind, SUBNET_ROUTE_APPLIANCE);
	assert_int_equal(route->zone, 3);
	assert_int_equal(route->address, RTE_BE32(IP4(10, 0, 3, 4)));
}

static void
system_routes_reach_the_subnets_and_the_internet(void **state)
{
	struct generation *generation =
		building_build(*state, INTERFACES TABLE(TO_APPLIANCE) NETWORKS, NULL);

	assert_non_null(generation);
	expect_subnet(generation, 1, IP4(10, 0, 1, 4), 1);
	expect_subnet(generation, 1, IP4(10, 0, 2, 254), 2);
	expect_subnet(generation, 1, IP4(10, 0, 3, 14), 3);
	expect(generation, 1, IP4(10, 0, 0, 9), SUBNET_ROUTE_UNASSIGNED);
	expect(generation, 1, IP4(10, 0, 3, 16), SUBNET_ROUTE_UNASSIGNED);
	expect(generation, 1, IP4(10, 0, 255, 255), SUBNET_ROUTE_UNASSIGNED);
	expect(generation, 1, IP4(10, 1, 0, 0), SUBNET_ROUTE_NONE);
	expect(generation, 1, IP4(172, 16, 0, 1), SUBNET_ROUTE_NONE);
	expect(generation, 1, IP4(192, 168, 3, 3), SUBNET_ROUTE_NONE);
	expect(generation, 1, IP4(100, 64, 0, 0), SUBNET_ROUTE_NONE);
	expect(generation, 1, IP4(8, 8, 8, 8), SUBNET_ROUTE_INTERNET);
	expect(generation, 1, 0, SUBNET_ROUTE_INTERNET);
	expect(generation, 1, UINT32_MAX, SUBNET_ROUTE_INTERNET);
	generation_free(generation);
}

static void
edges_of_subnets_are_broadcast(void **state)
{
	struct generation *generation =
		building_build(*state, INTERFACES TABLE(TO_APPLIANCE) NETWORKS, NULL);

	assert_non_null(generation);
	expect(generation, 1, IP4(10, 0, 1, 0), SUBNET_ROUTE_BROADCAST);
	expect(generation, 1, IP4(10, 0, 1, 255), SUBNET_ROUTE_BROADCAST);
	expect(generation, 1, IP4(10, 0, 3, 0), SUBNET_ROUTE_BROADCAST);
	expect(generation, 1, IP4(10, 0, 3, 15), SUBNET_ROUTE_BROADCAST);
	generation_free(generation);
}

static void
own_addresses_are_local_whatever_routes_say(void **state)
{
	struct generation *generation =
		building_build(*state, INTERFACES TABLE(TO_APPLIANCE) NETWORKS, NULL);

	assert_non_null(generation);
	for (uint16_t zone = 1; zone <= 3; zone++) {
		expect(generation, zone, IP4(10, 0, 1, 1), SUBNET_ROUTE_LOCAL);
		assert_int_equal(find(generation, zone, IP4(10, 0, 1, 1))->interface, 1);
		expect(generation, zone, IP4(10, 0, 2, 1), SUBNET_ROUTE_LOCAL);
		assert_int_equal(find(generation, zone, IP4(10, 0, 2, 1))->interface, 2);
		expect(generation, zone, IP4(10, 0, 3, 1), SUBNET_ROUTE_LOCAL);
		assert_int_equal(find(generation, zone, IP4(10, 0, 3, 1))->interface, 3);
	}
	generation_free(generation);
}

static void
user_routes_replace_the_networks_own(void **state)
{
	struct generation *generation =
		building_build(*state, INTERFACES TABLE(TO_APPLIANCE "," STAY) NETWORKS, NULL);

	assert_non_null(generation);
	expect_appliance(generation, 2, IP4(10, 0, 2, 4));
	expect_appliance(generation, 2, IP4(10, 0, 2, 255));
	expect_appliance(generation, 2, IP4(10, 0, 1, 127));
	/* The longer one leads back, as far as subnet a goes. */
	expect_subnet(generation, 2, IP4(10, 0, 1, 128), 1);
	expect(generation, 2, IP4(10, 0, 1, 255), SUBNET_ROUTE_BROADCAST);
	expect(generation, 2, IP4(8, 8, 8, 8), SUBNET_ROUTE_INTERNET);
	/* Another subnet's table is of no concern. */
	expect_subnet(generation, 1, IP4(10, 0, 2, 4), 2);
	generation_free(generation);
}

static void
a_default_route_takes_the_none_routes_away(void **state)
{
	struct generation *generation =
		building_build(*state, INTERFACES TABLE(FORCED) NETWORKS, NULL);

	assert_non_null(generation);
	expect_appliance(generation, 2, IP4(8, 8, 8, 8));
	expect_appliance(generation, 2, IP4(10, 1, 0, 0));
	expect_appliance(generation, 2, IP4(172, 16, 0, 1));
	expect_subnet(generation, 2, IP4(10, 0, 1, 4), 1);
	generation_free(generation);
}

static void
each_next_hop_type_has_its_kind(void **state)
{
	struct generation *generation = building_build(
		*state, INTERFACES TABLE(TO_GATEWAY "," TO_NONE "," TO_INTERNET) NETWORKS, NULL);
	assert_non_null(generation);
	expect(generation, 2, IP4(10, 9, 1, 1), SUBNET_ROUTE_GATEWAY);
	expect(generation, 2, IP4(203, 0, 113, 9), SUBNET_ROUTE_NONE);
	expect(generation, 2, IP4(10, 8, 1, 1), SUBNET_ROUTE_INTERNET);
	expect(generation, 2, IP4(10, 7, 1, 1), SUBNET_ROUTE_NONE);
	generation_free(generation);
}

/* 0/0, 10/8, 100.64/10, 172.16/12, 10.0/16, 192.168/16: shortest first. */
static void
routes_name_the_effective_route_they_come_from(void **state)
{
	struct generation *generation =
		building_build(*state, INTERFACES TABLE(TO_APPLIANCE) NETWORKS, NULL);

	assert_non_null(generation);
	assert_int_equal(find(generation, 1, IP4(8, 8, 8, 8))->effective, 0);
	assert_int_equal(find(generation, 1, IP4(10, 200, 0, 1))->effective, 1);
	assert_int_equal(find(generation, 1, IP4(10, 0, 1, 4))->effective, 4);
	assert_int_equal(find(generation, 1, IP4(10, 0, 1, 255))->effective, 4);
	assert_int_equal(find(generation, 1, IP4(10, 0, 9, 9))->effective, 4);
	assert_int_equal(find(generation, 1, IP4(10, 0, 1, 1))->effective, SUBNET_ROUTE_MISSING);
	generation_free(generation);
}

static void
equal_routes_are_one_table(void **state)
{
	struct generation *before =
		building_build(*state, INTERFACES TABLE(TO_NONE) NETWORKS, NULL);
	struct generation *after =
		building_build(*state, INTERFACES TABLE(FORCED) NETWORKS, before);

	assert_non_null(before);
	assert_non_null(after);
	assert_ptr_equal(before->snapshot->subnets[1].routes, before->snapshot->subnets[3].routes);
	assert_ptr_not_equal(before->snapshot->subnets[1].routes,
			     before->snapshot->subnets[2].routes);
	assert_ptr_equal(before->snapshot->subnets[1].routes, after->snapshot->subnets[1].routes);
	assert_ptr_not_equal(before->snapshot->subnets[2].routes,
			     after->snapshot->subnets[2].routes);
	generation_free(before);
	generation_free(after);
}

int
main(void)
{
	test_eal_start("64");

	const struct CMUnitTest tests[] = {
		building_test(system_routes_reach_the_subnets_and_the_internet),
		building_test(edges_of_subnets_are_broadcast),
		building_test(own_addresses_are_local_whatever_routes_say),
		building_test(user_routes_replace_the_networks_own),
		building_test(a_default_route_takes_the_none_routes_away),
		building_test(each_next_hop_type_has_its_kind),
		building_test(routes_name_the_effective_route_they_come_from),
		building_test(equal_routes_are_one_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
