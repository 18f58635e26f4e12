/* SPDX-License-Identifier: BSD-3-Clause */
#include "fixture.h"

#include "dataplane/reset.h"

#define HOST   IP4(10, 0, 1, 4)
#define VIP    IP4(192, 23, 1, 2)
#define SERVER IP4(93, 184, 216, 34)

/*
 * A connection from 10.0.1.4:51000, by 192.23.1.2:1030, to 93.184.216.34:443. The host has
 * acknowledged 0x01020304, the server 0xa0b0c0d0.
 */
struct connection {
	struct flow out;
	struct flow back;
};

static struct connection
connection_make(struct fixture *fixture)
{
	return (struct connection){
		.out = { .source = rte_cpu_to_be_32(VIP),
			 .destination = rte_cpu_to_be_32(SERVER),
			 .source_port = RTE_BE16(1030),
			 .destination_port = RTE_BE16(443),
			 .flags = FLOW_TCP_KNOWN,
			 .tcp_expected = RTE_BE32(0x01020304),
			 .egress = fixture_resolve(fixture, WAN, IP4(198, 51, 100, 1),
						   "0200 0000 0011") },
		.back = { .source = rte_cpu_to_be_32(SERVER),
			  .destination = rte_cpu_to_be_32(HOST),
			  .source_port = RTE_BE16(443),
			  .destination_port = RTE_BE16(51000),
			  .flags = FLOW_REVERSE | FLOW_TCP_KNOWN,
			  .tcp_expected = RTE_BE32(0xa0b0c0d0),
			  .egress = fixture_resolve(fixture, LAN, HOST, "0200 0000 0022") },
	};
}

/* rfc5961_3: each end gets the number that it expects, in the name of the other. */
static void
rfc5961_3_each_end_gets_the_number_that_it_expects(void **state)
{
	struct fixture *fixture = *state;
	struct connection connection = connection_make(fixture);

	reset_send(&fixture->worker, &connection.out, &connection.back);
	/* To the server: from the VIP's port, DF, TTL 64; RST alone. */
	fixture_expect(fixture, 0, 0,
		       "020000000011 020000000001 0800"
		       "4500 0028 0000 4000 4006 43dc c0170102 5db8d822"
		       "0406 01bb a0b0c0d0 00000000 5004 0000 51aa 0000");
	/* To the host: from the server's address. */
	fixture_expect(fixture, 1, 0,
		       "020000000022 020000000002 8100 000a 0800"
		       "4500 0028 0000 4000 4006 f9f1 5db8d822 0a000104"
		       "01bb c738 01020304 00000000 5004 0000 a208 0000");
	assert_int_equal(fixture->worker.counters.originated, 2);
	assert_int_equal(fixture->worker.counters.tcp_resets_sent, 2);
}

static void
an_end_that_can_not_be_reached_is_not_told(void **state)
{
	struct fixture *fixture = *state;
	struct connection connection = connection_make(fixture);

	connection.out.egress = EGRESS_DROP | DROP_no_route;
	reset_send(&fixture->worker, &connection.out, &connection.back);
	assert_int_equal(fixture_sent(fixture, 0), 0);
	assert_int_equal(fixture_sent(fixture, 1), 1);
}

/* It would be a guess, which the end would not believe. */
static void
an_end_that_has_said_nothing_is_not_told(void **state)
{
	struct fixture *fixture = *state;
	struct connection connection = connection_make(fixture);

	connection.back.flags &= (uint8_t)~FLOW_TCP_KNOWN;
	reset_send(&fixture->worker, &connection.out, &connection.back);
	assert_int_equal(fixture_sent(fixture, 0), 0);
	assert_int_equal(fixture_sent(fixture, 1), 1);
}

static void
without_buffers_nobody_is_told(void **state)
{
	struct fixture *fixture = *state;
	struct connection connection = connection_make(fixture);
	struct rte_mbuf *taken[FIXTURE_BUFFERS];

	assert_int_equal(rte_pktmbuf_alloc_bulk(fixture->worker.pool, taken, FIXTURE_BUFFERS), 0);
	reset_send(&fixture->worker, &connection.out, &connection.back);
	rte_pktmbuf_free_bulk(taken, FIXTURE_BUFFERS);
	assert_int_equal(fixture->worker.counters.tcp_resets_lost, 2);
	assert_int_equal(fixture->worker.counters.tcp_resets_sent, 0);
	assert_int_equal(fixture->worker.counters.originated, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(rfc5961_3_each_end_gets_the_number_that_it_expects),
		WITH_FIXTURE(an_end_that_can_not_be_reached_is_not_told),
		WITH_FIXTURE(an_end_that_has_said_nothing_is_not_told),
		WITH_FIXTURE(without_buffers_nobody_is_told),
	};

	test_eal_start("128");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
