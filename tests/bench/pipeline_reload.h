/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "pipeline_rows.h"

enum {
	RELOADER_CYCLES_MAX = 16,
};

/*
 * A thread on another CPU that loads one configuration after the other, as the control thread does,
 * while this one is the worker.
 */
struct reloader {
	struct bench *bench;
	const struct pipeline_config
		*configs[2]; /* the one that is not loaded, and the one that is */
	pthread_t thread;
	_Atomic bool stop;
	_Atomic unsigned int reloads;         /* that have reached the worker */
	uint64_t cycles[RELOADER_CYCLES_MAX]; /* that the first ones took, reading left out */
	_Atomic bool failed;
};

/* Loads the other configuration and the bench's in turn. 0 or -1. */
int reloader_start(struct reloader *reloader, struct bench *bench,
		   const struct pipeline_config *other);
/* The worker polls until it has ended. 0; -1: a configuration could not be loaded. */
int reloader_stop(struct reloader *reloader);
/* The calling thread runs on the other CPUs from now on. */
void cpus_use_others(void);
