/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/ports.h"

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
#include <rte_cycles.h>
#include <rte_dev.h>
#include <rte_mbuf.h>

#include "eal.h"

enum {
	FRAMES = 5,
	RING_FRAMES = 1023, /* what net_ring holds */
};

static char port_name[] = "wan", interface_name[] = "internet";

struct fixture {
	char folder[32];
	const char *made;   /* the device's name */
	char argument[512]; /* and with its arguments */
	struct port port;
	struct interface interface;
	struct model model;
	struct rte_mempool *pool;
	struct ports ports;
	char error[256];
};

static int
fixture_setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	fixture->pool = rte_pktmbuf_pool_create("packets", 4095, 0, 0, 2176, SOCKET_ID_ANY);
	assert_non_null(fixture->pool);
	snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/ports-XXXXXX");
	assert_non_null(mkdtemp(fixture->folder));
	fixture->port = (struct port){
		.name = port_name, .device = fixture->argument, .mtu = 1500, .descriptors = 512
	};
	fixture->interface = (struct interface){
		.name = interface_name,
		.mac_set = true,
		.mac = { .bytes = { 2, 0, 0, 0, 0, 1 } },
	};
	fixture->model = (struct model){ .directory = fixture->folder,
					 .gateway = { .workers = 1 },
					 .ports = &fixture->port,
					 .port_count = 1,
					 .interfaces = &fixture->interface,
					 .interface_count = 1 };
	*state = fixture;
	return 0;
}

static int
fixture_teardown(void **state)
{
	struct fixture *fixture = *state;
	char command[96];

	/* Closing a port does not take its device off the bus, where the next test makes its own.
	 */
	if (fixture->made != NULL)
		assert_int_equal(rte_eal_hotplug_remove("vdev", fixture->made), 0);

	/* Every packet is back: the drivers kept none, and nothing was lost on the way. */
	assert_int_equal(rte_mempool_avail_count(fixture->pool), 4095);
	rte_mempool_free(fixture->pool);
	snprintf(command, sizeof(command), "rm -r %s", fixture->folder);
	assert_int_equal(system(command), 0);
	free(fixture);
	return 0;
}

static void
capture_make(const struct fixture *fixture, const char *name)
{
	static const u_char frame[60];
	struct pcap_pkthdr header = { .caplen = sizeof(frame), .len = sizeof(frame) };
	char file[128];
	pcap_dumper_t *dumper;
	pcap_t *dead = pcap_open_dead(DLT_EN10MB, 65535);

	snprintf(file, sizeof(file), "%s/%s", fixture->folder, name);
	dumper = pcap_dump_open(dead, file);
	assert_non_null(dumper);
	for (unsigned int i = 0; i < FRAMES; i++)
		pcap_dump((u_char *)dumper, &header, frame);
	pcap_dump_close(dumper);
	pcap_close(dead);
}

static unsigned int
capture_count(const struct fixture *fixture, const char *name)
{
	char file[128], error[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr header;
	unsigned int count = 0;
	pcap_t *capture;

	snprintf(file, sizeof(file), "%s/%s", fixture->folder, name);
	capture = pcap_open_offline(file, error);
	assert_non_null(capture);
	while (pcap_next(capture, &header) != NULL)
		count++;
	pcap_close(capture);
	return count;
}

/* Makes the device as EAL would, its files being in the fixture's folder. */
static void
device_make(struct fixture *fixture, const char *name, const char *arguments)
{
	assert_int_equal(rte_eal_hotplug_add("vdev", name, arguments), 0);
	fixture->made = name;
	snprintf(fixture->argument, sizeof(fixture->argument), "%s%s%s", name,
		 arguments[0] == '\0' ? "" : ",", arguments);
}

static int
open_ports(struct fixture *fixture)
{
	return ports_open(&fixture->ports, &fixture->model, fixture->pool, fixture->error,
			  sizeof(fixture->error));
}

static void
device_that_is_missing_is_an_error(void **state)
{
	struct fixture *fixture = *state;

	snprintf(fixture->argument, sizeof(fixture->argument), "net_pcap0");
	assert_int_equal(open_ports(fixture), -ENODEV);
	assert_string_equal(fixture->error, "port wan has no device net_pcap0: No such device");
	ports_close(&fixture->ports);
}

static void
more_receive_queues_than_workers_are_refused(void **state)
{
	struct fixture *fixture = *state;

	device_make(fixture, "net_null0", "");
	fixture->port.rx_queues = 2;
	assert_int_equal(open_ports(fixture), -EINVAL);
	assert_string_equal(fixture->error, "port wan has 2 rx_queues for 1 worker(s); at most "
					    "one for each worker");
}

static void
more_receive_queues_than_the_driver_has_are_refused(void **state)
{
	struct fixture *fixture = *state;
	char arguments[400];

	capture_make(fixture, "a");
	snprintf(arguments, sizeof(arguments), "rx_pcap=%s/a", fixture->folder);
	device_make(fixture, "net_pcap0", arguments);
	fixture->model.gateway.workers = 2;
	fixture->port.rx_queues = 2;
	assert_int_equal(open_ports(fixture), -EINVAL);
	assert_string_equal(fixture->error,
			    "port wan has 2 rx_queues; its driver net_pcap has at most 1 here");
}

/* The first two of five workers have a queue; 2 and 4 send by that of 0, and 3 by that of 1. */
static void
fewer_transmit_queues_than_workers_are_shared(void **state)
{
	struct fixture *fixture = *state;
	struct ports *ports = &fixture->ports;
	char arguments[400];

	capture_make(fixture, "a");
	snprintf(arguments, sizeof(arguments), "rx_pcap=%s/a,tx_pcap=%s/b,tx_pcap=%s/c",
		 fixture->folder, fixture->folder, fixture->folder);
	device_make(fixture, "net_pcap0", arguments);
	fixture->model.gateway.workers = 5;
	assert_int_equal(open_ports(fixture), 0);
	assert_int_equal(ports->devices[0].tx_queues, 2);
	for (uint16_t worker = 0; worker < 5; worker++) {
		const struct port_queue *queue = &ports->queues[worker][0];
		uint16_t count = (uint16_t)(1U << worker);
		struct rte_mbuf *mbufs[16];

		assert_int_equal(rte_pktmbuf_alloc_bulk(fixture->pool, mbufs, count), 0);
		assert_int_equal(queue->transmit(queue->context, mbufs, count), count);
	}
	/* What nobody has sent yet is sent at the end. */
	ports_wait_sent(ports, 1000);
	ports_close(ports);
	assert_int_equal(capture_count(fixture, "b"), 1 + 4 + 16);
	assert_int_equal(capture_count(fixture, "c"), 2 + 8);
}

/* Whatever the device does, its buffers come back. */
static void
what_nobody_sends_is_given_back(void **state)
{
	struct fixture *fixture = *state;
	const struct port_queue *queue;
	struct rte_mbuf *mbufs[3];
	char arguments[64];

	snprintf(arguments, sizeof(arguments), "tx_pcap=%s/a", fixture->folder);
	device_make(fixture, "net_pcap0", arguments);
	fixture->model.gateway.workers = 2;
	assert_int_equal(open_ports(fixture), 0);
	queue = &fixture->ports.queues[1][0];
	assert_int_equal(rte_pktmbuf_alloc_bulk(fixture->pool, mbufs, 3), 0);
	assert_int_equal(queue->transmit(queue->context, mbufs, 3), 3);
	ports_close(&fixture->ports);
	assert_int_equal(capture_count(fixture, "a"), 0);
}

static void
file_that_nobody_would_read_is_refused(void **state)
{
	struct fixture *fixture = *state;
	char arguments[400];

	capture_make(fixture, "a");
	capture_make(fixture, "b");
	snprintf(arguments, sizeof(arguments), "rx_pcap=%s/a,rx_pcap=%s/b", fixture->folder,
		 fixture->folder);
	device_make(fixture, "net_pcap0", arguments);
	assert_int_equal(open_ports(fixture), -EINVAL);
	assert_string_equal(fixture->error, "port wan has 1 receive queue(s) and more rx_pcap "
					    "files; name one file for each queue");
}

static void
mtu_that_the_driver_refuses_is_told(void **state)
{
	struct fixture *fixture = *state;

	device_make(fixture, "net_ring0", "");
	fixture->port.mtu = 40;
	assert_int_equal(open_ports(fixture), -EINVAL);
	assert_string_equal(fixture->error,
			    "port wan has MTU 40; its driver net_ring takes 46 to 65535");
}

static void
files_are_received_and_written(void **state)
{
	struct fixture *fixture = *state;
	struct ports *ports = &fixture->ports;
	const struct port_queue *queue;
	struct rte_mbuf *mbufs[32];
	char arguments[400];

	capture_make(fixture, "a");
	capture_make(fixture, "b");
	snprintf(arguments, sizeof(arguments),
		 "rx_pcap=%s/a,rx_pcap=%s/b,tx_pcap=%s/c,tx_pcap=%s/d,tx_pcap=%s/e",
		 fixture->folder, fixture->folder, fixture->folder, fixture->folder,
		 fixture->folder);
	device_make(fixture, "net_pcap0", arguments);
	fixture->model.gateway.workers = 3;
	assert_int_equal(open_ports(fixture), 0);
	assert_int_equal(ports->devices[0].rx_queues, 2);
	assert_int_equal(ports->devices[0].tx_queues, 3);
	assert_string_equal(ports->devices[0].driver, "net_pcap");
	assert_int_equal(ports->known[0].mac.addr_bytes[0], 2);
	/* The driver has no filter at all. */
	assert_true(ports->devices[0].promiscuous);

	/* The third worker has no file to receive from, but one to write to. */
	queue = &ports->queues[2][0];
	assert_int_equal(queue->receive(queue->context, mbufs, 32), 0);
	queue = &ports->queues[0][0];
	assert_int_equal(queue->receive(queue->context, mbufs, 32), FRAMES);
	assert_int_equal(mbufs[0]->pkt_len, 60);
	queue = &ports->queues[2][0];
	assert_int_equal(queue->transmit(queue->context, mbufs, FRAMES), FRAMES);
	queue = &ports->queues[1][0];
	assert_int_equal(queue->receive(queue->context, mbufs, 3), 3);
	assert_int_equal(queue->transmit(queue->context, mbufs, 3), 3);

	ports_wait_sent(ports, 1000);
	ports_close(ports);
	assert_int_equal(capture_count(fixture, "c"), 0);
	assert_int_equal(capture_count(fixture, "d"), 3);
	assert_int_equal(capture_count(fixture, "e"), FRAMES);
}

/* net_pcap does not say that it takes packets in several buffers: it is given one for each. */
static void
packets_in_segments_are_put_together(void **state)
{
	struct fixture *fixture = *state;
	static struct rte_mbuf *mbufs[4095];
	const struct port_queue *queue;
	char arguments[64];

	snprintf(arguments, sizeof(arguments), "tx_pcap=%s/a", fixture->folder);
	device_make(fixture, "net_pcap0", arguments);
	assert_int_equal(open_ports(fixture), 0);
	assert_int_equal(fixture->ports.devices[0].offloads.tx, 0);
	queue = &fixture->ports.queues[0][0];
	assert_int_equal(rte_pktmbuf_alloc_bulk(fixture->pool, mbufs, 4095), 0);
	for (unsigned int i = 0; i < 4; i++)
		assert_non_null(rte_pktmbuf_append(mbufs[i], 40));
	assert_int_equal(rte_pktmbuf_chain(mbufs[1], mbufs[2]), 0);
	mbufs[2] = mbufs[3];

	/* Without room for a copy, those in front of it are sent alone. */
	assert_int_equal(queue->transmit(queue->context, mbufs, 3), 1);
	rte_pktmbuf_free_bulk(&mbufs[4], 4091);
	assert_int_equal(queue->transmit(queue->context, &mbufs[1], 2), 2);
	ports_close(&fixture->ports);
	assert_int_equal(capture_count(fixture, "a"), 3);
}

/* Where Linux has a part in an interface on the port, and only there. */
static void
groups_are_let_in_for_taps(void **state)
{
	struct fixture *fixture = *state;
	static char tap[] = "linux";

	device_make(fixture, "net_ring0", "");
	assert_int_equal(open_ports(fixture), 0);
	assert_false(fixture->ports.devices[0].multicast);
	ports_close(&fixture->ports);
	assert_int_equal(rte_eal_hotplug_remove("vdev", "net_ring0"), 0);

	device_make(fixture, "net_ring0", "");
	fixture->interface.tap = tap;
	assert_int_equal(open_ports(fixture), 0);
	assert_true(fixture->ports.devices[0].multicast);
	ports_close(&fixture->ports);
}

static void
full_queue_is_tried_again_only_at_the_end(void **state)
{
	struct fixture *fixture = *state;
	static struct rte_mbuf *mbufs[RING_FRAMES + 1];
	const struct port_queue *queue;
	uint64_t start;

	device_make(fixture, "net_ring0", "");
	assert_int_equal(open_ports(fixture), 0);
	queue = &fixture->ports.queues[0][0];
	assert_int_equal(rte_pktmbuf_alloc_bulk(fixture->pool, mbufs, RING_FRAMES + 1), 0);
	assert_int_equal(queue->transmit(queue->context, mbufs, RING_FRAMES + 1), RING_FRAMES);

	ports_retry(&fixture->ports, 10);
	start = rte_rdtsc();
	assert_int_equal(queue->transmit(queue->context, &mbufs[RING_FRAMES], 1), 0);
	assert_true(rte_rdtsc() - start > rte_get_tsc_hz() / 200);

	/* What it holds comes back, in order; there is room again. */
	assert_int_equal(queue->receive(queue->context, mbufs, 32), 32);
	assert_int_equal(queue->transmit(queue->context, &mbufs[RING_FRAMES], 1), 1);
	rte_pktmbuf_free_bulk(mbufs, 32);
	for (uint16_t n = 1; n > 0;) {
		n = queue->receive(queue->context, mbufs, 32);
		rte_pktmbuf_free_bulk(mbufs, n);
	}
	ports_close(&fixture->ports);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(device_that_is_missing_is_an_error),
		TEST(more_receive_queues_than_workers_are_refused),
		TEST(more_receive_queues_than_the_driver_has_are_refused),
		TEST(fewer_transmit_queues_than_workers_are_shared),
		TEST(what_nobody_sends_is_given_back),
		TEST(file_that_nobody_would_read_is_refused),
		TEST(mtu_that_the_driver_refuses_is_told),
		TEST(files_are_received_and_written),
		TEST(packets_in_segments_are_put_together),
		TEST(groups_are_let_in_for_taps),
		TEST(full_queue_is_tried_again_only_at_the_end),
	};

	test_eal_start("64");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
