/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/unreachable.h"
#include "fixture.h"

/* From 10.0.1.4 and 203.0.113.9 to 10.0.1.9, as they wait: from the IPv4 header on. */
#define UDP       "4500 001e 0007 0000 3f11 65bc 0a00 0104 0a00 0109 0007 0008 000a 0000 6162"
#define FROM_WAN  "4500 001e 0007 0000 3f11 34b6 cb00 7109 0a00 0109 0007 0008 000a 0000 6162"
#define LATER     "4500 001e 0007 0001 3f11 65bb 0a00 0104 0a00 0109 0007 0008 000a 0000 6162"
#define TTL_ERROR "4500 001e 0007 0000 3f01 65cc 0a00 0104 0a00 0109 0b00 f4ff 0000 0000 6162"
#define SHORT     "4500 0014 0007 0000 3f01 65d6 0a00 0104 0a00 0109"
#define PING      "4500 001e 0007 0000 3f01 65cc 0a00 0104 0a00 0109 0800 9e9c 0001 0000 5962"
#define PROBE     "4500 001e 0007 0000 3f06 477b a83f 8110 0a00 0109 0007 0008 000a 0000 6162"

static int
set_up(void **state)
{
	if (fixture_setup_routes(state) != 0)
		return -1;
	fixture_add_route(*state, IP4(203, 0, 113, 0), 24, route_target_make(ROUTE_CONNECTED, LAN));
	return 0;
}

/* What is told about the packet is sent by the other port. */
static bool
tell(struct fixture *fixture, const char *text, uint16_t interface)
{
	struct rte_mbuf *packet = fixture_frame(fixture, text, 0);
	struct rte_mbuf *error = unreachable_make(&fixture->worker, packet, interface);

	fixture->worker.counters.consumed++;
	rte_pktmbuf_free(packet);
	if (error != NULL)
		transmit_frame(&fixture->worker, 1, error);
	transmit_flush(&fixture->worker);
	return error != NULL;
}

static void
nobody_is_told_about_errors_later_fragments_and_probes(void **state)
{
	static const char *const packets[] = { LATER, TTL_ERROR, SHORT, PROBE };
	struct fixture *fixture = *state;

	for (size_t i = 0; i < RTE_DIM(packets); i++)
		assert_false(tell(fixture, packets[i], LAN));
	assert_int_equal(fixture->worker.counters.icmp_errors_suppressed, 0);
	assert_true(tell(fixture, PING, LAN));
}

static void
nobody_is_told_of_a_link_that_is_gone(void **state)
{
	struct fixture *fixture = *state;

	assert_false(tell(fixture, UDP, 77));
	fixture->interfaces[LAN].address_count = 0;
	assert_false(tell(fixture, UDP, LAN));
}

static void
errors_have_a_rate(void **state)
{
	struct fixture *fixture = *state;

	fixture->snapshot.icmp_error_rate = 0;
	assert_false(tell(fixture, UDP, LAN));
	assert_int_equal(fixture->worker.counters.icmp_errors_suppressed, 1);
}

static void
the_error_seems_to_come_from_the_link(void **state)
{
	struct fixture *fixture = *state;

	assert_true(tell(fixture, UDP, LAN));
	fixture_expect(fixture, 1, 0,
		       "0200 0000 0002 0200 0000 0002 8100 000a 0800"
		       "45c0 003a 0000 4000 4001 23ff 0a00 0101 0a00 0104"
		       "0301 9b83 0000 0000" UDP);
	assert_int_equal(fixture->worker.counters.icmp_errors_sent, 1);
}

/* Of the fabric: the way back has an interface, whose address it is. */
static void
in_the_fabric_it_has_the_address_of_the_way_back(void **state)
{
	struct fixture *fixture = *state;
	const struct rte_ipv4_hdr *ip;

	assert_true(tell(fixture, FROM_WAN, WAN));
	ip = rte_pktmbuf_mtod_offset(fixture->ports[1].frames[0], const struct rte_ipv4_hdr *, 14);
	assert_int_equal(ip->src_addr, RTE_BE32(IP4(10, 0, 1, 1)));
	assert_int_equal(ip->dst_addr, RTE_BE32(IP4(203, 0, 113, 9)));
}

#define WITH_ROUTES(test) cmocka_unit_test_setup_teardown(test, set_up, fixture_teardown_routes)

int
main(void)
{
	test_eal_start("64");

	const struct CMUnitTest tests[] = {
		WITH_ROUTES(nobody_is_told_about_errors_later_fragments_and_probes),
		WITH_ROUTES(nobody_is_told_of_a_link_that_is_gone),
		WITH_ROUTES(errors_have_a_rate),
		WITH_ROUTES(the_error_seems_to_come_from_the_link),
		WITH_ROUTES(in_the_fabric_it_has_the_address_of_the_way_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
