/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <rte_tcp.h>

#include "packet.h"

/*
 * TCP's maximum segment size (RFC 9293 section 3.7.1), lowered for links that carry less than its
 * ends know of: tunnels behind the neighbours, which drop what is too long and do not say so.
 */

/* The TCP header of the packet, which has a SYN; NULL: it has none. */
struct rte_tcp_hdr *clamp_syn(const struct packet *packet);

/*
 * The packet came in on one interface and leaves by another. If it has a SYN, what it tells as
 * maximum segment size becomes at most what each of the two has as mss_clamp, for that limits both
 * what is sent towards the interface and what its side may send. Nothing else of it changes but the
 * checksum. Whatever is wrong with its options stays for its receiver to judge.
 */
void clamp_packet(const struct snapshot *snapshot, const struct packet *packet, uint16_t egress);
