/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

static void
test_interfaces(void **state)
{
	struct model *model = configuration_expect(
		GATEWAY
		"ports = ( { name = 'p'; device = 'net_null0'; mtu = 9000; },"
		"{ name = 'q'; device = 'net_null1'; } );"
		"interfaces = ( " SUBNET_INTERFACE ", " FABRIC_INTERFACE ","
		"{ name = 'x'; port = 'q'; addresses = '10.0.2.1/24'; },"
		"{ name = 'y'; port = 'p'; vlan = 3; addresses = '192.0.2.9/29'; mtu = 1400; } );"
		"virtual_networks = ( { name = 'e'; address_space = '10.9.0.0/16'; },"
		"{ name = 'n'; address_space = '10.0.0.0/16'; subnets = ("
		"{ name = 'b'; prefix = '10.0.2.0/24'; interface = 'x'; outbound_vips = 'v'; },"
		"{ name = 'a'; prefix = '10.0.1.0/24'; interface = 'in'; outbound_vips = 'v'; "
		"} ); } );" VIP,
		"");

	(void)state;
	assert_int_equal(model->interfaces[0].virtual_network, 1);
	assert_int_equal(model->interfaces[0].subnet, 1);
	assert_int_equal(model->interfaces[0].mtu, 9000);
	assert_int_equal(model->interfaces[1].virtual_network, NO_INDEX);
	assert_int_equal(model->interfaces[1].subnet, NO_INDEX);
	assert_int_equal(model->interfaces[2].subnet, 0);
	assert_int_equal(model->interfaces[2].mtu, 1500);
	assert_int_equal(model->interfaces[3].mtu, 1400);
	model_free(model);
}

static void
test_idle(void **state)
{
	static const struct {
		const char *settings, *device;
		enum idle idle;
	} cases[] = {
		{ "", "net_null0", IDLE_SLEEP },
		{ "", "03:00.0", IDLE_POLL },
		{ "idle = 'sleep';", "03:00.0", IDLE_SLEEP },
		{ "idle = 'poll';", "net_null0", IDLE_POLL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct model *model;
		char *text;

		assert_true(
			asprintf(&text,
				 "gateway = { name = 'g'; %s };"
				 "ports = ( { name = 'p'; device = '%s'; },"
				 "{ name = 'q'; device = 'net_null1'; } );" INTERFACES NETWORK VIP,
				 cases[i].settings, cases[i].device) >= 0);
		model = configuration_expect(text, "");
		assert_int_equal(model->gateway.idle, cases[i].idle);
		model_free(model);
		free(text);
	}
}

/* A next hop is on the link of a fabric interface; a network may have the same addresses. */
static void
test_next_hops(void **state)
{
	struct model *model = configuration_expect(
		GATEWAY PORT
		"interfaces = ( { name = 'in'; port = 'p'; vlan = 1; addresses = '10.0.1.1/24'; },"
		"{ name = 'a'; port = 'p'; vlan = 2; addresses = [ '198.51.100.1/30', "
		"'10.0.1.2/24' ]; },"
		"{ name = 'b'; port = 'p'; vlan = 3; addresses = '198.51.100.5/30'; } );"
		"routes = ( { prefix = '0.0.0.0/0'; next_hops = [ '198.51.100.6', '10.0.1.9', "
		"'198.51.100.2' ]; } );" NETWORK VIP,
		"t.conf:1: warning: interface 'a' has 10.0.1.2/24 of virtual network 'n', but no "
		"subnet has the interface, so that its hosts are part of the fabric, without "
		"filter and translation; add the subnet, or remove the interface\n");
	const struct next_hop *hops = model->routes[0].next_hops;

	(void)state;
	assert_int_equal(hops[0].interface, 2);
	assert_int_equal(hops[1].interface, 1);
	assert_int_equal(hops[2].interface, 1);
	model_free(model);
}

static void
test_ports_per_host(void **state)
{
	struct model *model = configuration_expect(
		GATEWAY PORT
		"interfaces = ( { name = 'a'; port = 'p'; vlan = 1; addresses = '10.0.1.1/26'; },"
		"{ name = 'b'; port = 'p'; vlan = 2; addresses = '10.0.2.1/26'; } );"
		"virtual_networks = { name = 'n'; address_space = '10.0.0.0/16'; subnets = ("
		"{ name = 'a'; prefix = '10.0.1.0/26'; interface = 'a'; outbound_vips = ['v', "
		"'w']; },"
		"{ name = 'b'; prefix = '10.0.2.0/26'; interface = 'b'; outbound_vips = 'w'; } ); "
		"};"
		"vips = ( { name = 'v'; address = '192.0.2.1'; virtual_network = 'n'; },"
		"{ name = 'w'; address = '192.0.2.2'; virtual_network = 'n'; },"
		"{ name = 'x'; address = '192.0.2.3'; virtual_network = 'n'; } );",
		"");

	(void)state;
	assert_int_equal(model->vips[0].outbound.ports_per_host, 512);  /* 59 hosts */
	assert_int_equal(model->vips[1].outbound.ports_per_host, 256);  /* 118 */
	assert_int_equal(model->vips[2].outbound.ports_per_host, 1024); /* none */
	model_free(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interfaces),
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_next_hops),
		cmocka_unit_test(test_ports_per_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
