/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "address.h"

/*
 * What a configuration says, after it was read and found valid. The model is plain data: it knows
 * no DPDK, it owns all its strings and arrays, and nobody changes it after model_read().
 *
 * Objects refer to one another by index into the arrays of struct model; NO_INDEX is "none".
 * Times are seconds. Every object remembers where it stands in its file, for messages.
 */

#define NO_INDEX UINT32_MAX

enum {
	MODEL_NAME_MAX = 80,
	MODEL_MAC_BYTES = 6,
};

struct origin {
	const char *file; /* owned by the model */
	unsigned line;    /* from 1 */
};

struct prefix_list {
	struct ip_prefix *items;
	size_t count;
};

struct index_list {
	uint32_t *items;
	size_t count;
};

struct port_range {
	uint16_t first; /* host order, both ends included */
	uint16_t last;
};

struct port_range_list {
	struct port_range *items;
	size_t count;
};

struct string_list {
	char **items;
	size_t count;
};

struct cpu_list {
	unsigned *items;
	size_t count;
};

/* What a worker does when nothing comes. */
enum idle {
	IDLE_BY_PORTS, /* until the model is complete */
	IDLE_POLL,
	IDLE_SLEEP,
};

struct gateway_settings {
	struct origin origin;
	char *name;
	struct cpu_list cores;      /* the first is the control thread's, the others are workers' */
	unsigned workers;           /* at least 1 */
	uint32_t flow_capacity;     /* sessions, over all workers */
	uint32_t fragment_capacity; /* packets whose fragments are awaited at once */
	uint32_t route_capacity;    /* prefixes of the fabric */
	uint32_t ecmp_seed;
	bool seed_set; /* false: the program draws one (replay: 1) */
	uint64_t seed;
	unsigned tcp_half_open_timeout;
	unsigned tcp_closing_timeout;
	bool tcp_loose;
	unsigned hold_down_fin;
	unsigned hold_down_rst;
	unsigned hold_down_half_open;
	unsigned hold_down_udp;
	unsigned icmp_error_rate;    /* per second and worker */
	unsigned kernel_rate;        /* packets for it, per second, worker and class */
	unsigned first_packet_share; /* percent */
	enum idle idle;
	unsigned stall_timeout; /* 0: none */
	struct string_list eal_options;
	char *control_socket;
};

struct port {
	struct origin origin;
	char *name;
	char *device; /* PCI address or vdev with its arguments, as written */
	bool is_pci;
	uint16_t mtu;
	uint16_t rx_queues;   /* 0: one for each worker */
	uint16_t descriptors; /* per queue */
};

struct interface {
	struct origin origin;
	char *name;
	uint32_t port;
	uint16_t vlan;                /* 0: untagged */
	struct prefix_list addresses; /* host bits kept: the gateway's own address on the link */
	bool mac_set;                 /* false: the port's */
	struct mac_address mac;
	uint16_t mtu;             /* the port's unless set */
	uint16_t tcp_mss_clamp;   /* 0: none */
	char *tap;                /* the kernel's device; NULL: it has none */
	uint32_t virtual_network; /* the network and subnet it serves; NO_INDEX: it is the fabric's
				   */
	uint32_t subnet;          /* index into virtual_networks[virtual_network].subnets */
};

struct neighbor {
	struct origin origin;
	uint32_t interface;
	struct ip_address address;
	struct mac_address mac;
};

struct next_hop {
	struct ip_address address;
	uint32_t interface; /* the fabric interface whose link the address is on */
	uint16_t weight;    /* 1-65535 */
};

struct fabric_route {
	struct origin origin;
	struct ip_prefix prefix;
	struct next_hop *next_hops; /* at least one */
	size_t next_hop_count;
};

struct service_tag {
	struct origin origin;
	char *name;
	struct prefix_list prefixes;
};

enum direction {
	DIRECTION_INBOUND,
	DIRECTION_OUTBOUND,
};

enum access {
	ACCESS_ALLOW,
	ACCESS_DENY,
};

enum protocol {
	PROTOCOL_ANY = 0,
	PROTOCOL_ICMP = 1, /* the others carry their IANA numbers too */
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17,
	PROTOCOL_ESP = 50,
	PROTOCOL_AH = 51,
};

/* Indices in tag lists: built-in tags first, then service_tags[tag - TAG_BUILT_IN_COUNT]. */
enum built_in_tag {
	TAG_INTERNET,
	TAG_VIRTUAL_NETWORK,
	TAG_AZURE_LOAD_BALANCER,
	TAG_BUILT_IN_COUNT,
};

/* One side of a security rule: any address, or the union of prefixes and tags. */
struct rule_addresses {
	bool any;
	struct prefix_list prefixes;
	struct index_list tags;
};

struct security_rule {
	struct origin origin; /* line 0: a default rule */
	char *name;
	uint16_t priority; /* 100-4096; default rules 65000-65500 */
	enum direction direction;
	enum access access;
	enum protocol protocol;
	struct rule_addresses source;
	struct rule_addresses destination;
	struct port_range_list source_ports; /* empty: any, and protocols without ports too */
	struct port_range_list destination_ports;
};

struct security_group {
	struct origin origin;
	char *name;
	unsigned flow_timeout; /* 0: none set */
	bool reevaluate;
	struct security_rule *rules; /* by direction, then priority; the default rules included */
	size_t rule_count;
};

enum next_hop_type {
	NEXT_HOP_VIRTUAL_NETWORK,
	NEXT_HOP_INTERNET,
	NEXT_HOP_VIRTUAL_APPLIANCE,
	NEXT_HOP_VIRTUAL_NETWORK_GATEWAY,
	NEXT_HOP_NONE,
};

struct user_route {
	struct origin origin;
	char *name;
	struct ip_prefix prefix;
	enum next_hop_type next_hop_type;
	struct ip_address next_hop; /* of an appliance; else family IP_FAMILY_NONE */
};

struct route_table {
	struct origin origin;
	char *name;
	struct user_route *routes;
	size_t route_count;
};

struct subnet {
	struct origin origin;
	char *name;
	struct ip_prefix prefix;
	uint32_t interface;
	uint32_t security_group; /* or NO_INDEX: no filter */
	uint32_t route_table;    /* or NO_INDEX */
	struct index_list outbound_vips;
	bool ip_forwarding;
};

struct virtual_network {
	struct origin origin;
	char *name;
	struct prefix_list address_space;
	struct subnet *subnets;
	size_t subnet_count;
};

enum distribution {
	DISTRIBUTION_FIVE_TUPLE,
	DISTRIBUTION_SOURCE_PROTOCOL,
	DISTRIBUTION_SOURCE,
};

enum probe_protocol {
	PROBE_NONE,
	PROBE_TCP,
	PROBE_HTTP,
	PROBE_HTTPS,
};

struct probe {
	enum probe_protocol protocol;
	uint16_t port;
	char *path; /* of http and https; else NULL */
	unsigned interval;
	unsigned threshold;
};

struct inbound_rule {
	struct origin origin;
	char *name;
	enum protocol protocol;          /* tcp, udp or icmp */
	struct port_range ports;         /* of icmp 0-0 */
	struct port_range backend_ports; /* as wide as ports */
	struct ip_address *backends;
	size_t backend_count;
	enum distribution distribution;
	unsigned backends_max;
	unsigned idle_timeout;
	bool tcp_reset;
	unsigned drain_timeout;
	bool all_up_when_unhealthy; /* no_healthy_backends = "all_up" */
	struct probe probe;
};

#define PORTS_ON_DEMAND 0U

struct outbound {
	unsigned ports_per_host; /* a multiple of 8, the default already worked out; or
				    PORTS_ON_DEMAND */
	unsigned idle_timeout;
	unsigned udp_idle_timeout;
	unsigned icmp_timeout;
	bool tcp_reset;
};

enum vip_profile {
	VIP_PROFILE_AZURE,
	VIP_PROFILE_RFC,
};

struct vip {
	struct origin origin;
	char *name;
	struct ip_address address;
	uint32_t virtual_network;
	enum vip_profile profile;
	struct inbound_rule *inbound;
	size_t inbound_count;
	struct outbound outbound; /* the defaults where the file has none */
};

struct model {
	char *file;      /* as given */
	char *directory; /* of the file: what relative names are relative to */
	struct gateway_settings gateway;
	struct port *ports;
	size_t port_count;
	struct interface *interfaces;
	size_t interface_count;
	struct neighbor *neighbors;
	size_t neighbor_count;
	struct fabric_route *routes;
	size_t route_count;
	struct service_tag *service_tags;
	size_t service_tag_count;
	struct security_group *security_groups;
	size_t security_group_count;
	struct route_table *route_tables;
	size_t route_table_count;
	struct virtual_network *virtual_networks;
	size_t virtual_network_count;
	struct vip *vips;
	size_t vip_count;
};
