/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <netinet/in.h>
#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_ether.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#include "packet.h"

/*
 * What nearly every packet is: in one segment, to the gateway's own MAC address, TCP or UDP over
 * IPv4 without options, no fragment, with nothing wrong. All that has to be asked of it is asked of
 * a few words. packet_parse() is the plain form of this, and does what is not plain.
 */

enum {
	/*
	 * Of a frame without a tag, so that all that is looked at is there: up to the end of a TCP
	 * header, whatever the protocol is. Ethernet's shortest frame is longer.
	 */
	PLAIN_LENGTH_MIN = sizeof(struct rte_ether_hdr) + sizeof(struct rte_ipv4_hdr) +
			   sizeof(struct rte_tcp_hdr),
};

/* The port that a burst came from. */
struct packet_plain_port {
	const uint16_t *by_vlan;
	uint32_t told; /* struct port_offloads */
	const struct snapshot_interface *interfaces;
};

static inline struct packet_plain_port
packet_plain_port(const struct snapshot *snapshot, uint16_t port)
{
	return (struct packet_plain_port){
		.by_vlan = snapshot->ports[port]->by_vlan,
		.told = snapshot->ports[port]->told,
		.interfaces = snapshot->interfaces,
	};
}

/* The addresses need no second look; the first byte is the lowest. */
static inline bool
plain_addresses(rte_be32_t source, rte_be32_t destination)
{
	return (packet_suspects((uint8_t)source) | packet_suspects((uint8_t)destination)) == 0 &&
	       source != destination;
}

/* The frame is for the interface's own address. */
static inline bool
plain_destination(const struct rte_ether_hdr *frame, const struct interface_plain *interface)
{
	uint64_t front;

	memcpy(&front, frame, sizeof(front));
	return front << 16 == interface->mac; /* the first six bytes are the lowest */
}

/*
 * The header's checksum is right, as the device says, which is mostly so where it says anything, or
 * by a sum of the header, which is no fragment's: its first eight bytes are less than 2^56.
 */
static inline bool
plain_checksum(const struct rte_mbuf *mbuf, uint32_t told, uint64_t front,
	       const struct rte_ipv4_hdr *ip)
{
	uint64_t word = mbuf->ol_flags & told & RTE_MBUF_F_RX_IP_CKSUM_MASK;
	uint32_t middle;

	if (word == RTE_MBUF_F_RX_IP_CKSUM_GOOD && !packet_is_tunnel(mbuf))
		return true;
	memcpy(&middle, &ip->time_to_live, sizeof(middle));
	/* The sum is 0xffff then: 0 in its remainders, for it is not 0. */
	return word != RTE_MBUF_F_RX_IP_CKSUM_BAD &&
	       (front + middle + ip->src_addr + ip->dst_addr) % UINT16_MAX == 0;
}

/* The packet's length; 0: it is not plain. end: of the frame. */
static inline uint32_t
plain_header(const struct rte_mbuf *mbuf, uint32_t told, const struct rte_ipv4_hdr *ip,
	     const char *end)
{
	/* By protocol: what no packet may be as short as; of others, no length is enough. */
	static const uint16_t too_short[UINT8_MAX + 1] = {
		[0 ... IPPROTO_TCP - 1] = UINT16_MAX,
		[IPPROTO_TCP] = sizeof(*ip) + sizeof(struct rte_tcp_hdr) - 1,
		[IPPROTO_TCP + 1 ... IPPROTO_UDP - 1] = UINT16_MAX,
		[IPPROTO_UDP] = sizeof(*ip) + sizeof(struct rte_udp_hdr) - 1,
		[IPPROTO_UDP + 1 ... UINT8_MAX] = UINT16_MAX,
	};
	/* Version and header length; more fragments and fragment offset. */
	const uint64_t mask = 0xff | (uint64_t)RTE_BE16(0x3fff) << 48;
	uint32_t length = rte_be_to_cpu_16(ip->total_length);
	uint64_t front;

	memcpy(&front, ip, sizeof(front));
	if (likely((front & mask) == RTE_IPV4_VHL_DEF && (const char *)ip + length <= end &&
		   length > too_short[ip->next_proto_id] && plain_checksum(mbuf, told, front, ip) &&
		   plain_addresses(ip->src_addr, ip->dst_addr)))
		return length;
	return 0;
}

/*
 * The packet's key, at once: from the source address on, the header and the ports behind it lie as
 * a key does, up to its last four bytes.
 */
static inline void
plain_key(struct flow_key *key, const struct rte_ipv4_hdr *ip, uint32_t last)
{
	typedef uint32_t words __attribute__((vector_size(sizeof(*key))));
	words word;

	_Static_assert(offsetof(struct flow_key, zone) == 3 * sizeof(word[0]), "it is the last");
	memcpy(&word, &ip->src_addr, sizeof(word));
	word[3] = last | (uint32_t)ip->next_proto_id << 16;
	memcpy(key, &word, sizeof(word));
}

/* A key's last four bytes, but for the protocol. */
static inline uint32_t
plain_key_last(uint16_t zone)
{
	return zone | (uint32_t)FLOW_FAMILY_IPV4 << 24;
}

/* Of the interface with that id, whose zone and MAC address are set. */
static inline struct interface_plain
interface_plain(uint16_t id, const struct snapshot_interface *interface)
{
	uint64_t kind = interface->zone == ZONE_FABRIC ? PACKET_FABRIC : PACKET_STATEFUL;
	struct interface_plain plain = {
		.facts = id | kind << 32,
		.key_last = plain_key_last(interface->zone),
	};

	_Static_assert(offsetof(struct packet, kind) == offsetof(struct packet, interface) + 4 &&
			       offsetof(struct packet, ip_length) ==
				       offsetof(struct packet, interface) + sizeof(plain.facts),
		       "they are one word");
	memcpy((char *)&plain.mac + sizeof(plain.mac) - sizeof(interface->mac), &interface->mac,
	       sizeof(interface->mac));
	return plain;
}

/*
 * Does what packet_parse() does, if the packet is plain, but for what packet_trim() does. False:
 * nothing is done, and packet_parse() has to be asked. told: the port's; a constant 0 leaves out
 * what is asked of devices that tell something.
 */
static __rte_always_inline bool
packet_parse_plain(const struct packet_plain_port *from, uint32_t told, struct rte_mbuf *mbuf,
		   struct packet *packet)
{
	struct rte_ether_hdr *ether = rte_pktmbuf_mtod(mbuf, struct rte_ether_hdr *);
	uint32_t in_frame = rte_pktmbuf_data_len(mbuf);
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(ether + 1);
	const struct interface_plain *interface;
	uint32_t vlan = 0, id, length;
	rte_be16_t type;

	if (unlikely(in_frame < PLAIN_LENGTH_MIN || in_frame != rte_pktmbuf_pkt_len(mbuf)))
		return false;
	type = ether->ether_type;
	if (mbuf->ol_flags & told & RTE_MBUF_F_RX_VLAN_STRIPPED) {
		vlan = mbuf->vlan_tci & (VLANS - 1);
	} else if (type == RTE_BE16(RTE_ETHER_TYPE_VLAN)) {
		struct rte_vlan_hdr *tag = (struct rte_vlan_hdr *)(ether + 1);

		vlan = rte_be_to_cpu_16(tag->vlan_tci) & (VLANS - 1);
		type = tag->eth_proto;
		ip = (struct rte_ipv4_hdr *)(tag + 1);
		if (unlikely(in_frame < PLAIN_LENGTH_MIN + sizeof(*tag)))
			return false;
	}
	id = from->by_vlan[vlan];
	if (unlikely(id == INTERFACE_NONE || type != RTE_BE16(RTE_ETHER_TYPE_IPV4)))
		return false;
	interface = &from->interfaces[id].plain;
	length = plain_header(mbuf, told, ip, (const char *)ether + in_frame);
	if (unlikely(length == 0 || !plain_destination(ether, interface)))
		return false;

	packet->mbuf = mbuf;
	packet->ip = ip;
	plain_key(&packet->key, ip, interface->key_last);
	memcpy(&packet->interface, &interface->facts, sizeof(interface->facts));
	packet->ip_length = (uint16_t)length;
	return true;
}
