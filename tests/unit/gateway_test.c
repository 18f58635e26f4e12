/* SPDX-License-Identifier: BSD-3-Clause */
#include "gateway_fixture.h"

#include <rte_arp.h>

#include "dataplane/flow_key.h"

#define HEAD                                                                                      \
	"gateway = { name = \"t\"; workers = 1; flow_capacity = 1024; route_capacity = 256; };\n" \
	"ports = ( { name = \"wan\"; device = \"net_null0\"; },"                                  \
	" { name = \"lan\"; device = \"net_null1\"; } );\n"
#define INTERFACES                                                              \
	"interfaces = ("                                                        \
	" { name = \"up\"; port = \"wan\"; addresses = \"198.51.100.2/24\"; }," \
	" { name = \"a\"; port = \"lan\"; vlan = 10; addresses = \"10.0.1.1/24\"; } );\n"
#define NEIGHBORS                                                                            \
	"neighbors = ("                                                                      \
	" { interface = \"up\"; address = \"198.51.100.1\"; mac = \"02:00:00:00:01:01\"; }," \
	" { interface = \"up\"; address = \"198.51.100.3\"; mac = \"02:00:00:00:01:03\"; }," \
	" { interface = \"a\"; address = \"10.0.1.4\"; mac = \"02:00:00:00:02:04\"; } );\n"
#define ROUTE(hop) \
	"routes = { prefix = \"203.0.113.0/24\"; next_hops = \"198.51.100." #hop "\"; };\n"
#define GROUP(access) GROUP_WITH("", access)
#define GROUP_WITH(setting, access)                                                              \
	"security_groups = { name = \"g\"; " setting "rules = { name = \"web\"; priority = 100;" \
	" direction = \"inbound\"; access = \"" access "\"; protocol = \"udp\"; source = \"*\";" \
	" source_ports = \"*\"; destination = \"*\"; destination_ports = \"53\"; }; };\n"
#define ASKED_AGAIN(access) GROUP_WITH("reevaluate = true; ", access)
#define NETWORK                                                                                 \
	"virtual_networks = { name = \"n\"; address_space = \"10.0.0.0/16\"; subnets ="         \
	" { name = \"a\"; prefix = \"10.0.1.0/24\"; interface = \"a\"; security_group = \"g\";" \
	" outbound_vips = \"v\"; }; };\n"                                                       \
	"vips = { name = \"v\"; address = \"192.0.2.1\"; virtual_network = \"n\"; inbound ="    \
	" { name = \"dns\"; protocol = \"udp\"; ports = \"53\"; backends = \"10.0.1.4\"; }; };\n"
#define ONE HEAD INTERFACES NEIGHBORS ROUTE(1) GROUP("allow") NETWORK
#define TWO HEAD INTERFACES NEIGHBORS ROUTE(3) GROUP("deny") NETWORK
#define FABRIC \
	HEAD "interfaces = { name = \"up\"; port = \"wan\"; addresses = \"198.51.100.2/24\"; };\n"

/* A UDP packet from 203.0.113.9:4000, checksum 0 as UDP allows. */
static void
put_udp(struct fixture *fixture, uint32_t destination, uint16_t port)
{
	struct {
		struct rte_ether_hdr ethernet;
		struct rte_ipv4_hdr ip;
		struct rte_udp_hdr udp;
	} frame = {
		.ethernet = { .dst_addr = { { 2, 0, 0, 0, 0, 0xa0 } },
			      .src_addr = { { 2, 0, 0, 0, 1, 1 } },
			      .ether_type = RTE_BE16(RTE_ETHER_TYPE_IPV4) },
		.ip = { .version_ihl = 0x45,
			.total_length = RTE_BE16(28),
			.time_to_live = 64,
			.next_proto_id = 17,
			.src_addr = RTE_BE32(IP4(203, 0, 113, 9)),
			.dst_addr = rte_cpu_to_be_32(destination) },
		.udp = { .src_port = RTE_BE16(4000),
			 .dst_port = rte_cpu_to_be_16(port),
			 .dgram_len = RTE_BE16(8) },
	};

	frame.ip.hdr_checksum = rte_ipv4_cksum(&frame.ip);
	fixture_put(fixture, FIXTURE_WAN, &frame, sizeof(frame));
}

/* The last byte of the MAC address to which a frame left by that port; -1: none left. */
static int
sent_to(struct fixture *fixture, unsigned int port)
{
	struct rte_mbuf *mbuf = fixture_take(fixture, port);
	int last;

	if (mbuf == NULL)
		return -1;
	last = rte_pktmbuf_mtod(mbuf, struct rte_ether_hdr *)->dst_addr.addr_bytes[5];
	rte_pktmbuf_free(mbuf);
	return last;
}

static void
what_can_not_be_built_is_not_created(void **state)
{
	struct fixture *fixture = *state;
	struct model *model = model_from_text(ONE);
	struct interface *interface = &model->interfaces[0];

	interface->addresses.items =
		reallocarray(interface->addresses.items, 9, sizeof(struct ip_prefix));
	assert_non_null(interface->addresses.items);
	for (unsigned int i = 1; i < 9; i++)
		interface->addresses.items[i] = interface->addresses.items[0];
	interface->addresses.count = 9;
	assert_int_equal(fixture_create_model(fixture, model, 1, false), -E2BIG);
	assert_string_equal(fixture->error, "interface up has 9 addresses; at most 8 are possible");
	assert_null(fixture->gateway);
	model_free(model);
}

static void
a_restart_is_not_a_reload(void **state)
{
	struct fixture *fixture = *state;
	const struct model *model;

	fixture_create(fixture, ONE, 1, false);
	fixture_run(fixture);
	model = gateway_model(fixture->gateway);
	assert_int_equal(fixture_reload(fixture,
					"gateway = { name = \"t\"; workers = 1; flow_capacity = "
					"2048; route_capacity = 256; };\n"
					"ports = { name = \"wan\"; device = \"net_null0\"; };\n"),
			 -EINVAL);
	assert_string_equal(fixture->error,
			    "a change of gateway.flow_capacity, ports needs a restart");
	assert_ptr_equal(gateway_model(fixture->gateway), model);
	assert_true(gateway_settled(fixture->gateway));
}

static void
a_second_change_waits_for_the_first(void **state)
{
	struct fixture *fixture = *state;

	fixture_create(fixture, ONE, 2, false);
	assert_false(gateway_settled(fixture->gateway));
	assert_int_equal(fixture_reload(fixture, TWO), -EBUSY);
	fixture_run(fixture);
	assert_true(gateway_settled(fixture->gateway));

	assert_int_equal(fixture_reload(fixture, TWO), 0);
	assert_int_equal(gateway_snapshot(fixture->gateway)->generation, 2);
	assert_false(gateway_settled(fixture->gateway));
	assert_int_equal(fixture_reload(fixture, ONE), -EBUSY);
	/* One of two workers is not enough. */
	worker_poll(gateway_worker(fixture->gateway, 0), fixture->now);
	gateway_tick(fixture->gateway, fixture->now);
	assert_int_equal(fixture_reload(fixture, ONE), -EBUSY);
	worker_poll(gateway_worker(fixture->gateway, 1), fixture->now);
	assert_int_equal(gateway_tick(fixture->gateway, fixture->now), 1);
	assert_true(gateway_settled(fixture->gateway));
	assert_int_equal(fixture_reload(fixture, ONE), 0);
	assert_int_equal(gateway_snapshot(fixture->gateway)->generation, 3);
}

/* The control thread's turn publishes what a link that is lost changes, as soon as it can. */
static void
a_lost_link_takes_its_routes(void **state)
{
	struct fixture *fixture = *state;

	fixture_create(fixture, ONE, 1, false);
	gateway_port_set(fixture->gateway, 0, false);
	assert_int_equal(gateway_snapshot(fixture->gateway)->generation, 1);
	fixture_run(fixture);
	assert_int_equal(gateway_snapshot(fixture->gateway)->generation, 2);
	assert_int_equal(gateway_snapshot(fixture->gateway)->group_count, 1);
	assert_null(gateway_snapshot(fixture->gateway)->groups[0]);

	/* A reload while it is lost changes nothing of that; told twice it is told once. */
	assert_int_equal(fixture_reload(fixture, TWO), 0);
	gateway_port_set(fixture->gateway, 0, false);
	fixture_run(fixture);
	assert_int_equal(gateway_snapshot(fixture->gateway)->generation, 3);
	assert_null(gateway_snapshot(fixture->gateway)->groups[0]);

	gateway_port_set(fixture->gateway, 0, true);
	fixture_run(fixture);
	assert_int_equal(gateway_snapshot(fixture->gateway)->generation, 4);
	assert_true(gateway_settled(fixture->gateway));
}

static void
a_refused_change_leaves_all_as_it_was(void **state)
{
	struct fixture *fixture = *state;
	const struct snapshot *snapshot;
	struct model *model = model_from_text(TWO);

	fixture_create(fixture, ONE, 1, false);
	fixture_run(fixture);
	snapshot = gateway_snapshot(fixture->gateway);
	model->vips[0].inbound[0].backend_count = 2;
	model->vips[0].inbound[0].backends =
		reallocarray(model->vips[0].inbound[0].backends, 2, sizeof(struct ip_address));
	assert_non_null(model->vips[0].inbound[0].backends);
	model->vips[0].inbound[0].backends[1] = model->vips[0].inbound[0].backends[0];
	assert_int_equal(gateway_reload(fixture->gateway, model, fixture->error,
					sizeof(fixture->error)),
			 -EINVAL);
	model_free(model);
	assert_ptr_equal(gateway_snapshot(fixture->gateway), snapshot);
	assert_true(gateway_settled(fixture->gateway));
	put_udp(fixture, IP4(203, 0, 113, 77), 9);
	fixture_run(fixture);
	assert_int_equal(sent_to(fixture, FIXTURE_WAN), 0x01);
}

static void
packets_follow_the_configuration(void **state)
{
	struct fixture *fixture = *state;
	struct counters counters;

	fixture_create(fixture, ONE, 1, false);
	put_udp(fixture, IP4(203, 0, 113, 77), 9);
	put_udp(fixture, IP4(192, 0, 2, 1), 53);
	fixture_run(fixture);
	assert_int_equal(sent_to(fixture, FIXTURE_WAN), 0x01);
	assert_int_equal(sent_to(fixture, FIXTURE_LAN), 0x04);
	assert_int_equal(sent_to(fixture, FIXTURE_LAN), -1);

	assert_int_equal(fixture_reload(fixture, TWO), 0);
	put_udp(fixture, IP4(203, 0, 113, 77), 9);
	fixture_run(fixture);
	assert_int_equal(sent_to(fixture, FIXTURE_WAN), 0x03);

	gateway_counters(fixture->gateway, &counters);
	assert_int_equal(counters.ports[FIXTURE_WAN].received_packets, 3);
	assert_int_equal(counters.ports[FIXTURE_WAN].sent_packets, 2);
	assert_int_equal(counters.ports[FIXTURE_LAN].sent_packets, 1);
	assert_int_equal(counters.sessions_created, 1);
}

static void
neighbors_are_asked_for_and_learned(void **state)
{
	struct fixture *fixture = *state;
	struct rte_mbuf *mbuf;
	struct {
		struct rte_ether_hdr ethernet;
		struct rte_arp_hdr arp;
	} reply = {
		.ethernet = { .dst_addr = { { 2, 0, 0, 0, 0, 0xa0 } },
			      .src_addr = { { 2, 0, 0, 0, 9, 9 } },
			      .ether_type = RTE_BE16(RTE_ETHER_TYPE_ARP) },
		.arp = { .arp_hardware = RTE_BE16(1),
			 .arp_protocol = RTE_BE16(RTE_ETHER_TYPE_IPV4),
			 .arp_hlen = 6,
			 .arp_plen = 4,
			 .arp_opcode = RTE_BE16(RTE_ARP_OP_REPLY),
			 .arp_data = { .arp_sha = { { 2, 0, 0, 0, 9, 9 } },
				       .arp_sip = RTE_BE32(IP4(198, 51, 100, 9)),
				       .arp_tha = { { 2, 0, 0, 0, 0, 0xa0 } },
				       .arp_tip = RTE_BE32(IP4(198, 51, 100, 2)) } },
	};

	fixture_create(fixture, FABRIC ROUTE(9), 1, false);
	put_udp(fixture, IP4(203, 0, 113, 77), 9);
	fixture_run(fixture);
	mbuf = fixture_take(fixture, FIXTURE_WAN);
	assert_non_null(mbuf);
	assert_int_equal(rte_pktmbuf_mtod(mbuf, struct rte_ether_hdr *)->ether_type,
			 RTE_BE16(RTE_ETHER_TYPE_ARP));
	rte_pktmbuf_free(mbuf);
	assert_int_equal(sent_to(fixture, FIXTURE_WAN), -1);

	fixture_put(fixture, FIXTURE_WAN, &reply, sizeof(reply));
	fixture_run(fixture);
	assert_int_equal(sent_to(fixture, FIXTURE_WAN), 0x09);
}

static void
neighbors_can_be_answered_for(void **state)
{
	struct fixture *fixture = *state;

	fixture_create(fixture, FABRIC ROUTE(9), 1, true);
	put_udp(fixture, IP4(203, 0, 113, 77), 9);
	fixture_run(fixture);
	assert_int_equal(sent_to(fixture, FIXTURE_WAN), 9); /* 02:00:c6:33:64:09 */
	assert_int_equal(sent_to(fixture, FIXTURE_WAN), -1);
}

static void
a_gateway_without_workers_explains(void **state)
{
	struct fixture *fixture = *state;

	fixture_create(fixture, ONE, 0, false);
	assert_true(gateway_settled(fixture->gateway));
	assert_int_equal(gateway_worker_count(fixture->gateway), 0);
	assert_int_equal(gateway_tick(fixture->gateway, fixture->now), 0);
	assert_non_null(gateway_snapshot(fixture->gateway)->fib);
	assert_int_equal(fixture_reload(fixture, TWO), 0);
	assert_true(gateway_settled(fixture->gateway));
}

/* What was decided from stays what it is as long as nothing of that kind changes. */
static void
epochs_follow_the_change(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *text;
		uint32_t decided_from;
	} changes[] = {
		{ ONE, 0 },
		{ HEAD INTERFACES ROUTE(1) GROUP("allow") NETWORK, 0 },
		{ HEAD INTERFACES NEIGHBORS ROUTE(3) GROUP("allow") NETWORK, 0x00001 },
		{ HEAD INTERFACES NEIGHBORS ROUTE(3) GROUP("deny") NETWORK, 0x00001 },
		{ HEAD INTERFACES NEIGHBORS ROUTE(3) ASKED_AGAIN("allow") NETWORK, 0x10001 },
		{ HEAD INTERFACES NEIGHBORS ROUTE(3) ASKED_AGAIN("deny") NETWORK, 0x20001 },
		{ HEAD INTERFACES NEIGHBORS ROUTE(1) GROUP("allow") NETWORK, 0x30002 },
	};

	fixture_create(fixture, ONE, 1, false);
	assert_int_equal(gateway_snapshot(fixture->gateway)->decided_from, 0);
	for (size_t i = 0; i < RTE_DIM(changes); i++) {
		fixture_run(fixture);
		assert_int_equal(fixture_reload(fixture, changes[i].text), 0);
		assert_int_equal(gateway_snapshot(fixture->gateway)->decided_from,
				 changes[i].decided_from);
	}
}

static void
hundreds_of_changes_leak_nothing(void **state)
{
	struct fixture *fixture = *state;
	size_t used = 0;

	fixture_create(fixture, ONE, 2, true);
	fixture_run(fixture);
	for (unsigned int i = 0; i < 400; i++) {
		bool second = i % 2 == 0;

		assert_int_equal(fixture_reload(fixture, second ? TWO : ONE), 0);
		put_udp(fixture, IP4(203, 0, 113, 77), (uint16_t)i);
		put_udp(fixture, IP4(198, 51, 100, 77), (uint16_t)i);
		fixture_run(fixture);
		assert_true(gateway_settled(fixture->gateway));
		assert_int_equal(sent_to(fixture, FIXTURE_WAN), second ? 0x03 : 0x01);
		assert_int_equal(sent_to(fixture, FIXTURE_WAN), 77);
		assert_int_equal(gateway_snapshot(fixture->gateway)->generation, i + 2);
		if (i == 1)
			used = fixture_memory();
	}
	/* Alignment makes what is in use differ by some bytes; a leak of one line by 25 kB. */
	assert_true(fixture_memory() < used + 8192);
}

#define fixture_test(function) \
	cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int
main(void)
{
	test_eal_start("512");

	const struct CMUnitTest tests[] = {
		fixture_test(what_can_not_be_built_is_not_created),
		fixture_test(a_restart_is_not_a_reload),
		fixture_test(a_second_change_waits_for_the_first),
		fixture_test(a_lost_link_takes_its_routes),
		fixture_test(a_refused_change_leaves_all_as_it_was),
		fixture_test(packets_follow_the_configuration),
		fixture_test(neighbors_are_asked_for_and_learned),
		fixture_test(neighbors_can_be_answered_for),
		fixture_test(a_gateway_without_workers_explains),
		fixture_test(epochs_follow_the_change),
		fixture_test(hundreds_of_changes_leak_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
