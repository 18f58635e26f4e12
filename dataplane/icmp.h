/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>

#include "icmp_message.h"
#include "packet.h"

struct worker;

/* What the gateway itself says with ICMP (RFC 792, RFC 1812 section 4.3). */

/*
 * One sent the packet to one: neither end is a group, or nobody (RFC 1122 section 3.2.2). link: of
 * the interface that received it.
 */
bool icmp_is_unicast(const struct packet *packet, const struct snapshot_interface *link);

/* Turns an echo request into its reply, in place, and sends it back to where it came from. */
void icmp_echo_reply(struct worker *worker, struct packet *packet);

/*
 * Tells the sender of a packet why it is not forwarded, from the address of the interface that
 * received it, to where the frame came from. Nothing is sent about ICMP errors, fragments but the
 * first, broadcasts, or over the rate. The packet itself stays the caller's. mtu: of code
 * "fragmentation needed", else 0.
 */
void icmp_error(struct worker *worker, const struct packet *packet, uint8_t type, uint8_t code,
		uint16_t mtu);

/*
 * The same about a packet for the gateway itself: type "unreachable", from the address that it is
 * for, as any host's.
 */
void icmp_refuse(struct worker *worker, const struct packet *packet, uint8_t code);

/* The same as icmp_error() about what stands at that byte of the IPv4 header (RFC 792, RFC 1812
 * section 4.3.3.5).
 */
void icmp_parameter_problem(struct worker *worker, const struct packet *packet, uint8_t pointer);

/* Whether one more passes now: of ICMP errors, and of the resets that stand in for them. */
bool icmp_rate_pass(struct worker *worker);

/*
 * As icmp_message_make(), within the worker's rate, and counted as sent, or as suppressed where
 * there is none.
 */
struct rte_mbuf *icmp_originate(struct worker *worker, const struct icmp_subject *subject,
				const struct snapshot_interface *link,
				const struct rte_ether_addr *to, rte_be32_t from,
				const struct rte_icmp_hdr *icmp);
