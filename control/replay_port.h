/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>

#include <rte_ether.h>

#include "capture.h"
#include "dataplane/worker.h"
#include "gateway.h"

/*
 * A port of a replayed gateway: a capture that comes in, a capture of what goes out, and a queue
 * for each worker. There is no device behind it; time is what replay says it is.
 */

enum {
	/* Bytes: the largest MTU of a configuration behind Ethernet and two VLAN tags. */
	REPLAY_FRAME_MAX = 9728 + RTE_ETHER_HDR_LEN + 2 * RTE_VLAN_HLEN,
};

struct replay_port {
	struct capture *in; /* NULL: nothing comes in here */
	bool more;          /* `next` is a frame that has not been given to a worker yet */
	struct capture_frame next;
	uint64_t left_out;          /* frames of more than REPLAY_FRAME_MAX, which are passed by */
	uint64_t cut;               /* frames that were cut short when they were captured */
	struct capture_writer *out; /* NULL: what goes out is not kept */
};

/* What one worker sees of one port. */
struct replay_queue {
	struct replay_port *port;
	const uint64_t *now;      /* nanoseconds, of what goes out */
	struct rte_mbuf *waiting; /* the frame that the worker will receive; NULL: none */
};

struct port_queue replay_queue_interface(struct replay_queue *queue);

/* Reads the next frame, if there is one. 0 or -errno with a sentence in error. */
int replay_port_advance(struct replay_port *port, char *error, size_t error_size);
/* Tells people what of the capture could not be replayed as it was on the wire. */
void replay_port_warn(const struct replay_port *port, const char *name, FILE *stream);
/*
 * Puts the port's next frame into the queue, where the worker's next poll finds it, and advances.
 * 0 or -errno with a sentence in error.
 */
int replay_queue_feed(struct replay_queue *queue, struct rte_mempool *pool, char *error,
		      size_t error_size);

/* So many ports: they have no hardware, and addresses are made up from their place. */
void replay_port_devices(struct port_device *devices, size_t count);
/* Closes its captures. 0, or -EIO if the one of what went out is not whole. */
int replay_port_close(struct replay_port *port);
