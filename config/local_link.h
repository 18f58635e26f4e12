/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "model.h"

/* The links of an interface: the networks of its addresses. */

/* All addresses of the interface could be read: what is not on its links is known. */
bool local_link_is_known(const struct interface *interface);
bool local_link_contains(const struct interface *interface, const struct ip_address *address);
bool local_link_is_own_address(const struct interface *interface, const struct ip_address *address);
/* The network's or the broadcast address of a link that has them (RFC 3021: not of /31, /32). */
bool local_link_is_edge(const struct interface *interface, const struct ip_address *address);
