/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rte_ip.h>
#include <rte_mbuf.h>

#include "drop.h"
#include "flow_key.h"
#include "snapshot.h"

/* One packet on its way through the worker: what parsing found, then where it goes. */

/* A bit each, so that all that there are in a burst are a word. */
enum packet_kind {
	PACKET_DROP = 1 << 0, /* for `reason` */
	PACKET_ARP = 1 << 1,
	PACKET_FABRIC = 1 << 2, /* IPv4 from a fabric interface; its destination tells the path */
	/* The same, and routed: what it tells of segment sizes may be too much. */
	PACKET_FABRIC_SYN = 1 << 3,
	PACKET_STATEFUL = 1 << 4, /* IPv4 from a subnet, or to a VIP */
	PACKET_ERROR = 1 << 5,    /* an ICMP error about a session, whose key it has */
	PACKET_LOCAL = 1 << 6,    /* IPv4 to the gateway's own address */
	/* It waits, was dropped, or another worker has it: no mbuf is here. */
	PACKET_HELD = 1 << 7,
};

enum packet_flags {
	PACKET_FRAGMENT = 1 << 0,  /* any fragment, the first included */
	PACKET_TRUNCATED = 1 << 1, /* it ends before the ports or the ICMP header do */
	PACKET_ECHO_REQUEST = 1 << 2,
	PACKET_ECHO_REPLY = 1 << 3,
	PACKET_ICMP_OTHER = 1 << 4, /* neither of them */
	PACKET_ICMP_ERROR = 1 << 5,
	PACKET_LINK_BROADCAST = 1 << 6, /* the frame was sent to many */
	PACKET_LATER_FRAGMENT = 1 << 7, /* any but the first */
	PACKET_AWAITED = 1 << 8,        /* a first fragment for which others wait */
	PACKET_LEARNED = 1 << 9,        /* a fragment whose packet's ports are known */
	PACKET_TRIED = 1 << 10,         /* the owner that is asked first has no session of it */
	PACKET_ASTRAY = 1 << 11,        /* that owner is this worker, and it is at home elsewhere */
	PACKET_HANDOFF_ONE = 1 << 12,   /* how often it was handed over, in three bits */
	PACKET_HANDOFFS = 7 << 12,
	PACKET_OWN = 1 << 15, /* an error that the gateway made, as if it came from there */
};

enum {
	DECISION_NONE = UINT32_MAX,
};

struct packet {
	struct rte_mbuf *mbuf;
	struct rte_ipv4_hdr *ip; /* in the mbuf's first segment, as long as ihl says */
	struct flow_key key;
	uint16_t interface;
	uint16_t flags;         /* enum packet_flags */
	uint8_t kind;           /* enum packet_kind */
	uint8_t link_length;    /* of what is not IPv4: bytes before what the frame carries */
	uint16_t reason;        /* enum drop_reason */
	uint16_t ip_length;     /* host order: the header's total length */
	rte_be16_t fragment_id; /* of a fragment, for when it is translated */
	uint32_t flow;          /* index of its flow, or FLOW_NONE */
	uint32_t egress;        /* adjacency, of the fabric path */
	uint32_t decision;      /* index into the burst's decisions, or DECISION_NONE */
	uint32_t held;          /* with PACKET_AWAITED: the first of those that wait */
} __rte_cache_aligned;

/*
 * Some addresses of the network with that first byte are no host's (RFC 1812 sections 4.2.2.11 and
 * 5.3.7), or stay on their link (RFC 3927): 1 then, or 0, so that two can be asked at once.
 */
static inline uint8_t
packet_suspects(uint8_t first)
{
	static const uint8_t networks[UINT8_MAX + 1] = {
		[0] = 1, [127] = 1, [169] = 1, [224 ... 255] = 1
	};

	return networks[first];
}

/* The device knows a tunnel: what it says of an IPv4 header is about the one inside. */
static inline bool
packet_is_tunnel(const struct rte_mbuf *mbuf)
{
	return mbuf->packet_type & RTE_PTYPE_TUNNEL_MASK;
}

/*
 * Parses a frame that was received on that port: Ethernet, at most one VLAN tag, which the port may
 * have taken out, ARP or IPv4 with its checks (RFC 1812 section 5.2.2), TCP and UDP ports, ICMP
 * echo identifiers. The key of a fragment has no ports. Leaves fragment_id, and all from flow on,
 * as they are. Trailing bytes behind the IPv4 packet are cut off.
 */
void packet_parse(const struct snapshot *snapshot, uint16_t port, struct rte_mbuf *mbuf,
		  struct packet *packet);
/* Bytes of the frame before what it carries: Ethernet, and a VLAN tag if the port left it there. */
static inline unsigned int
packet_link_length(const struct packet *packet)
{
	if (packet->ip == NULL)
		return packet->link_length;
	return (unsigned int)((const char *)packet->ip -
			      rte_pktmbuf_mtod(packet->mbuf, const char *));
}
/*
 * Cuts off what trails the IPv4 packet of a plain frame (packet_plain.h): Ethernet's shortest frame
 * may be longer.
 */
static inline void
packet_trim(const struct packet *packet)
{
	uint32_t length = packet_link_length(packet) + packet->ip_length;

	packet->mbuf->data_len = (uint16_t)length;
	packet->mbuf->pkt_len = length;
}
/* Byte of the IPv4 header where an option is wrong or not wanted; 0: all options may pass. */
unsigned int packet_option_fault(const struct rte_ipv4_hdr *ip);
/* Reads the ports or the ICMP header, which a fragment must be the first to have. */
void packet_parse_transport(struct packet *packet);
/* Bytes of what is behind the IPv4 header that are in the mbuf's first segment. */
unsigned int packet_transport_available(const struct packet *packet);
