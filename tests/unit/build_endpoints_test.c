/* SPDX-License-Identifier: BSD-3-Clause */
#include "building.h"

/* Zones: a is 1, b is 2. */
#define NETWORKS                                                                            \
	"interfaces = ("                                                                    \
	" { name = \"a\"; port = \"lan\"; vlan = 10; addresses = \"10.0.1.1/24\"; },"       \
	" { name = \"b\"; port = \"lan\"; vlan = 20; addresses = \"10.0.2.1/24\"; } );\n"   \
	"virtual_networks = ( { name = \"n\"; address_space = \"10.0.0.0/16\"; subnets = (" \
	" { name = \"a\"; prefix = \"10.0.1.0/24\"; interface = \"a\"; },"                  \
	" { name = \"b\"; prefix = \"10.0.2.0/24\"; interface = \"b\"; } ); } );\n"
#define WEB(backends)                                                                             \
	"{ name = \"web\"; protocol = \"tcp\"; ports = \"80-89\"; backend_ports = \"8080-8089\";" \
	" backends = [ " backends " ]; idle_timeout = 600; drain_timeout = 30; }"
#define DNS "{ name = \"dns\"; protocol = \"udp\"; ports = \"53\"; backends = \"10.0.1.4\"; }"
#define VIP(rules)                                                                   \
	"vips = ( { name = \"v\"; address = \"192.0.2.1\"; virtual_network = \"n\";" \
	" inbound = (" rules "); } );\n"

static const struct endpoint *
find(const struct generation *generation, uint16_t zone, uint32_t address, uint8_t protocol,
     uint16_t port)
{
	return endpoint_find(generation->snapshot->endpoints, zone, rte_cpu_to_be_32(address),
			     protocol, rte_cpu_to_be_16(port));
}

static void
without_vips_there_are_none(void **state)
{
	struct generation *generation = building_build(*state, NETWORKS, NULL);

	assert_non_null(generation);
	assert_null(find(generation, 1, IP4(10, 0, 1, 4), 6, 8080));
	generation_free(generation);
}

static void
each_backend_answers_for_its_rule(void **state)
{
	struct generation *generation = building_build(
		*state, NETWORKS VIP(WEB("\"10.0.1.4\", \"10.0.2.5\"") "," DNS), NULL);
	const struct endpoint *web, *dns;

	assert_non_null(generation);
	web = find(generation, 2, IP4(10, 0, 2, 5), 6, 8083);
	assert_non_null(web);
	assert_int_equal(web->vip, 0);
	assert_int_equal(web->rule, 0);
	assert_int_equal(web->first_port, 8080);
	assert_int_equal(web->vip_port, 80);
	dns = find(generation, 1, IP4(10, 0, 1, 4), 17, 53);
	assert_non_null(dns);
	assert_int_equal(dns->rule, 1);
	assert_non_null(find(generation, 1, IP4(10, 0, 1, 4), 6, 8089));
	assert_null(find(generation, 1, IP4(10, 0, 1, 4), 6, 8090));
	assert_null(find(generation, 1, IP4(10, 0, 1, 4), 6, 80));
	assert_null(find(generation, 1, IP4(10, 0, 2, 5), 6, 8080));
	generation_free(generation);
}

static void
a_backend_that_was_taken_out_is_known_for_a_while(void **state)
{
	struct building *building = *state;
	struct generation *before, *after, *late;

	before = building_build(building, NETWORKS VIP(WEB("\"10.0.1.4\", \"10.0.2.5\"")), NULL);
	assert_non_null(before);
	building->now = 1000000000;
	after = building_build(building, NETWORKS VIP(WEB("\"10.0.1.4\"")), before);
	assert_non_null(after);
	assert_int_equal(find(after, 2, IP4(10, 0, 2, 5), 6, 8080)->vip, VIP_NONE);
	assert_int_equal(find(after, 1, IP4(10, 0, 1, 4), 6, 8080)->vip, 0);

	/* The idle time of 600 s and the drain time of 30 s. */
	building->now = 631 * 1000000000ULL;
	late = building_build(building, NETWORKS VIP(WEB("\"10.0.1.4\"")), after);
	assert_non_null(late);
	assert_null(find(late, 2, IP4(10, 0, 2, 5), 6, 8080));
	generation_free(before);
	generation_free(after);
	generation_free(late);
}

static void
only_what_changed_is_built(void **state)
{
	struct generation *before = building_build(*state, NETWORKS VIP(WEB("\"10.0.1.4\"")), NULL);
	struct generation *same = building_build(*state, NETWORKS VIP(WEB("\"10.0.1.4\"")), before);
	struct generation *after =
		building_build(*state, NETWORKS VIP(WEB("\"10.0.1.4\"") "," DNS), before);

	assert_ptr_equal(before->snapshot->endpoints, same->snapshot->endpoints);
	assert_ptr_not_equal(before->snapshot->endpoints, after->snapshot->endpoints);
	generation_free(before);
	generation_free(same);
	generation_free(after);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		building_test(without_vips_there_are_none),
		building_test(each_backend_answers_for_its_rule),
		building_test(a_backend_that_was_taken_out_is_known_for_a_while),
		building_test(only_what_changed_is_built),
	};

	test_eal_start("64");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
