/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <rte_byteorder.h>
#include <rte_mbuf.h>

/* The TCP segments that a probe sends (RFC 9293), each a whole IPv4 packet. */

struct probe_segment {
	rte_be32_t source;
	rte_be32_t destination;
	uint16_t source_port; /* host order, as all below */
	uint16_t destination_port;
	uint32_t sequence;
	uint32_t acknowledgement;
	uint8_t flags; /* RTE_TCP_*_FLAG */
	const char *data;
	size_t length; /* of data */
};

/* NULL: the pool has no buffer, or none that is large enough. */
struct rte_mbuf *probe_segment_build(const struct probe_segment *segment, struct rte_mempool *pool);
