/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <poll.h>

#include "gateway.h"
#include "tap.h"

/*
 * The taps of a gateway's interfaces, and the control thread's part of what goes through them:
 * frames that workers give, those of routing daemons first, and frames that the kernel sends, which
 * a worker sends on (dataplane/kernel.h). A turn is bounded in both directions.
 */

enum {
	TAPS_MAX = 64,
};

/* Frames. */
struct taps_counters {
	uint64_t given;   /* to the kernel */
	uint64_t refused; /* by the kernel: its device is down, or its queue full */
	uint64_t sent;    /* by the kernel */
	uint64_t lost;    /* of the kernel's: of IPv6, or there was no buffer */
};

struct taps {
	struct gateway *gateway;
	struct rte_mempool *pool;
	uint64_t generation; /* of the snapshot that they were set from */
	unsigned int count;
	struct tap items[TAPS_MAX];
	uint16_t interfaces[TAPS_MAX]; /* ids, of the items */
	struct taps_counters counters;
};

/* Makes the taps of the gateway's model. 0, or -errno with a sentence in error. */
int taps_open(struct taps *taps, struct gateway *gateway, struct rte_mempool *pool, char *error,
	      size_t error_size);
void taps_close(struct taps *taps);

/* A turn: sets what a reload changed, and moves frames. Returns how many. */
unsigned int taps_tick(struct taps *taps);
/* What to wait for until the next turn: the taps' descriptors, written to the array. Their number.
 */
unsigned int taps_poll(const struct taps *taps, struct pollfd fds[TAPS_MAX]);
