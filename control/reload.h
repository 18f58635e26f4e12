/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>

#include "gateway.h"

/*
 * SIGHUP: the configuration is read again and, when it is good as a whole, published. What happened
 * is told on stderr. Requests that come while one is under way become one more.
 */

struct reload {
	struct gateway *gateway;
	const char *file;
	bool requested;
	bool forced;     /* what was requested may end sessions whose ports it takes */
	bool publishing; /* not all workers use the new snapshot yet */
};

void reload_request(struct reload *reload);
/* SIGUSR1: the same, and sessions whose ports an inbound rule takes end. */
void reload_force(struct reload *reload);
/* Goes on with what was requested, as far as that goes without waiting. */
void reload_tick(struct reload *reload);
