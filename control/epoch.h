/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/snapshot.h"

/*
 * snapshot.decided_from of a new snapshot: that of the one before, its policy generation raised if
 * groups that are re-evaluated, groups' timeouts, VIPs, endpoints, subnets, their routes, or the
 * interfaces' roles and addresses differ, its route epoch if the fabric's routes do (fabric). A
 * word that stays says that every session may stay as it is, and that its packets have the same
 * owner (dataplane/owner.h).
 */
uint32_t epoch_next(const struct snapshot *before, const struct snapshot *next, bool fabric);
/* Whether a VIP of the snapshot before is no more, or of another network. */
bool epoch_loses_vip(const struct snapshot *before, const struct snapshot *next);
