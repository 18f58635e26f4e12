/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

#include <rte_byteorder.h>

#include "flow_key.h"

/*
 * New identifications for packets that are translated and come, or go on, in fragments: two hosts
 * behind one address may else use the same, and their fragments would be put together (RFC 6864
 * section 5.3; semantics.md section 5).
 *
 * There is a counter for each hash of protocol and *peer*, which is the address that translation
 * leaves as it is: none repeats towards one destination before 65536 packets have been sent. What
 * has no such address, a call from a VIP to a VIP, shares a counter. Workers share none: each takes
 * the numbers that leave its own rest when they are divided by how many workers there are. A secret
 * permutation keeps outsiders from guessing the next one (RFC 6274 section 3.5.2.1).
 */

enum {
	IP_ID_COUNTERS = 4096,
	IP_ID_PEER_NONE = 0,
};

struct ip_ids {
	uint16_t first;  /* number of the worker */
	uint16_t step;   /* how many workers there are */
	uint32_t secret; /* all workers have the same */
	uint16_t counters[IP_ID_COUNTERS];
};

void ip_ids_init(struct ip_ids *ids, uint16_t worker, uint16_t workers, uint32_t secret);
rte_be16_t ip_id_next(struct ip_ids *ids, rte_be32_t peer, uint8_t protocol);

/* to_vip: whether the packet of that key is to a VIP. */
static inline rte_be32_t
ip_id_peer(const struct flow_key *key, bool to_vip)
{
	if (key->zone == ZONE_FABRIC)
		return key->source;
	return to_vip ? (rte_be32_t)IP_ID_PEER_NONE : key->destination;
}
