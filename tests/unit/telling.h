/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "dataplane/icmp.h"
#include "fixture.h"

/* ICMP errors about packets that are received and then dropped, and how many of them were sent. */

#define WAN_MAC  "0200 0000 0001"
#define WAN_HOST "0200 0000 0107"
#define TO_WAN   WAN_MAC WAN_HOST "0800"
/* UDP 203.0.113.9:5353 -> 8.8.8.8:53 */
#define FAR "4500 0020 0007 4000 0911 25ad cb00 7109 0808 0808 14e9 0035 000c d9d7 6162 6364"

static inline void
tell(struct fixture *fixture, uint16_t interface, const char *frame, uint8_t type, uint8_t code,
     uint16_t mtu)
{
	struct packet packet = fixture_receive(fixture, interface, frame);

	icmp_error(&fixture->worker, &packet, type, code, mtu);
	transmit_drop(&fixture->worker, packet.mbuf, DROP_no_route);
}

static inline void
assert_told(struct fixture *fixture, unsigned int sent, unsigned int suppressed)
{
	const struct counters *counters = &fixture->worker.counters;

	assert_int_equal(counters->icmp_errors_sent, sent);
	assert_int_equal(counters->icmp_errors_suppressed, suppressed);
	assert_int_equal(counters->originated, sent);
	assert_int_equal(fixture_sent(fixture, 0) + fixture_sent(fixture, 1), sent);
}
