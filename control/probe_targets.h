/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_byteorder.h>

#include "config/model.h"
#include "names.h"

/*
 * What the inbound rules of a model have probed: each backend once for each way in which rules
 * probe it, in a fixed order, with what is known of its health.
 */

enum {
	PROBE_TARGETS_MAX = 16384,
};

enum probe_phase {
	PROBE_IDLE,      /* the next attempt is due at `due` */
	PROBE_CONNECTS,  /* a SYN was sent */
	PROBE_REQUESTED, /* an HTTP request was sent */
};

struct probe_target {
	/* What is probed. */
	uint16_t zone; /* of the backend's subnet */
	uint16_t port; /* host order */
	rte_be32_t address;
	enum probe_protocol protocol;
	char *path; /* of HTTP, else NULL; owned */
	unsigned int interval;
	unsigned int threshold; /* attempts in a row that turn the health */

	bool up;
	unsigned int streak; /* attempts in a row that were against `up` */

	enum probe_phase phase;
	uint32_t sequence; /* of the next byte to be sent */
	uint64_t due;      /* nanoseconds: of the next attempt, and the end of this one */
};

struct probe_targets {
	struct probe_target *items; /* in the order of probe_target_compare() */
	size_t count;
};

/*
 * The targets of that model, all of them up and due at once. 0, -ENOMEM, or -E2BIG over
 * PROBE_TARGETS_MAX.
 */
int probe_targets_collect(struct probe_targets *targets, const struct model *model,
			  const struct names *names);
/* What of them was probed before goes on with the health that it had. Attempts start anew. */
void probe_targets_inherit(struct probe_targets *targets, const struct probe_targets *before);
void probe_targets_clear(struct probe_targets *targets);

/* By what is probed; interval and threshold make no other target. */
int probe_target_compare(const void *a, const void *b);
/* The target of a rule's probe of that backend, or NULL. */
const struct probe_target *probe_targets_find(const struct probe_targets *targets, uint16_t zone,
					      rte_be32_t address, const struct probe *probe);
