/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "pipeline_rows.h"

/*
 * Makes `count` sessions, with TCP's handshake: their packets are bench->calls, ->sent and
 * ->replies, in any order. 0 or -1.
 */
int sessions_begin(struct bench *bench, uint32_t count);
/* Ends all sessions, by letting them idle. */
void sessions_end(struct bench *bench);
/* A row is worth nothing if packets were not sent on. 0 or -1, with the reasons on stderr. */
int counters_check(const struct bench *bench);
