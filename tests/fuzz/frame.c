/* SPDX-License-Identifier: BSD-3-Clause */
#include "frame.h"

#include <netinet/in.h>
#include <string.h>

#include <rte_arp.h>
#include <rte_icmp.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#include "tests/unit/bytes.h"

enum {
	PAYLOAD_MAX = 1600,
	LENGTH_UNIT = 8, /* bytes, of what an input says of a payload */
	PATCHES_MAX = 3,
	ICMP_UNREACHABLE = 3,
};

/* Whom the gateway knows, whom it does not, and who can be nobody. */
static const uint32_t addresses[] = {
	IP4(10, 0, 1, 4),     IP4(10, 0, 1, 5),    IP4(10, 0, 1, 9),     IP4(10, 0, 2, 9),
	IP4(10, 0, 3, 4),     IP4(10, 0, 1, 1),    IP4(192, 23, 1, 2),   IP4(192, 23, 1, 3),
	IP4(93, 184, 216, 3), IP4(203, 0, 113, 9), IP4(203, 0, 113, 10), IP4(198, 51, 100, 2),
	IP4(198, 51, 100, 9), IP4(192, 0, 2, 9),   IP4(10, 0, 9, 9),     IP4(10, 0, 1, 63),
};

static const uint16_t ports[] = { 443, 53, 1053, 25, 80, 0, 1024, 1025, 1032, 40000, 40001, 65535 };

static const uint8_t protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ESP,
				     IPPROTO_AH,  IPPROTO_TCP, IPPROTO_UDP,  IPPROTO_GRE };

uint8_t
input_byte(struct input *input)
{
	if (input->left == 0)
		return 0;
	input->left--;
	return *input->data++;
}

uint16_t
input_word(struct input *input)
{
	uint8_t high = input_byte(input);

	return (uint16_t)(high << 8 | input_byte(input));
}

static rte_be32_t
input_address(struct input *input)
{
	return rte_cpu_to_be_32(addresses[input_byte(input) % RTE_DIM(addresses)]);
}

static rte_be16_t
input_port(struct input *input)
{
	return rte_cpu_to_be_16(ports[input_byte(input) % RTE_DIM(ports)]);
}

/* Ethernet, and a VLAN tag where the interface has one. */
static void
frame_begin(struct subject_frame *frame, uint8_t interface, rte_be16_t type)
{
	const struct subject_interface *link = &subject_interfaces[interface];
	struct rte_ether_hdr *ether = (void *)frame->bytes;
	struct rte_vlan_hdr *tag = (void *)(ether + 1);

	*ether = (struct rte_ether_hdr){
		.dst_addr = link->mac,
		.src_addr = { { 2, 0, 0, 0, 0x77, interface } },
		.ether_type = type,
	};
	frame->interface = interface;
	frame->length = sizeof(*ether);
	if (link->vlan != 0) {
		ether->ether_type = RTE_BE16(RTE_ETHER_TYPE_VLAN);
		*tag = (struct rte_vlan_hdr){ rte_cpu_to_be_16(link->vlan), type };
		frame->length = sizeof(*ether) + sizeof(*tag);
	}
	frame->ip_at = frame->length;
}

static void
frame_append(struct subject_frame *frame, const void *bytes, size_t length)
{
	require(frame->length + length <= sizeof(frame->bytes));
	memcpy(frame->bytes + frame->length, bytes, length);
	frame->length = (uint16_t)(frame->length + length);
}

/* Zeroes: what they are is nobody's business. */
static void
frame_pad(struct subject_frame *frame, size_t length)
{
	static const uint8_t zeroes[PAYLOAD_MAX];

	frame_append(frame, zeroes, RTE_MIN(length, sizeof(zeroes)));
}

/* Changes some bytes of the packet, behind its IPv4 header's first ones. */
static void
frame_patch(struct input *input, struct subject_frame *frame)
{
	unsigned int count = input_byte(input) % (PATCHES_MAX + 1);

	for (unsigned int i = 0; i < count; i++) {
		uint16_t at = (uint16_t)(frame->ip_at + input_byte(input));
		uint8_t with = input_byte(input);

		if (at < frame->length)
			frame->bytes[at] ^= with;
	}
}

/* The checksums as they have to be, as far as the packet can be read; the length is the frame's. */
static void
frame_finish(struct subject_frame *frame)
{
	struct rte_ipv4_hdr *ip = (void *)(frame->bytes + frame->ip_at);
	uint16_t length = (uint16_t)(frame->length - frame->ip_at);
	uint8_t header_length = rte_ipv4_hdr_len(ip);
	struct rte_icmp_hdr *icmp;

	ip->total_length = rte_cpu_to_be_16(length);
	ip->hdr_checksum = 0;
	if (header_length < sizeof(*ip) || header_length > length)
		return;
	if (ip->next_proto_id == IPPROTO_ICMP && length >= header_length + sizeof(*icmp)) {
		icmp = (void *)((uint8_t *)ip + header_length);
		icmp->icmp_cksum = 0;
		icmp->icmp_cksum = (uint16_t)~rte_raw_cksum(icmp, (size_t)length - header_length);
	}
	ip->hdr_checksum = (uint16_t)~rte_raw_cksum(ip, header_length);
}

static void
frame_append_transport(struct input *input, struct subject_frame *frame, uint8_t protocol)
{
	rte_be16_t source_port = input_port(input);
	rte_be16_t destination_port = input_port(input);
	uint8_t kind = input_byte(input);
	const struct rte_tcp_hdr tcp = {
		.src_port = source_port,
		.dst_port = destination_port,
		.data_off = 5 << 4,
		.tcp_flags = kind,
		.cksum = source_port,
	};
	const struct rte_udp_hdr udp = {
		.src_port = source_port,
		.dst_port = destination_port,
		.dgram_len = RTE_BE16(sizeof(udp)),
		.dgram_cksum = kind & 1 ? source_port : 0,
	};
	const struct rte_icmp_hdr icmp = {
		.icmp_type = kind & 0xf0 ? kind >> 4 : RTE_IP_ICMP_ECHO_REQUEST,
		.icmp_code = kind & 0xf,
		.icmp_ident = source_port,
	};

	if (protocol == IPPROTO_TCP)
		frame_append(frame, &tcp, sizeof(tcp));
	else if (protocol == IPPROTO_UDP)
		frame_append(frame, &udp, sizeof(udp));
	else if (protocol == IPPROTO_ICMP)
		frame_append(frame, &icmp, sizeof(icmp));
}

void
frame_make(struct input *input, struct subject_frame *frame)
{
	static const uint8_t times_to_live[] = { 64, 64, 64, 2, 1, 0, 255, 64 };
	uint8_t where = input_byte(input);
	rte_be32_t source = input_address(input);
	rte_be32_t destination = input_address(input);
	struct rte_ipv4_hdr ip = {
		.version_ihl = RTE_IPV4_VHL_DEF,
		.src_addr = source,
		.dst_addr = destination,
		.next_proto_id = protocols[input_byte(input) % RTE_DIM(protocols)],
		.time_to_live = times_to_live[where >> 5],
	};
	uint8_t shape = input_byte(input);
	bool options = shape & 1, fragment = shape & 2, long_packet = shape & 4;
	static const uint8_t record_route[] = { 7, 7, 4, 0, 0, 0, 0, 0 };

	frame_begin(frame, where % SUBJECT_INTERFACES, RTE_BE16(RTE_ETHER_TYPE_IPV4));
	if (options)
		ip.version_ihl = 0x47;
	if (fragment) {
		ip.fragment_offset = rte_cpu_to_be_16(input_word(input));
		ip.packet_id = input_byte(input) & 3;
	}
	frame_append(frame, &ip, sizeof(ip));
	if (options)
		frame_append(frame, record_route, sizeof(record_route));
	if ((rte_be_to_cpu_16(ip.fragment_offset) & RTE_IPV4_HDR_OFFSET_MASK) == 0)
		frame_append_transport(input, frame, ip.next_proto_id);
	if (long_packet)
		frame_pad(frame, (size_t)input_byte(input) * LENGTH_UNIT);
	if (shape & 8)
		frame_patch(input, frame);
	frame_finish(frame);
}

void
frame_make_raw(struct input *input, struct subject_frame *frame)
{
	uint8_t where = input_byte(input);
	unsigned int length = input_byte(input);
	rte_be16_t type =
		where & 0x80 ? rte_cpu_to_be_16(input_word(input)) : RTE_BE16(RTE_ETHER_TYPE_IPV4);

	frame_begin(frame, where % SUBJECT_INTERFACES, type);
	for (unsigned int i = 0; i < length; i++) {
		uint8_t byte = input_byte(input);

		frame_append(frame, &byte, sizeof(byte));
	}
	if ((where & 0x40) && length >= sizeof(struct rte_ipv4_hdr))
		frame_finish(frame);
}

void
frame_make_arp(struct input *input, struct subject_frame *frame)
{
	uint8_t interface = input_byte(input) % SUBJECT_INTERFACES;
	uint16_t operation = RTE_ARP_OP_REQUEST + (input_byte(input) & 1);
	rte_be32_t sender = input_address(input);
	struct rte_arp_hdr arp = {
		.arp_hardware = RTE_BE16(RTE_ARP_HRD_ETHER),
		.arp_protocol = RTE_BE16(RTE_ETHER_TYPE_IPV4),
		.arp_hlen = RTE_ETHER_ADDR_LEN,
		.arp_plen = sizeof(rte_be32_t),
		.arp_opcode = rte_cpu_to_be_16(operation),
		.arp_data = { .arp_sha = { { 2, 0, 0, 0, 0x77, interface } },
			      .arp_sip = sender,
			      .arp_tip = input_address(input) },
	};

	frame_begin(frame, interface, RTE_BE16(RTE_ETHER_TYPE_ARP));
	frame_append(frame, &arp, sizeof(arp));
	frame_patch(input, frame);
}

void
frame_answer(struct input *input, const struct subject_frame *sent, struct subject_frame *frame)
{
	struct rte_ipv4_hdr *ip;
	rte_be32_t source;
	struct rte_tcp_hdr *tcp;
	struct rte_icmp_hdr *icmp;
	unsigned int header_length;

	frame_begin(frame, sent->interface, RTE_BE16(RTE_ETHER_TYPE_IPV4));
	frame_append(frame, sent->bytes + sent->ip_at, (size_t)sent->length - sent->ip_at);
	ip = (void *)(frame->bytes + frame->ip_at);
	source = ip->src_addr;
	ip->src_addr = ip->dst_addr;
	ip->dst_addr = source;
	ip->time_to_live = 64;
	header_length = rte_ipv4_hdr_len(ip);
	tcp = (void *)((uint8_t *)ip + header_length);
	icmp = (void *)tcp;
	if (frame->length >= frame->ip_at + header_length + sizeof(*icmp)) {
		if (ip->next_proto_id == IPPROTO_ICMP) {
			icmp->icmp_type = RTE_IP_ICMP_ECHO_REPLY;
		} else {
			rte_be16_t port = tcp->src_port;

			tcp->src_port = tcp->dst_port;
			tcp->dst_port = port;
		}
	}
	if (ip->next_proto_id == IPPROTO_TCP &&
	    frame->length >= frame->ip_at + header_length + sizeof(*tcp)) {
		tcp->tcp_flags = input_byte(input);
		tcp->sent_seq = rte_cpu_to_be_32(input_byte(input));
	}
	frame_patch(input, frame);
	frame_finish(frame);
}

void
frame_error(struct input *input, const struct subject_frame *sent, struct subject_frame *frame)
{
	uint8_t kind = input_byte(input);
	uint8_t from = input_byte(input);
	const struct rte_ipv4_hdr *quoted = (const void *)(sent->bytes + sent->ip_at);
	unsigned int whole = (unsigned int)sent->length - sent->ip_at;
	unsigned int length = RTE_MIN(whole, (unsigned int)input_byte(input));
	const struct rte_ipv4_hdr ip = {
		.version_ihl = RTE_IPV4_VHL_DEF,
		.src_addr = from == 0 ? quoted->dst_addr
				      : rte_cpu_to_be_32(addresses[from % RTE_DIM(addresses)]),
		.dst_addr = quoted->src_addr,
		.next_proto_id = IPPROTO_ICMP,
		.time_to_live = 64,
	};
	const struct rte_icmp_hdr icmp = {
		.icmp_type = kind & 0xf0 ? kind >> 4 : ICMP_UNREACHABLE,
		.icmp_code = kind & 0xf,
		.icmp_seq_nb = RTE_BE16(576),
	};

	frame_begin(frame, sent->interface, RTE_BE16(RTE_ETHER_TYPE_IPV4));
	frame_append(frame, &ip, sizeof(ip));
	frame_append(frame, &icmp, sizeof(icmp));
	frame_append(frame, quoted, length);
	frame_patch(input, frame);
	frame_finish(frame);
}
