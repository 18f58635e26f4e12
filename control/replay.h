/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "config/model.h"
#include "dataplane/snapshot.h"

/*
 * Captures through the workers' own code with a virtual clock. Everything runs on one thread in a
 * fixed order, so that the same inputs give the same bytes.
 */

enum {
	REPLAY_RELOADS_MAX = 64,
};

/* A change of the configuration on the way, as by SIGHUP. */
struct replay_reload {
	uint64_t after; /* nanoseconds since the first packet */
	const char *config;
	bool forced; /* as by SIGUSR1 */
};

struct replay_options {
	const char *in[PORTS_MAX]; /* "PORT=FILE" */
	unsigned int in_count;
	struct replay_reload reloads[REPLAY_RELOADS_MAX]; /* in the order of their times */
	unsigned int reload_count;
	const char *out;       /* the folder for what goes out; NULL: it is not kept */
	const char *decisions; /* the file for every decision; NULL: they are not recorded */
	unsigned int workers;  /* 0: as many as the configuration says */
	bool spread;           /* packets come to workers at random, by spread_seed */
	uint64_t spread_seed;
	bool answer_arp; /* neighbours that nobody configured are made up */
	bool probe;      /* backends are probed; else all of them are up */
	bool json;
};

/* Replays, and reports on stdout. Takes the model. The program's exit status. */
int replay_run(struct model *model, const struct replay_options *options);
