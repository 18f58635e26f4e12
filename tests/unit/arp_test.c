/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/arp.h"
#include "fixture.h"

/* Frames to the interface wan, and from its neighbour 198.51.100.7 that has 02:00:00:00:01:07. */
#define TO_ALL      "ffff ffff ffff"
#define TO_WAN      "0200 0000 0001"
#define HOST        "0200 0000 0107"
#define NOBODY      "0000 0000 0000"
#define ARP         "0806 0001 0800 0604"
#define REQUEST     "0001"
#define REPLY       "0002"
#define WAN_ADDRESS "c633 6402"
#define HOST_IP     "c633 6407"
#define OTHER_IP    "c633 6408"
#define VIP_IP      "c633 6464"
#define NO_IP       "0000 0000"

static const struct rte_ether_addr host = { { 2, 0, 0, 0, 1, 7 } };

static int
set_up(void **state)
{
	struct fixture *fixture;

	if (fixture_setup_routes(state) != 0)
		return -1;
	fixture = *state;
	fixture_add_route(fixture, IP4(198, 51, 100, 0), 24,
			  route_target_make(ROUTE_CONNECTED, WAN));
	fixture_add_route(fixture, IP4(198, 51, 100, 100), 32, route_target_make(ROUTE_VIP, 0));
	fixture_add_route(fixture, IP4(192, 23, 1, 2), 32, route_target_make(ROUTE_VIP, 1));
	fixture_add_route(fixture, IP4(10, 0, 1, 9), 32, route_target_make(ROUTE_VIP, 2));
	return 0;
}

static void
receive(struct fixture *fixture, uint16_t interface, const char *frame)
{
	struct packet packet = fixture_receive(fixture, interface, frame);

	assert_int_equal(packet.kind, PACKET_ARP);
	arp_receive(&fixture->worker, &packet);
}

static void
assert_learned(const struct fixture *fixture, unsigned int index, uint16_t interface,
	       uint32_t address)
{
	const struct event *event = &fixture->events[index];

	assert_in_range(index + 1, 1, fixture->event_count);
	assert_int_equal(event->type, EVENT_LEARNED);
	assert_int_equal(event->interface, interface);
	assert_memory_equal(&event->mac, &host, sizeof(host));
	assert_int_equal(event->address, rte_cpu_to_be_32(address));
}

/* All of them are, and nobody is learned from them. */
static void
expect_invalid(struct fixture *fixture, const char *const *frames, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		receive(fixture, WAN, frames[i]);
		assert_int_equal(fixture_dropped(fixture, DROP_arp_invalid), i + 1);
	}
	assert_int_equal(fixture->event_count, 0);
}

static void
test_malformed_packets(void **state)
{
	static const char *const frames[] = {
		/* not as long as an ARP packet */
		TO_ALL HOST ARP REQUEST HOST HOST_IP NOBODY "c633 64",
		TO_ALL HOST "0806",
		/* not Ethernet, not IPv4, or not addresses of their lengths */
		TO_ALL HOST "0806 0006 0800 0604" REQUEST HOST HOST_IP NOBODY WAN_ADDRESS,
		TO_ALL HOST "0806 0001 86dd 0604" REQUEST HOST HOST_IP NOBODY WAN_ADDRESS,
		TO_ALL HOST "0806 0001 0800 0804" REQUEST HOST HOST_IP NOBODY WAN_ADDRESS,
		TO_ALL HOST "0806 0001 0800 0610" REQUEST HOST HOST_IP NOBODY WAN_ADDRESS,
		/* neither a request nor a reply */
		TO_ALL HOST ARP "0000" HOST HOST_IP NOBODY WAN_ADDRESS,
		TO_ALL HOST ARP "0003" HOST HOST_IP NOBODY WAN_ADDRESS,
		TO_ALL HOST ARP "0100" HOST HOST_IP NOBODY WAN_ADDRESS,
	};

	expect_invalid(*state, frames, RTE_DIM(frames));
}

static void
test_senders_that_are_no_neighbours(void **state)
{
	static const char *const frames[] = {
		/* a MAC address that is not the frame's, a group's, nobody's, or the gateway's */
		TO_ALL HOST ARP REQUEST "0200 0000 0108" HOST_IP NOBODY WAN_ADDRESS,
		TO_ALL "0300 0000 0107" ARP REQUEST "0300 0000 0107" HOST_IP NOBODY WAN_ADDRESS,
		TO_ALL TO_ALL ARP REQUEST TO_ALL HOST_IP NOBODY WAN_ADDRESS,
		TO_ALL NOBODY ARP REQUEST NOBODY HOST_IP NOBODY WAN_ADDRESS,
		TO_ALL TO_WAN ARP REQUEST TO_WAN HOST_IP NOBODY WAN_ADDRESS,
		/* an address that is not on the link, or its broadcast, or its own */
		TO_ALL HOST ARP REQUEST HOST "c633 6507" NOBODY WAN_ADDRESS,
		TO_ALL HOST ARP REQUEST HOST "c633 64ff" NOBODY WAN_ADDRESS,
		TO_ALL HOST ARP REQUEST HOST "c633 6400" NOBODY WAN_ADDRESS,
		TO_WAN HOST ARP REPLY HOST "ffff ffff" TO_WAN WAN_ADDRESS,
		TO_WAN HOST ARP REPLY HOST "e000 0001" TO_WAN WAN_ADDRESS,
		TO_WAN HOST ARP REPLY HOST NO_IP TO_WAN WAN_ADDRESS,
		/* the gateway's own address, or its VIP's: somebody else claims it */
		TO_ALL HOST ARP REQUEST HOST WAN_ADDRESS NOBODY WAN_ADDRESS,
		TO_ALL HOST ARP REQUEST HOST WAN_ADDRESS NOBODY OTHER_IP,
		TO_WAN HOST ARP REPLY HOST VIP_IP TO_WAN WAN_ADDRESS,
	};

	expect_invalid(*state, frames, RTE_DIM(frames));
}

/* Within the ARP packet, and behind it. */
static void
test_a_packet_in_two_segments(void **state)
{
	static const size_t splits[] = { 20, 42 };
	struct fixture *fixture = *state;

	for (size_t i = 0; i < RTE_DIM(splits); i++) {
		struct packet packet = {
			.mbuf = fixture_frame(
				fixture,
				TO_ALL HOST ARP REQUEST HOST HOST_IP NOBODY WAN_ADDRESS "0000",
				splits[i]),
			.interface = WAN,
			.kind = PACKET_ARP,
			.link_length = 14,
		};

		arp_receive(&fixture->worker, &packet);
		assert_int_equal(fixture_dropped(fixture, DROP_arp_invalid), i + 1);
	}
}

/* The request has the padding of a frame of the least length; its bytes are nobody's business. */
static void
test_a_request_for_the_gateway(void **state)
{
	struct fixture *fixture = *state;

	receive(fixture, WAN,
		TO_ALL HOST ARP REQUEST HOST HOST_IP NOBODY WAN_ADDRESS
		"dead beef dead beef dead beef dead beef dead");
	fixture_expect(fixture, 0, 0, HOST TO_WAN ARP REPLY TO_WAN WAN_ADDRESS HOST HOST_IP);
	assert_learned(fixture, 0, WAN, IP4(198, 51, 100, 7));
	assert_int_equal(fixture->event_count, 1);
}

static void
test_a_request_on_a_vlan(void **state)
{
	struct fixture *fixture = *state;

	fixture->interfaces[LAN].address_count = 2;
	fixture->interfaces[LAN].addresses[1] = (struct interface_address){ IP4(10, 0, 9, 1), 24 };
	receive(fixture, LAN,
		TO_ALL HOST "8100 000a" ARP REQUEST HOST "0a00 0907" NOBODY "0a00 0901");
	fixture_expect(fixture, 1, 0,
		       HOST "0200 0000 0002 8100 000a" ARP REPLY "0200 0000 0002 0a00 0901" HOST
			    "0a00 0907");
	assert_learned(fixture, 0, LAN, IP4(10, 0, 9, 7));
}

/* RFC 5227: a probe is answered, so that the host finds its conflict; it has told no address. */
static void
test_a_probe(void **state)
{
	struct fixture *fixture = *state;

	receive(fixture, WAN, TO_ALL HOST ARP REQUEST HOST NO_IP NOBODY WAN_ADDRESS);
	fixture_expect(fixture, 0, 0, HOST TO_WAN ARP REPLY TO_WAN WAN_ADDRESS HOST NO_IP);
	receive(fixture, WAN, TO_ALL HOST ARP REQUEST HOST NO_IP NOBODY HOST_IP);
	receive(fixture, WAN, TO_ALL HOST ARP REQUEST HOST NO_IP NOBODY NO_IP);
	assert_int_equal(fixture_sent(fixture, 0), 1);
	assert_int_equal(fixture->worker.counters.consumed, 2);
	assert_int_equal(fixture->event_count, 0);
}

static void
test_a_request_for_a_vip_on_the_link(void **state)
{
	struct fixture *fixture = *state;

	receive(fixture, WAN, TO_ALL HOST ARP REQUEST HOST HOST_IP NOBODY VIP_IP);
	fixture_expect(fixture, 0, 0, HOST TO_WAN ARP REPLY TO_WAN VIP_IP HOST HOST_IP);
	assert_learned(fixture, 0, WAN, IP4(198, 51, 100, 7));

	/* A VIP that is not on the link has to be routed to; one on a subnet's is no neighbour. */
	receive(fixture, WAN, TO_ALL HOST ARP REQUEST HOST HOST_IP NOBODY "c017 0102");
	receive(fixture, LAN,
		TO_ALL HOST "8100 000a" ARP REQUEST HOST "0a00 0107" NOBODY "0a00 0109");
	assert_int_equal(fixture_sent(fixture, 0), 1);
	assert_int_equal(fixture_sent(fixture, 1), 0);
	assert_int_equal(fixture->worker.counters.consumed, 2);
	assert_int_equal(fixture->event_count, 1);
}

static void
test_what_neighbours_say_to_one_another(void **state)
{
	struct fixture *fixture = *state;

	receive(fixture, WAN, TO_ALL HOST ARP REQUEST HOST HOST_IP NOBODY OTHER_IP);
	receive(fixture, WAN, TO_ALL HOST ARP REPLY HOST HOST_IP TO_ALL OTHER_IP);
	/* The address of another of the gateway's interfaces. */
	receive(fixture, WAN, TO_ALL HOST ARP REQUEST HOST HOST_IP NOBODY "0a00 0101");
	assert_int_equal(fixture->worker.counters.consumed, 3);
	assert_int_equal(fixture->event_count, 0);
	assert_int_equal(fixture_sent(fixture, 0), 0);
}

static void
test_a_reply_to_the_gateway(void **state)
{
	struct fixture *fixture = *state;

	receive(fixture, WAN, TO_WAN HOST ARP REPLY HOST HOST_IP TO_WAN WAN_ADDRESS);
	assert_learned(fixture, 0, WAN, IP4(198, 51, 100, 7));
	assert_int_equal(fixture->worker.counters.consumed, 1);
	assert_int_equal(fixture_sent(fixture, 0), 0);
}

static void
test_announcements(void **state)
{
	struct fixture *fixture = *state;

	receive(fixture, WAN, TO_ALL HOST ARP REQUEST HOST HOST_IP NOBODY HOST_IP);
	receive(fixture, WAN, TO_ALL HOST ARP REPLY HOST HOST_IP TO_ALL HOST_IP);
	assert_int_equal(fixture->event_count, 2);
	assert_learned(fixture, 0, WAN, IP4(198, 51, 100, 7));
	assert_learned(fixture, 1, WAN, IP4(198, 51, 100, 7));
	assert_int_equal(fixture->worker.counters.consumed, 2);
}

static void
test_nobody_listens(void **state)
{
	struct fixture *fixture = *state;

	fixture->events_full = true;
	receive(fixture, WAN, TO_ALL HOST ARP REQUEST HOST HOST_IP NOBODY WAN_ADDRESS);
	assert_int_equal(fixture_sent(fixture, 0), 1);
	assert_int_equal(fixture->worker.counters.events_lost, 1);
}

static void
ask(struct fixture *fixture, uint16_t interface, uint32_t address)
{
	struct command_neighbor neighbor = {
		.interface = interface,
		.address = rte_cpu_to_be_32(address),
	};

	arp_request(&fixture->worker, &neighbor);
}

static void
test_questions_that_can_not_be_asked(void **state)
{
	struct fixture *fixture = *state;
	struct rte_mbuf *all[FIXTURE_BUFFERS];

	ask(fixture, GONE, IP4(198, 51, 100, 7));
	ask(fixture, INTERFACE_NONE, IP4(198, 51, 100, 7));
	ask(fixture, WAN, IP4(198, 51, 101, 7));
	assert_int_equal(rte_pktmbuf_alloc_bulk(fixture->worker.pool, all, RTE_DIM(all)), 0);
	ask(fixture, WAN, IP4(198, 51, 100, 7));
	rte_pktmbuf_free_bulk(all, RTE_DIM(all));
	assert_int_equal(fixture->worker.counters.originated, 0);
	assert_int_equal(fixture_sent(fixture, 0), 0);
}

static void
test_questions(void **state)
{
	struct fixture *fixture = *state;

	ask(fixture, WAN, IP4(198, 51, 100, 7));
	fixture_expect(fixture, 0, 0, TO_ALL TO_WAN ARP REQUEST TO_WAN WAN_ADDRESS NOBODY HOST_IP);

	/* Asked from the address that shares the neighbour's prefix. */
	fixture->interfaces[LAN].address_count = 2;
	fixture->interfaces[LAN].addresses[1] = (struct interface_address){ IP4(10, 0, 9, 1), 24 };
	ask(fixture, LAN, IP4(10, 0, 9, 7));
	fixture_expect(fixture, 1, 0,
		       TO_ALL "0200 0000 0002 8100 000a" ARP REQUEST
			      "0200 0000 0002 0a00 0901" NOBODY "0a00 0907");
	assert_int_equal(fixture->worker.counters.originated, 2);
}

int
main(void)
{
#define WITH_ROUTES(test) cmocka_unit_test_setup_teardown(test, set_up, fixture_teardown_routes)
	const struct CMUnitTest tests[] = {
		WITH_ROUTES(test_malformed_packets),
		WITH_ROUTES(test_senders_that_are_no_neighbours),
		WITH_ROUTES(test_a_packet_in_two_segments),
		WITH_ROUTES(test_a_request_for_the_gateway),
		WITH_ROUTES(test_a_request_on_a_vlan),
		WITH_ROUTES(test_a_probe),
		WITH_ROUTES(test_a_request_for_a_vip_on_the_link),
		WITH_ROUTES(test_what_neighbours_say_to_one_another),
		WITH_ROUTES(test_a_reply_to_the_gateway),
		WITH_ROUTES(test_announcements),
		WITH_ROUTES(test_nobody_listens),
		WITH_ROUTES(test_questions_that_can_not_be_asked),
		WITH_ROUTES(test_questions),
	};

	test_eal_start("64");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
