/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <rte_ring.h>

#include "bucket.h"
#include "command.h"
#include "packet.h"

struct worker;

/*
 * What Linux gets of the gateway's own traffic, where an interface has a tap: what is for the
 * gateway's addresses and no ping, ARP answers, LLDP, DHCP's broadcasts, and what routing daemons
 * send to all on the link. A worker gives the frame to the control thread by a ring, and that
 * writes it to the tap; what the kernel sends comes back by a command.
 *
 * There are two classes, each with a ring and a rate (gateway.kernel_rate) of its own, so that a
 * flood of anything else does not keep routing daemons from hearing their neighbours.
 */

enum kernel_class {
	KERNEL_ROUTING, /* BGP and BFD of neighbours on the link, and ARP, which they stand on */
	KERNEL_OTHER,
	KERNEL_CLASSES,
};

enum {
	KERNEL_RING_SIZE = 512, /* a power of two; holds one less */
};

struct kernel_frame {
	struct rte_mbuf *mbuf; /* the frame as it came, with the interface's VLAN tag */
	uint16_t interface;
};

struct kernel {
	struct rte_ring *rings[KERNEL_CLASSES]; /* of struct kernel_frame */
	struct bucket buckets[KERNEL_CLASSES];
};

/* 0 or -errno. The worker's number makes the rings' names unique in the process. */
int kernel_init(struct kernel *kernel, uint16_t worker, int socket);
/* Frees the frames that nobody took. */
void kernel_release(struct kernel *kernel);

/* The interface has a tap, and the packet, which would be dropped for that reason, is for it. */
bool kernel_wants(const struct worker *worker, const struct packet *packet,
		  enum drop_reason reason);
/* Gives it to the control thread, or drops it: too many come. Takes the mbuf. */
void kernel_give(struct worker *worker, const struct packet *packet);
/* Sends a frame of the kernel's as it is, with the interface's VLAN tag. Takes the mbuf. */
void kernel_send(struct worker *worker, const struct command_frame *frame);
