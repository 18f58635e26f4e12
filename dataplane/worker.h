/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>
#include <rte_ring.h>

#include "counters.h"
#include "decide.h"
#include "first_share.h"
#include "fragment_table.h"
#include "handoff.h"
#include "ip_id.h"
#include "kernel.h"
#include "neighbor.h"
#include "packet.h"
#include "session.h"
#include "snapshot.h"
#include "snat.h"
#include "standing.h"

/*
 * A worker: polls its queue of every port and takes each burst through the stages, in this order:
 *
 *     parse -> fabric routes -> fragments -> seek sessions -> pass what is plain ->
 *     find the rest's sessions -> decide the first packets -> apply, in order
 *
 * A packet that another worker owns leaves for it when it has been looked for here (owner.h,
 * handoff.h).
 *
 * No locks, system calls, allocation or logging here; every table is bounded. Whoever calls
 * worker_poll() owns the worker; only `acknowledged` and the counters are read by others.
 */

enum {
	BURST = 32,
	TRANSMIT_BURST = 62, /* so that a port's are 512 bytes: they are found for every packet */
	WORKERS_MAX = 64,
};

_Static_assert(WORKERS_MAX <= 64, "there are as many bits in handoff_batch.receivers");
_Static_assert((int)DECIDE_BURST >= (int)BURST, "a burst's first packets are decided at once");

/* A worker's queue of one port: a real one, or replay's. */
struct port_queue {
	/* Of 0 packets it takes none, but does what the worker has to do there for others. */
	uint16_t (*receive)(void *context, struct rte_mbuf **mbufs, uint16_t n);
	/* Takes the first packets of the array and returns how many. */
	uint16_t (*transmit)(void *context, struct rte_mbuf **mbufs, uint16_t n);
	void *context;
};

struct transmit_buffer {
	uint64_t bytes; /* of all frames in it */
	uint16_t count;
	struct rte_mbuf *mbufs[TRANSMIT_BURST];
};

_Static_assert(sizeof(struct transmit_buffer) == 512, "found by a shift");

/* Is told of each packet that was decided; NULL in production. */
struct worker_observer {
	void (*decided)(void *context, const struct packet *packet,
			const struct decision *decision);
	void *context;
};

struct worker_options {
	uint16_t id;
	uint16_t workers; /* how many there are */
	uint16_t port_count;
	const struct port_queue *queues; /* by port index; copied */
	struct rte_mempool *pool;        /* for packets that the gateway makes */
	uint32_t flow_capacity;          /* sessions */
	uint32_t fragment_capacity;      /* packets that are awaited in fragments */
	uint64_t seed;                   /* of the choice of ports and of hashes */
	uint64_t now;                    /* nanoseconds, on the clock of worker_poll() */
	uint64_t (*cycles)(void);        /* NULL: first packets' share is not limited */
	int socket;
};

struct worker {
	/* Read by the control thread: the generation of the last snapshot that was taken. */
	_Atomic uint64_t acknowledged;

	const struct snapshot *snapshot; /* NULL before the first command */
	uint64_t now;                    /* nanoseconds */
	uint32_t now_seconds;
	uint16_t id;
	uint16_t port_count;
	bool behind; /* after a round in which nothing was received: more is due */
	struct rte_mempool *pool;
	struct rte_ring *commands; /* made by worker_create(), fed by the control thread */
	struct rte_ring *events;   /* made by worker_create(), drained by the control thread */
	/* By worker, its own among them: what is handed over to it. NULL: it is the only one. */
	struct rte_ring *handoffs[WORKERS_MAX];
	struct handoff_batch handoff_batch;
	struct worker_observer observer;
	struct standing standing;

	struct session_table sessions;
	struct neighbor_table neighbors;
	struct snat snat;
	struct first_share first_share;
	struct fragment_table fragments;
	struct ip_ids ip_ids;
	uint32_t *next_hop_adjacency; /* by the snapshot's next hop id */
	uint32_t next_hop_count;      /* ids that are mapped already */
	struct bucket icmp;           /* of ICMP errors */
	struct kernel kernel;

	struct port_queue queues[PORTS_MAX];
	struct transmit_buffer transmit[PORTS_MAX];
	struct counters counters;
	uint32_t burst_kinds; /* enum packet_kind: all that are in the burst */
	/* A bit for each packet of the burst, the lowest for the first. */
	uint32_t burst_plain;  /* it is as packet_plain.h says */
	uint32_t burst_wanted; /* its session is looked for */
	uint32_t burst_named;  /* ... and may be packet.flow's or behind it; there is no other */
	uint32_t burst_known;  /* ... and found, and has not ended since */
	uint32_t burst_first;  /* there is none */
	uint32_t burst_done;   /* it was passed on, or dropped for want of a share */
	struct packet burst[BURST];
};

enum {
	NEXT_HOPS_MAX = 16384, /* ids of the fabric's next hops, in the life of a process */
};

/* NULL and rte_errno. The control thread makes and frees workers while they do not run. */
struct worker *worker_create(const struct worker_options *options);
/* Frees the packets that it holds, counted as DROP_worker_stopped. */
void worker_free(struct worker *worker);
/* All workers of a gateway, before any of them runs: they can hand packets over then. */
void worker_connect(struct worker *const *workers, uint16_t count);
size_t worker_bytes(const struct worker *worker);

/*
 * One round: commands, timers that are due, a burst from every port, transmission. now: monotonic
 * nanoseconds. Returns how many packets were received.
 */
unsigned int worker_poll(struct worker *worker, uint64_t now);
/* Only what others have handed over, or have given to be sent, and its transmission. */
unsigned int worker_poll_handoffs(struct worker *worker, uint64_t now);
/* Takes the commands that wait, and nothing else. */
void worker_take_commands(struct worker *worker);
/* Ends what was idle or awaited too long, or by a VIP that is gone, a bounded number a call. True:
 * nothing is due. */
bool worker_expire(struct worker *worker);
/* Tells the control thread; counted when the ring is full. */
void worker_post(struct worker *worker, const struct event *event);
