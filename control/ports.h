/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_ethdev.h>
#include <rte_mempool.h>

#include "config/model.h"
#include "gateway.h"
#include "offloads.h"
#include "ports_queue.h"

/*
 * The ports of a running gateway: one ethdev for each port of the model, with a receive and a
 * transmit queue for each worker. A worker for which a port has no receive queue receives nothing
 * there; one for which it has no transmit queue sends by that of another (ports_queue.h). The
 * structure stays where it is while the ports are open.
 */

struct ports_device {
	uint16_t ethdev;
	uint16_t rx_queues;
	uint16_t tx_queues;                  /* one for each worker, or as many as there are */
	struct rte_ring *rings[WORKERS_MAX]; /* by transmit queue; NULL: it has one worker */
	uint16_t rx_descriptors;
	uint16_t tx_descriptors;
	struct offloads offloads; /* that are in use */
	bool promiscuous; /* takes frames to any MAC address: the driver has no filter for more */
	bool multicast;   /* takes frames to any group, as Linux has a part in an interface */
	struct rte_ether_addr mac;
	const char *driver;
};

struct ports {
	unsigned int count;
	unsigned int workers;
	struct ports_device devices[PORTS_MAX]; /* by index in the model */
	struct port_device known[PORTS_MAX];    /* the same, as gateway_create() takes them */
	struct ports_queue (*handles)[PORTS_MAX];
	struct port_queue (*queues)[PORTS_MAX]; /* [worker][port]: what workers call */
	/*
	 * A transmit queue that is full is tried again until then, on the TSC. Written by the
	 * control thread at the end, read by workers; 0: frames that it does not take are dropped.
	 */
	_Atomic uint64_t retry_until;
};

/*
 * Configures and starts the model's ports, packets of which come from the pool. 0, or -errno with a
 * sentence in error. NULL-safe to close after a failure.
 */
int ports_open(struct ports *ports, const struct model *model, struct rte_mempool *pool,
	       char *error, size_t error_size);
/* Stops and closes the ports, so that drivers write what they have. The workers have stopped. */
void ports_close(struct ports *ports);

/* From now on for so long, no frame is dropped because a transmit queue is full. */
void ports_retry(struct ports *ports, unsigned int milliseconds);
/*
 * Waits until the devices have sent what is in their transmit queues, and what workers gave to
 * others to send, but no longer than that. The workers have stopped.
 */
void ports_wait_sent(const struct ports *ports, unsigned int milliseconds);
