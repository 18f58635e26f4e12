/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

#include "flow_key.h"
#include "snapshot.h"

/*
 * Which worker owns a packet: a pure function of the snapshot and the packet's key, by which both
 * directions of a session come to the same worker, whatever is translated. Of an ICMP error the key
 * is that of what it quotes, reversed.
 */

enum {
	OWNER_ANY = UINT16_MAX, /* no session can have it: whichever worker has it keeps it */
};

/*
 * Nearly always the two are the same. Where it can not be seen from a packet whether it is the
 * answer to a session that another worker made, that worker is asked first; if it has no session,
 * the packet is for the one where it is at home, and first packets are decided there.
 */
struct owner {
	uint16_t first;
	uint16_t home;
};

/*
 * Who draws that port of the VIP, host order; OWNER_ANY: nobody, it serves no outbound sessions.
 */
uint16_t owner_of_port(const struct snapshot *snapshot, const struct snapshot_vip *vip,
		       uint16_t port);
struct owner owner_find(const struct snapshot *snapshot, const struct flow_key *key);
/* Of a fragment whose ports are not known: where they are found out. key: without ports. */
uint16_t owner_of_fragments(const struct snapshot *snapshot, const struct flow_key *key,
			    rte_be16_t id);
