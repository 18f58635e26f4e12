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
	return !((int)packet_suspects((uint8_t)source) | packet_suspects((uint8_t)destination)) &&
	       source != destination;
}

/* The frame is for the interface's own address. */
static inline bool
plain_destination(const char *frame, const struct snapshot_interface *interface)
{
	const char *own = (const char *)interface + offsetof(struct snapshot_interface, mac);
	uint64_t a, b;

	_Static_assert(offsetof(struct snapshot_interface, mac) + sizeof(b) <= sizeof(*interface),
		       "there is something behind it");
	memcpy(&a, frame, sizeof(a));
	memcpy(&b, own, sizeof(b));
	return (a ^ b) << 16 == 0; /* the first six bytes are the lowest */
}

/* With end-around carry, which keeps the remainder by 0xffff. */
static inline uint64_t
plain_add(uint64_t a, uint64_t b)
{
	a += b;
	return a + (a < b);
}

/*
 * The header's checksum is right, as the device says, which is mostly so where it says anything, or
 * by a sum of the header: front and middle are its first 16 bytes.
 */
static inline bool
plain_checksum(const struct rte_mbuf *mbuf, uint32_t told, uint64_t front, uint64_t middle,
	       rte_be32_t destination)
{
	uint64_t word = mbuf->ol_flags & told & RTE_MBUF_F_RX_IP_CKSUM_MASK;

	if (word == RTE_MBUF_F_RX_IP_CKSUM_GOOD && !packet_is_tunnel(mbuf))
		return true;
	/* The sum is 0xffff then: 0 in its remainders, for it is not 0. */
	return word != RTE_MBUF_F_RX_IP_CKSUM_BAD &&
	       plain_add(plain_add(front, middle), destination) % UINT16_MAX == 0;
}

/* The packet's length; 0: it is not plain. most: bytes of the frame from the header on. */
static inline uint32_t
plain_header(const struct rte_mbuf *mbuf, uint32_t told, const struct rte_ipv4_hdr *ip,
	     uint32_t most)
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
	uint64_t front, middle;
	uint32_t length;

	memcpy(&front, ip, sizeof(front));
	memcpy(&middle, &ip->time_to_live, sizeof(middle));
	length = __builtin_bswap16((uint16_t)(front >> 16));
	if (likely((front & mask) == RTE_IPV4_VHL_DEF && length <= most &&
		   length > too_short[(uint8_t)(middle >> 8)] &&
		   plain_checksum(mbuf, told, front, middle, ip->dst_addr) &&
		   plain_addresses((uint32_t)(middle >> 32), ip->dst_addr)))
		return length;
	return 0;
}

/*
 * The packet's key, at once: from the source address on, the header and the ports behind it lie as
 * a key does, up to its last four bytes.
 */
static inline void
plain_key(struct flow_key *key, const struct rte_ipv4_hdr *ip, uint16_t zone)
{
	typedef uint32_t words __attribute__((vector_size(sizeof(*key))));
	words word;

	_Static_assert(offsetof(struct flow_key, zone) == 3 * sizeof(word[0]), "it is the last");
	memcpy(&word, &ip->src_addr, sizeof(word));
	word[3] = zone | (uint32_t)ip->next_proto_id << 16 | (uint32_t)FLOW_FAMILY_IPV4 << 24;
	memcpy(key, &word, sizeof(word));
}

/* Without a branch on what comes in no order. */
static inline enum packet_kind
plain_kind(uint16_t zone)
{
	uint32_t fabric = (uint32_t)(zone != ZONE_FABRIC) - 1; /* all bits, or none */

	return (enum packet_kind)(PACKET_STATEFUL ^ (fabric & (PACKET_STATEFUL ^ PACKET_FABRIC)));
}

/* Interface and kind, and no flags, link_length and reason. */
static inline void
plain_facts(struct packet *packet, uint32_t interface, enum packet_kind kind)
{
	uint64_t facts = interface | (uint64_t)kind << 32;

	_Static_assert(offsetof(struct packet, kind) == offsetof(struct packet, interface) + 4 &&
			       offsetof(struct packet, ip_length) ==
				       offsetof(struct packet, interface) + sizeof(facts),
		       "they are one word");
	memcpy(&packet->interface, &facts, sizeof(facts));
}

/*
 * Does what packet_parse() does, if the packet is plain, but for what packet_trim() does, and
 * returns its kind. 0: nothing is done, and packet_parse() has to be asked. told: the port's; a
 * constant 0 leaves out what is asked of devices that tell something.
 */
static __rte_always_inline uint32_t
packet_parse_plain(const struct packet_plain_port *from, uint32_t told, struct rte_mbuf *mbuf,
		   struct packet *packet)
{
	const char *frame = rte_pktmbuf_mtod(mbuf, const char *);
	uint32_t in_frame = rte_pktmbuf_data_len(mbuf);
	uint32_t offset = sizeof(struct rte_ether_hdr);
	const struct snapshot_interface *interface;
	uint32_t type, vlan = 0, id, length; /* type: and the tag behind it */
	enum packet_kind kind;
	struct rte_ipv4_hdr *ip;

	if (unlikely(in_frame < PLAIN_LENGTH_MIN || in_frame != rte_pktmbuf_pkt_len(mbuf)))
		return 0;
	memcpy(&type, frame + offsetof(struct rte_ether_hdr, ether_type), sizeof(type));
	if (mbuf->ol_flags & told & RTE_MBUF_F_RX_VLAN_STRIPPED) {
		vlan = mbuf->vlan_tci & (VLANS - 1);
	} else if ((uint16_t)type == RTE_BE16(RTE_ETHER_TYPE_VLAN)) {
		vlan = __builtin_bswap16((uint16_t)(type >> 16)) & (VLANS - 1);
		memcpy(&type, frame + offset + offsetof(struct rte_vlan_hdr, eth_proto),
		       sizeof(type));
		offset += (uint32_t)sizeof(struct rte_vlan_hdr);
		if (unlikely(in_frame < PLAIN_LENGTH_MIN + sizeof(struct rte_vlan_hdr)))
			return 0;
	}
	id = from->by_vlan[vlan];
	if (unlikely(id == INTERFACE_NONE || (uint16_t)type != RTE_BE16(RTE_ETHER_TYPE_IPV4)))
		return 0;
	interface = &from->interfaces[id];
	ip = rte_pktmbuf_mtod_offset(mbuf, struct rte_ipv4_hdr *, offset);
	length = plain_header(mbuf, told, ip, in_frame - offset);
	if (unlikely(length == 0 || !plain_destination(frame, interface)))
		return 0;

	packet->mbuf = mbuf;
	packet->ip = ip;
	plain_key(&packet->key, ip, interface->zone);
	kind = plain_kind(interface->zone);
	plain_facts(packet, id, kind);
	packet->ip_length = (uint16_t)length;
	return kind;
}
