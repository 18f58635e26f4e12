/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rewriting.h"

/* Rewritten packets of all kinds against the same packets, changed and summed up anew. */

/* A transport checksum from scratch, 0xffff in place of 0 where the protocol wants it. */
static uint16_t
transport_checksum(const struct rte_ipv4_hdr *ip, uint8_t *transport, size_t at)
{
	unaligned_uint16_t *place = (unaligned_uint16_t *)(transport + at);
	uint16_t kept = *place, checksum;
	size_t length = (size_t)rte_be_to_cpu_16(ip->total_length) - rte_ipv4_hdr_len(ip);

	*place = 0;
	checksum = ip->next_proto_id == IPPROTO_ICMP ? (uint16_t)~rte_raw_cksum(transport, length)
						     : rte_ipv4_udptcp_cksum(ip, transport);
	if (ip->next_proto_id == IPPROTO_ICMP && checksum == 0)
		checksum = 0xffff;
	*place = kept;
	return checksum;
}

/* How far a checksum is from the right one, in ones' complement. */
static uint16_t
checksum_error(uint16_t checksum, uint16_t right)
{
	return (uint16_t)((checksum % 0xffff + 0xffff - right % 0xffff) % 0xffff);
}

struct random_packet {
	uint8_t bytes[PACKET_MAX];
	size_t length;
	size_t transport;
	uint8_t flags;
	struct flow flow;
};

static uint16_t
random_port(void)
{
	static const uint16_t extremes[] = { 0, 1, 0xfffe, 0xffff };

	return lrand48() % 8 ? (uint16_t)lrand48() : extremes[lrand48() % 4];
}

static struct tuple
random_tuple(bool icmp, bool reply)
{
	struct tuple tuple = { (uint32_t)mrand48(), (uint32_t)mrand48(), random_port(),
			       random_port() };

	if (icmp && reply)
		tuple.source_port = 0;
	else if (icmp)
		tuple.destination_port = 0;
	return tuple;
}

/* A packet of a flow, with all checksums right. */
static void
random_packet_make(struct random_packet *packet)
{
	static const struct {
		uint8_t protocol;
		size_t header;
		size_t checksum;
	} protocols[] = { { IPPROTO_TCP, 20, 16 }, { IPPROTO_UDP, 8, 6 }, { IPPROTO_ICMP, 8, 2 } };
	unsigned int kind = (unsigned int)lrand48() % 3;
	bool icmp = kind == 2, reply = lrand48() % 2;
	struct tuple from = random_tuple(icmp, reply), to = random_tuple(icmp, reply);
	unsigned int words = 5 + (unsigned int)lrand48() % 11;

	packet->flow = flow_make(protocols[kind].protocol, from, to);
	packet->flags = !icmp ? 0 : reply ? PACKET_ECHO_REPLY : PACKET_ECHO_REQUEST;
	packet->transport = words * 4;
	packet->length = packet->transport + protocols[kind].header + (unsigned int)lrand48() % 32;
	for (size_t i = 0; i < packet->length; i++)
		packet->bytes[i] = (uint8_t)lrand48();

	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)packet->bytes;
	uint8_t *transport = packet->bytes + packet->transport;
	struct rte_udp_hdr *ports = (struct rte_udp_hdr *)transport;

	ip->version_ihl = (uint8_t)(0x40 | words);
	ip->total_length = rte_cpu_to_be_16((uint16_t)packet->length);
	ip->time_to_live = (uint8_t)(2 + lrand48() % 254);
	ip->next_proto_id = protocols[kind].protocol;
	ip->src_addr = packet->flow.key.source;
	ip->dst_addr = packet->flow.key.destination;
	if (icmp) {
		transport[0] = reply ? 0 : 8;
		transport[1] = 0;
		((struct rte_icmp_hdr *)transport)->icmp_ident =
			rte_cpu_to_be_16(reply ? from.destination_port : from.source_port);
	} else {
		ports->src_port = packet->flow.key.source_port;
		ports->dst_port = packet->flow.key.destination_port;
	}
	*(unaligned_uint16_t *)(transport + protocols[kind].checksum) =
		transport_checksum(ip, transport, protocols[kind].checksum);
	ip->hdr_checksum = 0;
	ip->hdr_checksum = rte_ipv4_cksum(ip);
}

/* What the packet is to become, changed field by field and summed up anew. */
static void
random_packet_expect(const struct random_packet *packet, uint8_t *bytes)
{
	const struct flow *flow = &packet->flow;
	uint8_t *transport = bytes + packet->transport;
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)bytes;
	size_t at = ip->next_proto_id == IPPROTO_TCP   ? 16
		    : ip->next_proto_id == IPPROTO_UDP ? 6
						       : 2;

	memcpy(bytes, packet->bytes, packet->length);
	ip->time_to_live--;
	ip->src_addr = flow->source;
	ip->dst_addr = flow->destination;
	if (ip->next_proto_id != IPPROTO_ICMP) {
		memcpy(transport, &flow->source_port, 2);
		memcpy(transport + 2, &flow->destination_port, 2);
	} else {
		memcpy(transport + 4,
		       packet->flags == PACKET_ECHO_REPLY ? &flow->destination_port
							  : &flow->source_port,
		       2);
	}
	ip->hdr_checksum = 0;
	ip->hdr_checksum = rte_ipv4_cksum(ip);
	*(unaligned_uint16_t *)(transport + at) = transport_checksum(ip, transport, at);
}

static void
test_random_packets(void **state)
{
	(void)state;
	srand48(791);
	for (unsigned int round = 0; round < 100000; round++) {
		struct random_packet packet;
		uint8_t expected[PACKET_MAX];

		random_packet_make(&packet);
		memcpy(expected, packet.bytes, packet.length);
		random_packet_expect(&packet, expected);
		rewrite(packet.bytes, packet.length, packet.flags, &packet.flow);
		assert_memory_equal(packet.bytes, expected, packet.length);
	}
}

static void
test_wrong_checksums_stay_wrong_by_as_much(void **state)
{
	(void)state;
	srand48(1071);
	for (unsigned int round = 0; round < 100000; round++) {
		struct random_packet packet;

		random_packet_make(&packet);

		struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)packet.bytes;
		uint8_t *transport = packet.bytes + packet.transport;
		size_t at = packet.flow.checksum_at;
		unaligned_uint16_t *place = (unaligned_uint16_t *)(transport + at);
		uint16_t wrong = (uint16_t)(1 + lrand48() % 0xffff);
		uint16_t error = checksum_error(wrong, *place);

		*place = wrong;
		rewrite(packet.bytes, packet.length, packet.flags, &packet.flow);
		assert_int_equal(checksum_error(*place, transport_checksum(ip, transport, at)),
				 error);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_packets),
		cmocka_unit_test(test_wrong_checksums_stay_wrong_by_as_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
