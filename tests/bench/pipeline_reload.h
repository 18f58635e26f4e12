/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "pipeline_rows.h"

/*
 * A thread on another CPU that loads one configuration after the other, as the control thread does,
 * while this one is the worker.
 */
struct reloader {
	struct bench *bench;
	pthread_t thread;
	_Atomic bool stop;
	_Atomic unsigned int reloads; /* that have reached the worker */
	_Atomic bool failed;
};

/* 0 or -1. */
int reloader_start(struct reloader *reloader, struct bench *bench);
/* The worker polls until it has ended. 0; -1: a configuration could not be loaded. */
int reloader_stop(struct reloader *reloader);
