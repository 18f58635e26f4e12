/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet.h"

#include <netinet/in.h>

#include <rte_arp.h>
#include <rte_branch_prediction.h>
#include <rte_ether.h>

#include "link.h"

enum {
	OPTION_END = 0,
	OPTION_NOP = 1,
	OPTION_LOOSE_SOURCE_ROUTE = 131,
	OPTION_STRICT_SOURCE_ROUTE = 137,
	VLAN_ID_MASK = 0xfff,
};

#define LINK_LOCAL      0xa9fe0000U /* 169.254.0.0/16 */
#define LINK_LOCAL_MASK 0xffff0000U

static enum drop_reason
parse_options(const struct rte_ipv4_hdr *ip)
{
	unsigned int fault = packet_option_fault(ip);

	if (fault == 0)
		return DROP_NONE;
	switch (((const uint8_t *)ip)[fault]) {
	case OPTION_LOOSE_SOURCE_ROUTE:
	case OPTION_STRICT_SOURCE_ROUTE:
		return DROP_ip_source_route;
	default:
		return DROP_ip_options_invalid;
	}
}

unsigned int
packet_option_fault(const struct rte_ipv4_hdr *ip)
{
	const uint8_t *header = (const uint8_t *)ip;
	unsigned int end = rte_ipv4_hdr_len(ip);
	unsigned int at = sizeof(*ip);

	while (at < end && header[at] != OPTION_END) {
		if (header[at] == OPTION_NOP) {
			at++;
			continue;
		}
		if (header[at] == OPTION_LOOSE_SOURCE_ROUTE ||
		    header[at] == OPTION_STRICT_SOURCE_ROUTE || end - at < 2 ||
		    header[at + 1] < 2 || header[at + 1] > end - at)
			return at;
		at += header[at + 1];
	}
	return 0;
}

static bool
address_is_link_local(uint32_t address)
{
	return (address & LINK_LOCAL_MASK) == LINK_LOCAL;
}

/* RFC 1812 sections 4.2.2.11 and 5.3.7: addresses that no host on the network has. */
static enum drop_reason
address_fault(const struct snapshot_interface *link, uint32_t source, uint32_t destination)
{
	uint8_t source_net = (uint8_t)(source >> 24);
	uint8_t destination_net = (uint8_t)(destination >> 24);
	/* RFC 3927 section 2.7: who has only a link speaks to the gateway, and no further. */
	bool stays = link_is_own(link, destination);

	if (source_net == 0 || source_net == IN_LOOPBACKNET || source_net >= 224 ||
	    source == destination || (address_is_link_local(source) && !stays))
		return DROP_ip_source_martian;
	if (destination_net >= 224 && destination_net < 240)
		return DROP_ip_multicast;
	if (destination == INADDR_BROADCAST)
		return DROP_ip_broadcast;
	if (destination_net == 0 || destination_net == IN_LOOPBACKNET || destination_net >= 240 ||
	    (address_is_link_local(destination) && !stays))
		return DROP_ip_destination_martian;
	return DROP_NONE;
}

static enum drop_reason
parse_addresses(const struct packet *packet, const struct snapshot_interface *link)
{
	uint32_t source = rte_be_to_cpu_32(packet->ip->src_addr);
	uint32_t destination = rte_be_to_cpu_32(packet->ip->dst_addr);

	if (unlikely(packet_suspects((uint8_t)(source >> 24)) ||
		     packet_suspects((uint8_t)(destination >> 24)) || source == destination)) {
		enum drop_reason reason = address_fault(link, source, destination);

		if (reason != DROP_NONE)
			return reason;
	}
	/* RFC 1812 section 5.3.4: what was sent to many on the link goes no further. */
	if (unlikely(packet->flags & PACKET_LINK_BROADCAST))
		return DROP_ip_broadcast;
	return DROP_NONE;
}

/* As the device says, or by the sum; that a header has no checksum (NONE) does not let it pass. */
static bool
checksum_is_right(const struct rte_mbuf *mbuf, uint32_t told, const struct rte_ipv4_hdr *ip,
		  unsigned int length)
{
	switch (packet_is_tunnel(mbuf) ? 0 : mbuf->ol_flags & told & RTE_MBUF_F_RX_IP_CKSUM_MASK) {
	case RTE_MBUF_F_RX_IP_CKSUM_GOOD:
		return true;
	case RTE_MBUF_F_RX_IP_CKSUM_BAD:
		return false;
	default:
		return rte_raw_cksum(ip, length) == UINT16_MAX;
	}
}

/* offset: of the IPv4 header in the frame. told: the port's (struct port_offloads). */
static enum drop_reason
parse_ipv4(struct packet *packet, const struct snapshot_interface *link, uint16_t offset,
	   uint32_t told)
{
	struct rte_mbuf *mbuf = packet->mbuf;
	struct rte_ipv4_hdr *ip = rte_pktmbuf_mtod_offset(mbuf, struct rte_ipv4_hdr *, offset);
	unsigned int in_segment = rte_pktmbuf_data_len(mbuf) - offset;
	unsigned int in_frame = rte_pktmbuf_pkt_len(mbuf) - offset;
	enum drop_reason reason;
	unsigned int header_length;
	uint16_t fragment;

	packet->ip = ip;
	if (unlikely(in_segment < sizeof(*ip)))
		return DROP_frame_truncated;
	header_length = rte_ipv4_hdr_len(ip);
	if (unlikely(ip->version != 4 || header_length < sizeof(*ip)))
		return DROP_ip_header_invalid;
	packet->ip_length = rte_be_to_cpu_16(ip->total_length);
	if (unlikely(packet->ip_length < header_length || packet->ip_length > in_frame ||
		     header_length > in_segment))
		return DROP_ip_length_invalid;
	if (unlikely(!checksum_is_right(mbuf, told, ip, header_length)))
		return DROP_ip_checksum_wrong;
	reason = parse_addresses(packet, link);
	if (unlikely(reason != DROP_NONE))
		return reason;
	if (unlikely(packet->ip_length < in_frame)) {
		if (rte_pktmbuf_trim(mbuf, (uint16_t)(in_frame - packet->ip_length)) != 0)
			return DROP_ip_length_invalid;
	}

	packet->key.source = ip->src_addr;
	packet->key.destination = ip->dst_addr;
	packet->key.protocol = ip->next_proto_id;
	fragment = ip->fragment_offset &
		   rte_cpu_to_be_16(RTE_IPV4_HDR_MF_FLAG | RTE_IPV4_HDR_OFFSET_MASK);
	if (unlikely(fragment != 0)) {
		packet->flags |= PACKET_FRAGMENT;
		if (fragment & rte_cpu_to_be_16(RTE_IPV4_HDR_OFFSET_MASK))
			packet->flags |= PACKET_LATER_FRAGMENT;
	} else {
		packet_parse_transport(packet);
	}
	/* Last, so that whoever tells the sender knows what the packet is. */
	return unlikely(header_length > sizeof(*ip)) ? parse_options(ip) : DROP_NONE;
}

static enum drop_reason
parse_frame(const struct snapshot *snapshot, uint16_t port, struct packet *packet)
{
	const struct port_interfaces *from = snapshot->ports[port];
	struct rte_mbuf *mbuf = packet->mbuf;
	const struct rte_ether_hdr *ether = rte_pktmbuf_mtod(mbuf, const struct rte_ether_hdr *);
	uint16_t offset = sizeof(*ether);
	const struct snapshot_interface *interface;
	rte_be16_t type;
	uint16_t vlan = 0;

	if (unlikely(rte_pktmbuf_data_len(mbuf) < sizeof(*ether)))
		return DROP_frame_truncated;
	type = ether->ether_type;
	if (mbuf->ol_flags & from->told & RTE_MBUF_F_RX_VLAN_STRIPPED) {
		vlan = mbuf->vlan_tci & VLAN_ID_MASK;
	} else if (type == rte_cpu_to_be_16(RTE_ETHER_TYPE_VLAN)) {
		const struct rte_vlan_hdr *tag = (const void *)(ether + 1);

		offset = sizeof(*ether) + sizeof(*tag);
		if (unlikely(rte_pktmbuf_data_len(mbuf) < offset))
			return DROP_frame_truncated;
		vlan = rte_be_to_cpu_16(tag->vlan_tci) & VLAN_ID_MASK;
		type = tag->eth_proto;
	}
	packet->interface = from->by_vlan[vlan];
	if (unlikely(packet->interface == INTERFACE_NONE))
		return DROP_vlan_unknown;
	interface = &snapshot->interfaces[packet->interface];
	packet->key.zone = interface->zone;
	if (!rte_is_same_ether_addr(&ether->dst_addr, &interface->mac)) {
		if (!rte_is_multicast_ether_addr(&ether->dst_addr))
			return DROP_not_for_gateway;
		packet->flags |= PACKET_LINK_BROADCAST;
	}
	if (likely(type == rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4))) {
		packet->kind = interface->zone == ZONE_FABRIC ? PACKET_FABRIC : PACKET_STATEFUL;
		return parse_ipv4(packet, interface, offset, from->told);
	}
	packet->link_length = (uint8_t)offset;
	if (type == rte_cpu_to_be_16(RTE_ETHER_TYPE_ARP)) {
		packet->kind = PACKET_ARP;
		return DROP_NONE;
	}
	return type == rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV6) ? DROP_ipv6_unsupported
							     : DROP_ethertype_unsupported;
}

void
packet_parse(const struct snapshot *snapshot, uint16_t port, struct rte_mbuf *mbuf,
	     struct packet *packet)
{
	packet->mbuf = mbuf;
	packet->ip = NULL;
	packet->key = (struct flow_key){ .family = FLOW_FAMILY_IPV4 };
	packet->interface = INTERFACE_NONE;
	packet->flags = 0;
	packet->reason = (uint16_t)parse_frame(snapshot, port, packet);
	if (unlikely(packet->reason != DROP_NONE))
		packet->kind = PACKET_DROP;
}
