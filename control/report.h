/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "gateway.h"

/* What a gateway did with its packets, for people and for programs. */

void report_print(FILE *stream, const struct gateway *gateway, const struct counters *counters);
/* The same as one object; NULL when out of memory. */
json_t *report_json(const struct gateway *gateway, const struct counters *counters);

/* Every packet is accounted for (counters.h). Only of workers that stand still. */
bool report_balanced(const struct counters *counters);

/* The last words of a subcommand: the report on stdout. Its exit status. */
int report_tell(const char *subcommand, const struct gateway *gateway, bool json);
