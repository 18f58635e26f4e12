/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "dataplane/worker.h"
#include "deciding.h"
#include <rte_icmp.h>
#include <rte_ip.h>
#include <rte_mbuf.h>
#include <rte_tcp.h>
#include <rte_udp.h>

/* Packets of the world as frames, and back. */

/* A packet as it is on the wire, host order; an ICMP message has its identifier for both ports. */
struct wire_packet {
	uint32_t source, destination;
	uint32_t origin; /* payload: the zone that it was sent from */
	uint16_t vlan;   /* the zone on whose link it is */
	uint16_t source_port, destination_port;
	uint8_t protocol;
	uint8_t ttl;
	bool reply; /* an echo reply */
};

struct wire_frame {
	struct rte_ether_hdr ether;
	struct rte_vlan_hdr tag;
	struct rte_ipv4_hdr ip;
	union {
		struct rte_tcp_hdr tcp;
		struct rte_udp_hdr udp;
		struct rte_icmp_hdr icmp;
	};
	uint16_t zero;
	uint32_t origin;
};

_Static_assert(sizeof(struct wire_frame) == 64, "it has no padding");

static inline struct rte_mbuf *
frame_make(struct rte_mempool *pool, const struct wire_packet *packet)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);
	bool tagged = packet->vlan != ZONE_FABRIC;
	struct wire_frame frame = {
		.ether.ether_type =
			tagged ? RTE_BE16(RTE_ETHER_TYPE_VLAN) : RTE_BE16(RTE_ETHER_TYPE_IPV4),
		.ether.src_addr = { { 2, 0, 0, 0, 0, 9 } },
		.tag = { rte_cpu_to_be_16(packet->vlan), RTE_BE16(RTE_ETHER_TYPE_IPV4) },
		.ip = { .version_ihl = RTE_IPV4_VHL_DEF,
			.total_length = RTE_BE16(sizeof(frame) - offsetof(struct wire_frame, ip)),
			.time_to_live = packet->ttl,
			.next_proto_id = packet->protocol,
			.src_addr = rte_cpu_to_be_32(packet->source),
			.dst_addr = rte_cpu_to_be_32(packet->destination) },
		.origin = packet->origin,
	};
	char *data;

	assert_non_null(mbuf);
	frame.ip.hdr_checksum = rte_ipv4_cksum(&frame.ip);
	frame.udp.dgram_len = RTE_BE16(sizeof(frame) - offsetof(struct wire_frame, udp));
	if (packet->protocol == IPPROTO_ICMP) {
		frame.icmp = (struct rte_icmp_hdr){ 0 };
		frame.icmp.icmp_type =
			packet->reply ? RTE_IP_ICMP_ECHO_REPLY : RTE_IP_ICMP_ECHO_REQUEST;
		frame.icmp.icmp_ident = rte_cpu_to_be_16(packet->source_port);
		frame.icmp.icmp_cksum = (uint16_t)~rte_raw_cksum(
			&frame.icmp, sizeof(frame) - offsetof(struct wire_frame, icmp));
	} else {
		frame.udp.src_port = rte_cpu_to_be_16(packet->source_port);
		frame.udp.dst_port = rte_cpu_to_be_16(packet->destination_port);
		if (packet->protocol == IPPROTO_UDP)
			frame.udp.dgram_cksum = rte_ipv4_udptcp_cksum(&frame.ip, &frame.udp);
		else
			frame.tcp.cksum = rte_ipv4_udptcp_cksum(&frame.ip, &frame.tcp);
	}
	data = rte_pktmbuf_append(mbuf, sizeof(frame) - (tagged ? 0 : sizeof(frame.tag)));
	memcpy(data, &frame, sizeof(frame.ether));
	data += sizeof(frame.ether);
	if (tagged) {
		memcpy(data, &frame.tag, sizeof(frame.tag));
		data += sizeof(frame.tag);
	}
	memcpy(data, &frame.ip, sizeof(frame) - offsetof(struct wire_frame, ip));
	return mbuf;
}

/* What leaves the gateway is whole, and is where it may be. */
static inline void
frame_check(const struct wire_frame *frame, const struct wire_packet *packet)
{
	bool inside = packet->source >> 16 == IP4(10, 0, 0, 0) >> 16;

	assert_int_equal(rte_ipv4_cksum(&frame->ip), 0);
	if (packet->protocol == IPPROTO_ICMP)
		assert_int_equal(rte_raw_cksum(&frame->icmp,
					       sizeof(*frame) - offsetof(struct wire_frame, icmp)),
				 UINT16_MAX);
	else
		/* The sum over a right checksum is either zero. */
		assert_int_equal(
			(uint16_t)(rte_ipv4_udptcp_cksum(&frame->ip, &frame->udp) + 1) >> 1, 0);
	/* What only passes by is the fabric's own business. */
	if (packet->origin == ZONE_FABRIC && packet->vlan == ZONE_FABRIC)
		return;
	/* No network's address leaves its network, nor comes into it from outside. */
	if (inside) {
		assert_int_not_equal(packet->origin, ZONE_FABRIC);
		assert_int_not_equal(packet->vlan, ZONE_FABRIC);
		assert_int_equal(packet->origin == TEST, packet->vlan == TEST);
	}
}

static inline struct wire_packet
frame_read(const struct rte_mbuf *mbuf)
{
	const char *data = rte_pktmbuf_mtod(mbuf, const char *);
	struct wire_frame frame = { 0 };
	bool tagged;
	struct wire_packet packet;

	memcpy(&frame.ether, data, sizeof(frame.ether));
	tagged = frame.ether.ether_type == RTE_BE16(RTE_ETHER_TYPE_VLAN);
	assert_int_equal(rte_pktmbuf_data_len(mbuf),
			 sizeof(frame) - (tagged ? 0 : sizeof(frame.tag)));
	data += sizeof(frame.ether);
	if (tagged) {
		memcpy(&frame.tag, data, sizeof(frame.tag));
		data += sizeof(frame.tag);
	}
	memcpy(&frame.ip, data, sizeof(frame) - offsetof(struct wire_frame, ip));
	packet = (struct wire_packet){
		.source = rte_be_to_cpu_32(frame.ip.src_addr),
		.destination = rte_be_to_cpu_32(frame.ip.dst_addr),
		.origin = frame.origin,
		.vlan = rte_be_to_cpu_16(frame.tag.vlan_tci),
		.source_port = rte_be_to_cpu_16(frame.udp.src_port),
		.destination_port = rte_be_to_cpu_16(frame.udp.dst_port),
		.protocol = frame.ip.next_proto_id,
		.ttl = frame.ip.time_to_live,
	};
	if (packet.protocol == IPPROTO_ICMP) {
		packet.reply = frame.icmp.icmp_type == RTE_IP_ICMP_ECHO_REPLY;
		packet.source_port = packet.destination_port =
			rte_be_to_cpu_16(frame.icmp.icmp_ident);
	}
	frame_check(&frame, &packet);
	return packet;
}
