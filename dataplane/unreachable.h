/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

#include <rte_ip.h>
#include <rte_mbuf.h>

struct worker;

/*
 * A packet for a neighbour that does not answer has been translated already, and does not tell
 * where it came from. So what its sender is told (ICMP host unreachable, RFC 1812 section 5.2.7.1)
 * is written as if a router behind that link had said it, and goes back like any error that comes
 * from there: through the session's translation, by the routes, within the rate.
 */

/*
 * The error about a packet that waited for a neighbour on that interface's link, as a frame that
 * seems to come from there. NULL: nobody is to be told. The packet stays the caller's.
 */
struct rte_mbuf *unreachable_make(struct worker *worker, const struct rte_mbuf *packet,
				  uint16_t interface);
/* That error leaves by that adjacency: from the gateway's address there (RFC 1812 4.3.2.4). */
void unreachable_sign(const struct worker *worker, struct rte_ipv4_hdr *ip, uint32_t adjacency);
