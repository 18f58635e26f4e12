/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

struct flow;
struct worker;

/*
 * Tells both ends of an open connection that its session is over (semantics.md sections 4 and 9).
 * Each gets a RST as if the other had sent it, translated, with the sequence number that it expects
 * exactly (RFC 5961 section 3): the last one that it acknowledged itself.
 */
void reset_send(struct worker *worker, const struct flow *flow, const struct flow *twin);
