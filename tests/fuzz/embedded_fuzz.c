/* SPDX-License-Identifier: BSD-3-Clause */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include <rte_icmp.h>

#include "frame.h"

/*
 * ICMP errors about packets of sessions, whatever they quote: one that is sent on has right
 * checksums, names him whom it is sent to as the quoted packet's sender, and leaves a right or a
 * wrong quoted checksum as it was; and no session comes or goes by it.
 *
 * An input is a sequence of errors: which of the packets that left it is about, then frame_error().
 */

enum {
	ERRORS_MAX = 32,
	PACKET_BYTES = 8,
};

/* What frame_make() makes packets of: each opens a session, and is answered. */
static const uint8_t openings[][PACKET_BYTES] = {
	/* interface, source, destination, protocol, shape, ports, kind */
	{ 2, 0, 8, 0, 0, 9, 0, 2 },  /* 10.0.1.4 to the Internet, TCP */
	{ 2, 0, 9, 1, 0, 9, 1, 1 },  /* over the narrow link, UDP */
	{ 2, 1, 8, 2, 0, 9, 9, 0 },  /* a ping */
	{ 4, 4, 8, 0, 1, 10, 0, 2 }, /* the appliance, with IPv4 options */
	{ 0, 8, 6, 0, 0, 9, 0, 2 },  /* to a VIP, TCP */
	{ 0, 9, 6, 1, 0, 9, 1, 0 },  /* to another port than the VIP's, UDP without a checksum */
	{ 2, 1, 7, 0, 0, 10, 0, 2 }, /* from VIP to VIP */
	{ 2, 0, 4, 3, 0, 0, 0, 0 },  /* inside, ESP */
};

struct packets {
	unsigned int count;
	struct subject_frame items[SUBJECT_SENT_MAX];
};

static void
packets_open(struct subject *subject, struct packets *packets)
{
	static const uint8_t syn_ack[] = { 0x12 };
	struct subject_frame frame;

	for (unsigned int i = 0; i < RTE_DIM(openings); i++) {
		struct input opening = { openings[i], PACKET_BYTES };
		struct input answer = { syn_ack, sizeof(syn_ack) };

		frame_make(&opening, &frame);
		subject_put(subject, subject_interfaces[frame.interface].port, frame.bytes,
			    frame.length, 0);
		subject_run(subject);
		frame_answer(&answer, subject_sent(subject, 0), &frame);
		subject_put(subject, subject_interfaces[frame.interface].port, frame.bytes,
			    frame.length, 0);
		subject_run(subject);
	}
	packets->count = subject_sent_count(subject);
	require(packets->count == 2 * RTE_DIM(openings));
	for (unsigned int i = 0; i < packets->count; i++)
		packets->items[i] = *subject_sent(subject, i);
}

/* Still an error, whatever the input made of it; about errors there are no others. */
static bool
is_error(const struct subject_frame *frame)
{
	const struct rte_ipv4_hdr *ip = (const void *)(frame->bytes + frame->ip_at);
	const struct rte_icmp_hdr *icmp = (const void *)(ip + 1);

	return ip->version_ihl == RTE_IPV4_VHL_DEF && ip->next_proto_id == IPPROTO_ICMP &&
	       (icmp->icmp_type == 3 || icmp->icmp_type == 11 || icmp->icmp_type == 12);
}

/* The quoted header is whole and its checksum right. */
static bool
is_quote_right(const struct subject_frame *frame)
{
	const struct rte_ipv4_hdr *ip = (const void *)(frame->bytes + frame->ip_at);
	size_t at = frame->ip_at + rte_ipv4_hdr_len(ip) + sizeof(struct rte_icmp_hdr);
	const struct rte_ipv4_hdr *quoted = (const void *)(frame->bytes + at);

	return at + sizeof(*quoted) <= frame->length && rte_ipv4_hdr_len(quoted) >= 20 &&
	       at + rte_ipv4_hdr_len(quoted) <= frame->length &&
	       rte_raw_cksum(quoted, rte_ipv4_hdr_len(quoted)) == UINT16_MAX;
}

static void
error_check(const struct subject_frame *error, const struct subject_frame *sent)
{
	const struct rte_ipv4_hdr *ip = (const void *)(sent->bytes + sent->ip_at);
	const struct rte_icmp_hdr *icmp =
		(const void *)((const uint8_t *)ip + rte_ipv4_hdr_len(ip));
	const struct rte_ipv4_hdr *quoted = (const void *)(icmp + 1);
	size_t length = (size_t)sent->length - sent->ip_at - rte_ipv4_hdr_len(ip);

	require(sent->ip_at != 0 && ip->next_proto_id == IPPROTO_ICMP);
	require(length >= sizeof(*icmp) && rte_raw_cksum(icmp, length) == UINT16_MAX);
	/* What only passes by is the fabric's own business. */
	if (subject_interfaces[error->interface].fabric &&
	    subject_interfaces[sent->interface].fabric)
		return;
	require(length >= sizeof(*icmp) + sizeof(*quoted));
	require(quoted->src_addr == ip->dst_addr);
	require(is_quote_right(error) == is_quote_right(sent));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct subject *subject;
	static struct packets packets;
	struct input input = { data, size };
	struct subject_frame error;

	if (subject == NULL)
		subject = subject_create();
	packets_open(subject, &packets);
	for (unsigned int i = 0; i < ERRORS_MAX && input.left > 0; i++) {
		unsigned int before = subject_sent_count(subject);

		frame_error(&input, &packets.items[input_byte(&input) % packets.count], &error);
		subject_put(subject, subject_interfaces[error.interface].port, error.bytes,
			    error.length, 0);
		subject_run(subject);
		if (is_error(&error) && subject_sent_count(subject) != before)
			error_check(&error, subject_sent(subject, 0));
	}
	subject_rest(subject);
	return 0;
}
