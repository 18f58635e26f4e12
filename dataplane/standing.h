/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

/*
 * Where a worker is in its round, for whoever wonders why it does not come to its end. Told once
 * for a burst and stage; written by the worker, read by the control thread.
 */

enum standing_step {
	STANDING_REST, /* between two rounds */
	STANDING_COMMANDS,
	STANDING_TIMERS,
	STANDING_RECEIVE,
	STANDING_PARSE,
	STANDING_ROUTE,
	STANDING_FRAGMENT,
	STANDING_SEEK,
	STANDING_PASS,
	STANDING_FIND,
	STANDING_DECIDE,
	STANDING_APPLY,
	STANDING_HANDOFF,
	STANDING_TRANSMIT,
	STANDING_STEPS,
};

enum {
	STANDING_NO_PORT = UINT16_MAX,
};

struct standing {
	_Atomic uint8_t step;  /* enum standing_step */
	_Atomic uint16_t port; /* that the burst came from, or STANDING_NO_PORT */
};

static inline void
standing_at(struct standing *standing, enum standing_step step)
{
	atomic_store_explicit(&standing->step, (uint8_t)step, memory_order_relaxed);
}

static inline void
standing_port(struct standing *standing, uint16_t port)
{
	atomic_store_explicit(&standing->port, port, memory_order_relaxed);
}

/* "receive" */
const char *standing_name(enum standing_step step);
