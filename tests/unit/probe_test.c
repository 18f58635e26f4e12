/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/probe.h"
#include "fixture.h"

/* From 10.0.1.4, port 443, to 168.63.129.16, port 32769; the IPv4 total length comes in between. */
#define ETHER   "0200 0000 0002 0200 0000 0204 8100 000a 0800"
#define IP(len) "4500" len "0000 4000 4006"
#define FROM_TO "0a00 0104 a83f 8110"
#define PORTS   "01bb 8001"
#define SYN_ACK "0102 0304 0506 0708 5012 1000 0000 0000"

static int
set_up(void **state)
{
	struct fixture *fixture;

	if (fixture_setup(state) != 0)
		return -1;
	fixture = *state;
	fixture->worker.events = event_ring_create("probe events", SOCKET_ID_ANY);
	return fixture->worker.events == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	rte_ring_free(fixture->worker.events);
	return fixture_teardown(state);
}

static void
receive(struct fixture *fixture, const char *frame)
{
	struct packet packet = fixture_receive(fixture, LAN, frame);

	probe_receive(&fixture->worker, &packet);
}

static void
answers_without_a_whole_header(void **state)
{
	static const char *const frames[] = {
		/* shorter than a TCP header */
		ETHER IP("0027") "067e" FROM_TO PORTS "0102 0304 0506 0708 5012 1000 0000 00",
		/* a header that is too short, or longer than the packet */
		ETHER IP("0028") "067d" FROM_TO PORTS "0102 0304 0506 0708 4012 1000 0000 0000",
		ETHER IP("0028") "067d" FROM_TO PORTS "0102 0304 0506 0708 6012 1000 0000 0000",
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < RTE_DIM(frames); i++) {
		receive(fixture, frames[i]);
		assert_int_equal(fixture_dropped(fixture, DROP_transport_truncated), i + 1);
	}
	assert_int_equal(fixture->event_count, 0);
}

static void
answers_become_events(void **state)
{
	struct fixture *fixture = *state;
	const struct event *event = &fixture->events[0];

	receive(fixture, ETHER IP("0028") "067d" FROM_TO PORTS SYN_ACK);
	assert_int_equal(fixture->event_count, 1);
	assert_int_equal(event->type, EVENT_ANSWER);
	assert_int_equal(event->interface, LAN);
	assert_int_equal(event->address, RTE_BE32(IP4(10, 0, 1, 4)));
	assert_int_equal(event->answer.source_port, RTE_BE16(443));
	assert_int_equal(event->answer.destination_port, RTE_BE16(32769));
	assert_int_equal(event->answer.sequence, 0x01020304);
	assert_int_equal(event->answer.acknowledgement, 0x05060708);
	assert_int_equal(event->answer.flags, 0x12);
	assert_int_equal(event->answer.length, 0);
	assert_int_equal(fixture->worker.counters.consumed, 1);
}

static void
data_is_told_as_far_as_it_is_wanted(void **state)
{
	struct fixture *fixture = *state;

	/* An option of four bytes, and "abc"; then more than is wanted, and nothing behind it. */
	receive(fixture,
		ETHER IP("002f") "0676" FROM_TO PORTS
				 "0102 0304 0506 0708 6018 1000 0000 0000 0101 0101 6162 63");
	assert_int_equal(fixture->events[0].answer.length, 3);
	assert_memory_equal(fixture->events[0].answer.data, "abc\0\0\0\0\0\0\0\0\0\0", 13);
	receive(fixture,
		ETHER IP("0037") "066e" FROM_TO PORTS "0102 0304 0506 0708 5018 1000 0000 0000"
				 "4854 5450 2f31 2e31 2032 3030 204f 4b");
	assert_int_equal(fixture->events[1].answer.length, 15);
	assert_memory_equal(fixture->events[1].answer.data, "HTTP/1.1 200 ", 13);
}

static void
half_of_the_ring_is_left_to_others(void **state)
{
	const struct event event = { .type = EVENT_LEARNED };
	struct fixture *fixture = *state;

	for (unsigned int i = 0; i < 512; i++)
		assert_int_equal(rte_ring_sp_enqueue_elem(fixture->worker.events,
							  (void *)(uintptr_t)&event, sizeof(event)),
				 0);
	receive(fixture, ETHER IP("0028") "067d" FROM_TO PORTS SYN_ACK);
	assert_int_equal(fixture_dropped(fixture, DROP_local_full), 1);
	assert_int_equal(fixture->event_count, 0);
}

static void
probes_to_a_lost_interface_are_dropped(void **state)
{
	struct fixture *fixture = *state;
	struct command_send send = {
		.mbuf = rte_pktmbuf_alloc(fixture->worker.pool),
		.interface = GONE,
		.address = RTE_BE32(IP4(10, 0, 1, 4)),
	};

	assert_non_null(send.mbuf);
	probe_send(&fixture->worker, &send);
	assert_int_equal(fixture_dropped(fixture, DROP_subnet_missing), 1);
	assert_int_equal(fixture->worker.counters.originated, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answers_without_a_whole_header, set_up, tear_down),
		cmocka_unit_test_setup_teardown(answers_become_events, set_up, tear_down),
		cmocka_unit_test_setup_teardown(data_is_told_as_far_as_it_is_wanted, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(half_of_the_ring_is_left_to_others, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(probes_to_a_lost_interface_are_dropped, set_up,
						tear_down),
	};

	test_eal_start("64");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
