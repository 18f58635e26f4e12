/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

#include "config/effective.h"

/* The routes as lines "PREFIX TYPE [NEXT HOP] SOURCE [NAME] STATE", for the caller to free. */
static char *
routes_text(const struct effective_routes *routes)
{
	char *text = NULL;
	size_t length;
	FILE *stream = open_memstream(&text, &length);

	assert_non_null(stream);
	for (size_t i = 0; i < routes->count; i++) {
		const struct effective_route *route = &routes->items[i];
		char prefix[IP_PREFIX_TEXT_MAX], hop[IP_ADDRESS_TEXT_MAX];

		fprintf(stream, "%s %s", ip_prefix_format(&route->prefix, prefix),
			next_hop_type_name(route->next_hop_type));
		if (route->next_hop.family != IP_FAMILY_NONE)
			fprintf(stream, " %s", ip_address_format(&route->next_hop, hop));
		fprintf(stream, " %s", route_source_name(route->source));
		if (route->name != NULL)
			fprintf(stream, " %s", route->name);
		fprintf(stream, " %s\n", route->active ? "Active" : "Invalid");
	}
	assert_int_equal(fclose(stream), 0);
	return text;
}

static struct ip_prefix
prefix(const char *text)
{
	struct ip_prefix result;

	assert_int_equal(ip_prefix_parse(text, &result), 0);
	return result;
}

static struct ip_address
address(const char *text)
{
	struct ip_address result;

	assert_int_equal(ip_address_parse(text, &result), 0);
	return result;
}

/* A network of one space with one subnet, with or without a table. */
struct example {
	struct ip_prefix space[2];
	struct user_route user_routes[8];
	struct route_table table;
	struct model model;
	struct virtual_network network;
	struct subnet subnet;
};

static void
example_init(struct example *example, const char *space)
{
	*example = (struct example){ .space = { prefix(space) } };
	example->table.routes = example->user_routes;
	example->model.route_tables = &example->table;
	example->model.route_table_count = 1;
	example->network.address_space = (struct prefix_list){ example->space, 1 };
	example->subnet.route_table = NO_INDEX;
}

static void
example_route(struct example *example, const char *name, const char *destination,
	      enum next_hop_type type, const char *next_hop)
{
	struct user_route *route = &example->user_routes[example->table.route_count++];

	route->name = strdup(name);
	route->prefix = prefix(destination);
	route->next_hop_type = type;
	if (next_hop != NULL)
		route->next_hop = address(next_hop);
	example->subnet.route_table = 0;
}

static void
example_check(struct example *example, const char *learned, const char *expected)
{
	struct learned_route route;
	struct effective_routes routes;
	char *text;

	if (learned != NULL)
		route.prefix = prefix(learned);
	assert_int_equal(effective_routes_of(&example->model, &example->network, &example->subnet,
					     &route, learned != NULL, &routes),
			 0);
	text = routes_text(&routes);
	assert_string_equal(text, expected);
	free(text);
	effective_routes_free(&routes);
}

static void
example_free(struct example *example)
{
	for (size_t i = 0; i < example->table.route_count; i++)
		free(example->user_routes[i].name);
}

/* semantics.md section 2 gives this example, which is Azure's. */
static void
azure_example_init(struct example *example)
{
	example_init(example, "10.0.0.0/16");
	example_route(example, "within", "10.0.0.0/16", NEXT_HOP_VIRTUAL_APPLIANCE, "10.0.100.4");
	example_route(example, "subnet", "10.0.0.0/24", NEXT_HOP_VIRTUAL_NETWORK, NULL);
	example_route(example, "drop", "10.1.0.0/16", NEXT_HOP_NONE, NULL);
	example_route(example, "premises", "10.10.0.0/16", NEXT_HOP_VIRTUAL_APPLIANCE,
		      "10.0.100.4");
	example_route(example, "default", "0.0.0.0/0", NEXT_HOP_VIRTUAL_APPLIANCE, "10.0.100.4");
}

static void
test_azure_example(void **state)
{
	struct example example;

	(void)state;
	azure_example_init(&example);
	example_check(&example, "10.10.0.0/16",
		      "0.0.0.0/0 virtual_appliance 10.0.100.4 user default Active\n"
		      "0.0.0.0/0 internet system Invalid\n"
		      "10.0.0.0/16 virtual_appliance 10.0.100.4 user within Active\n"
		      "10.0.0.0/16 virtual_network system Invalid\n"
		      "10.1.0.0/16 none user drop Active\n"
		      "10.10.0.0/16 virtual_appliance 10.0.100.4 user premises Active\n"
		      "10.10.0.0/16 virtual_network_gateway bgp Invalid\n"
		      "10.0.0.0/24 virtual_network user subnet Active\n");
	example_free(&example);
}

static void
test_azure_example_without_table(void **state)
{
	struct example example;

	(void)state;
	azure_example_init(&example);
	example.subnet.route_table = NO_INDEX;
	example_check(&example, "10.10.0.0/16",
		      "0.0.0.0/0 internet system Active\n"
		      "10.0.0.0/8 none system Active\n"
		      "100.64.0.0/10 none system Active\n"
		      "172.16.0.0/12 none system Active\n"
		      "10.0.0.0/16 virtual_network system Active\n"
		      "10.10.0.0/16 virtual_network_gateway bgp Active\n"
		      "192.168.0.0/16 none system Active\n");
	example_free(&example);
}

/* A none route goes where the space equals or contains its range. */
static void
test_none_routes(void **state)
{
	struct example example;

	(void)state;
	example_init(&example, "10.0.0.0/8");
	example.space[1] = prefix("172.0.0.0/8");
	example.network.address_space.count = 2;
	example_check(&example, NULL,
		      "0.0.0.0/0 internet system Active\n"
		      "10.0.0.0/8 virtual_network system Active\n"
		      "172.0.0.0/8 virtual_network system Active\n"
		      "100.64.0.0/10 none system Active\n"
		      "192.168.0.0/16 none system Active\n");
}

static void
test_user_route_replaces_none_route(void **state)
{
	struct example example;

	(void)state;
	example_init(&example, "10.0.0.0/16");
	example_route(&example, "lab", "172.16.0.0/12", NEXT_HOP_VIRTUAL_NETWORK_GATEWAY, NULL);
	example_check(&example, NULL,
		      "0.0.0.0/0 internet system Active\n"
		      "10.0.0.0/8 none system Active\n"
		      "100.64.0.0/10 none system Active\n"
		      "172.16.0.0/12 virtual_network_gateway user lab Active\n"
		      "172.16.0.0/12 none system Invalid\n"
		      "10.0.0.0/16 virtual_network system Active\n"
		      "192.168.0.0/16 none system Active\n");
	example_free(&example);
}

/* The network's own routes stay preferred, even over a longer learned prefix. */
static void
test_learned_inside_the_space(void **state)
{
	struct example example;

	(void)state;
	example_init(&example, "10.0.0.0/16");
	example_check(&example, "10.0.5.0/24",
		      "0.0.0.0/0 internet system Active\n"
		      "10.0.0.0/8 none system Active\n"
		      "100.64.0.0/10 none system Active\n"
		      "172.16.0.0/12 none system Active\n"
		      "10.0.0.0/16 virtual_network system Active\n"
		      "192.168.0.0/16 none system Active\n"
		      "10.0.5.0/24 virtual_network_gateway bgp Invalid\n");
	example_check(&example, "10.0.0.0/16",
		      "0.0.0.0/0 internet system Active\n"
		      "10.0.0.0/8 none system Active\n"
		      "100.64.0.0/10 none system Active\n"
		      "172.16.0.0/12 none system Active\n"
		      "10.0.0.0/16 virtual_network system Active\n"
		      "10.0.0.0/16 virtual_network_gateway bgp Invalid\n"
		      "192.168.0.0/16 none system Active\n");
}

/* A learned 0/0 takes the Internet's place, and leaves the none routes. */
static void
test_learned_default(void **state)
{
	struct example example;

	(void)state;
	example_init(&example, "10.0.0.0/16");
	example_check(&example, "0.0.0.0/0",
		      "0.0.0.0/0 virtual_network_gateway bgp Active\n"
		      "0.0.0.0/0 internet system Invalid\n"
		      "10.0.0.0/8 none system Active\n"
		      "100.64.0.0/10 none system Active\n"
		      "172.16.0.0/12 none system Active\n"
		      "10.0.0.0/16 virtual_network system Active\n"
		      "192.168.0.0/16 none system Active\n");
}

static void
test_find(void **state)
{
	static const struct {
		const char *destination;
		const char *prefix;
		enum next_hop_type type;
	} cases[] = {
		{ "10.0.0.200", "10.0.0.0/24", NEXT_HOP_VIRTUAL_NETWORK },
		{ "10.0.1.0", "10.0.0.0/16", NEXT_HOP_VIRTUAL_APPLIANCE },
		{ "10.1.2.3", "10.1.0.0/16", NEXT_HOP_NONE },
		{ "10.10.2.3", "10.10.0.0/16", NEXT_HOP_VIRTUAL_APPLIANCE },
		{ "192.168.1.1", "0.0.0.0/0", NEXT_HOP_VIRTUAL_APPLIANCE },
		{ "8.8.8.8", "0.0.0.0/0", NEXT_HOP_VIRTUAL_APPLIANCE },
	};
	const struct learned_route learned = { prefix("10.10.0.0/16") };
	const struct ip_address foreign = address("fd00::1");
	struct effective_routes routes;
	struct example example;

	(void)state;
	azure_example_init(&example);
	assert_int_equal(effective_routes_of(&example.model, &example.network, &example.subnet,
					     &learned, 1, &routes),
			 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct ip_address destination = address(cases[i].destination);
		const struct ip_prefix expected = prefix(cases[i].prefix);
		const struct effective_route *route = effective_route_find(&routes, &destination);

		assert_non_null(route);
		assert_true(ip_prefix_equal(&route->prefix, &expected));
		assert_int_equal(route->next_hop_type, cases[i].type);
		assert_true(route->active);
	}
	assert_null(effective_route_find(&routes, &foreign));
	effective_routes_free(&routes);
	example_free(&example);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_azure_example),
		cmocka_unit_test(test_azure_example_without_table),
		cmocka_unit_test(test_none_routes),
		cmocka_unit_test(test_user_route_replaces_none_route),
		cmocka_unit_test(test_learned_inside_the_space),
		cmocka_unit_test(test_learned_default),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
