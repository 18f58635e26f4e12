/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <rte_telemetry.h>

#include "gateway.h"
#include "lcores.h"
#include "ports.h"
#include "taps.h"

/* What telemetry's commands are answered with. */

struct telemetry_facts {
	const struct gateway *gateway; /* NULL: none runs */
	const struct lcores *lcores;
	const struct ports *devices;
	const struct taps *taps;
	const struct rte_mempool *packets;
	char *name; /* these are copies: a reload replaces the model, but changes none */
	char *ports[PORTS_MAX];
	unsigned int port_count;
	uint32_t session_capacity;
	uint32_t fragment_capacity;
	/* Of the command that is answered: read just now, and NULL where it has none. */
	struct counters counters;
	const char *parameters;
};

struct telemetry_command {
	const char *name;
	const char *help;
	/* Fills a dictionary; 0 or -errno. */
	int (*answer)(struct rte_tel_data *dict, const struct telemetry_facts *facts);
};

const struct telemetry_command *telemetry_commands(size_t *count);
