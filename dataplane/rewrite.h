/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "flow.h"
#include "neighbor.h"
#include "packet.h"

/* How a packet is changed before it leaves; checksums incrementally (RFC 1624, equation 3). */

/* The sum to add to a complemented checksum when `from` becomes `to`. */
uint16_t checksum_delta32(rte_be32_t from, rte_be32_t to, uint16_t delta);
uint16_t checksum_delta16(rte_be16_t from, rte_be16_t to, uint16_t delta);
rte_be16_t checksum_apply(rte_be16_t checksum, uint16_t delta);

/* Fills in the entry's deltas from its key and its rewritten tuple. */
void rewrite_prepare(struct flow *flow);
/* Applies a session's rewrite, time to live included. */
void rewrite_session(struct packet *packet, const struct flow *flow);
/* Decrements the time to live of a packet that is forwarded without a session. */
void rewrite_ttl(struct rte_ipv4_hdr *ip);
/* Puts the adjacency's header in front of the IPv4 header. */
void rewrite_link(struct rte_mbuf *mbuf, struct rte_ipv4_hdr *ip,
		  const struct adjacency *adjacency);
