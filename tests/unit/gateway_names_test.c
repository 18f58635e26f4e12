/* SPDX-License-Identifier: BSD-3-Clause */
#include "gateway_fixture.h"

#include "dataplane/flow_key.h"

#define HEAD                                                                                \
	"gateway = { name = \"t\"; workers = 1; route_capacity = 64; };\n"                  \
	"ports = ( { name = \"wan\"; device = \"net_null0\"; },"                            \
	" { name = \"lan\"; device = \"net_null1\"; } );\n"                                 \
	"interfaces = ("                                                                    \
	" { name = \"up\"; port = \"wan\"; addresses = \"198.51.100.2/24\"; },"             \
	" { name = \"a\"; port = \"lan\"; vlan = 10; addresses = \"10.0.1.1/24\"; },"       \
	" { name = \"b\"; port = \"lan\"; vlan = 20; addresses = \"10.0.2.1/24\"; } );\n"   \
	"security_groups = { name = \"g\"; rules = { name = \"web\"; priority = 100;"       \
	" direction = \"outbound\"; access = \"deny\"; protocol = \"tcp\"; source = \"*\";" \
	" source_ports = \"*\"; destination = \"*\"; destination_ports = \"25\"; }; };\n"
#define SUBNET_A \
	"{ name = \"a\"; prefix = \"10.0.1.0/24\"; interface = \"a\"; security_group = \"g\"; }"
#define SUBNET_B "{ name = \"b\"; prefix = \"10.0.2.0/24\"; interface = \"b\"; }"
#define NETWORK(subnets)                                                                          \
	"virtual_networks = { name = \"n\"; address_space = \"10.0.0.0/16\"; subnets = (" subnets \
	"); };\n"
#define VIPS                                                                                    \
	"vips = ( { name = \"v\"; address = \"192.0.2.1\"; virtual_network = \"n\"; },"         \
	" { name = \"w\"; address = \"192.0.2.2\"; virtual_network = \"n\"; inbound ="          \
	" { name = \"dns\"; protocol = \"udp\"; ports = \"53\"; backends = \"10.0.1.4\"; }; } " \
	");\n"
#define BEFORE HEAD NETWORK(SUBNET_B "," SUBNET_A) VIPS
#define AFTER  HEAD NETWORK(SUBNET_A)

static void
what_nobody_has_is_nothing(void **state)
{
	struct fixture *fixture = *state;
	const struct gateway *gateway;

	fixture_create(fixture, BEFORE, 0, false);
	gateway = fixture->gateway;
	assert_null(gateway_interface(gateway, 3));
	assert_null(gateway_interface(gateway, INTERFACE_NONE));
	assert_int_equal(gateway_interface_id(gateway, "c"), INTERFACE_NONE);
	assert_null(gateway_subnet(gateway, ZONE_FABRIC, NULL));
	assert_null(gateway_subnet(gateway, 3, NULL));
	assert_null(gateway_vip(gateway, 2));
	assert_null(gateway_vip(gateway, VIP_NONE));
	assert_null(gateway_inbound_rule(gateway, 1));
	assert_null(gateway_inbound_rule(gateway, INBOUND_RULE_NONE));
	assert_null(gateway_security_rule(gateway, ZONE_FABRIC, DIRECTION_INBOUND, 0));
	assert_null(gateway_security_rule(gateway, 1, DIRECTION_INBOUND, 0)); /* no group */
	assert_null(gateway_security_rule(gateway, 2, DIRECTION_INBOUND, 3));
	assert_null(gateway_security_rule(gateway, 2, DIRECTION_INBOUND, SECURITY_NO_RULE));
}

static void
ids_lead_to_the_model(void **state)
{
	struct fixture *fixture = *state;
	const struct gateway *gateway;
	const struct virtual_network *network = NULL;

	fixture_create(fixture, BEFORE, 0, false);
	gateway = fixture->gateway;
	assert_string_equal(gateway_interface(gateway, 2)->name, "b");
	assert_int_equal(gateway_interface_id(gateway, "b"), 2);
	assert_string_equal(gateway_subnet(gateway, 1, &network)->name, "b");
	assert_string_equal(network->name, "n");
	assert_string_equal(gateway_subnet(gateway, 2, NULL)->name, "a");
	assert_string_equal(gateway_vip(gateway, 1)->name, "w");
	assert_string_equal(gateway_inbound_rule(gateway, 0)->name, "dns");
}

static void
rules_are_counted_by_direction(void **state)
{
	struct fixture *fixture = *state;
	const struct gateway *gateway;

	fixture_create(fixture, BEFORE, 0, false);
	gateway = fixture->gateway;
	assert_string_equal(gateway_security_rule(gateway, 2, DIRECTION_INBOUND, 0)->name,
			    "AllowVNetInBound");
	assert_string_equal(gateway_security_rule(gateway, 2, DIRECTION_INBOUND, 2)->name,
			    "DenyAllInBound");
	assert_string_equal(gateway_security_rule(gateway, 2, DIRECTION_OUTBOUND, 0)->name, "web");
	assert_string_equal(gateway_security_rule(gateway, 2, DIRECTION_OUTBOUND, 3)->name,
			    "DenyAllOutBound");
}

static void
what_was_removed_is_nothing(void **state)
{
	struct fixture *fixture = *state;
	const struct gateway *gateway;

	fixture_create(fixture, BEFORE, 0, false);
	gateway = fixture->gateway;
	assert_int_equal(fixture_reload(fixture, AFTER), 0);
	assert_null(gateway_subnet(gateway, 1, NULL));
	assert_string_equal(gateway_subnet(gateway, 2, NULL)->name, "a");
	assert_null(gateway_vip(gateway, 0));
	assert_null(gateway_vip(gateway, 1));
	assert_null(gateway_inbound_rule(gateway, 0));
}

#define fixture_test(function) \
	cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int
main(void)
{
	test_eal_start("256");

	const struct CMUnitTest tests[] = {
		fixture_test(what_nobody_has_is_nothing),
		fixture_test(ids_lead_to_the_model),
		fixture_test(rules_are_counted_by_direction),
		fixture_test(what_was_removed_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
