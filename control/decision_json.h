/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <jansson.h>

#include "explanation.h"

/*
 * The explanation for programs, the same object wherever a decision is shown: by explain --json,
 * and in the decisions that replay records. What the packet did not come to is null. NULL when out
 * of memory.
 */
json_t *decision_json(const struct explanation *explanation);
