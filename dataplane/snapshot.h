/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_fib.h>

#include "ecmp.h"
#include "endpoint.h"
#include "interval.h"
#include "maglev.h"
#include "security.h"
#include "snat_moves.h"
#include "snat_usage.h"

/*
 * Everything that decide reads, as it was at one moment. The control thread builds a snapshot and
 * hands it to the workers (command.h); from then on nobody writes to it, and it is freed when every
 * worker has acknowledged a later one. Tables that did not change are shared between generations.
 *
 * Ids (interface, zone, VIP, rule, next hop) mean the same thing in every snapshot of a process: a
 * new thing gets a new id. Arrays are indexed by id; the places of removed things are empty.
 * Addresses are in host order here, unless their type says rte_be32_t.
 */

enum {
	PORTS_MAX = 32,
	VLANS = 4096,
	INTERFACE_NONE = UINT16_MAX,
	INTERFACE_ADDRESSES_MAX = 8,
	VIP_NONE = UINT16_MAX,
	OUTBOUND_VIPS_MAX = 8,
	INBOUND_RULE_NONE = UINT32_MAX,
};

struct interface_address {
	uint32_t address;
	uint8_t length; /* of the link's prefix */
};

/*
 * An interface as packet_plain.h compares it with a frame's front, and stores it: interface_plain()
 * makes it. Every interface of a port has it.
 */
struct interface_plain {
	uint64_t mac;      /* its last six bytes */
	uint64_t facts;    /* struct packet, from `interface` on */
	uint32_t key_last; /* of struct flow_key, but for the protocol */
};

struct snapshot_interface {
	struct interface_plain plain;
	bool present;
	uint16_t port;      /* index into the worker's ports */
	uint16_t vlan;      /* 0: untagged */
	uint16_t mtu;       /* of the IPv4 packet, bytes */
	uint16_t zone;      /* ZONE_FABRIC, or the id of its subnet */
	uint16_t mss_clamp; /* bytes that a SYN may tell at most; 0: any (clamp.h) */
	struct rte_ether_addr mac;
	uint8_t address_count;
	struct interface_address addresses[INTERFACE_ADDRESSES_MAX];
	bool tap;       /* Linux has a part in it (kernel.h) */
	bool port_tags; /* the port puts the VLAN tag into packets to neighbours (neighbor.h) */
};

/* What a port's device does for the gateway. */
struct port_offloads {
	/*
	 * RTE_MBUF_F_RX_...: the flags of a received packet that are the device's word. Others may
	 * be left from elsewhere.
	 */
	uint32_t told;
	bool tags; /* it puts tags into frames that are sent with RTE_MBUF_F_TX_VLAN */
};

/* The interfaces of one port by VLAN; INTERFACE_NONE where there is none. */
struct port_interfaces {
	uint16_t by_vlan[VLANS];
	uint32_t told; /* struct port_offloads */
};

/* A next hop of the fabric: what an ECMP group's buckets name. */
struct snapshot_next_hop {
	uint16_t interface;
	rte_be32_t address;
};

/* What a subnet's effective route means for the gateway. */
enum subnet_route_kind {
	SUBNET_ROUTE_NONE,       /* next hop type none */
	SUBNET_ROUTE_SUBNET,     /* on the link of the subnet `zone` */
	SUBNET_ROUTE_APPLIANCE,  /* to the appliance `address` in the subnet `zone` */
	SUBNET_ROUTE_INTERNET,   /* to the fabric, translated; VIPs are hairpinned */
	SUBNET_ROUTE_GATEWAY,    /* to a virtual network gateway */
	SUBNET_ROUTE_UNASSIGNED, /* in the address space, but in no subnet */
	SUBNET_ROUTE_LOCAL,      /* the gateway's own address, on `interface` */
	SUBNET_ROUTE_BROADCAST,  /* a subnet's network or broadcast address */
};

enum {
	SUBNET_ROUTE_MISSING = UINT16_MAX, /* the tree's value where there is no route */
};

struct subnet_route {
	uint8_t kind; /* enum subnet_route_kind */
	uint16_t zone;
	uint16_t interface;
	rte_be32_t address;
	/* The effective route that it came from, for explanations: its place in the list of
	 * effective_routes_of(). SUBNET_ROUTE_MISSING for SUBNET_ROUTE_LOCAL: it has none. */
	uint16_t effective;
};

/* One direction of a security group as one virtual network sees it. */
struct security_policy {
	const struct security_table *table;
	const uint8_t *allow;  /* by the table's rule index: 1 lets it pass */
	uint16_t flow_timeout; /* seconds; 0: none set */
	bool reevaluate;
};

/* rule: what security_match() found in the policy's table. */
static inline bool
security_policy_allows_by(const struct security_policy *policy, uint16_t rule)
{
	return rule != SECURITY_NO_RULE && policy->allow[rule];
}

/* policy: NULL filters nothing. */
static inline bool
security_policy_allows(const struct security_policy *policy, const struct security_key *key)
{
	uint16_t rule;

	if (policy == NULL)
		return true;
	security_match(policy->table, key, &rule, 1);
	return security_policy_allows_by(policy, rule);
}

/* A VIP that a subnet's hosts send by. */
struct subnet_outbound {
	uint16_t vip;
	uint16_t first_host; /* the place on the VIP of the subnet's first usable address */
};

struct snapshot_subnet {
	bool present;
	bool ip_forwarding;
	uint16_t interface;
	uint16_t network;
	uint32_t prefix;
	uint32_t mask;
	const struct interval_tree *routes; /* address to index of `route` */
	const struct subnet_route *route;
	const struct security_policy *inbound;  /* NULL: no filter */
	const struct security_policy *outbound; /* NULL: no filter */
	uint8_t vip_count;
	struct subnet_outbound vips[OUTBOUND_VIPS_MAX];
};

enum {
	ZONE_UNASSIGNED = UINT16_MAX, /* of addresses in the address space, but in no subnet */
};

/* A virtual network, as far as all its subnets share it. */
struct snapshot_network {
	bool present;
	/* Address to the zone of its subnet, or ZONE_UNASSIGNED; ZONE_FABRIC: it is outside. */
	const struct interval_tree *zones;
};

struct backend {
	rte_be32_t address;
	uint16_t zone; /* its subnet */
};

enum backend_hash {
	BACKEND_HASH_FIVE_TUPLE,
	BACKEND_HASH_SOURCE_PROTOCOL, /* source and destination address, protocol */
	BACKEND_HASH_SOURCE,          /* source and destination address */
};

struct snapshot_inbound_rule {
	uint32_t id; /* stable: of the VIP and the rule's name */
	uint16_t first_port;
	uint16_t backend_first_port;
	uint8_t hash; /* enum backend_hash */
	uint16_t idle_timeout;
	uint16_t drain_timeout; /* for TCP sessions of a backend that was taken out */
	bool tcp_reset;         /* both ends are told when a session idles out */
	uint16_t backend_count;
	uint16_t healthy_count;            /* the first ones of them; their probes succeed */
	const struct backend *backends;    /* healthy ones before the others */
	const struct maglev_table *maglev; /* of those that get new sessions; NULL: none does */
};

enum {
	SNAT_UNIT_NONE = UINT16_MAX,
};

/*
 * The ports of a VIP that serve outbound sessions: units of `unit` consecutive ports, which begin
 * at a multiple of 8. With blocks a host owns the unit of its place. On demand all hosts draw from
 * all units, which are chunks of 8 ports; chunk c (port / 8) is drawn from by worker
 * c % snat_worker_count alone, so that a port's owner is arithmetic.
 *
 * A host keeps its place and its block from one snapshot to the next, as long as that is possible.
 */
struct snat_ports {
	bool on_demand;
	uint16_t unit; /* ports: a multiple of 8 */
	uint32_t unit_count;
	const uint16_t *starts; /* the first port of each unit, host order; 0: there is none */
	const uint16_t *units;  /* by port / 8: the unit, or SNAT_UNIT_NONE */
	const uint16_t *shares; /* on demand, by worker, and one behind: its first unit */
	uint32_t host_count;    /* places */
	const uint32_t *hosts;  /* by place: the address in the VIP's network; 0: nobody's */
	const struct snat_reserved *reserved; /* of the units; NULL: nothing can be */
	const struct snat_moves *moves;       /* from one worker to another; NULL: there are none */
};

/* port: host order. SNAT_UNIT_NONE: it serves no outbound sessions. */
static inline uint16_t
snat_unit_of(const struct snat_ports *ports, uint16_t port)
{
	return ports->units[port / SNAT_CHUNK_PORTS];
}

/* How long a TCP session that is not open may be idle, seconds. */
struct tcp_timeouts {
	uint16_t half_open; /* until both ends have taken part */
	uint16_t closing;   /* after both have sent a FIN */
	uint16_t reset;     /* after a RST */
};

/*
 * How long a session's port is not given to the same destination again, seconds: after both FINs or
 * the end of an open connection, after a RST, and after a session that was never open, or UDP's,
 * has ended.
 */
struct hold_downs {
	uint16_t fin;
	uint16_t rst;
	uint16_t half_open;
	uint16_t udp;
};

struct snapshot_vip {
	bool present;
	bool rfc; /* profile: its outbound sessions have mappings (mapping.h) */
	rte_be32_t address;
	uint16_t network;
	const struct interval_tree *rules; /* protocol << 16 | port, to index of `inbound` */
	const struct snapshot_inbound_rule *inbound;
	struct snat_ports snat;
	uint16_t tcp_idle_timeout; /* of outbound sessions, seconds */
	uint16_t udp_idle_timeout;
	uint16_t icmp_timeout;
	struct tcp_timeouts tcp_timeouts; /* of outbound sessions */
	bool tcp_reset;                   /* the same; both ends are told when one is over */
};

enum {
	VIP_RULE_MISSING = UINT16_MAX, /* the tree's value where there is no inbound rule */
};

struct snapshot {
	uint64_t generation;
	/*
	 * What a session was decided from: policy generation << 16 | route epoch, each 16 bits.
	 * Where the latter alone differs, nothing has changed but the fabric's routes to others.
	 */
	uint32_t decided_from;
	uint32_t vip_losses; /* how often VIPs were removed, or moved to another network; wraps */
	uint32_t ecmp_seed;
	uint32_t icmp_error_rate;    /* per second and worker */
	uint32_t kernel_rate;        /* packets for it, per second, worker and class (kernel.h) */
	uint32_t first_packet_share; /* percent, first_share.h */
	bool tcp_loose;              /* a connection under way may open a session */
	struct tcp_timeouts tcp_timeouts;
	struct hold_downs hold_downs;
	uint16_t worker_count; /* the same in all snapshots of a process; 0 is 1 */
	/*
	 * Of these the first ones that draw outbound ports: all; or one, where VIPs have mappings:
	 * a session between two hosts by their mappings has to be with both. The same in all
	 * snapshots, too.
	 */
	uint16_t snat_worker_count;

	struct rte_fib *fib; /* address (host order) to route_target (route.h) */
	const struct ecmp_group *const *groups;
	uint32_t group_count;
	const struct snapshot_next_hop *next_hops;
	uint32_t next_hop_count;

	const struct port_interfaces *const *ports; /* by port index */
	uint16_t port_count;
	const struct snapshot_interface *interfaces;
	uint16_t interface_count;
	bool mss_clamped; /* some interface has an mss_clamp */
	const struct snapshot_network *networks;
	uint16_t network_count;
	const struct snapshot_subnet *subnets; /* by zone; 0 is never present */
	uint16_t subnet_count;
	const struct snapshot_vip *vips;
	uint16_t vip_count;
	bool mapped; /* some VIP's profile is rfc */
	/* By VIP id, also of those that are gone while a session has their ports. */
	const struct snat_usage *const *usage;
	const struct endpoint_table *endpoints; /* of the VIPs' inbound rules */
};
