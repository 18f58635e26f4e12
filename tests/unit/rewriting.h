/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "dataplane/rewrite.h"

/* Flows and packets for the tests of rewriting. */

enum {
	PACKET_MAX = 128,
};

struct tuple {
	uint32_t source;
	uint32_t destination;
	uint16_t source_port;
	uint16_t destination_port;
};

static inline struct flow
flow_make(uint8_t protocol, struct tuple from, struct tuple to)
{
	struct flow flow = {
		.key = {
			.source = rte_cpu_to_be_32(from.source),
			.destination = rte_cpu_to_be_32(from.destination),
			.source_port = rte_cpu_to_be_16(from.source_port),
			.destination_port = rte_cpu_to_be_16(from.destination_port),
			.zone = 3,
			.protocol = protocol,
			.family = 4,
		},
		.source = rte_cpu_to_be_32(to.source),
		.destination = rte_cpu_to_be_32(to.destination),
		.source_port = rte_cpu_to_be_16(to.source_port),
		.destination_port = rte_cpu_to_be_16(to.destination_port),
	};

	rewrite_prepare(&flow);
	return flow;
}

/* bytes: the packet from its IPv4 header on; what it is afterwards is written back. */
static inline void
rewrite(uint8_t *bytes, size_t length, uint8_t flags, const struct flow *flow)
{
	uint8_t room[2 + PACKET_MAX] __rte_aligned(16); /* headers lie on odd 16-bit words */
	struct packet packet = {
		.ip = (struct rte_ipv4_hdr *)(room + 2),
		.flags = flags,
		.ip_length = (uint16_t)length,
	};

	memcpy(room + 2, bytes, length);
	rewrite_session(&packet, flow);
	memcpy(bytes, room + 2, length);
}
