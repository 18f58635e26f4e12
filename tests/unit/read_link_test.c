/* SPDX-License-Identifier: BSD-3-Clause */
#include "configuration.h"

static void
test_wrong_ports(void **state)
{
	static const struct configuration_case cases[] = {
		{ "ports = ();", "t.conf:1: there are no ports; add ports = ( { name = '...'; "
				 "device = '...'; } );\n" },
		{ "ports = { name = 'p'; };", "t.conf:2: ports: device is missing; set it\n" },
		{ "ports = { name = 'p'; device = ''; };",
		  "t.conf:2: device '' is none; write a PCI address like 0000:03:00.0 or a virtual "
		  "device "
		  "like net_tap0,iface=tap0\n" },
		{ "ports = { name = 'p'; device = '03:00.8'; };",
		  "t.conf:2: device '03:00.8' is none; write a PCI address like 0000:03:00.0 or a "
		  "virtual "
		  "device like net_tap0,iface=tap0\n" },
		{ "ports = { name = 'p'; device = 'eth 0'; };",
		  "t.conf:2: device 'eth 0' is none; write a PCI address like 0000:03:00.0 or a "
		  "virtual "
		  "device like net_tap0,iface=tap0\n" },
		{ "ports = { name = 'p'; device = 'net_null0'; mtu = 67; descriptors = 65536; };",
		  "t.conf:2: mtu = 67 is out of range; it goes from 68 to 9728\n"
		  "t.conf:2: descriptors = 65536 is out of range; it goes from 64 to 32768\n" },
	};

	(void)state;
	CASES_CHECK(GATEWAY, cases);
}

static void
test_ports(void **state)
{
	struct model *model = configuration_expect(
		GATEWAY "ports = ( { name = 'a'; device = '0000:03:00.1'; },\n"
			"{ name = 'b'; device = 'af:1f.7,rx_vec=1'; mtu = 9000; rx_queues = 2; "
			"descriptors = 512; },\n"
			"{ name = 'c'; device = 'net_pcap0,rx_pcap=in.pcap'; } );",
		"");

	(void)state;
	assert_int_equal(model->port_count, 3);
	assert_string_equal(model->ports[0].device, "0000:03:00.1");
	assert_true(model->ports[0].is_pci);
	assert_int_equal(model->ports[0].mtu, 1500);
	assert_int_equal(model->ports[0].rx_queues, 0);
	assert_int_equal(model->ports[0].descriptors, 1024);
	assert_true(model->ports[1].is_pci);
	assert_int_equal(model->ports[1].mtu, 9000);
	assert_int_equal(model->ports[1].rx_queues, 2);
	assert_int_equal(model->ports[1].descriptors, 512);
	assert_int_equal(model->ports[1].origin.line, 2);
	assert_false(model->ports[2].is_pci);
	assert_string_equal(model->ports[2].device, "net_pcap0,rx_pcap=in.pcap");
	model_free(model);
}

static void
test_wrong_interfaces(void **state)
{
	static const struct configuration_case cases[] = {
		{ "interfaces = { name = 'i'; port = 'p'; };",
		  "t.conf:2: interfaces: addresses is missing; set it\n" },
		{ "interfaces = { name = 'i'; port = 'p'; addresses = '10.0.0.1/8'; vlan = 4095; "
		  "};",
		  "t.conf:2: vlan = 4095 is out of range; it goes from 1 to 4094\n" },
		{ "interfaces = { name = 'i'; port = 'p'; addresses = '10.0.0.1/8'; mtu = 9729;\n"
		  "tcp_mss_clamp = 535; };",
		  "t.conf:2: mtu = 9729 is out of range; it goes from 68 to 9728\n"
		  "t.conf:3: tcp_mss_clamp = 535 is out of range; it goes from 536 to 9728\n" },
		{ "interfaces = { name = 'i'; port = 'p'; addresses = '10.0.0.1/8'; tap = 'a/b'; "
		  "};",
		  "t.conf:2: tap 'a/b' is no name of a device; use 1 to 15 letters, digits and "
		  "-_.\n" },
		{ "interfaces = { name = 'i'; port = 'p'; addresses = '10.0.0.1/8';\n"
		  "tap = 'sixteen-letters.'; };",
		  "t.conf:3: tap 'sixteen-letters.' is no name of a device; use 1 to 15 letters, "
		  "digits and -_.\n" },
	};

	(void)state;
	CASES_CHECK(GATEWAY PORT, cases);
}

static void
test_interfaces(void **state)
{
	static const uint8_t mac[] = { 2, 0, 0, 0, 0, 9 };
	struct model *model = configuration_expect(
		GATEWAY PORT
		"interfaces = ( { name = 'a'; port = 'p'; addresses = '192.0.2.1/30'; },\n"
		"{ name = 'b'; port = 'p'; vlan = 7; addresses = [ '10.0.0.1/8', "
		"'11.0.0.1/8' ]; mac = '02:00:00:00:00:09'; mtu = 1400; tap = 'k.b_-7'; } );",
		"");
	char text[IP_PREFIX_TEXT_MAX];

	(void)state;
	assert_int_equal(model->interface_count, 2);
	assert_int_equal(model->interfaces[0].port, 0);
	assert_int_equal(model->interfaces[0].vlan, 0);
	assert_int_equal(model->interfaces[0].addresses.count, 1);
	assert_string_equal(ip_prefix_format(&model->interfaces[0].addresses.items[0], text),
			    "192.0.2.1/30");
	assert_false(model->interfaces[0].mac_set);
	assert_int_equal(model->interfaces[0].tcp_mss_clamp, 0);
	assert_null(model->interfaces[0].tap);
	assert_string_equal(model->interfaces[1].tap, "k.b_-7");
	assert_int_equal(model->interfaces[1].vlan, 7);
	assert_int_equal(model->interfaces[1].addresses.count, 2);
	assert_string_equal(ip_prefix_format(&model->interfaces[1].addresses.items[1], text),
			    "11.0.0.1/8");
	assert_true(model->interfaces[1].mac_set);
	assert_memory_equal(model->interfaces[1].mac.bytes, mac, 6);
	assert_int_equal(model->interfaces[1].mtu, 1400);
	model_free(model);
}

static void
test_neighbors(void **state)
{
	static const struct configuration_case cases[] = {
		{ "neighbors = { };", "t.conf:2: neighbors: interface is missing; set it\n"
				      "t.conf:2: neighbors: address is missing; set it\n"
				      "t.conf:2: neighbors: mac is missing; set it\n" },
	};
	static const uint8_t mac[] = { 2, 0, 0, 0, 1, 3 };
	struct model *model = configuration_expect(
		GATEWAY PORT INTERFACES NETWORK VIP
		"neighbors = ( { interface = 'out'; address = '198.51.100.1'; mac = "
		"'02:00:00:00:01:01'; },\n"
		"{ interface = 'in'; address = '10.0.1.4'; mac = '02:00:00:00:01:03'; } );",
		"");

	(void)state;
	CASES_CHECK(GATEWAY PORT, cases);
	assert_int_equal(model->neighbor_count, 2);
	assert_int_equal(model->neighbors[1].interface, 1);
	assert_int_equal(ip_address_v4(&model->neighbors[1].address), 0x0a000104);
	assert_memory_equal(model->neighbors[1].mac.bytes, mac, 6);
	assert_int_equal(model->neighbors[1].origin.line, 2);
	model_free(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_ports),      cmocka_unit_test(test_ports),
		cmocka_unit_test(test_wrong_interfaces), cmocka_unit_test(test_interfaces),
		cmocka_unit_test(test_neighbors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
