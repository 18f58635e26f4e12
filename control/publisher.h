/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_ring.h>

#include "dataplane/route.h"
#include "generation.h"

/*
 * Hands generations to the workers, one at a time: a generation is current from the moment at which
 * it waits in all rings, and the one before is freed when every worker has acknowledged it. Only
 * then the fabric's other fib is brought up to date, and the next generation can follow.
 */
struct publisher {
	struct fabric_routes *routes;
	unsigned int worker_count;
	struct rte_ring *const *rings;               /* one for each worker */
	const _Atomic uint64_t *const *acknowledged; /* by worker: the generation that it uses */
	uint64_t number;                             /* of the current generation */
	struct generation *current;                  /* NULL: none yet */
	struct generation *retiring;                 /* a worker may use it still, or NULL */
	struct route_change *changes;                /* to be settled */
	size_t change_count;
	int settle_error; /* the two fibs differ, and no generation can follow any more */
};

/*
 * Makes a generation the current one. 0; -EBUSY while the one before is not settled; any other
 * -errno with a sentence. When it fails nothing has changed and the generation is the caller's.
 */
int publisher_publish(struct publisher *publisher, struct generation *generation, char *error,
		      size_t error_size);
/* Settles when every worker has acknowledged. True: it did something. */
bool publisher_tick(struct publisher *publisher);
/* Every worker uses the current generation, and nothing is left of the one before. */
bool publisher_settled(const struct publisher *publisher);
/* The workers have stopped: frees the generations. */
void publisher_clear(struct publisher *publisher);
