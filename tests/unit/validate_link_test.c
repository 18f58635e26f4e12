/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

static void
test_devices(void **state)
{
	static const struct configuration_case cases[] = {
		{ "ports = ( { name = 'a'; device = 'net_null0'; },\n{ name = 'b'; device = "
		  "'net_null0,size=9'; },\n{ name = 'c'; device = 'net_null01'; },\n{ name = 'd'; "
		  "device = "
		  "'0000:03:00.0'; },\n{ name = 'e'; device = '0000:03:00.0'; } );",
		  "t.conf:3: device net_null0 is that of port 'a'; give each port its own\n"
		  "t.conf:6: device 0000:03:00.0 is that of port 'd'; give each port its own\n" },
		{ "ports = ( 5, { name = 'b'; device = 'net_null0'; }, { name = 'c'; } );",
		  "t.conf:2: ports is a number; it takes groups { }\n"
		  "t.conf:2: ports: device is missing; set it\n" },
	};

	(void)state;
	CASES_CHECK(GATEWAY, cases);
}

static void
test_interfaces(void **state)
{
	static const struct configuration_case cases[] = {
		{ "interfaces = ( { name = 'a'; port = 'p'; addresses = '192.0.2.1/30'; },\n"
		  "{ name = 'b';\nport = 'p'; addresses = '192.0.2.5/30'; },\n"
		  "{ name = 'c'; port = 'q'; addresses = '192.0.2.9/30'; },\n"
		  "{ name = 'd'; port = 'q'; addresses = '192.0.2.13/30'; vlan = 5; },\n"
		  "{ name = 'e'; port = 'q'; addresses = '192.0.2.17/30';\nvlan = 5; } );",
		  "t.conf:4: untagged frames of port 'p' are those of interface 'a'; set a vlan\n"
		  "t.conf:8: VLAN 5 of port 'q' is that of interface 'd'; use another\n" },
		{ "interfaces = { name = 'a'; port = 'p'; addresses = '192.0.2.1/30';\nmtu = 1501; "
		  "};",
		  "t.conf:3: mtu = 1501 is more than the 1500 of port 'p'; lower it or raise the "
		  "port's\n" },
		{ "interfaces = { name = 'a'; port = 'p';\naddresses = ( '192.0.2.0/30', "
		  "'192.0.2.7/30', "
		  "'198.51.100.0/31', '203.0.113.9/32' ); };",
		  "t.conf:3: addresses '192.0.2.0/30' is the network's or the broadcast address of "
		  "its "
		  "link; use one between them\n"
		  "t.conf:3: addresses '192.0.2.7/30' is the network's or the broadcast address of "
		  "its "
		  "link; use one between them\n" },
		{ "interfaces = ( { name = 'a'; port = 'p'; addresses = [ '10.0.0.1/8', "
		  "'11.0.0.1/8',\n"
		  "'11.0.0.2/8' ]; },\n"
		  "{ name = 'b'; port = 'q'; addresses = '10.1.0.1/16'; } );",
		  "t.conf:3: addresses '11.0.0.2/8' overlaps 11.0.0.1/8 of interface 'a'; each "
		  "link of the "
		  "fabric needs its own prefix\n"
		  "t.conf:4: addresses '10.1.0.1/16' overlaps 10.0.0.1/8 of interface 'a'; each "
		  "link of the "
		  "fabric needs its own prefix\n" },
		{ "interfaces = ( { name = 'a'; port = 'p'; addresses = '10.0.0.1/8'; tap = 't'; "
		  "},\n"
		  "{ name = 'b'; port = 'q'; addresses = '11.0.0.1/8'; tap = 't'; } );",
		  "t.conf:3: tap 't' is that of interface 'a'; use another name\n" },
		{ "interfaces = ( { name = 'a'; port = 'p'; addresses = '10.0.0.1/33'; }, 5,\n{ "
		  "name = 'b'; "
		  "port = 'r'; addresses = '10.1.0.1/16'; mtu = 9000; },\n{ name = 'c'; port = "
		  "'r'; "
		  "addresses = '10.2.0.1/16'; } );",
		  "t.conf:2: addresses '10.0.0.1/33' is no prefix; write it like 10.0.0.1/16\n"
		  "t.conf:2: interfaces is a number; it takes groups { }\n"
		  "t.conf:3: port 'r': there is no port of that name; define it or name another\n"
		  "t.conf:4: port 'r': there is no port of that name; define it or name "
		  "another\n" },
	};

	(void)state;
	CASES_CHECK(GATEWAY
		    "ports = ( { name = 'p'; device = 'net_null0'; }, { name = 'q'; device = "
		    "'net_null1'; } );",
		    cases);
}

/* Two networks may use the same addresses, also those of the fabric. */
static void
test_networks_overlap(void **state)
{
	(void)state;
	model_free(configuration_expect(
		GATEWAY PORT
		"interfaces = ( " SUBNET_INTERFACE ","
		"{ name = 'two'; port = 'p'; vlan = 2; addresses = '10.0.1.1/24'; },"
		"{ name = 'out'; port = 'p'; vlan = 3; addresses = '10.0.1.7/24'; } );"
		"virtual_networks = ( { name = 'n'; address_space = '10.0.0.0/16'; subnets = "
		"{ name = 's'; prefix = '10.0.1.0/24'; interface = 'in'; outbound_vips = 'v'; }; },"
		"{ name = 'm'; address_space = '10.0.0.0/16'; subnets = { name = 's'; prefix = "
		"'10.0.1.0/24'; interface = 'two'; outbound_vips = 'w'; }; } );"
		"vips = ( { name = 'v'; address = '192.0.2.1'; virtual_network = 'n'; },"
		"{ name = 'w'; address = '192.0.2.2'; virtual_network = 'm'; } );",
		"t.conf:1: warning: interface 'out' has 10.0.1.7/24 of virtual network 'n', but no "
		"subnet has the interface, so that its hosts are part of the fabric, without "
		"filter and translation; add the subnet, or remove the interface\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_devices),
		cmocka_unit_test(test_interfaces),
		cmocka_unit_test(test_networks_overlap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
