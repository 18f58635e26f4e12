/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "worker.h"

/* What a packet may come to in the last stage; all but apply_check() make an end of it. */

/* By what the stages before have found out. Not for a fragment. */
void apply_packet(struct worker *worker, struct packet *packet, const struct decision *decisions);
/* A fragment, and those that waited for it. */
void apply_fragment(struct worker *worker, struct packet *packet, const struct decision *decisions);
/* For that reason; some senders are told. */
void apply_drop(struct worker *worker, struct packet *packet, enum drop_reason reason);
/* It has no session here: dropped for that reason, unless it is at home elsewhere. */
void apply_unfound(struct worker *worker, struct packet *packet, enum drop_reason reason);
/* To the gateway itself. */
void apply_local(struct worker *worker, struct packet *packet);

/* Whether the packet may go on to a link of that MTU; else it has been answered and dropped. */
bool apply_check(struct worker *worker, struct packet *packet, uint16_t mtu);
/* Whether it may leave as its session does: flow.egress of it; else it has come to its end. */
bool apply_way(struct worker *worker, struct packet *packet, uint32_t egress);
/* Lowers what a SYN that leaves to there tells as maximum segment size (clamp.h). */
void apply_clamp(const struct worker *worker, const struct packet *packet, uint32_t adjacency);
/* Gives a packet of the flow that leaves in fragments an identification of its own (RFC 6864). */
void apply_identify(struct worker *worker, struct packet *packet, const struct flow *flow);
/* A packet of a session: packet.flow. */
void apply_session(struct worker *worker, struct packet *packet);
/*
 * A packet for which there was no session (apply_first.c). decision: what its burst was told; NULL:
 * nothing, as there was a session then, or as it seemed unable to open one.
 */
void apply_first(struct worker *worker, struct packet *packet, const struct decision *decision);

/* Sessions have ended: those of packets behind that one of the burst may be among them. */
void apply_look_again(struct worker *worker, unsigned int behind);

/*
 * apply_stateless.c. Each returns whether the packet has come to its end.
 *
 * A packet to a VIP, of which that was decided, has no session and can have none.
 */
bool apply_stateless(struct worker *worker, struct packet *packet, const struct decision *decision);
/* A packet from a subnet, of no session, may be a backend's answer to such a one. */
bool apply_stateless_reply(struct worker *worker, struct packet *packet);
/* There may be connections that are served so: they have not been idle for too long. */
bool apply_is_stateless(const struct worker *worker);
