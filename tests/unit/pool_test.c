/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/pool.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <pcap/pcap.h>
#include <rte_errno.h>
#include <rte_mbuf.h>

#include "eal.h"

static char port_name[] = "wan";

/* One port of 1024 descriptors, one worker. */
static struct model
model_of(struct port *port, char *device, char *directory)
{
	*port = (struct port){
		.name = port_name, .device = device, .mtu = 1500, .descriptors = 1024
	};
	return (struct model){
		.directory = directory,
		.gateway = { .workers = 1 },
		.ports = port,
		.port_count = 1,
	};
}

/* Writes a capture of that many packets. */
static void
capture_make(const char *folder, const char *name, unsigned int packets)
{
	static const u_char frame[60];
	struct pcap_pkthdr header = { .caplen = sizeof(frame), .len = sizeof(frame) };
	char file[128];
	pcap_dumper_t *dumper;
	pcap_t *dead = pcap_open_dead(DLT_EN10MB, 65535);

	snprintf(file, sizeof(file), "%s/%s", folder, name);
	dumper = pcap_dump_open(dead, file);
	assert_non_null(dumper);
	for (unsigned int i = 0; i < packets; i++)
		pcap_dump((u_char *)dumper, &header, frame);
	pcap_dump_close(dumper);
	pcap_close(dead);
}

static void
capture_remove(const char *folder, const char *name)
{
	char file[128];

	snprintf(file, sizeof(file), "%s/%s", folder, name);
	assert_int_equal(unlink(file), 0);
}

static void
capture_that_is_missing_is_an_error(void **state)
{
	char device[] = "net_pcap0,rx_pcap=none.pcap,infinite_rx=1", folder[] = "/nowhere";
	struct port port;
	struct model model = model_of(&port, device, folder);
	struct pool_size size;
	char error[256] = "";

	(void)state;
	assert_int_equal(pool_size_of(&model, &size, error, sizeof(error)), -ENOENT);
	assert_non_null(strstr(error, "/nowhere/none.pcap"));
}

static void
capture_that_is_cut_off_is_an_error(void **state)
{
	char device[] = "net_pcap0,rx_pcap=a.pcap,infinite_rx=1", folder[64] = "/tmp/pool-XXXXXX";
	struct port port;
	struct model model = model_of(&port, device, folder);
	struct pool_size size;
	char file[128], error[256] = "";

	(void)state;
	assert_non_null(mkdtemp(folder));
	capture_make(folder, "a.pcap", 3);
	snprintf(file, sizeof(file), "%s/a.pcap", folder);
	assert_int_equal(truncate(file, 24 + 2 * 76 + 20), 0);
	assert_int_equal(pool_size_of(&model, &size, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, "a.pcap"));
	capture_remove(folder, "a.pcap");
	assert_int_equal(rmdir(folder), 0);
}

static void
too_many_packets_are_an_error(void **state)
{
	char device[] = "net_null0", folder[] = ".";
	struct port port;
	struct model model = model_of(&port, device, folder);
	struct pool_size size;
	char error[256] = "";

	(void)state;
	model.gateway.workers = 2000;
	port.descriptors = 32768;
	assert_int_equal(pool_size_of(&model, &size, error, sizeof(error)), -E2BIG);
	assert_non_null(strstr(error, "packet buffers"));
}

static void
every_place_of_a_packet_is_counted(void **state)
{
	char device[] = "net_null0", folder[] = ".";
	struct port ports[2];
	struct model model = model_of(&ports[0], device, folder);
	struct pool_size size;
	char error[256] = "";

	(void)state;
	/*
	 * The control thread's cache 768; the worker's 768, and 255 that wait for ARP; the port's
	 * queues 2 * 1024, and in the worker's hands 32 received and 62 to be sent.
	 */
	assert_int_equal(pool_size_of(&model, &size, error, sizeof(error)), 0);
	assert_int_equal(size.packets, 768 + 768 + 255 + 512 + 2048 + 32 + 62);
	assert_int_equal(size.data_room, 2048 + 128);

	ports[1] = ports[0];
	ports[1].descriptors = 64;
	ports[1].mtu = 9000;
	model.ports = ports;
	model.port_count = 2;
	model.gateway.workers = 3;
	assert_int_equal(pool_size_of(&model, &size, error, sizeof(error)), 0);
	/* Several workers have 1023 more each, that others handed over. */
	assert_int_equal(size.packets,
			 768 + 3 * (768 + 255 + 512 + 1023) + 3 * (2048 + 94) + 3 * (128 + 94));
	/* 9000 and 26 of Ethernet, in cache lines: 9088; the headroom of 128. */
	assert_int_equal(size.data_room, 9088 + 128);

	ports[1].mtu = UINT16_MAX;
	assert_int_equal(pool_size_of(&model, &size, error, sizeof(error)), 0);
	assert_int_equal(size.data_room, 65472);
}

static void
captures_that_never_end_are_kept_whole(void **state)
{
	char folder[64] = "/tmp/pool-XXXXXX";
	char device[] = "net_pcap0,rx_pcap=a.pcap,rx_pcap=b.pcap,infinite_rx=1";
	char once[] = "net_pcap0,rx_pcap=a.pcap,infinite_rx=0";
	struct port port;
	struct model model = model_of(&port, device, folder);
	struct pool_size size;
	char error[256] = "";

	(void)state;
	assert_non_null(mkdtemp(folder));
	capture_make(folder, "a.pcap", 700);
	capture_make(folder, "b.pcap", 5);
	assert_int_equal(pool_size_of(&model, &size, error, sizeof(error)), 0);
	assert_int_equal(size.packets, 768 + 768 + 255 + 512 + 2048 + 32 + 62 + 700 + 5);

	port.device = once;
	assert_int_equal(pool_size_of(&model, &size, error, sizeof(error)), 0);
	assert_int_equal(size.packets, 768 + 768 + 255 + 512 + 2048 + 32 + 62);
	capture_remove(folder, "a.pcap");
	capture_remove(folder, "b.pcap");
	assert_int_equal(rmdir(folder), 0);
}

static void
pool_over_the_memory_is_refused(void **state)
{
	const struct pool_size size = { .packets = 1000000, .data_room = 2176 };

	(void)state;
	rte_errno = 0;
	assert_null(pool_create(&size, SOCKET_ID_ANY));
	assert_int_equal(rte_errno, ENOMEM);
}

static void
pool_has_its_packets_and_its_room(void **state)
{
	const struct pool_size size = { .packets = 4000, .data_room = 9216 };
	struct rte_mempool *pool = pool_create(&size, SOCKET_ID_ANY);
	struct rte_mbuf *mbuf;

	(void)state;
	assert_non_null(pool);
	assert_int_equal(rte_mempool_avail_count(pool), 4000);
	mbuf = rte_pktmbuf_alloc(pool);
	assert_non_null(mbuf);
	assert_int_equal(rte_pktmbuf_tailroom(mbuf), 9216 - 128);
	rte_pktmbuf_free(mbuf);
	/* What one packet takes at least, and not twice as much. */
	assert_true(pool_bytes(&size) > 4000 * (9216 + 128));
	assert_true(pool_bytes(&size) < 2 * 4000 * (9216 + 128));
	rte_mempool_free(pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(capture_that_is_missing_is_an_error),
		cmocka_unit_test(capture_that_is_cut_off_is_an_error),
		cmocka_unit_test(too_many_packets_are_an_error),
		cmocka_unit_test(every_place_of_a_packet_is_counted),
		cmocka_unit_test(captures_that_never_end_are_kept_whole),
		cmocka_unit_test(pool_over_the_memory_is_refused),
		cmocka_unit_test(pool_has_its_packets_and_its_room),
	};

	test_eal_start("128");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
