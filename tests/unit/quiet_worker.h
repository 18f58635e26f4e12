/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dataplane/worker.h"
#include "eal.h"

/* A worker with no port and no traffic, for what works on its sessions alone. */

enum {
	OUT = 0, /* interfaces */
	IN = 1,
	INSIDE = 1, /* the zone of IN */
};

static const struct snapshot_interface quiet_interfaces[] = {
	[OUT] = { .present = true, .zone = ZONE_FABRIC, .mtu = 1500 },
	[IN] = { .present = true, .zone = INSIDE, .mtu = 1500 },
};
static const struct snapshot quiet_snapshot = {
	.decided_from = 77,
	.interfaces = quiet_interfaces,
	.interface_count = 2,
};

/* start: seconds */
static inline int
quiet_set_up(void **state, uint32_t capacity, uint32_t start)
{
	const struct worker_options options = {
		.workers = 1,
		.flow_capacity = capacity,
		.fragment_capacity = 16,
		.now = start * 1000000000ULL,
		.seed = 1,
		.socket = SOCKET_ID_ANY,
	};
	struct worker *worker = worker_create(&options);

	if (worker == NULL)
		return 1;
	worker->snapshot = &quiet_snapshot;
	*state = worker;
	return 0;
}

static inline int
quiet_tear_down(void **state)
{
	worker_free(*state);
	return 0;
}
