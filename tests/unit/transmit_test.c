/* SPDX-License-Identifier: BSD-3-Clause */
#include "fixture.h"

/* UDP 10.0.1.4:5353 -> 198.51.100.9:53 in a frame on VLAN 10, already rewritten. */
#define PACKET                                              \
	"4500 0020 0007 0000 3f11 4686 0a00 0104 c633 6409" \
	"14e9 0035 000c 0000 6162 6364"
#define FRAME     "0200 0000 0002 0200 0000 0204 8100 000a 0800" PACKET
#define ROUTER    "0200 0000 0101"
#define TO_ROUTER ROUTER "0200 0000 0001 0800" PACKET

static uint32_t
adjacency_add(struct fixture *fixture, uint32_t address)
{
	return neighbor_find_or_add(&fixture->worker.neighbors, &fixture->snapshot, WAN,
				    rte_cpu_to_be_32(address));
}

static uint32_t
adjacency_resolve(struct fixture *fixture, uint32_t address)
{
	return fixture_resolve(fixture, WAN, address, ROUTER);
}

static void
send_text(struct fixture *fixture, uint32_t adjacency, const char *text)
{
	struct rte_mbuf *mbuf = fixture_frame(fixture, text, 0);

	transmit_to_adjacency(&fixture->worker, mbuf,
			      rte_pktmbuf_mtod_offset(mbuf, struct rte_ipv4_hdr *, 18), adjacency);
}

static void
test_a_drop_is_counted(void **state)
{
	struct fixture *fixture = *state;

	transmit_drop(&fixture->worker, fixture_frame(fixture, FRAME, 0), DROP_no_route);
	assert_int_equal(fixture_dropped(fixture, DROP_no_route), 1);
}

static void
test_a_port_that_is_not_there(void **state)
{
	struct fixture *fixture = *state;

	transmit_frame(&fixture->worker, FIXTURE_PORTS, fixture_frame(fixture, FRAME, 0));
	transmit_frame(&fixture->worker, UINT16_MAX, fixture_frame(fixture, FRAME, 0));
	assert_int_equal(fixture_dropped(fixture, DROP_transmit_full), 2);
}

static void
test_a_port_takes_less_than_it_is_given(void **state)
{
	struct fixture *fixture = *state;

	fixture->ports[0].room = 3;
	for (unsigned int i = 0; i < 5; i++)
		transmit_frame(&fixture->worker, 0, fixture_frame(fixture, FRAME, 0));
	transmit_flush(&fixture->worker);
	assert_int_equal(fixture->worker.counters.ports[0].sent_packets, 3);
	assert_int_equal(fixture->worker.counters.ports[0].sent_bytes, 3 * 50);
	assert_int_equal(fixture_dropped(fixture, DROP_transmit_full), 2);
}

static void
test_a_full_buffer_goes_out_at_once(void **state)
{
	struct fixture *fixture = *state;

	for (unsigned int i = 1; i < TRANSMIT_BURST; i++)
		transmit_frame(&fixture->worker, 1, fixture_frame(fixture, FRAME, 0));
	assert_int_equal(fixture->ports[1].count, 0);
	transmit_frame(&fixture->worker, 1, fixture_frame(fixture, FRAME, 0));
	assert_int_equal(fixture->ports[1].count, TRANSMIT_BURST);
	assert_int_equal(fixture->ports[0].count, 0);
}

static void
test_a_resolved_neighbour_gets_the_packet(void **state)
{
	struct fixture *fixture = *state;

	send_text(fixture, adjacency_resolve(fixture, IP4(198, 51, 100, 1)), FRAME);
	fixture_expect(fixture, 0, 0, TO_ROUTER);
	assert_int_equal(fixture->event_count, 0);
}

static void
test_packets_wait_for_one_answer(void **state)
{
	struct fixture *fixture = *state;
	uint32_t adjacency = adjacency_add(fixture, IP4(198, 51, 100, 1));

	for (unsigned int i = 0; i < 3; i++)
		send_text(fixture, adjacency, FRAME);
	assert_int_equal(fixture->worker.counters.held, 3);
	assert_int_equal(fixture_sent(fixture, 0), 0);
	assert_int_equal(fixture->event_count, 1);
	assert_int_equal(fixture->events[0].type, EVENT_RESOLVE);
	assert_int_equal(fixture->events[0].interface, WAN);
	assert_int_equal(fixture->events[0].address, RTE_BE32(IP4(198, 51, 100, 1)));

	assert_int_equal(adjacency_resolve(fixture, IP4(198, 51, 100, 1)), adjacency);
	transmit_release_held(&fixture->worker, adjacency);
	assert_int_equal(fixture->worker.counters.held, 0);
	assert_int_equal(fixture_sent(fixture, 0), 3);
	for (unsigned int i = 0; i < 3; i++)
		fixture_expect(fixture, 0, i, TO_ROUTER);
}

static void
test_an_answer_that_never_comes(void **state)
{
	struct fixture *fixture = *state;
	struct rte_mbuf *errors[HELD_PACKETS_PER_NEIGHBOR];
	uint32_t silent = adjacency_add(fixture, IP4(198, 51, 100, 1));
	uint32_t other = adjacency_add(fixture, IP4(198, 51, 100, 3));

	send_text(fixture, silent, FRAME);
	send_text(fixture, other, FRAME);
	send_text(fixture, silent, FRAME);
	/* The link is a subnet's: the way back is the session's. */
	fixture->interfaces[WAN].zone = 1;
	assert_int_equal(transmit_abandon_held(&fixture->worker, silent, errors), 2);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(rte_pktmbuf_pkt_len(errors[i]), 14 + 20 + 8 + 32);
		transmit_frame(&fixture->worker, 1, errors[i]);
	}
	assert_int_equal(fixture_dropped(fixture, DROP_neighbor_unresolved), 2);
	assert_int_equal(fixture->worker.counters.held, 1);

	/* The next packet asks again. */
	assert_int_equal(fixture->event_count, 2);
	send_text(fixture, silent, FRAME);
	assert_int_equal(fixture->event_count, 3);
	assert_int_equal(fixture->events[2].address, RTE_BE32(IP4(198, 51, 100, 1)));
}

static void
test_a_neighbour_is_given_up(void **state)
{
	struct fixture *fixture = *state;
	struct rte_mbuf *errors[HELD_PACKETS_PER_NEIGHBOR];
	uint32_t adjacency = adjacency_resolve(fixture, IP4(198, 51, 100, 1));

	assert_int_equal(transmit_abandon_held(&fixture->worker, adjacency, errors), 0);
	send_text(fixture, adjacency, FRAME);
	assert_int_equal(fixture->worker.counters.held, 1);
	assert_int_equal(fixture->event_count, 1);
}

static void
test_a_question_that_was_lost_is_asked_again(void **state)
{
	struct fixture *fixture = *state;
	uint32_t adjacency = adjacency_add(fixture, IP4(198, 51, 100, 1));

	fixture->events_full = true;
	send_text(fixture, adjacency, FRAME);
	send_text(fixture, adjacency, FRAME);
	assert_int_equal(fixture->worker.counters.events_lost, 2);
	fixture->events_full = false;
	send_text(fixture, adjacency, FRAME);
	send_text(fixture, adjacency, FRAME);
	assert_int_equal(fixture->event_count, 1);
	assert_int_equal(fixture->worker.counters.held, 4);
}

static void
test_too_many_packets_wait(void **state)
{
	struct fixture *fixture = *state;
	uint32_t adjacency = adjacency_add(fixture, IP4(198, 51, 100, 1));

	for (unsigned int i = 0; i < HELD_PACKETS_PER_NEIGHBOR + 2; i++)
		send_text(fixture, adjacency, FRAME);
	assert_int_equal(fixture->worker.counters.held, HELD_PACKETS_PER_NEIGHBOR);
	assert_int_equal(fixture_dropped(fixture, DROP_neighbor_queue_full), 2);
}

static void
test_the_interface_of_a_neighbour_is_gone(void **state)
{
	struct fixture *fixture = *state;
	struct neighbor_table *neighbors = &fixture->worker.neighbors;
	uint32_t lost = adjacency_add(fixture, IP4(198, 51, 100, 1));
	uint32_t kept = neighbor_find_or_add(neighbors, &fixture->snapshot, LAN,
					     RTE_BE32(IP4(10, 0, 1, 4)));

	for (unsigned int i = 0; i < 3; i++) {
		send_text(fixture, lost, FRAME);
		send_text(fixture, kept, FRAME);
	}
	fixture->interfaces[WAN].present = false;
	neighbor_table_refresh(neighbors, NULL, &fixture->snapshot);
	transmit_abandon_lost(&fixture->worker);
	assert_int_equal(fixture->worker.counters.held, 3);
	assert_int_equal(fixture_dropped(fixture, DROP_neighbor_unresolved), 3);

	/* Nobody could answer: nothing waits, nobody is asked. */
	send_text(fixture, lost, FRAME);
	assert_int_equal(fixture_dropped(fixture, DROP_neighbor_unresolved), 4);
	assert_int_equal(fixture->event_count, 2);
}

/* A packet of 1000 bytes of payload, on VLAN 10 like the frame above. */
static struct rte_mbuf *
large_packet(struct fixture *fixture, uint16_t fragment_offset)
{
	struct rte_mbuf *mbuf =
		fixture_frame(fixture, "0200 0000 0002 0200 0000 0204 8100 000a 0800", 0);
	struct rte_ipv4_hdr ip = {
		.version_ihl = RTE_IPV4_VHL_DEF,
		.total_length = RTE_BE16(1020),
		.packet_id = RTE_BE16(7),
		.fragment_offset = rte_cpu_to_be_16(fragment_offset),
		.time_to_live = 63,
		.next_proto_id = 17,
		.src_addr = RTE_BE32(IP4(10, 0, 1, 4)),
		.dst_addr = RTE_BE32(IP4(198, 51, 100, 9)),
	};

	ip.hdr_checksum = rte_ipv4_cksum(&ip);
	memcpy(rte_pktmbuf_append(mbuf, sizeof(ip)), &ip, sizeof(ip));
	memset(rte_pktmbuf_append(mbuf, 1000), 0x5a, 1000);
	return mbuf;
}

static void
send_large(struct fixture *fixture, uint32_t adjacency, uint16_t fragment_offset)
{
	struct rte_mbuf *mbuf = large_packet(fixture, fragment_offset);

	transmit_to_adjacency(&fixture->worker, mbuf,
			      rte_pktmbuf_mtod_offset(mbuf, struct rte_ipv4_hdr *, 18), adjacency);
}

static void
expect_fragments(struct fixture *fixture)
{
	/* 600 bytes leave 580 for the payload: 576 in whole units of 8, then 424. */
	static const char *const headers[] = {
		ROUTER "0200 0000 0001 0800 4500 0254 0007 2000 3f11 2452 0a00 0104 c633 6409",
		ROUTER "0200 0000 0001 0800 4500 01bc 0007 0048 3f11 44a2 0a00 0104 c633 6409",
	};
	static const uint32_t payloads[] = { 576, 424 };

	assert_int_equal(fixture_sent(fixture, 0), 2);
	for (unsigned int i = 0; i < 2; i++) {
		const struct rte_mbuf *mbuf = fixture->ports[0].frames[i];
		uint8_t header[34], room[1024];
		const uint8_t *frame = rte_pktmbuf_read(mbuf, 0, mbuf->pkt_len, room);

		bytes_read(headers[i], header, sizeof(header));
		assert_int_equal(mbuf->pkt_len, 34 + payloads[i]);
		assert_memory_equal(frame, header, 34);
		for (unsigned int j = 34; j < mbuf->pkt_len; j++)
			assert_int_equal(frame[j], 0x5a);
	}
	assert_int_equal(fixture->worker.counters.originated, 1);
}

static void
test_a_small_mtu(void **state)
{
	struct fixture *fixture = *state;
	uint32_t adjacency = adjacency_resolve(fixture, IP4(198, 51, 100, 1));

	/* The largest that goes, the smallest that does not, and one that must not be cut. */
	fixture->interfaces[WAN].mtu = 1020;
	neighbor_table_refresh(&fixture->worker.neighbors, NULL, &fixture->snapshot);
	send_large(fixture, adjacency, 0);
	assert_int_equal(fixture_sent(fixture, 0), 1);
	assert_int_equal(fixture->ports[0].frames[0]->nb_segs, 1);
	fixture->interfaces[WAN].mtu = 1019;
	neighbor_table_refresh(&fixture->worker.neighbors, NULL, &fixture->snapshot);
	send_large(fixture, adjacency, 0);
	assert_int_equal(fixture_sent(fixture, 0), 3);
	send_large(fixture, adjacency, RTE_IPV4_HDR_DF_FLAG);
	assert_int_equal(fixture_sent(fixture, 0), 3);
	assert_int_equal(fixture_dropped(fixture, DROP_mtu_exceeded), 1);
}

static void
test_fragments_go_out(void **state)
{
	struct fixture *fixture = *state;

	fixture->interfaces[WAN].mtu = 600;
	send_large(fixture, adjacency_resolve(fixture, IP4(198, 51, 100, 1)), 0);
	expect_fragments(fixture);
}

static void
test_a_packet_is_cut_after_it_has_waited(void **state)
{
	struct fixture *fixture = *state;
	uint32_t adjacency;

	fixture->interfaces[WAN].mtu = 600;
	adjacency = adjacency_add(fixture, IP4(198, 51, 100, 1));
	send_large(fixture, adjacency, 0);
	adjacency_resolve(fixture, IP4(198, 51, 100, 1));
	transmit_release_held(&fixture->worker, adjacency);
	expect_fragments(fixture);
}

static void
test_no_buffers_for_fragments(void **state)
{
	struct fixture *fixture = *state;
	struct rte_mbuf *all[FIXTURE_BUFFERS - 3];
	uint32_t adjacency;

	fixture->interfaces[WAN].mtu = 600;
	adjacency = adjacency_resolve(fixture, IP4(198, 51, 100, 1));
	assert_int_equal(rte_pktmbuf_alloc_bulk(fixture->worker.pool, all, RTE_DIM(all)), 0);
	send_large(fixture, adjacency, 0);
	assert_int_equal(fixture_dropped(fixture, DROP_fragment_failed), 1);
	assert_int_equal(fixture->worker.counters.originated, 0);
	rte_pktmbuf_free_bulk(all, RTE_DIM(all));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(test_a_drop_is_counted),
		WITH_FIXTURE(test_a_port_that_is_not_there),
		WITH_FIXTURE(test_a_port_takes_less_than_it_is_given),
		WITH_FIXTURE(test_a_full_buffer_goes_out_at_once),
		WITH_FIXTURE(test_a_resolved_neighbour_gets_the_packet),
		WITH_FIXTURE(test_packets_wait_for_one_answer),
		WITH_FIXTURE(test_an_answer_that_never_comes),
		WITH_FIXTURE(test_a_neighbour_is_given_up),
		WITH_FIXTURE(test_a_question_that_was_lost_is_asked_again),
		WITH_FIXTURE(test_too_many_packets_wait),
		WITH_FIXTURE(test_the_interface_of_a_neighbour_is_gone),
		WITH_FIXTURE(test_a_small_mtu),
		WITH_FIXTURE(test_fragments_go_out),
		WITH_FIXTURE(test_a_packet_is_cut_after_it_has_waited),
		WITH_FIXTURE(test_no_buffers_for_fragments),
	};

	test_eal_start("64");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
