/* SPDX-License-Identifier: BSD-3-Clause */
#include "fixture.h"

/* Frames from 198.51.100.7, on the interface wan's link, to its own address or to all. */
#define TO_WAN "0200 0000 0001 0200 0000 0107 0800"
#define BGP                                                        \
	TO_WAN "4500 0028 0000 4000 ff06 275f c633 6407 c633 6402" \
	       "9c40 00b3 0000 0000 0000 0000 5002 2000 0000 0000"
#define FAR_BGP                                                    \
	TO_WAN "4500 0028 0000 4000 ff06 1590 cb00 7109 c633 6402" \
	       "9c40 00b3 0000 0000 0000 0000 5002 2000 0000 0000"
#define LLDP "0180 c200 000e 0200 0000 0107 88cc 0207 0400 0200 0000 0107"
#define MPLS "0200 0000 0001 0200 0000 0107 8847 0000 0000 0000 0000"

static int
set_up(void **state)
{
	struct fixture *fixture;

	if (fixture_setup_kernel(state) != 0)
		return -1;
	fixture = *state;
	fixture->interfaces[WAN].tap = true;
	return 0;
}

static struct packet
receive(struct fixture *fixture, uint16_t interface, const char *text)
{
	struct packet packet = { .flow = FLOW_NONE };

	packet_parse(&fixture->snapshot, fixture->interfaces[interface].port,
		     fixture_frame(fixture, text, 0), &packet);
	if (packet.kind == PACKET_FABRIC)
		packet.kind = PACKET_LOCAL; /* what its route would say */
	return packet;
}

static unsigned int
given(const struct fixture *fixture, enum kernel_class class)
{
	return rte_ring_count(fixture->worker.kernel.rings[class]);
}

static void
only_interfaces_with_a_tap_give(void **state)
{
	struct fixture *fixture = *state;
	struct packet packet = receive(fixture, WAN, BGP);

	assert_true(kernel_wants(&fixture->worker, &packet, DROP_local_unsupported));
	assert_false(kernel_wants(&fixture->worker, &packet, DROP_ttl_expired));
	fixture->interfaces[WAN].tap = false;
	assert_false(kernel_wants(&fixture->worker, &packet, DROP_local_unsupported));
	packet.interface = INTERFACE_NONE;
	assert_false(kernel_wants(&fixture->worker, &packet, DROP_local_unsupported));
	transmit_drop(&fixture->worker, packet.mbuf, DROP_local_unsupported);
}

static void
of_other_types_lldp_alone_is_wanted(void **state)
{
	struct fixture *fixture = *state;
	struct packet lldp = receive(fixture, WAN, LLDP), mpls = receive(fixture, WAN, MPLS);

	assert_int_equal(lldp.reason, DROP_ethertype_unsupported);
	assert_true(kernel_wants(&fixture->worker, &lldp, DROP_ethertype_unsupported));
	assert_int_equal(mpls.reason, DROP_ethertype_unsupported);
	assert_false(kernel_wants(&fixture->worker, &mpls, DROP_ethertype_unsupported));
	transmit_drop(&fixture->worker, lldp.mbuf, DROP_ethertype_unsupported);
	transmit_drop(&fixture->worker, mpls.mbuf, DROP_ethertype_unsupported);
}

static void
a_neighbours_bgp_goes_first(void **state)
{
	struct fixture *fixture = *state;
	struct packet near = receive(fixture, WAN, BGP), far = receive(fixture, WAN, FAR_BGP);

	kernel_give(&fixture->worker, &near);
	kernel_give(&fixture->worker, &far);
	assert_int_equal(given(fixture, KERNEL_ROUTING), 1);
	assert_int_equal(given(fixture, KERNEL_OTHER), 1);
	assert_int_equal(fixture->worker.counters.consumed, 2);
}

static void
more_than_the_rate_is_dropped(void **state)
{
	struct fixture *fixture = *state;
	struct packet packet;

	fixture->snapshot.kernel_rate = 100;
	for (unsigned int i = 0; i < 12; i++) {
		packet = receive(fixture, WAN, FAR_BGP);
		kernel_give(&fixture->worker, &packet);
	}
	assert_int_equal(given(fixture, KERNEL_OTHER), 10); /* a tenth of a second's */
	assert_int_equal(fixture_dropped(fixture, DROP_local_rate), 2);
	packet = receive(fixture, WAN, BGP);
	kernel_give(&fixture->worker, &packet);
	assert_int_equal(given(fixture, KERNEL_ROUTING), 1);
}

static void
a_full_ring_drops(void **state)
{
	struct fixture *fixture = *state;

	for (unsigned int i = 0; i < KERNEL_RING_SIZE + 1; i++) {
		struct packet packet = receive(fixture, WAN, FAR_BGP);

		kernel_give(&fixture->worker, &packet);
	}
	assert_int_equal(given(fixture, KERNEL_OTHER), KERNEL_RING_SIZE - 1);
	assert_int_equal(fixture_dropped(fixture, DROP_local_full), 2);
}

static void
frames_of_the_kernel_get_the_tag(void **state)
{
	struct fixture *fixture = *state;
	struct command_frame frame = { .interface = LAN };

	frame.mbuf = fixture_frame(fixture, "0200 0000 0204 0200 0000 0002 0806 0001 0800", 0);
	fixture->received--;
	kernel_send(&fixture->worker, &frame);
	fixture_expect(fixture, 1, 0, "0200 0000 0204 0200 0000 0002 8100 000a 0806 0001 0800");
	frame.mbuf = fixture_frame(fixture, LLDP, 0);
	fixture->received--;
	frame.interface = WAN;
	kernel_send(&fixture->worker, &frame);
	fixture_expect(fixture, 0, 0, LLDP);
	frame.mbuf = fixture_frame(fixture, LLDP, 0);
	fixture->received--;
	frame.interface = 77;
	kernel_send(&fixture->worker, &frame);
	assert_int_equal(fixture_dropped(fixture, DROP_vlan_unknown), 1);
	assert_int_equal(fixture->worker.counters.originated, 3);
}

int
main(void)
{
	test_eal_start("64");

	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_interfaces_with_a_tap_give, set_up,
						fixture_teardown_kernel),
		cmocka_unit_test_setup_teardown(of_other_types_lldp_alone_is_wanted, set_up,
						fixture_teardown_kernel),
		cmocka_unit_test_setup_teardown(a_neighbours_bgp_goes_first, set_up,
						fixture_teardown_kernel),
		cmocka_unit_test_setup_teardown(more_than_the_rate_is_dropped, set_up,
						fixture_teardown_kernel),
		cmocka_unit_test_setup_teardown(a_full_ring_drops, set_up, fixture_teardown_kernel),
		cmocka_unit_test_setup_teardown(frames_of_the_kernel_get_the_tag, set_up,
						fixture_teardown_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
