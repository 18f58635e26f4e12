/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

#include <rte_mbuf.h>

#include "control/packet_frame.h"
#include "dataplane/worker.h"

/*
 * The links of a gateway whose instructions are counted: one worker receives a row's frames by one
 * port, and what leaves is written down. These functions' own instructions are left out.
 */

enum {
	PACKETS = 1024, /* of a row */
	WAN = 0,        /* index of the port */
	LAN = 1,
	PORTS = 2,
};

struct frame {
	uint8_t bytes[PACKET_FRAME_MAX] __rte_aligned(PACKET_FRAME_ALIGNMENT);
	uint16_t length;
};

struct traffic {
	struct rte_mempool *pool;
	uint16_t port; /* that receives, for the worker */
	uint16_t worker;
	const struct frame *next;
	unsigned int waiting;
	struct packet_text sent[PACKETS]; /* as it left for the fabric */
	unsigned int sent_count;          /* that left anywhere */
};

/* A worker's end of a port. */
struct link {
	struct traffic *traffic;
	uint16_t port;
	uint16_t worker;
};

struct port_queue link_queue(struct link *link);
