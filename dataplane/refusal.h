/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

struct packet;
struct worker;

/*
 * Tells who sent a packet to the gateway itself that nobody waits for it there, as any host does: a
 * TCP segment is reset, other protocols get an ICMP error (RFC 1122 sections 3.2.2.1 and 4.1.3.1).
 * Nothing is sent about what is damaged, in fragments, ICMP, from or to a group, or over the rate
 * of ICMP errors. The packet stays the caller's.
 */
void refusal_send(struct worker *worker, const struct packet *packet);
