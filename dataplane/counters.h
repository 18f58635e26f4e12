/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

#include "drop.h"
#include "snapshot.h"

/*
 * What a worker counts. Each worker writes its own and nobody else's; the control thread reads them
 * at any time (each is one aligned 64-bit word).
 *
 * Every packet is accounted for: received + originated == sent + consumed + all drops + held.
 */

enum path {
	PATH_FABRIC,
	PATH_STATEFUL,
	PATH_STATELESS, /* of VIPs, for want of room for their sessions */
	PATH_LOCAL,
	PATH_COUNT,
};

struct port_counters {
	uint64_t received_packets;
	uint64_t received_bytes;
	uint64_t sent_packets;
	uint64_t sent_bytes;
};

struct counters {
	struct port_counters ports[PORTS_MAX];
	uint64_t path_packets[PATH_COUNT]; /* forwarded or answered on that path */
	uint64_t drops[DROP_REASON_COUNT];
	uint64_t originated; /* packets that the gateway made itself */
	uint64_t consumed;   /* packets that had come to their end here, such as ARP replies */
	uint64_t held;       /* packets that wait now, for an ARP answer or for a first fragment */
	uint64_t fragmented; /* packets of which fragments are awaited now */
	uint64_t decided;    /* packets that reached decide */
	uint64_t sessions_created;
	uint64_t sessions_ended;     /* in use: created - ended */
	uint64_t sessions_displaced; /* of the ended: unanswered, and too many of them */
	uint64_t sessions_held;      /* over, their ports not yet free again, now */
	uint64_t snat_ports_taken;
	uint64_t snat_ports_returned; /* in use: taken - returned */
	uint64_t tcp_resets_sent;     /* of `originated`: sessions that are over, calls refused */
	uint64_t tcp_resets_lost;     /* there was no buffer, or refusals over the rate */
	uint64_t icmp_errors_sent;
	uint64_t icmp_errors_suppressed; /* over the rate */
	uint64_t handed_off;             /* packets given to other workers */
	uint64_t handoffs_taken;         /* packets that others gave; under way: the difference */
	uint64_t events_lost;            /* the ring to the control thread was full */
};

const char *path_name(enum path path); /* "fabric", "stateful", "stateless", "local" */
/* Adds what one worker has counted so far; it may be counting. */
void counters_add(struct counters *sum, const struct counters *one);
