/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "control/explanation.h"

/* Explanations written by hand, of a network like that of the reference configuration. */

#define EXPLAINED_V4(a, b, c, d)                                \
	{                                                       \
		.family = IP_FAMILY_V4, .bytes = { a, b, c, d } \
	}

static struct interface explained_internet = { .name = (char[]){ "internet" } };
static struct interface explained_ase_net = { .name = (char[]){ "ase-net" } };
static struct interface explained_fw_net = { .name = (char[]){ "fw-net" } };
static struct virtual_network explained_prod = { .name = (char[]){ "prod" } };
static struct subnet explained_ase = {
	.name = (char[]){ "ase" },
	.prefix = { EXPLAINED_V4(10, 0, 1, 0), 26 },
	.security_group = 0,
};
static struct subnet explained_data = {
	.name = (char[]){ "data" },
	.prefix = { EXPLAINED_V4(10, 0, 2, 0), 24 },
	.security_group = NO_INDEX,
};
static struct subnet explained_firewall = {
	.name = (char[]){ "firewall" },
	.prefix = { EXPLAINED_V4(10, 0, 3, 0), 28 },
	.security_group = NO_INDEX,
};
static struct security_group explained_group = { .name = (char[]){ "ase-nsg" } };
static struct security_rule explained_web = {
	.name = (char[]){ "allow-web" },
	.priority = 100,
	.access = ACCESS_ALLOW,
};
static struct security_rule explained_to_internet = {
	.name = (char[]){ "AllowInternetOutBound" },
	.priority = 65001,
	.access = ACCESS_ALLOW,
};
static struct security_rule explained_deny = {
	.name = (char[]){ "DenyAllInBound" },
	.priority = 65500,
	.access = ACCESS_DENY,
};
static struct vip explained_vip = {
	.name = (char[]){ "ase-one" },
	.address = EXPLAINED_V4(192, 23, 1, 2),
};
static struct inbound_rule explained_https = {
	.name = (char[]){ "https" },
	.backend_count = 2,
	.distribution = DISTRIBUTION_SOURCE,
};
static struct effective_route explained_routes[] = {
	{ .prefix = { EXPLAINED_V4(0, 0, 0, 0), 0 },
	  .next_hop_type = NEXT_HOP_VIRTUAL_APPLIANCE,
	  .next_hop = EXPLAINED_V4(10, 0, 3, 4),
	  .source = ROUTE_SOURCE_USER,
	  .active = true,
	  .name = "all-to-firewall" },
	{ .prefix = { EXPLAINED_V4(0, 0, 0, 0), 0 },
	  .next_hop_type = NEXT_HOP_INTERNET,
	  .source = ROUTE_SOURCE_SYSTEM },
	{ .prefix = { EXPLAINED_V4(10, 0, 0, 0), 16 },
	  .next_hop_type = NEXT_HOP_VIRTUAL_NETWORK,
	  .source = ROUTE_SOURCE_SYSTEM,
	  .active = true },
};
static struct effective_route explained_system_route = {
	.prefix = { EXPLAINED_V4(0, 0, 0, 0), 0 },
	.next_hop_type = NEXT_HOP_INTERNET,
	.source = ROUTE_SOURCE_SYSTEM,
	.active = true,
};

/* A call of 10.0.1.4 to the Internet. */
static inline struct explanation
explained_outbound(void)
{
	return (struct explanation){
		.packet = { .protocol = PROTOCOL_TCP,
			    .source = 0x0a000104,
			    .destination = 0x5db8d822,
			    .source_port = 51000,
			    .destination_port = 443 },
		.interface = &explained_ase_net,
		.network = &explained_prod,
		.subnet = &explained_ase,
		.outbound = { &explained_group, &explained_to_internet },
		.routes = { &explained_system_route, 1 },
		.route = &explained_system_route,
		.fabric = { .asked = true,
			    .kind = ROUTE_GROUP,
			    .prefix = { EXPLAINED_V4(0, 0, 0, 0), 0 },
			    .next_hops = 2 },
		.snat = { .vip = &explained_vip, .first_port = 1024, .last_port = 1535 },
		.verdict = VERDICT_SESSION,
		.translated = { .protocol = PROTOCOL_TCP,
				.source = 0xc0170102,
				.destination = 0x5db8d822,
				.source_port = 51000,
				.destination_port = 443 },
		.forward = { &explained_internet, EXPLAINED_V4(198, 51, 100, 3), DROP_NONE },
		.reverse = { &explained_ase_net, EXPLAINED_V4(10, 0, 1, 4), DROP_NONE },
		.idle_timeout = 240,
	};
}

/* A client on the Internet opens the VIP's port 443; nobody could answer it. */
static inline struct explanation
explained_inbound(void)
{
	return (struct explanation){
		.packet = { .protocol = PROTOCOL_TCP,
			    .source = 0xcb007107,
			    .destination = 0xc0170102,
			    .source_port = 40000,
			    .destination_port = 443 },
		.interface = &explained_internet,
		.fabric = { .asked = true, .kind = ROUTE_VIP, .vip = &explained_vip },
		.inbound_rule = &explained_https,
		.backend = EXPLAINED_V4(10, 0, 1, 5),
		.backend_port = 8443,
		.inbound = { &explained_group, &explained_web },
		.receiver = &explained_ase,
		.verdict = VERDICT_SESSION,
		.translated = { .protocol = PROTOCOL_TCP,
				.source = 0xcb007107,
				.destination = 0x0a000105,
				.source_port = 40000,
				.destination_port = 8443 },
		.forward = { &explained_ase_net, EXPLAINED_V4(10, 0, 1, 5), DROP_NONE },
		.reverse = { .reason = DROP_session_reverse_unroutable },
		.idle_timeout = 300,
	};
}

/* A host of the data subnet, whose traffic an appliance is to see, sends ESP to the Internet. */
static inline struct explanation
explained_forced(void)
{
	return (struct explanation){
		.packet = { .protocol = PROTOCOL_ESP,
			    .source = 0x0a000209,
			    .destination = 0x5db8d822 },
		.interface = &explained_fw_net,
		.network = &explained_prod,
		.subnet = &explained_data,
		.routes = { explained_routes, 3 },
		.route = &explained_routes[0],
		.receiver = &explained_firewall,
		.verdict = VERDICT_SESSION,
		.translated = { .protocol = PROTOCOL_ESP,
				.source = 0x0a000209,
				.destination = 0x5db8d822 },
		.forward = { &explained_fw_net, EXPLAINED_V4(10, 0, 3, 4), DROP_NONE },
		.reverse = { &explained_fw_net, EXPLAINED_V4(10, 0, 2, 9), DROP_NONE },
		.idle_timeout = 240,
	};
}

/* The receiver's group denies a call from subnet to subnet. */
static inline struct explanation
explained_denied(void)
{
	return (struct explanation){
		.packet = { .protocol = PROTOCOL_UDP,
			    .source = 0x0a000209,
			    .destination = 0x0a000104,
			    .source_port = 5353,
			    .destination_port = 53 },
		.interface = &explained_fw_net,
		.network = &explained_prod,
		.subnet = &explained_data,
		.routes = { explained_routes, 3 },
		.route = &explained_routes[2],
		.inbound = { &explained_group, &explained_deny },
		.receiver = &explained_ase,
		.verdict = VERDICT_DROP,
		.reason = DROP_security_inbound,
	};
}

/* Transit of the fabric. */
static inline struct explanation
explained_transit(void)
{
	const struct packet_text packet = { .protocol = 47,
					    .source = 0xc6336409,
					    .destination = 0xcb007163 };

	return (struct explanation){
		.packet = packet,
		.interface = &explained_internet,
		.fabric = { .asked = true,
			    .kind = ROUTE_GROUP,
			    .prefix = { EXPLAINED_V4(203, 0, 113, 0), 24 },
			    .next_hops = 1 },
		.verdict = VERDICT_FABRIC,
		.translated = packet,
		.forward = { &explained_internet, EXPLAINED_V4(198, 51, 100, 1), DROP_NONE },
	};
}
