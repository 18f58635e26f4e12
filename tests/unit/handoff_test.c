/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/handoff.h"

#include <rte_ring_elem.h>

#include "dataplane/fragment.h"
#include "fixture.h"

/* From 10.0.1.4, port 5000, to 8.8.8.8, port 53: 4 bytes by UDP. */
#define FRAME                                             \
	"020000000002 020000000009 8100 000a 0800"        \
	"4500 0020 0007 0000 4011 5fb3 0a000104 08080808" \
	"1388 0035 000c 0000 61626364"
/* The same packet's last bytes: a fragment from byte 8 on. */
#define LATER                                             \
	"020000000002 020000000009 8100 000a 0800"        \
	"4500 0018 0007 0001 4011 5fba 0a000104 08080808" \
	"61626364"

enum {
	OTHER = 1,
};

/* The fixture's worker is 0; what it gives is taken as worker 1. */
static int
handoff_setup(void **state)
{
	struct fixture *fixture;
	struct worker *worker;

	if (fixture_setup(state) != 0)
		return -1;
	fixture = *state;
	worker = &fixture->worker;
	fixture->snapshot.worker_count = 2;
	worker->handoffs[0] = handoff_ring_create("handoffs 0", SOCKET_ID_ANY);
	worker->handoffs[OTHER] = handoff_ring_create("handoffs 1", SOCKET_ID_ANY);
	return worker->handoffs[0] != NULL && worker->handoffs[OTHER] != NULL ? 0 : -1;
}

static int
handoff_teardown(void **state)
{
	struct fixture *fixture = *state;

	rte_ring_free(fixture->worker.handoffs[0]);
	rte_ring_free(fixture->worker.handoffs[OTHER]);
	return fixture_teardown(state);
}

#define WITH_RINGS(test) cmocka_unit_test_setup_teardown(test, handoff_setup, handoff_teardown)

/* What the other worker takes in one turn, and how many packets that are. */
static unsigned int
take(struct fixture *fixture, uint16_t *flags)
{
	unsigned int n;

	*flags = 0;
	handoff_flush(&fixture->worker);
	fixture->worker.id = OTHER;
	n = handoff_receive(&fixture->worker, flags);
	fixture->worker.id = 0;
	return n;
}

static void
end(struct fixture *fixture, struct packet *packet)
{
	transmit_drop(&fixture->worker, packet->mbuf, DROP_worker_stopped);
}

static void
nobody_takes_from_an_empty_ring(void **state)
{
	uint16_t flags;

	assert_int_equal(take(*state, &flags), 0);
	assert_int_equal(flags, 0);
}

static void
a_packet_is_parsed_again_where_it_goes(void **state)
{
	struct fixture *fixture = *state;
	struct packet packet = fixture_receive(fixture, LAN, FRAME);
	const struct packet before = packet;
	struct packet *after = &fixture->worker.burst[0];
	uint16_t flags;

	handoff_packet(&fixture->worker, &packet, OTHER);
	assert_int_equal(packet.kind, PACKET_HELD);
	assert_true(rte_ring_empty(fixture->worker.handoffs[OTHER]));
	assert_int_equal(fixture->worker.counters.handed_off, 0);
	handoff_flush(&fixture->worker);
	assert_int_equal(fixture->worker.counters.handed_off, 1);
	memset(fixture->worker.burst, 0xff, sizeof(fixture->worker.burst));
	assert_int_equal(take(fixture, &flags), 1);
	assert_ptr_equal(after->mbuf, before.mbuf);
	assert_int_equal(after->kind, before.kind);
	assert_int_equal(after->interface, LAN);
	assert_memory_equal(&after->key, &before.key, sizeof(before.key));
	assert_int_equal(after->flags, PACKET_HANDOFF_ONE);
	assert_int_equal(flags, PACKET_HANDOFF_ONE);
	end(fixture, after);
}

/* Who is asked first has nothing: the other does not ask there again. */
static void
a_packet_that_goes_home_was_tried(void **state)
{
	struct fixture *fixture = *state;
	struct packet packet = fixture_receive(fixture, LAN, FRAME);
	uint16_t flags;

	packet.flags |= PACKET_TRIED | PACKET_ASTRAY;
	handoff_packet(&fixture->worker, &packet, OTHER);
	assert_int_equal(take(fixture, &flags), 1);
	assert_int_equal(flags, PACKET_TRIED | PACKET_HANDOFF_ONE);
	end(fixture, &fixture->worker.burst[0]);
}

/* A later fragment has no ports of its own: what was found out goes with it. */
static void
a_fragment_keeps_what_was_learned(void **state)
{
	struct fixture *fixture = *state;
	struct packet packet = fixture_receive(fixture, LAN, LATER);
	const struct fragment_facts facts = { .source_port = RTE_BE16(5000),
					      .destination_port = RTE_BE16(53),
					      .id = RTE_BE16(7777) };
	struct packet *after = &fixture->worker.burst[0];
	uint16_t flags;

	assert_int_equal(packet.key.source_port, 0);
	fragment_learn(&packet, &facts);
	packet.fragment_id = facts.id;
	packet.flags |= PACKET_LEARNED;
	handoff_packet(&fixture->worker, &packet, OTHER);
	assert_int_equal(take(fixture, &flags), 1);
	assert_int_equal(flags, PACKET_FRAGMENT | PACKET_LATER_FRAGMENT | PACKET_LEARNED |
					PACKET_HANDOFF_ONE);
	assert_int_equal(after->key.source_port, RTE_BE16(5000));
	assert_int_equal(after->key.destination_port, RTE_BE16(53));
	assert_int_equal(after->fragment_id, RTE_BE16(7777));
	end(fixture, after);
}

/* Workers that disagree do not play ball for ever. */
static void
a_packet_is_handed_over_four_times_at_most(void **state)
{
	struct fixture *fixture = *state;
	struct packet packet = fixture_receive(fixture, LAN, FRAME);
	uint16_t flags;

	for (unsigned int i = 0; i < 4; i++) {
		handoff_packet(&fixture->worker, &packet, OTHER);
		assert_int_equal(take(fixture, &flags), 1);
		packet = fixture->worker.burst[0];
	}
	assert_int_equal(fixture_dropped(fixture, DROP_handoff_astray), 0);
	handoff_packet(&fixture->worker, &packet, OTHER);
	assert_int_equal(take(fixture, &flags), 0);
	assert_int_equal(fixture_dropped(fixture, DROP_handoff_astray), 1);
	assert_int_equal(fixture->worker.counters.handed_off, 4);
}

/* The ring holds one less than its size; what is in it is not lost. */
static void
semantics_full_a_ring_drops_what_is_over(void **state)
{
	struct fixture *fixture = *state;
	const struct packet packet = fixture_receive(fixture, LAN, FRAME);
	unsigned int taken = 0, n;
	uint16_t flags;

	/* There are fewer buffers than places: the same one stands in all. */
	rte_mbuf_refcnt_update(packet.mbuf, 1023 + 3 - 1);
	fixture->received += 1023 + 3 - 1;
	for (unsigned int i = 0; i < 1023 + 3; i++) {
		struct packet copy = packet;

		handoff_packet(&fixture->worker, &copy, OTHER);
		assert_int_equal(copy.kind, PACKET_HELD);
	}
	handoff_flush(&fixture->worker);
	assert_int_equal(fixture_dropped(fixture, DROP_handoff_full), 3);
	assert_int_equal(fixture->worker.counters.handed_off, 1023);
	while ((n = take(fixture, &flags)) > 0) {
		taken += n;
		for (unsigned int i = 0; i < n; i++)
			end(fixture, &fixture->worker.burst[i]);
	}
	assert_int_equal(taken, 1023);
}

/* To several workers at once, and more than are written at once. */
static void
packets_keep_their_order(void **state)
{
	struct fixture *fixture = *state;
	const struct packet packet = fixture_receive(fixture, LAN, FRAME);
	struct handoff handoff;

	rte_mbuf_refcnt_update(packet.mbuf, 100 - 1);
	fixture->received += 100 - 1;
	for (uint16_t i = 0; i < 100; i++) {
		struct packet copy = packet;

		/* What tells them apart. */
		copy.flags |= PACKET_LEARNED;
		copy.fragment_id = i;
		handoff_packet(&fixture->worker, &copy, i % 3 == 0 ? OTHER : 0);
	}
	handoff_flush(&fixture->worker);
	for (uint16_t i = 0; i < 100; i++) {
		uint16_t to = i % 3 == 0 ? OTHER : 0;

		assert_int_equal(rte_ring_dequeue_elem(fixture->worker.handoffs[to], &handoff,
						       sizeof(handoff)),
				 0);
		assert_int_equal(handoff.facts.id, i);
		transmit_drop(&fixture->worker, handoff.mbuf, DROP_worker_stopped);
	}
	assert_true(rte_ring_empty(fixture->worker.handoffs[0]));
	assert_true(rte_ring_empty(fixture->worker.handoffs[OTHER]));
	assert_int_equal(fixture->worker.counters.handed_off, 100);
}

/* Whoever ends drops what waits for him, counted. */
static void
what_waits_for_a_worker_that_ends_is_dropped(void **state)
{
	struct fixture *fixture = *state;

	for (unsigned int i = 0; i < 5; i++) {
		struct packet packet = fixture_receive(fixture, LAN, FRAME);

		handoff_packet(&fixture->worker, &packet, OTHER);
	}
	handoff_flush(&fixture->worker);
	fixture->worker.id = OTHER;
	handoff_abandon(&fixture->worker);
	assert_int_equal(fixture_dropped(fixture, DROP_worker_stopped), 5);
	assert_int_equal(fixture->worker.counters.handoffs_taken, 5);
	assert_true(rte_ring_empty(fixture->worker.handoffs[OTHER]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_RINGS(nobody_takes_from_an_empty_ring),
		WITH_RINGS(a_packet_is_parsed_again_where_it_goes),
		WITH_RINGS(a_packet_that_goes_home_was_tried),
		WITH_RINGS(a_fragment_keeps_what_was_learned),
		WITH_RINGS(a_packet_is_handed_over_four_times_at_most),
		WITH_RINGS(packets_keep_their_order),
		WITH_RINGS(semantics_full_a_ring_drops_what_is_over),
		WITH_RINGS(what_waits_for_a_worker_that_ends_is_dropped),
	};

	test_eal_start("128");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
