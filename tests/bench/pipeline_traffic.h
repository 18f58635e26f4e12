/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rte_ip.h>
#include <rte_mbuf.h>

#include "dataplane/worker.h"
#include "pipeline_config.h"

/*
 * Packets without a driver: a few thousand mbufs that go round and round. Each time their headers
 * are restored from the next of a streamed array of tuples, one burst ahead, as a NIC would have
 * written them before they are asked for. Frames are 64 bytes, or an IMIX; packets TCP, UDP, or
 * both mixed at random. Making the traffic ends with a fence, so that whoever comes next does not
 * pay for its stores.
 */

enum {
	TRAFFIC_MBUFS = 2048,
	TRAFFIC_STREAM = 1 << 21, /* packets */
	TRAFFIC_BURST = BURST,
};

/* What differs from packet to packet: bytes 8 to 23 of the IPv4 header and of the ports. */
struct tuple {
	uint8_t time_to_live;
	uint8_t protocol;
	rte_be16_t checksum;
	rte_be32_t source;
	rte_be32_t destination;
	rte_be16_t source_port;
	rte_be16_t destination_port;
};

_Static_assert(sizeof(struct tuple) == 16, "it is copied at once");

/* What it is like, the addresses apart. */
struct traffic_kind {
	bool imix;        /* seven frames of 64 bytes, four of 594, one of 1518, and so on */
	uint8_t protocol; /* IPPROTO_TCP, IPPROTO_UDP; 0: each for half of the packets */
};

struct traffic {
	struct traffic_kind kind;
	const struct pipeline_config *config;
	struct rte_mempool *pool;
	struct rte_mbuf *mbufs[TRAFFIC_MBUFS];
	char *frames[TRAFFIC_MBUFS]; /* where the frame of each begins */
	uint16_t lengths[TRAFFIC_MBUFS];
	struct tuple *stream;
	uint32_t length; /* of the stream: TRAFFIC_STREAM, or less for a while; whole bursts */
	uint16_t port;   /* that receives; the others are silent */
	uint32_t next_mbuf;
	uint32_t next_tuple;
	int64_t away;           /* packets that were received and have not been sent */
	bool by_others;         /* that is by other queues, and nothing is dropped */
	struct tuple *captured; /* what was sent, in order, unless NULL */
	uint64_t sent;
};

/* A worker's link to one of its ports. */
struct traffic_queue {
	struct traffic *traffic;
	uint16_t port;
};

/* kind and config are set. 0 or -1. The mbufs come from that pool. */
int traffic_open(struct traffic *traffic, struct rte_mempool *pool);
void traffic_close(struct traffic *traffic);
struct port_queue traffic_queue_interface(struct traffic_queue *queue);

/*
 * The stream has changed, or comes from another port now: starts from its beginning. All TCP
 * segments have these flags (RTE_TCP_*_FLAG).
 */
void traffic_begin(struct traffic *traffic, uint16_t port, uint8_t tcp_flags);
/* Exactly what a row does that has no worker: receives a burst, or sends one. */
void traffic_receive(struct traffic *traffic, struct rte_mbuf **mbufs);
void traffic_send(struct traffic *traffic, struct rte_mbuf **mbufs, unsigned int n);

/* A packet of the fabric from anywhere to one of the prefixes. */
struct tuple tuple_of_transit(const struct traffic *traffic, uint64_t *random);
/* A host's packet to the Internet. */
struct tuple tuple_of_call(const struct traffic *traffic, uint64_t *random);
/* The answer to a packet that was sent like this. */
struct tuple tuple_of_reply(const struct tuple *sent);

/* Fills the stream from n tuples. 0 or -1: out of memory. */
typedef int stream_fill_fn(struct traffic *traffic, const struct tuple *tuples, uint32_t n);

stream_fill_fn stream_fill_all;     /* in turn */
stream_fill_fn stream_fill_uniform; /* at random, with the same chance for each */
stream_fill_fn stream_fill_zipf;    /* at random, the k-th with a chance that goes with 1/k */
