/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <rte_byteorder.h>

/*
 * Which inbound rule a packet from inside may answer for: from a backend's (subnet, address,
 * protocol, port) to the rule and its VIP. Built once by the control thread, then only read.
 */

/* Ports of a host at which it is the backend of a rule. In host order, but for the address. */
struct endpoint {
	rte_be32_t address;
	uint16_t zone; /* the host's subnet */
	uint8_t protocol;
	uint16_t first_port; /* both ends included; 0 to 0 of ICMP */
	uint16_t last_port;
	uint16_t vip;      /* VIP_NONE: the rule is gone, but a session of it may be left */
	uint16_t vip_port; /* the VIP's port that first_port answers for */
	uint32_t rule;     /* its id, or INBOUND_RULE_NONE */
};

/* The VIP's port that the endpoint's port answers for, both in network order. */
static inline rte_be16_t
endpoint_vip_port(const struct endpoint *endpoint, rte_be16_t port)
{
	return rte_cpu_to_be_16(
		(uint16_t)(endpoint->vip_port + (rte_be_to_cpu_16(port) - endpoint->first_port)));
}

struct endpoint_table;

/*
 * The endpoints may come in any order; where two overlap, the later one in the array wins. NULL and
 * errno: ENOMEM, or EINVAL where the ports end before they begin.
 */
struct endpoint_table *endpoint_table_build(const struct endpoint *endpoints, size_t count);
void endpoint_table_free(struct endpoint_table *table);

/* port: network order, the source port of what the host sends. NULL: it is no endpoint. */
const struct endpoint *endpoint_find(const struct endpoint_table *table, uint16_t zone,
				     rte_be32_t address, uint8_t protocol, rte_be16_t port);
