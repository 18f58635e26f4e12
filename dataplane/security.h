/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One direction of a security group, compiled for one virtual network (tags differ by network).
 *
 * Each field of the packet goes through a static search tree (interval.h) to a class, the class is
 * a bitmap of the rules that this field lets match, and the first bit of the AND of all bitmaps is
 * the rule that decides. Four fields: source address, destination address, protocol with
 * destination port, source port. One immutable block, rebuilt whole on a change; any thread reads.
 *
 * Rules of protocol tcp or udp, or of any protocol with ports named, need a protocol that has
 * ports; ICMP, ESP and AH match no rule that names ports.
 */

enum {
	SECURITY_RULES_MAX = 1008, /* 1000 and the default rules, in whole words */
	SECURITY_NO_RULE = UINT16_MAX,
};

struct security_address_range {
	uint32_t first; /* host order, both ends included */
	uint32_t last;
};

struct security_port_range {
	uint16_t first; /* host order, both ends included */
	uint16_t last;
};

/*
 * A rule as the compiler takes it, borrowed for the call. Empty port lists mean any; an empty
 * address list (a tag that stands for nothing in this network) matches nothing.
 */
struct security_rule_spec {
	uint8_t protocol; /* IANA number; 0: any */
	const struct security_address_range *sources;
	size_t source_count;
	const struct security_address_range *destinations;
	size_t destination_count;
	const struct security_port_range *source_ports;
	size_t source_port_count;
	const struct security_port_range *destination_ports;
	size_t destination_port_count;
};

/* What of a packet the rules see, host order; ports 0 where the protocol has none. */
struct security_key {
	uint32_t source;
	uint32_t destination;
	uint16_t source_port;
	uint16_t destination_port;
	uint8_t protocol;
};

struct security_table;

/*
 * The specs come in order of priority. NULL and errno: ENOMEM, E2BIG over SECURITY_RULES_MAX, or
 * EINVAL where a range ends before it begins.
 */
struct security_table *security_table_build(const struct security_rule_spec *specs, size_t count);
void security_table_free(struct security_table *table);
size_t security_table_bytes(const struct security_table *table);

/* For each key the index of the first rule that matches, or SECURITY_NO_RULE. */
void security_match(const struct security_table *table, const struct security_key *keys,
		    uint16_t *rules, unsigned int n);
