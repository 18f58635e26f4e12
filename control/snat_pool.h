/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "config/model.h"
#include "generation.h"

/*
 * The ports of a VIP that serve outbound sessions, cut into units: a host's block of
 * ports_per_host, or 8 ports on demand. Those that inbound rules touch are left out. 0 or -ENOMEM.
 */
int snat_pool_share(struct generation *generation, const struct vip *vip, struct snat_ports *ports);
