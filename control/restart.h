/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "generation.h"

/*
 * Whether the models differ in what is fixed when the program starts; `text` names the settings:
 * "gateway.workers, ports".
 */
bool restart_needed(const struct generation *running, const struct model *wanted, char *text,
		    size_t size);
