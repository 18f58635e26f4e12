/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bytes.h"
#include "dataplane/kernel.h"
#include "dataplane/packet_plain.h"
#include "dataplane/route.h"
#include "dataplane/transmit.h"
#include "dataplane/worker.h"
#include "eal.h"

/*
 * A worker between two ports that keep the frames that they are given, for what works on one packet
 * at a time. The control thread is the array of the events that it was told. When a test ends,
 * every packet must be accounted for and every buffer given back.
 */

enum {
	WAN = 1, /* untagged on port 0, of the fabric: 198.51.100.2/24, 02:00:00:00:00:01 */
	LAN = 2, /* VLAN 10 of port 1, of a subnet: 10.0.1.1/26, 02:00:00:00:00:02 */
	GONE = 3,
	FIXTURE_INTERFACES = 4,
	FIXTURE_PORTS = 2,
	FIXTURE_FRAMES = 512,
	FIXTURE_EVENTS = 64,
	FIXTURE_BUFFERS = 1023,
};

struct fixture_port {
	uint16_t room; /* frames that it takes in one call */
	unsigned int count;
	struct rte_mbuf *frames[FIXTURE_FRAMES];
};

struct fixture {
	struct worker worker;
	struct snapshot snapshot;
	struct snapshot_interface interfaces[FIXTURE_INTERFACES];
	struct port_interfaces maps[FIXTURE_PORTS];
	const struct port_interfaces *map[FIXTURE_PORTS];
	struct fixture_port ports[FIXTURE_PORTS];
	bool events_full;
	unsigned int event_count;
	struct event events[FIXTURE_EVENTS];
	uint64_t received;
};

/* The control thread's end; the worker's own is in worker.c, which these tests do without. */
void
worker_post(struct worker *worker, const struct event *event)
{
	struct fixture *fixture = (struct fixture *)worker;

	if (fixture->events_full || fixture->event_count == FIXTURE_EVENTS)
		worker->counters.events_lost++;
	else
		fixture->events[fixture->event_count++] = *event;
}

static inline uint16_t
fixture_transmit(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	struct fixture_port *port = context;
	uint16_t taken = 0;

	while (taken < n && taken < port->room && port->count < FIXTURE_FRAMES)
		port->frames[port->count++] = mbufs[taken++];
	return taken;
}

static inline int
fixture_setup(void **state)
{
	struct fixture *fixture = aligned_alloc(RTE_CACHE_LINE_SIZE, sizeof(*fixture));

	if (fixture == NULL)
		return -1;
	memset(fixture, 0, sizeof(*fixture));
	fixture->interfaces[WAN] = (struct snapshot_interface){
		.present = true,
		.port = 0,
		.mtu = 1500,
		.zone = ZONE_FABRIC,
		.mac = { { 2, 0, 0, 0, 0, 1 } },
		.address_count = 1,
		.addresses = { { IP4(198, 51, 100, 2), 24 } },
	};
	fixture->interfaces[LAN] = (struct snapshot_interface){
		.present = true,
		.port = 1,
		.vlan = 10,
		.mtu = 1500,
		.zone = 1,
		.mac = { { 2, 0, 0, 0, 0, 2 } },
		.address_count = 1,
		.addresses = { { IP4(10, 0, 1, 1), 26 } },
	};
	for (uint16_t i = 0; i < FIXTURE_INTERFACES; i++)
		fixture->interfaces[i].plain = interface_plain(i, &fixture->interfaces[i]);
	for (unsigned int i = 0; i < FIXTURE_PORTS; i++) {
		for (unsigned int vlan = 0; vlan < VLANS; vlan++)
			fixture->maps[i].by_vlan[vlan] = INTERFACE_NONE;
		fixture->map[i] = &fixture->maps[i];
		fixture->ports[i].room = UINT16_MAX;
		fixture->worker.queues[i].transmit = fixture_transmit;
		fixture->worker.queues[i].context = &fixture->ports[i];
	}
	fixture->maps[0].by_vlan[0] = WAN;
	fixture->maps[1].by_vlan[10] = LAN;
	fixture->snapshot = (struct snapshot){
		.icmp_error_rate = 1000,
		.ports = fixture->map,
		.port_count = FIXTURE_PORTS,
		.interfaces = fixture->interfaces,
		.interface_count = FIXTURE_INTERFACES,
	};
	fixture->worker.snapshot = &fixture->snapshot;
	fixture->worker.port_count = FIXTURE_PORTS;
	fixture->worker.pool = rte_pktmbuf_pool_create("fixture", FIXTURE_BUFFERS, 0, 0,
						       RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	if (fixture->worker.pool == NULL ||
	    neighbor_table_init(&fixture->worker.neighbors, "fixture", SOCKET_ID_ANY) != 0)
		return -1;
	*state = fixture;
	return 0;
}

/* Every packet has come to one end, and the ports counted what they took. */
static inline void
fixture_check(struct fixture *fixture)
{
	const struct counters *counters = &fixture->worker.counters;
	uint64_t ends = counters->consumed + counters->held;

	assert_int_equal(counters->held, fixture->worker.neighbors.held.count);
	for (unsigned int i = 0; i < DROP_REASON_COUNT; i++)
		ends += counters->drops[i];
	transmit_flush(&fixture->worker);
	for (unsigned int i = 0; i < FIXTURE_PORTS; i++) {
		const struct fixture_port *port = &fixture->ports[i];
		uint64_t bytes = 0;

		for (unsigned int j = 0; j < port->count; j++) {
			rte_mbuf_sanity_check(port->frames[j], 1);
			bytes += port->frames[j]->pkt_len;
			if (port->frames[j]->ol_flags & RTE_MBUF_F_TX_VLAN)
				bytes += sizeof(struct rte_vlan_hdr);
		}
		assert_int_equal(counters->ports[i].sent_packets, port->count);
		assert_int_equal(counters->ports[i].sent_bytes, bytes);
		ends += port->count;
	}
	assert_int_equal(fixture->received + counters->originated, ends);
}

static inline int
fixture_teardown(void **state)
{
	struct fixture *fixture = *state;
	unsigned int lost;

	fixture_check(fixture);
	for (unsigned int i = 0; i < FIXTURE_PORTS; i++)
		rte_pktmbuf_free_bulk(fixture->ports[i].frames, fixture->ports[i].count);
	neighbor_table_release(&fixture->worker.neighbors);
	lost = rte_mempool_in_use_count(fixture->worker.pool);
	rte_mempool_free(fixture->worker.pool);
	free(fixture);
	if (lost != 0)
		print_error("%u buffers were not given back\n", lost);
	return lost == 0 ? 0 : -1;
}

/* The same with a table of the fabric's routes, for the test to fill. */
static inline int
fixture_setup_routes(void **state)
{
	struct rte_fib_conf conf = { .type = RTE_FIB_DUMMY, .max_routes = 8 };
	struct fixture *fixture;

	if (fixture_setup(state) != 0)
		return -1;
	fixture = *state;
	fixture->snapshot.fib = rte_fib_create("fixture", SOCKET_ID_ANY, &conf);
	return fixture->snapshot.fib == NULL ? -1 : 0;
}

static inline int
fixture_teardown_routes(void **state)
{
	struct fixture *fixture = *state;

	rte_fib_free(fixture->snapshot.fib);
	return fixture_teardown(state);
}

/* The same with rings to Linux. */
static inline int
fixture_setup_kernel(void **state)
{
	struct fixture *fixture;

	if (fixture_setup(state) != 0)
		return -1;
	fixture = *state;
	fixture->snapshot.kernel_rate = 1000000;
	fixture->worker.now = 1000000000;
	return kernel_init(&fixture->worker.kernel, 0, SOCKET_ID_ANY);
}

static inline int
fixture_teardown_kernel(void **state)
{
	struct fixture *fixture = *state;

	kernel_release(&fixture->worker.kernel);
	return fixture_teardown(state);
}

/* The adjacency of a neighbour that has that MAC address, of hexadecimal digits. */
static inline uint32_t
fixture_resolve(struct fixture *fixture, uint16_t interface, uint32_t address, const char *mac)
{
	struct command_neighbor neighbor = {
		.interface = interface,
		.reachable = 1,
		.address = rte_cpu_to_be_32(address),
	};

	assert_int_equal(bytes_read(mac, neighbor.mac.addr_bytes, sizeof(neighbor.mac)),
			 sizeof(neighbor.mac));
	return neighbor_resolve(&fixture->worker.neighbors, &fixture->snapshot, &neighbor);
}

static inline void
fixture_add_route(struct fixture *fixture, uint32_t prefix, uint8_t length, route_target target)
{
	assert_int_equal(rte_fib_add(fixture->snapshot.fib, prefix, length, target), 0);
}

/* A frame as hexadecimal digits, of which each segment but the last takes `split` bytes; 0: one. */
static inline struct rte_mbuf *
fixture_frame(struct fixture *fixture, const char *text, size_t split)
{
	uint8_t bytes[2048];
	size_t length = bytes_read(text, bytes, sizeof(bytes));
	struct rte_mbuf *head = NULL;

	for (size_t at = 0; at < length;) {
		size_t part = split == 0 ? length : RTE_MIN(split, length - at);
		struct rte_mbuf *segment = rte_pktmbuf_alloc(fixture->worker.pool);

		assert_non_null(segment);
		memcpy(rte_pktmbuf_append(segment, (uint16_t)part), bytes + at, part);
		if (head == NULL)
			head = segment;
		else
			assert_int_equal(rte_pktmbuf_chain(head, segment), 0);
		at += part;
	}
	fixture->received++;
	return head;
}

/* The frame as it is parsed when that interface's port receives it. */
static inline struct packet
fixture_receive(struct fixture *fixture, uint16_t interface, const char *text)
{
	struct packet packet = { .flow = FLOW_NONE };

	packet_parse(&fixture->snapshot, fixture->interfaces[interface].port,
		     fixture_frame(fixture, text, 0), &packet);
	assert_string_equal(drop_reason_name(packet.reason), "none");
	assert_int_equal(packet.interface, interface);
	return packet;
}

/* What that port was given as its frame number `index`, from 0. */
static inline void
fixture_expect(struct fixture *fixture, uint16_t port, unsigned int index, const char *text)
{
	uint8_t expected[2048], room[2048];
	size_t length = bytes_read(text, expected, sizeof(expected));
	const struct rte_mbuf *mbuf;

	transmit_flush(&fixture->worker);
	assert_in_range(index + 1, 1, fixture->ports[port].count);
	mbuf = fixture->ports[port].frames[index];
	assert_int_equal(mbuf->pkt_len, length);
	assert_memory_equal(rte_pktmbuf_read(mbuf, 0, mbuf->pkt_len, room), expected, length);
}

static inline unsigned int
fixture_sent(struct fixture *fixture, uint16_t port)
{
	transmit_flush(&fixture->worker);
	return fixture->ports[port].count;
}

static inline uint64_t
fixture_dropped(const struct fixture *fixture, enum drop_reason reason)
{
	return fixture->worker.counters.drops[reason];
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
