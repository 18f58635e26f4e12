/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "dataplane/worker.h"
#include "deciding.h"
#include <rte_icmp.h>
#include <rte_ip.h>
#include <rte_mbuf.h>
#include <rte_tcp.h>
#include <rte_udp.h>

/* Packets of the world cut into frames, and put together again from those that left. */

enum {
	PIECE_PAYLOAD_MAX = 256, /* of a whole packet, behind its IPv4 header */
	PIECE_FRAME_MAX = 18 + 20 + PIECE_PAYLOAD_MAX,
	PIECES_ASSEMBLIES = 1 << 15,
};

/* Behind its IPv4 header, and what stands in that; host order. */
struct whole {
	uint32_t source, destination;
	uint16_t zone, id;
	uint8_t protocol;
	uint16_t length;
	uint16_t data_at; /* behind the transport header: what must come out as it went in */
	uint8_t payload[PIECE_PAYLOAD_MAX];
};

/* A frame that is received on the fabric's port, 0, or on that of the subnets, 1. */
struct piece {
	uint8_t port;
	uint16_t length;
	uint8_t bytes[PIECE_FRAME_MAX];
};

/* The checksum of its transport header, which is 0 as yet. */
static inline void
whole_sum(struct whole *whole)
{
	const struct rte_ipv4_hdr ip = {
		.version_ihl = RTE_IPV4_VHL_DEF,
		.total_length = rte_cpu_to_be_16((uint16_t)(20 + whole->length)),
		.next_proto_id = whole->protocol,
		.src_addr = rte_cpu_to_be_32(whole->source),
		.dst_addr = rte_cpu_to_be_32(whole->destination),
	};
	uint16_t sum;

	switch (whole->protocol) {
	case IPPROTO_UDP:
		sum = rte_ipv4_udptcp_cksum(&ip, whole->payload);
		memcpy(whole->payload + offsetof(struct rte_udp_hdr, dgram_cksum), &sum, 2);
		break;
	case IPPROTO_TCP:
		sum = rte_ipv4_udptcp_cksum(&ip, whole->payload);
		memcpy(whole->payload + offsetof(struct rte_tcp_hdr, cksum), &sum, 2);
		break;
	default:
		sum = (uint16_t)~rte_raw_cksum(whole->payload, whole->length);
		memcpy(whole->payload + offsetof(struct rte_icmp_hdr, icmp_cksum), &sum, 2);
		break;
	}
}

/* With so many random bytes behind the transport header, the first four of which are its number. */
static inline struct whole
whole_make(uint32_t number, uint8_t protocol, uint16_t source_port, uint16_t destination_port,
	   uint16_t size)
{
	static const uint8_t headers[] = {
		[IPPROTO_UDP] = 8, [IPPROTO_TCP] = 20, [IPPROTO_ICMP] = 8
	};
	struct whole whole = { .protocol = protocol,
			       .length = (uint16_t)(headers[protocol] + size),
			       .data_at = headers[protocol] };
	struct rte_udp_hdr *udp = (struct rte_udp_hdr *)whole.payload;
	struct rte_icmp_hdr *icmp = (struct rte_icmp_hdr *)whole.payload;

	for (unsigned int i = whole.data_at; i < whole.length; i++)
		whole.payload[i] = (uint8_t)rand();
	memcpy(whole.payload + whole.data_at, &number, sizeof(number));
	if (protocol == IPPROTO_ICMP) {
		icmp->icmp_type = RTE_IP_ICMP_ECHO_REQUEST;
		icmp->icmp_ident = rte_cpu_to_be_16(source_port);
		return whole;
	}
	udp->src_port = rte_cpu_to_be_16(source_port);
	udp->dst_port = rte_cpu_to_be_16(destination_port);
	if (protocol == IPPROTO_UDP) {
		udp->dgram_len = rte_cpu_to_be_16(whole.length);
	} else {
		whole.payload[offsetof(struct rte_tcp_hdr, data_off)] = 0x50;
		whole.payload[offsetof(struct rte_tcp_hdr, tcp_flags)] = RTE_TCP_SYN_FLAG;
	}
	return whole;
}

/* The part of it from `begin` to `end`; the last part has no more behind it. */
static inline struct piece
piece_make(const struct whole *whole, unsigned int begin, unsigned int end)
{
	struct piece piece = { .port = whole->zone != ZONE_FABRIC };
	struct rte_ether_hdr ether = { .src_addr = { { 2, 0, 0, 0, 0, 9 } },
				       .ether_type = RTE_BE16(RTE_ETHER_TYPE_IPV4) };
	const struct rte_vlan_hdr tag = { rte_cpu_to_be_16(whole->zone),
					  RTE_BE16(RTE_ETHER_TYPE_IPV4) };
	struct rte_ipv4_hdr ip = {
		.version_ihl = RTE_IPV4_VHL_DEF,
		.total_length = rte_cpu_to_be_16((uint16_t)(20 + end - begin)),
		.packet_id = rte_cpu_to_be_16(whole->id),
		.fragment_offset = rte_cpu_to_be_16(
			(uint16_t)(begin / 8 + (end < whole->length ? RTE_IPV4_HDR_MF_FLAG : 0))),
		.time_to_live = 64,
		.next_proto_id = whole->protocol,
		.src_addr = rte_cpu_to_be_32(whole->source),
		.dst_addr = rte_cpu_to_be_32(whole->destination),
	};
	uint8_t *at = piece.bytes + sizeof(ether);

	ip.hdr_checksum = rte_ipv4_cksum(&ip);
	if (piece.port == 1) {
		ether.ether_type = RTE_BE16(RTE_ETHER_TYPE_VLAN);
		memcpy(at, &tag, sizeof(tag));
		at += sizeof(tag);
	}
	memcpy(piece.bytes, &ether, sizeof(ether));
	memcpy(at, &ip, sizeof(ip));
	memcpy(at + sizeof(ip), whole->payload + begin, end - begin);
	piece.length = (uint16_t)(at + sizeof(ip) + (end - begin) - piece.bytes);
	return piece;
}

/* What has left of one packet. */
struct assembly {
	bool used;
	struct whole whole; /* its length is 0 until its last fragment has come */
	uint16_t covered;   /* bytes that have come */
	bool come[PIECE_PAYLOAD_MAX];
};

/* There are PIECES_ASSEMBLIES + 1: the last one is for packets that are not cut. */

/* The assembly that a frame is part of: one more, or the one with its addresses and identification.
 */
static inline struct assembly *
assembly_find(struct assembly *assemblies, const struct whole *whole)
{
	uint32_t index = (whole->source * 31 + whole->destination * 17 + whole->id * 7 +
			  whole->protocol + whole->zone * 13) %
			 PIECES_ASSEMBLIES;

	while (assemblies[index].used) {
		const struct whole *other = &assemblies[index].whole;

		if (other->source == whole->source && other->destination == whole->destination &&
		    other->id == whole->id && other->protocol == whole->protocol &&
		    other->zone == whole->zone)
			return &assemblies[index];
		index = (index + 1) % PIECES_ASSEMBLIES;
	}
	assemblies[index].used = true;
	assemblies[index].whole = *whole;
	return &assemblies[index];
}

/*
 * Takes a frame that left. Nothing of a packet leaves twice. Returns the packet when all of it has
 * left, else NULL.
 */
static inline const struct whole *
assembly_add(struct assembly *assemblies, const struct piece *piece)
{
	const uint8_t *at = piece->bytes + (piece->port == 1 ? 18 : 14);
	struct whole whole = { .zone = piece->port == 1 ? piece->bytes[15] : ZONE_FABRIC };
	struct assembly *assembly;
	struct rte_ipv4_hdr ip;
	unsigned int offset, end;
	uint16_t field;

	memcpy(&ip, at, sizeof(ip));
	assert_int_equal(rte_ipv4_cksum(&ip), 0);
	assert_int_equal(ip.time_to_live, 63);
	field = rte_be_to_cpu_16(ip.fragment_offset);
	offset = (field & RTE_IPV4_HDR_OFFSET_MASK) * 8U;
	end = offset + rte_be_to_cpu_16(ip.total_length) - 20U;
	assert_int_equal(at + 20 + (end - offset) - piece->bytes, piece->length);
	if (end > PIECE_PAYLOAD_MAX)
		return NULL;
	whole.source = rte_be_to_cpu_32(ip.src_addr);
	whole.destination = rte_be_to_cpu_32(ip.dst_addr);
	whole.id = rte_be_to_cpu_16(ip.packet_id);
	whole.protocol = ip.next_proto_id;
	if (field & (RTE_IPV4_HDR_MF_FLAG | RTE_IPV4_HDR_OFFSET_MASK)) {
		assembly = assembly_find(assemblies, &whole);
	} else { /* it may be called like another one that is cut */
		assembly = &assemblies[PIECES_ASSEMBLIES];
		*assembly = (struct assembly){ .whole = whole };
	}
	for (unsigned int i = offset; i < end; i++) {
		assert_false(assembly->come[i]);
		assembly->come[i] = true;
	}
	memcpy(assembly->whole.payload + offset, at + 20, end - offset);
	assembly->covered = (uint16_t)(assembly->covered + (end - offset));
	if (!(field & RTE_IPV4_HDR_MF_FLAG))
		assembly->whole.length = (uint16_t)end;
	return assembly->covered == assembly->whole.length ? &assembly->whole : NULL;
}
