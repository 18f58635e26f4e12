/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <rte_icmp.h>
#include <rte_ip.h>
#include <rte_mbuf.h>

#include "snapshot.h"

enum {
	ICMP_TTL = 64,
};

/* Types, and codes of "unreachable". */
enum {
	ICMP_UNREACHABLE = 3,
	ICMP_UNREACHABLE_NET = 0,
	ICMP_UNREACHABLE_HOST = 1,
	ICMP_UNREACHABLE_PROTOCOL = 2,
	ICMP_UNREACHABLE_PORT = 3,
	ICMP_UNREACHABLE_TOO_BIG = 4,
	ICMP_UNREACHABLE_PROHIBITED = 13,
	ICMP_TIME_EXCEEDED = 11,
	ICMP_PARAMETER_PROBLEM = 12,
};

/* The packet that an ICMP error is about. */
struct icmp_subject {
	const struct rte_mbuf *mbuf;
	uint32_t offset;               /* of its IPv4 header in the mbuf */
	const struct rte_ipv4_hdr *ip; /* the same, in the first segment */
};

/*
 * A frame on that link with an ICMP error about the packet, from that address to the packet's
 * source. icmp: the header, its checksum still to be summed up. NULL: there is no buffer, or the
 * packet is not what it says.
 */
struct rte_mbuf *icmp_message_make(struct rte_mempool *pool, const struct icmp_subject *subject,
				   const struct snapshot_interface *link,
				   const struct rte_ether_addr *to, rte_be32_t from,
				   const struct rte_icmp_hdr *icmp);
/* The address of that link which tells a neighbour, or who is behind one, what is wrong. */
rte_be32_t icmp_message_source(const struct snapshot_interface *link, rte_be32_t receiver);
