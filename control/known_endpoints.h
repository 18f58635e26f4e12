/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dataplane/endpoint.h"

/*
 * The endpoints of a generation's inbound rules, and those of earlier ones that sessions may still
 * answer from: what a worker takes a packet for must not change before its session has ended. A
 * session ends within its idle time unless a packet finds that its rule has changed, which gives it
 * the rule's drain time at most. So long an endpoint is kept that is no longer anybody's.
 */

struct known_endpoint {
	struct endpoint endpoint;
	uint32_t lifetime; /* seconds: what a session of it may last once the rule is gone */
	uint64_t until;    /* nanoseconds on the gateway's clock; of one whose rule is gone */
};

/* All zero: there are none. */
struct known_endpoints {
	struct known_endpoint *items;
	size_t count;
	size_t capacity;
};

/* 0 or -ENOMEM. */
int known_endpoints_add(struct known_endpoints *known, const struct known_endpoint *endpoint);
/* Adds those of before that are gone and still needed now. 0 or -ENOMEM. */
int known_endpoints_keep(struct known_endpoints *known, const struct known_endpoints *before,
			 uint64_t now);
void known_endpoints_clear(struct known_endpoints *known);
