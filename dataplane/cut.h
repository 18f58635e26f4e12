/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

#include <rte_mbuf.h>

/* Cutting a packet that is larger than its link's MTU (RFC 791 section 3.2, RFC 1812 5.2.6). */

enum {
	CUT_PIECES_MAX = 64, /* that one packet may become: 65535 bytes at an MTU of 1044 */
};

/*
 * The mbuf begins at its IPv4 header and ends with the packet; it stays the caller's. Each fragment
 * begins at its IPv4 header too, with headroom for the link's, and has its checksum; its payload is
 * the packet's own, referred to and not copied, so that it is a second segment. Returns how many
 * there are, or 0 when the packet can not be cut: it forbids that, its parts would be too many or
 * lie beyond the end of the longest packet, or the pool is empty.
 */
unsigned int cut_packet(struct rte_mbuf *mbuf, uint16_t mtu, struct rte_mempool *pool,
			struct rte_mbuf *fragments[CUT_PIECES_MAX]);
