/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "fragment_table.h"
#include "packet.h"

/* A packet that is a fragment, as the fragment table knows it. */

struct fragment_key fragment_key_of(const struct packet *packet);

/*
 * Which part of its packet it is; or why no packet has such a part (RFC 791 section 3.2), or none
 * that an honest host sends (RFC 1858, RFC 3128).
 */
enum drop_reason fragment_read(const struct packet *packet, struct fragment_extent *extent);

/* What a first fragment, whose transport header has been read, tells the others... */
struct fragment_facts fragment_facts_of(const struct packet *packet);
/* ...and what they are then: packets with ports. */
void fragment_learn(struct packet *packet, const struct fragment_facts *facts);
