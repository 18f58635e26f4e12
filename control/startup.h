/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdio.h>

#include "gateway.h"
#include "lcores.h"
#include "pool.h"
#include "ports.h"

/* What a gateway runs with, one thing a line: versions, ports, CPUs, capacities, memory. */
void startup_print(FILE *stream, const struct gateway *gateway, const struct ports *ports,
		   const struct lcores *lcores, const struct pool_size *packets);
