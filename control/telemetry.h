/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "gateway.h"
#include "lcores.h"
#include "ports.h"
#include "taps.h"

/*
 * The counters of a running gateway for DPDK's telemetry (dpdk-telemetry.py): the commands
 * /viaduct/info, ports, paths, drops, kernel, sessions, tables and workers. They are answered by a
 * thread of DPDK, which reads nothing but counters, the state of devices, what the control thread
 * leaves alone in the meantime, and what never changes while a gateway runs.
 */

/*
 * From now on the commands are answered with that gateway's counters, until telemetry_stop(); one
 * gateway in a process. 0 or -errno.
 */
int telemetry_start(const struct gateway *gateway, const struct lcores *lcores,
		    const struct ports *ports, const struct taps *taps,
		    const struct rte_mempool *packets);
/* When it returns, no command is being answered any more; later ones get an error. */
void telemetry_stop(void);

/*
 * No command is answered in between: the control thread changes what they are answered from, or
 * frees a snapshot.
 */
void telemetry_hold(void);
void telemetry_let_go(void);
