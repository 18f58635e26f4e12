/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/device.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static char port_name[] = "wan";

static struct port
port_of(char *text, bool is_pci)
{
	return (struct port){ .name = port_name, .device = text, .is_pci = is_pci };
}

static void
expect_device(char *text, bool is_pci, const char *name, const char *formatted)
{
	struct port port = port_of(text, is_pci);
	struct device device;
	char *format;

	assert_int_equal(device_parse(&port, "/etc/viaduct", &device), 0);
	assert_string_equal(device.name, name);
	format = device_format(&device);
	assert_string_equal(format, formatted);
	free(format);
	device_clear(&device);
	assert_null(device.name);
}

static void
file_in_a_folder_with_a_comma_is_refused(void **state)
{
	char text[] = "net_pcap0,rx_pcap=in.pcap";
	struct port port = port_of(text, false);
	struct device device;

	(void)state;
	assert_int_equal(device_parse(&port, "/tmp/a,b", &device), -EINVAL);
	assert_null(device.name);
	assert_int_equal(device.count, 0);
}

static void
odd_texts_are_kept_for_dpdk_to_judge(void **state)
{
	char empty[] = "", comma[] = "net_null0,", alone[] = "net_null0,copy",
	     value[] = "net_null0,=1";
	char open[] = "net_null0,a=[1,2";

	(void)state;
	expect_device(empty, false, "", "");
	expect_device(comma, false, "net_null0", "net_null0,");
	expect_device(alone, false, "net_null0", "net_null0,copy");
	expect_device(value, false, "net_null0", "net_null0,=1");
	expect_device(open, false, "net_null0", "net_null0,a=[1,2");
}

static void
files_are_relative_to_the_configuration(void **state)
{
	char pcap[] = "net_pcap0,rx_pcap=in.pcap,tx_pcap=/tmp/out.pcap,infinite_rx=1";
	char queues[] = "net_pcap1,rx_pcap=a,rx_pcap=b,tx_pcap=sub/c";
	char vhost[] = "net_vhost0,iface=vh.sock,queues=1";
	char virtio[] = "net_virtio_user0,path=vh.sock";
	char memif[] = "net_memif0,socket=m.sock,socket-abstract=no";

	(void)state;
	expect_device(pcap, false, "net_pcap0",
		      "net_pcap0,rx_pcap=/etc/viaduct/in.pcap,tx_pcap=/tmp/out.pcap,infinite_rx=1");
	expect_device(queues, false, "net_pcap1",
		      "net_pcap1,rx_pcap=/etc/viaduct/a,rx_pcap=/etc/viaduct/b,"
		      "tx_pcap=/etc/viaduct/sub/c");
	expect_device(vhost, false, "net_vhost0", "net_vhost0,iface=/etc/viaduct/vh.sock,queues=1");
	expect_device(virtio, false, "net_virtio_user0",
		      "net_virtio_user0,path=/etc/viaduct/vh.sock");
	expect_device(memif, false, "net_memif0",
		      "net_memif0,socket=/etc/viaduct/m.sock,socket-abstract=no");
}

static void
names_that_are_no_files_stay(void **state)
{
	char iface[] = "net_pcap0,iface=eth0";
	char packet[] = "net_af_packet0,iface=eth0,qpairs=2";
	char memif[] = "net_memif0,socket=m.sock";

	(void)state;
	expect_device(iface, false, "net_pcap0", "net_pcap0,iface=eth0");
	expect_device(packet, false, "net_af_packet0", "net_af_packet0,iface=eth0,qpairs=2");
	expect_device(memif, false, "net_memif0", "net_memif0,socket=m.sock");
}

static void
pci_addresses_get_their_domain(void **state)
{
	char full[] = "0001:03:00.1", brief[] = "03:00.0",
	     arguments[] = "03:00.0,representor=[0,1],x=2";

	(void)state;
	expect_device(full, true, "0001:03:00.1", "0001:03:00.1");
	expect_device(brief, true, "0000:03:00.0", "0000:03:00.0");
	expect_device(arguments, true, "0000:03:00.0", "0000:03:00.0,representor=[0,1],x=2");
}

static void
values_are_found_by_key_and_place(void **state)
{
	char text[] = "net_pcap0,rx_pcap=/a,rx_pcap=/b,infinite_rx=1,flag";
	struct port port = port_of(text, false);
	struct device device;

	(void)state;
	assert_int_equal(device_parse(&port, ".", &device), 0);
	assert_null(device_value(&device, "tx_pcap", 0));
	assert_null(device_value(&device, "flag", 0));
	assert_null(device_value(&device, "rx_pcap", 2));
	assert_string_equal(device_value(&device, "rx_pcap", 0), "/a");
	assert_string_equal(device_value(&device, "rx_pcap", 1), "/b");
	assert_string_equal(device_value(&device, "infinite_rx", 0), "1");
	device_clear(&device);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_in_a_folder_with_a_comma_is_refused),
		cmocka_unit_test(odd_texts_are_kept_for_dpdk_to_judge),
		cmocka_unit_test(files_are_relative_to_the_configuration),
		cmocka_unit_test(names_that_are_no_files_stay),
		cmocka_unit_test(pci_addresses_get_their_domain),
		cmocka_unit_test(values_are_found_by_key_and_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
