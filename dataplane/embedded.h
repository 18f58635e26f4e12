/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>

#include "flow.h"
#include "packet.h"

/*
 * ICMP errors about sessions: what they quote tells the session, and is translated with it (RFC
 * 5508 section 4). They neither refresh nor end it.
 */

/*
 * The key that a reply to the quoted packet would have: it is the error's own way. False: nothing
 * is quoted that a session could be found by, or the error goes to another than who it is about.
 */
bool embedded_key(const struct packet *packet, struct flow_key *key);

/*
 * Whether the error's checksum and that of the IPv4 header which it quotes are right (RFC 5508
 * REQ-3); what the quoted packet carries is not looked at. The error has a key.
 */
bool embedded_is_sound(const struct packet *packet);

/*
 * Translates the error and its quotation as the flow of that key does; all checksums, the quoted
 * ones included, incrementally. The time to live is at least 2.
 */
void embedded_rewrite(const struct packet *packet, const struct flow *flow);
