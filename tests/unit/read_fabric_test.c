/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

static void
test_wrong(void **state)
{
	static const struct configuration_case cases[] = {
		{ "routes = { };", "t.conf:2: routes: prefix is missing; set it\n"
				   "t.conf:2: routes: next_hops is missing; set it\n" },
		{ "routes = { prefix = '0.0.0.0/0'; next_hops = ( ); };",
		  "t.conf:2: next_hops is empty; name at least one\n" },
		{ "routes = { prefix = '0.0.0.0/0'; next_hops = (\n5,\n{ weight = 2; },\n"
		  "{ address = '198.51.100.1'; weight = 0; },\n{ address = '198.51.100.3'; mac = "
		  "1; } ); };",
		  "t.conf:3: next_hops is a number; it takes a string in quotes\n"
		  "t.conf:4: next_hops: address is missing; set it\n"
		  "t.conf:5: weight = 0 is out of range; it goes from 1 to 65535\n"
		  "t.conf:6: unknown setting mac of a next hop; there are address, weight\n" },
	};

	(void)state;
	CASES_CHECK(GATEWAY PORT INTERFACES NETWORK VIP, cases);
}

static void
test_routes(void **state)
{
	struct model *model = configuration_expect(
		GATEWAY PORT INTERFACES NETWORK VIP
		"routes = (\n{ prefix = '0.0.0.0/0'; next_hops = '198.51.100.1'; },\n"
		"{ prefix = '203.0.113.0/24'; next_hops = ( '198.51.100.1', { address = "
		"'198.51.100.3'; "
		"weight = 65535; } ); } );",
		"");
	const struct fabric_route *route = &model->routes[1];

	(void)state;
	assert_int_equal(model->route_count, 2);
	assert_int_equal(model->routes[0].prefix.length, 0);
	assert_int_equal(model->routes[0].next_hop_count, 1);
	assert_int_equal(route->origin.line, 3);
	assert_int_equal(route->prefix.length, 24);
	assert_int_equal(route->next_hop_count, 2);
	assert_int_equal(ip_address_v4(&route->next_hops[0].address), 0xc6336401);
	assert_int_equal(route->next_hops[0].weight, 1);
	assert_int_equal(ip_address_v4(&route->next_hops[1].address), 0xc6336403);
	assert_int_equal(route->next_hops[1].weight, 65535);
	model_free(model);
}

/* A full table is read in a moment; what was quadratic would take minutes. */
static void
test_many_routes(void **state)
{
	char *text = NULL;
	size_t length;
	FILE *stream = open_memstream(&text, &length);
	struct model *model;

	(void)state;
	assert_non_null(stream);
	fputs("gateway = { name = 'g'; route_capacity = 100000; }; " PORT INTERFACES NETWORK VIP
	      "routes = (",
	      stream);
	for (unsigned i = 0; i < 100000; i++)
		fprintf(stream,
			"%s\n{ prefix = '%u.%u.%u.0/24'; next_hops = [ '198.51.100.1', "
			"'198.51.100.3' ]; }",
			i > 0 ? "," : "", 20 + (i >> 16), i >> 8 & 255, i & 255);
	fputs(" );", stream);
	assert_int_equal(fclose(stream), 0);
	model = configuration_expect(text, "");
	assert_int_equal(model->route_count, 100000);
	assert_int_equal(model->routes[99999].origin.line, 100001);
	assert_int_equal(ip_address_v4(&model->routes[99999].prefix.address), 0x15869f00);
	assert_int_equal(model->routes[99999].next_hops[1].interface, 0);
	model_free(model);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_many_routes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
