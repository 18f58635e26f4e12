/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_mbuf.h>
#include <rte_ring_elem.h>

#include "snapshot.h"

/*
 * The rings between the control thread and each worker, in DPDK's shared memory: commands to the
 * worker, events from it. Both carry values of a fixed size, one producer, one consumer.
 */

enum command_type {
	COMMAND_SNAPSHOT, /* use this snapshot from the next burst on, and acknowledge it */
	COMMAND_NEIGHBOR, /* a neighbour's MAC address became known, changed, or was given up */
	/*
	 * Ask who has this address: everybody, or if it is reachable, that MAC address alone. One
	 * of the gateway's own is announced.
	 */
	COMMAND_ARP_REQUEST,
	COMMAND_SEND,  /* send this packet to a neighbour */
	COMMAND_FRAME, /* send this frame of the kernel's */
};

struct command_neighbor {
	uint16_t interface;
	uint8_t reachable; /* 0: it does not answer */
	struct rte_ether_addr mac;
	rte_be32_t address;
};

struct command_send {
	struct rte_mbuf *mbuf; /* begins at a whole IPv4 header; the worker's from now on */
	uint16_t interface;
	rte_be32_t address; /* of the neighbour */
};

struct command_frame {
	struct rte_mbuf *mbuf; /* Ethernet, without a VLAN tag; the worker's from now on */
	uint16_t interface;
};

struct command {
	uint32_t type; /* enum command_type */
	union {
		const struct snapshot *snapshot;
		struct command_neighbor neighbor; /* also of COMMAND_ARP_REQUEST */
		struct command_send send;
		struct command_frame frame;
	};
};

enum event_type {
	EVENT_RESOLVE, /* packets wait for this neighbour's MAC address */
	EVENT_LEARNED, /* an ARP packet for the gateway told a neighbour's MAC address */
	EVENT_ANSWER,  /* `address` sent the load balancer a TCP packet */
};

struct probe_answer {
	rte_be16_t source_port;
	rte_be16_t destination_port;
	uint32_t sequence; /* host order */
	uint32_t acknowledgement;
	uint16_t length; /* bytes of data */
	uint8_t flags;   /* RTE_TCP_*_FLAG */
	char data[13];   /* its beginning: "HTTP/1.1 200 " */
};

struct event {
	uint32_t type; /* enum event_type */
	uint16_t interface;
	struct rte_ether_addr mac; /* of EVENT_LEARNED */
	rte_be32_t address;
	struct probe_answer answer; /* of EVENT_ANSWER */
};

enum {
	COMMAND_RING_SIZE = 1024, /* a power of two; holds one less */
	EVENT_RING_SIZE = 1024,
};

/* NULL and rte_errno. Freed with rte_ring_free(). The names are unique in the process. */
struct rte_ring *command_ring_create(const char *name, int socket);
struct rte_ring *event_ring_create(const char *name, int socket);

/*
 * Gives all n workers' rings the same commands, or none of them any: 0 or -ENOBUFS. Called by the
 * control thread, the rings' only producer.
 */
int command_broadcast(struct rte_ring *const *rings, unsigned int n, const struct command *commands,
		      unsigned int count);

/*
 * The same in two steps, with work in between whose result must not be lost to a full ring: 0 or
 * -ENOBUFS. command_commit() follows, with as many commands as there is room for, or none.
 */
int command_reserve(struct rte_ring *const *rings, unsigned int n, unsigned int count);
void command_commit(struct rte_ring *const *rings, unsigned int n, const struct command *commands,
		    unsigned int count);
