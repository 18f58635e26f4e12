/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet_frame.h"

#include <netinet/in.h>
#include <string.h>

#include <rte_ether.h>
#include <rte_icmp.h>
#include <rte_tcp.h>
#include <rte_udp.h>

enum {
	TIME_TO_LIVE = 64,
	TCP_HEADER_WORDS = sizeof(struct rte_tcp_hdr) / 4,
};

_Static_assert(sizeof(struct rte_ether_hdr) + sizeof(struct rte_vlan_hdr) +
			       sizeof(struct rte_ipv4_hdr) + sizeof(struct rte_tcp_hdr) <=
		       PACKET_FRAME_MAX,
	       "the longest headers fit");

static uint16_t
link_build(const struct snapshot_interface *interface, uint8_t *bytes)
{
	struct rte_ether_hdr *ether = (struct rte_ether_hdr *)bytes;
	struct rte_vlan_hdr *tag = (struct rte_vlan_hdr *)(ether + 1);

	ether->dst_addr = interface->mac;
	ether->src_addr = (struct rte_ether_addr){ { 0x02, 0, 0, 0, 0, 0xff } };
	if (interface->vlan == 0) {
		ether->ether_type = rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4);
		return sizeof(*ether);
	}
	ether->ether_type = rte_cpu_to_be_16(RTE_ETHER_TYPE_VLAN);
	tag->vlan_tci = rte_cpu_to_be_16(interface->vlan);
	tag->eth_proto = rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4);
	return sizeof(*ether) + sizeof(*tag);
}

static uint16_t
transport_build(const struct packet_text *packet, uint8_t *bytes)
{
	struct rte_tcp_hdr *tcp = (struct rte_tcp_hdr *)bytes;
	struct rte_udp_hdr *udp = (struct rte_udp_hdr *)bytes;
	struct rte_icmp_hdr *icmp = (struct rte_icmp_hdr *)bytes;

	switch (packet->protocol) {
	case IPPROTO_TCP:
		tcp->src_port = rte_cpu_to_be_16(packet->source_port);
		tcp->dst_port = rte_cpu_to_be_16(packet->destination_port);
		tcp->data_off = TCP_HEADER_WORDS << 4;
		tcp->tcp_flags = RTE_TCP_SYN_FLAG;
		return sizeof(*tcp);
	case IPPROTO_UDP:
		udp->src_port = rte_cpu_to_be_16(packet->source_port);
		udp->dst_port = rte_cpu_to_be_16(packet->destination_port);
		udp->dgram_len = rte_cpu_to_be_16(sizeof(*udp));
		return sizeof(*udp);
	case IPPROTO_ICMP:
		icmp->icmp_type =
			packet->echo_reply ? RTE_IP_ICMP_ECHO_REPLY : RTE_IP_ICMP_ECHO_REQUEST;
		icmp->icmp_ident = rte_cpu_to_be_16(packet->identifier);
		return sizeof(*icmp);
	default:
		return 0;
	}
}

uint16_t
packet_frame_build(const struct packet_text *packet, const struct snapshot_interface *interface,
		   uint8_t frame[PACKET_FRAME_MAX])
{
	struct rte_ipv4_hdr *ip;
	uint16_t link, length;

	memset(frame, 0, PACKET_FRAME_MAX);
	link = link_build(interface, frame);
	ip = (struct rte_ipv4_hdr *)(frame + link);
	length = (uint16_t)(sizeof(*ip) + transport_build(packet, (uint8_t *)(ip + 1)));
	ip->version_ihl = RTE_IPV4_VHL_DEF;
	ip->total_length = rte_cpu_to_be_16(length);
	ip->time_to_live = TIME_TO_LIVE;
	ip->next_proto_id = packet->protocol;
	ip->src_addr = rte_cpu_to_be_32(packet->source);
	ip->dst_addr = rte_cpu_to_be_32(packet->destination);
	ip->hdr_checksum = rte_ipv4_cksum(ip);
	return (uint16_t)(link + length);
}

struct packet_text
packet_frame_describe(const struct packet *packet)
{
	const struct flow_key *key = &packet->key;
	struct packet_text text = {
		.protocol = key->protocol,
		.source = rte_be_to_cpu_32(key->source),
		.destination = rte_be_to_cpu_32(key->destination),
	};

	if (protocol_has_ports(key->protocol)) {
		text.source_port = rte_be_to_cpu_16(key->source_port);
		text.destination_port = rte_be_to_cpu_16(key->destination_port);
	} else if (packet->flags & PACKET_ECHO_REPLY) {
		text.echo_reply = true;
		text.identifier = rte_be_to_cpu_16(key->destination_port);
	} else {
		text.identifier = rte_be_to_cpu_16(key->source_port);
	}
	return text;
}
