/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

struct flow;
struct packet;
struct worker;

/* Segments of TCP that the gateway makes: RSTs. */

/*
 * Tells both ends of an open connection that its session is over (semantics.md sections 4 and 9).
 * Each gets a RST as if the other had sent it, translated, with the sequence number that it expects
 * exactly (RFC 5961 section 3): the last one that it acknowledged itself.
 */
void reset_send(struct worker *worker, const struct flow *flow, const struct flow *twin);
/*
 * Answers a segment for the gateway itself, which listens nowhere (RFC 9293 section 3.10.7.1), back
 * to where the frame came from and within the rate of ICMP errors. The packet, which has a whole
 * TCP header, stays the caller's.
 */
void reset_refuse(struct worker *worker, const struct packet *packet);
