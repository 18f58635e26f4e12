/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "wire.h"

/* Packets at random: between the world's hosts, VIPs and the outside, of few enough sessions. */

static inline uint32_t
random_host(int zone)
{
	static const uint32_t outside[] = { CLIENT, CLIENT + 1, IP4(203, 0, 113, 9),
					    IP4(192, 0, 2, 9), IP4(198, 51, 100, 7) };

	if (zone == ZONE_FABRIC)
		return outside[rand() % 5];
	return IP4(10, 0, zone == TEST ? APP : zone, 1 + rand() % 15);
}

/* From a host of that zone, mostly. plain: TCP or UDP. */
static inline struct wire_packet
random_packet(uint16_t zone, bool plain)
{
	static const uint8_t protocols[] = { IPPROTO_TCP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP };
	static const uint16_t ports[] = { 53, 80, 81, 443, 443, 1024, 10001, 10007 };
	static const uint32_t vips[] = { ADDRESS_ONE, ADDRESS_TWO, ADDRESS_THREE };
	struct wire_packet packet = {
		.source = random_host(rand() % 20 == 0 ? rand() % ZONES : zone),
		.destination = random_host(rand() % ZONES),
		.origin = zone,
		.vlan = zone,
		.source_port = (uint16_t)(7000 + rand() % 40),
		.destination_port = ports[rand() % 8],
		.protocol = protocols[rand() % (plain ? 3 : 4)],
		.ttl = rand() % 50 == 0 ? 1 : 64,
		.reply = rand() % 8 == 0,
	};

	if (rand() % (zone == ZONE_FABRIC ? 2 : 4) == 0)
		packet.destination = vips[rand() % 3];
	return packet;
}
