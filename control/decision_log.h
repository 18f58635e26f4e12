/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>

#include "gateway.h"

/*
 * A record of every decision that a gateway's workers take: a JSON object a line, with the
 * interface, the packet as explain takes it, and the decision as explain --json tells it. For
 * workers that run on the control thread, as in replay.
 */

struct decision_log;

/* NULL with a sentence in error. */
struct decision_log *decision_log_create(const char *file, char *error, size_t error_size);
/* From now on, until the workers are freed. */
void decision_log_attach(struct decision_log *log, const struct gateway *gateway);
/* 0, or -errno if the file is not whole. NULL is closed already. */
int decision_log_close(struct decision_log *log);
