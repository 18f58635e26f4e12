/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <rte_mempool.h>
#include <rte_ring.h>

#include "dataplane/command.h"
#include "probe_targets.h"

/*
 * Health probes (semantics.md section 4): from the load balancer's address a TCP connection to each
 * probed backend once an interval, given up with a RST as soon as it is answered, over HTTP after a
 * request whose answer is 200. `threshold` attempts in a row turn a backend's health; a new one is
 * up until they say otherwise. The subnet's inbound group is asked, as about any packet.
 *
 * The control thread's own, like all here.
 */

struct prober_options {
	struct rte_ring *ring; /* of the worker that sends; NULL: nothing is probed, all are up */
	struct rte_mempool *pool;
	uint64_t seed; /* of sequence numbers */
	FILE *log;     /* a line for each turn of a backend's health; NULL: none */
};

struct prober {
	struct prober_options options;
	struct probe_targets targets;
	uint64_t attempts;
	uint64_t due; /* nanoseconds: nothing is before */
	bool changed; /* a backend's health has turned since prober_set() */
};

void prober_init(struct prober *prober, const struct prober_options *options);
void prober_release(struct prober *prober);

/* These are probed from now on: takes the targets. What is known of them stays. */
void prober_set(struct prober *prober, struct probe_targets *targets);
/* A backend of a rule with that probe is up, as far as is known. */
bool prober_is_up(const struct prober *prober, uint16_t zone, rte_be32_t address,
		  const struct probe *probe);
/* Takes what a backend answered. */
void prober_take(struct prober *prober, const struct snapshot *snapshot, const struct event *event);
/* Begins the attempts that are due. now: nanoseconds. Returns how many. */
unsigned int prober_tick(struct prober *prober, const struct snapshot *snapshot, uint64_t now);
