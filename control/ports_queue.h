/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_mempool.h>
#include <rte_ring.h>

#include "dataplane/worker.h"

/*
 * One worker's queue of one port.
 *
 * Where a port has fewer transmit queues than there are workers, those that have none give their
 * frames to the worker that has the queue, by a ring, and it sends them when it comes to the port
 * to receive. They leave the ring when the device takes them: while it does not, the ring fills up,
 * and who has no room there drops its frames as by a full queue.
 */

struct ports_queue {
	uint16_t ethdev;
	uint16_t rx; /* PORTS_QUEUE_NONE: it receives nothing */
	uint16_t tx;
	bool shared;           /* it has that transmit queue, and sends what others give */
	bool gives;            /* another has it */
	bool segments;         /* the device sends packets that lie in several buffers */
	bool prepares;         /* something is left to the device that its driver has to prepare */
	struct rte_ring *ring; /* of that transmit queue, if `shared` or `gives` */
	const _Atomic uint64_t *retry_until; /* ports.h */
	struct rte_mempool *pool; /* of copies, where the device takes no packets in segments */
};

enum {
	PORTS_QUEUE_NONE = UINT16_MAX,
};

/* NULL and rte_errno. Of a transmit queue of so many descriptors; freed with rte_ring_free(). */
struct rte_ring *ports_queue_ring_create(uint16_t ethdev, uint16_t tx, unsigned int descriptors,
					 int socket);
/* What the worker calls; the queue stays where it is. */
struct port_queue ports_queue_interface(struct ports_queue *queue);
/* Sends some of what others have given for that queue. False: nothing is left. */
bool ports_queue_relay(uint16_t ethdev, uint16_t tx, struct rte_ring *ring);
