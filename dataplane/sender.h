/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "flow_key.h"
#include "snapshot.h"

/*
 * Who in the subnet that a packet came from sent it, and pays for it with ports: its source, or the
 * appliance that the source's own subnet names for the way there. 0: unknown. key->zone is a
 * subnet's.
 */
rte_be32_t sender_find(const struct snapshot *snapshot, const struct flow_key *key);
