/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/icmp.h"
#include "fixture.h"

/* To the interface wan: UDP 203.0.113.9:5353 -> 8.8.8.8:53. */
#define TO_WAN "0200 0000 0001 0200 0000 0107 0800"
#define FAR    "4500 0020 0007 4000 0911 25ad cb00 7109 0808 0808 14e9 0035 000c d9d7 6162 6364"

/* Tells of a packet that is received and then dropped. */
static void
tell(struct fixture *fixture, uint16_t interface, const char *frame, uint8_t type, uint8_t code,
     uint16_t mtu)
{
	struct packet packet = fixture_receive(fixture, interface, frame);

	icmp_error(&fixture->worker, &packet, type, code, mtu);
	transmit_drop(&fixture->worker, packet.mbuf, DROP_no_route);
}

static void
tell_often(struct fixture *fixture, unsigned int times)
{
	for (unsigned int i = 0; i < times; i++)
		tell(fixture, WAN, TO_WAN FAR, 3, 0, 0);
}

static void
assert_told(struct fixture *fixture, unsigned int sent, unsigned int suppressed)
{
	const struct counters *counters = &fixture->worker.counters;

	assert_int_equal(counters->icmp_errors_sent, sent);
	assert_int_equal(counters->icmp_errors_suppressed, suppressed);
	assert_int_equal(counters->originated, sent);
	assert_int_equal(fixture_sent(fixture, 0) + fixture_sent(fixture, 1), sent);
}

static void
test_a_rate_of_none(void **state)
{
	struct fixture *fixture = *state;

	fixture->snapshot.icmp_error_rate = 0;
	fixture->worker.now = 1000000000;
	tell_often(fixture, 3);
	assert_told(fixture, 0, 3);
}

/* 1000 a second: a tenth of them at once, then one each millisecond. */
static void
test_the_rate(void **state)
{
	struct fixture *fixture = *state;

	tell_often(fixture, 103);
	assert_told(fixture, 100, 3);
	fixture->worker.now += 999999;
	tell_often(fixture, 1);
	assert_told(fixture, 100, 4);
	fixture->worker.now += 1;
	tell_often(fixture, 2);
	assert_told(fixture, 101, 5);
	fixture->worker.now += 50000000;
	tell_often(fixture, 51);
	assert_told(fixture, 151, 6);
	/* However long it was quiet, no more than a tenth of a second's at once. */
	fixture->worker.now += 3600000000000;
	tell_often(fixture, 101);
	assert_told(fixture, 251, 7);
}

static void
test_a_low_rate(void **state)
{
	struct fixture *fixture = *state;

	fixture->snapshot.icmp_error_rate = 1;
	tell_often(fixture, 11);
	assert_told(fixture, 10, 1);
	fixture->worker.now += 999999999;
	tell_often(fixture, 1);
	assert_told(fixture, 10, 2);
	fixture->worker.now += 1;
	tell_often(fixture, 2);
	assert_told(fixture, 11, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(test_a_rate_of_none),
		WITH_FIXTURE(test_the_rate),
		WITH_FIXTURE(test_a_low_rate),
	};

	test_eal_start("64");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
