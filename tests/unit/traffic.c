/* SPDX-License-Identifier: BSD-3-Clause */
#include "traffic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <rte_ip.h>
#include <rte_mbuf.h>
#include <rte_udp.h>

/* RTE_IPV4 shifts a signed number into its sign. */
#define ADDRESS(a, b, c, d) \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

/* What is sent through the gateway. */
enum kind {
	KIND_FABRIC,   /* transit */
	KIND_INBOUND,  /* a new call from the Internet to the VIP */
	KIND_OUTBOUND, /* a new call to the Internet */
	KIND_KEPT,     /* of a call to the Internet that began at the start, from another subnet */
};

struct frame {
	struct rte_ether_hdr ether;
	struct rte_vlan_hdr vlan;
	struct rte_ipv4_hdr ip;
	struct rte_udp_hdr udp;
	uint32_t kind;
	uint32_t number;
} __rte_packed __rte_aligned(2);

/* A link has a VLAN; the gateway's MAC address ends in it, and so does that of its next hop. */
enum {
	VLAN_A = 10,
	VLAN_B = 20,
	VLAN_WEB = 30,
	VLAN_DATA = 40,
};

static const struct {
	uint16_t vlan; /* of the link to the next hop */
	uint32_t outbound_vip;
	uint32_t backend;
	uint16_t backend_port;
	uint8_t backend_mac;
} wanted[2] = {
	{ VLAN_A, ADDRESS(192, 23, 1, 2), ADDRESS(10, 0, 1, 4), 8001, 4 },
	{ VLAN_B, ADDRESS(192, 23, 1, 3), ADDRESS(10, 0, 1, 5), 8002, 5 },
};

static const char fabric_text[] =
	"gateway = { name = \"reload\"; seed = 1; workers = %u; flow_capacity = 262144;"
	" route_capacity = 1024; };\n"
	"ports = ( { name = \"wan\"; device = \"net_null0\"; },"
	" { name = \"lan\"; device = \"net_null1\"; } );\n"
	"interfaces = (\n"
	" { name = \"a\"; port = \"wan\"; vlan = 10; addresses = \"198.51.100.2/24\";"
	" mac = \"02:00:00:00:00:0a\"; },\n"
	" { name = \"b\"; port = \"wan\"; vlan = 20; addresses = \"203.0.113.2/24\";"
	" mac = \"02:00:00:00:00:14\"; },\n"
	" { name = \"web\"; port = \"lan\"; vlan = 30; addresses = \"10.0.1.1/26\";"
	" mac = \"02:00:00:00:00:1e\"; },\n"
	" { name = \"data\"; port = \"lan\"; vlan = 40; addresses = \"10.0.2.1/24\";"
	" mac = \"02:00:00:00:00:28\"; }\n"
	");\n"
	"neighbors = (\n"
	" { interface = \"a\"; address = \"198.51.100.1\"; mac = \"02:00:00:00:01:0a\"; },\n"
	" { interface = \"b\"; address = \"203.0.113.1\"; mac = \"02:00:00:00:01:14\"; },\n"
	" { interface = \"web\"; address = \"10.0.1.4\"; mac = \"02:00:00:00:01:04\"; },\n"
	" { interface = \"web\"; address = \"10.0.1.5\"; mac = \"02:00:00:00:01:05\"; }\n"
	");\n"
	/* No default route, for it would fill the whole of rte_fib's table in each turn. */
	"routes = ( { prefix = \"20.0.0.0/8\"; next_hops = \"%s\"; },"
	" { prefix = \"40.0.0.0/12\"; next_hops = \"%s\"; },"
	" { prefix = \"50.0.0.0/24\"; next_hops = \"%s\"; } );\n";

static const char networks_text[] =
	"security_groups = ( { name = \"nsg\"; rules = (\n"
	" { name = \"in\"; priority = 100; direction = \"inbound\"; access = \"allow\";"
	" protocol = \"udp\"; source = \"Internet\"; source_ports = \"*\"; destination = \"%s\";"
	" destination_ports = \"%u\"; }\n"
	"); } );\n"
	"virtual_networks = ( { name = \"prod\"; address_space = \"10.0.0.0/16\"; subnets = (\n"
	" { name = \"web\"; prefix = \"10.0.1.0/26\"; interface = \"web\";"
	" security_group = \"nsg\"; outbound_vips = \"%s\"; },\n"
	" { name = \"data\"; prefix = \"10.0.2.0/24\"; interface = \"data\";"
	" outbound_vips = \"three\"; }\n"
	"); } );\n"
	"vips = (\n"
	" { name = \"one\"; address = \"192.23.1.2\"; virtual_network = \"prod\"; inbound = (\n"
	" { name = \"dns\"; protocol = \"udp\"; ports = \"53\"; backend_ports = \"%u\";"
	" backends = \"%s\"; } ); },\n"
	" { name = \"two\"; address = \"192.23.1.3\"; virtual_network = \"prod\"; },\n"
	" { name = \"three\"; address = \"192.23.1.4\"; virtual_network = \"prod\"; }\n"
	");\n";

void
traffic_write_configuration(const char *file, bool networks, unsigned int workers,
			    unsigned int which)
{
	static const char *const next_hops[] = { "198.51.100.1", "203.0.113.1" };
	static const char *const vips[] = { "one", "two" };
	static const char *const backends[] = { "10.0.1.4", "10.0.1.5" };
	FILE *stream = fopen(file, "w");

	assert_non_null(stream);
	fprintf(stream, fabric_text, workers, next_hops[which], next_hops[which], next_hops[which]);
	if (networks)
		fprintf(stream, networks_text, backends[which], wanted[which].backend_port,
			vips[which], wanted[which].backend_port, backends[which]);
	assert_int_equal(fclose(stream), 0);
}

static void
frame_fill(struct frame *frame, enum kind kind, uint32_t number)
{
	/* As the next hop of A, and the hosts of the subnets, send it. */
	static const struct {
		uint8_t vlan;
		uint32_t source;
		uint32_t destination;
	} from[] = {
		[KIND_FABRIC] = { VLAN_A, ADDRESS(30, 0, 0, 1), ADDRESS(20, 0, 0, 0) },
		[KIND_INBOUND] = { VLAN_A, ADDRESS(40, 0, 0, 0), ADDRESS(192, 23, 1, 2) },
		[KIND_OUTBOUND] = { VLAN_WEB, ADDRESS(10, 0, 1, 4), ADDRESS(20, 0, 0, 0) },
		[KIND_KEPT] = { VLAN_DATA, ADDRESS(10, 0, 2, 4), ADDRESS(50, 0, 0, 1) },
	};
	uint8_t vlan = from[kind].vlan;
	uint32_t source = from[kind].source + (kind == KIND_INBOUND ? number : 0);
	uint32_t destination = from[kind].destination;
	uint16_t source_port = (uint16_t)(5000 + (kind == KIND_KEPT ? number : 0));

	if (kind == KIND_FABRIC || kind == KIND_OUTBOUND)
		destination += number & 0xffffff;
	*frame = (struct frame){
		.ether = { .dst_addr = { .addr_bytes = { 2, 0, 0, 0, 0, vlan } },
			   .src_addr = { .addr_bytes = { 2, 0, 0, 0, 1, vlan } },
			   .ether_type = RTE_BE16(RTE_ETHER_TYPE_VLAN) },
		.vlan = { .vlan_tci = rte_cpu_to_be_16(vlan),
			  .eth_proto = RTE_BE16(RTE_ETHER_TYPE_IPV4) },
		.ip = { .version_ihl = RTE_IPV4_VHL_DEF,
			.total_length = RTE_BE16(sizeof(*frame) - offsetof(struct frame, ip)),
			.time_to_live = 64,
			.next_proto_id = IPPROTO_UDP,
			.src_addr = rte_cpu_to_be_32(source),
			.dst_addr = rte_cpu_to_be_32(destination) },
		.udp = { .src_port = rte_cpu_to_be_16(source_port),
			 .dst_port = RTE_BE16(53),
			 .dgram_len = RTE_BE16(sizeof(*frame) - offsetof(struct frame, udp)) },
		.kind = kind,
		.number = number,
	};
	frame->ip.hdr_checksum = rte_ipv4_cksum(&frame->ip);
	frame->udp.dgram_cksum = rte_ipv4_udptcp_cksum(&frame->ip, &frame->udp);
}

/* The next packet that this port's link has for the gateway. */
static void
frame_next(struct traffic_side *side, unsigned int port, struct frame *frame)
{
	uint32_t turn = side->turn++;
	uint32_t place = (uint32_t)(side - side->traffic->sides);
	uint32_t new_flow = side->new_flows * TRAFFIC_WORKERS_MAX + place;
	bool may_begin = side->new_flows < atomic_load(&side->traffic->new_flows_max);

	if (!side->traffic->networks || (port == TRAFFIC_WAN && (turn % 2 == 0 || !may_begin)))
		frame_fill(frame, KIND_FABRIC, turn);
	else if (port == TRAFFIC_LAN && (turn % 2 == 0 || !may_begin))
		frame_fill(frame, KIND_KEPT, turn / 2 % TRAFFIC_KEPT_FLOWS);
	else
		frame_fill(frame, port == TRAFFIC_WAN ? KIND_INBOUND : KIND_OUTBOUND, new_flow);
	side->new_flows += frame->kind == KIND_INBOUND || frame->kind == KIND_OUTBOUND;
}

static uint16_t
side_receive(struct traffic_side *side, unsigned int port, struct rte_mbuf **mbufs, uint16_t n)
{
	struct traffic *traffic = side->traffic;
	uint16_t count = n < 16 ? n : 16;

	if (!atomic_load(&traffic->flows))
		return 0;
	if (atomic_fetch_add(&traffic->under_way, count) + count > TRAFFIC_UNDER_WAY_MAX ||
	    rte_pktmbuf_alloc_bulk(traffic->pool, mbufs, count) != 0) {
		atomic_fetch_sub(&traffic->under_way, count);
		return 0;
	}
	for (uint16_t i = 0; i < count; i++)
		frame_next(side, port, (void *)rte_pktmbuf_append(mbufs[i], sizeof(struct frame)));
	side->given += count;
	return count;
}

static uint16_t
wan_receive(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	return side_receive(context, TRAFFIC_WAN, mbufs, n);
}

static uint16_t
lan_receive(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	const struct traffic_side *side = context;

	return side->traffic->networks ? side_receive(context, TRAFFIC_LAN, mbufs, n) : 0;
}

static void
side_fail(struct traffic_side *side, const struct frame *frame, const char *what)
{
	if (side->failure[0] == '\0')
		snprintf(side->failure, sizeof(side->failure),
			 "%s: kind %u, number %u, VLAN %u, %08x:%u to %08x:%u", what, frame->kind,
			 frame->number, rte_be_to_cpu_16(frame->vlan.vlan_tci),
			 rte_be_to_cpu_32(frame->ip.src_addr),
			 rte_be_to_cpu_16(frame->udp.src_port),
			 rte_be_to_cpu_32(frame->ip.dst_addr),
			 rte_be_to_cpu_16(frame->udp.dst_port));
}

/* A call has one translation for life. */
static void
side_check_kept(struct traffic_side *side, const struct frame *frame)
{
	uint32_t number = frame->number % TRAFFIC_KEPT_FLOWS;

	if (side->kept[number].source == 0) {
		side->kept[number].source = frame->ip.src_addr;
		side->kept[number].port = frame->udp.src_port;
	}
	if (side->kept[number].source != frame->ip.src_addr ||
	    side->kept[number].port != frame->udp.src_port ||
	    frame->ip.src_addr != RTE_BE32(ADDRESS(192, 23, 1, 4)))
		side_fail(side, frame, "a session changed its translation");
}

/* Which configuration sent it: all of the frame has to be as that one says. */
static unsigned int
side_check(struct traffic_side *side, unsigned int port, const struct frame *frame)
{
	bool inbound = frame->kind == KIND_INBOUND;
	struct rte_ether_hdr ether = { .ether_type = RTE_BE16(RTE_ETHER_TYPE_VLAN) };
	unsigned int which;
	uint8_t vlan;

	if (inbound)
		which = frame->ip.dst_addr == rte_cpu_to_be_32(wanted[1].backend);
	else
		which = frame->vlan.vlan_tci == rte_cpu_to_be_16(wanted[1].vlan);

	vlan = (uint8_t)(inbound ? VLAN_WEB : wanted[which].vlan);
	ether.src_addr = (struct rte_ether_addr){ .addr_bytes = { 2, 0, 0, 0, 0, vlan } };
	ether.dst_addr = (struct rte_ether_addr){
		.addr_bytes = { 2, 0, 0, 0, 1, inbound ? wanted[which].backend_mac : vlan }
	};
	if (port != (inbound ? TRAFFIC_LAN : TRAFFIC_WAN) ||
	    frame->vlan.vlan_tci != rte_cpu_to_be_16(vlan) ||
	    memcmp(&ether, &frame->ether, sizeof(ether)) != 0)
		side_fail(side, frame, "neither configuration sends it there");
	if (inbound && (frame->ip.dst_addr != rte_cpu_to_be_32(wanted[which].backend) ||
			frame->udp.dst_port != rte_cpu_to_be_16(wanted[which].backend_port)))
		side_fail(side, frame, "neither configuration has that backend");
	if (frame->kind == KIND_OUTBOUND &&
	    frame->ip.src_addr != rte_cpu_to_be_32(wanted[which].outbound_vip))
		side_fail(side, frame, "neither configuration translates it so");
	if (frame->kind == KIND_KEPT)
		side_check_kept(side, frame);
	if (frame->ip.time_to_live != 63 || rte_ipv4_cksum(&frame->ip) != 0 ||
	    rte_ipv4_udptcp_cksum(&frame->ip, &frame->udp) != UINT16_MAX)
		side_fail(side, frame, "it is damaged");
	return which;
}

static uint16_t
side_transmit(struct traffic_side *side, unsigned int port, struct rte_mbuf **mbufs, uint16_t n)
{
	for (uint16_t i = 0; i < n; i++) {
		const struct frame *frame = rte_pktmbuf_mtod(mbufs[i], const void *);
		unsigned int which = side_check(side, port, frame);

		if (mbufs[i]->data_len != sizeof(*frame))
			side_fail(side, frame, "its length is wrong");
		if (side->taken == 0 || which != side->last)
			side->configurations++;
		side->last = which;
		side->taken_from[which]++;
		side->taken++;
	}
	rte_pktmbuf_free_bulk(mbufs, n);
	atomic_fetch_sub(&side->traffic->under_way, n);
	return n;
}

static uint16_t
wan_transmit(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	return side_transmit(context, TRAFFIC_WAN, mbufs, n);
}

static uint16_t
lan_transmit(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	return side_transmit(context, TRAFFIC_LAN, mbufs, n);
}

void
traffic_make_queues(struct traffic *traffic, unsigned int worker,
		    struct port_queue queues[TRAFFIC_PORTS])
{
	struct traffic_side *side = &traffic->sides[worker];

	side->traffic = traffic;
	queues[TRAFFIC_WAN] = (struct port_queue){ wan_receive, wan_transmit, side };
	queues[TRAFFIC_LAN] = (struct port_queue){ lan_receive, lan_transmit, side };
}
