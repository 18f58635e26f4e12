/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

#include "config/model.h"
#include "ports.h"

/*
 * Lets in what the interfaces on a port that runs want of the link: frames to their MAC addresses,
 * and to groups where Linux has a part in one (its tap): routing daemons speak to each other so.
 */
void ports_filter_set(struct ports_device *device, const struct model *model, uint32_t port);

/* Some interface on the port has a VLAN. */
bool ports_filter_vlan_wanted(const struct model *model, uint32_t port);
