/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "pipeline_rows.h"

/*
 * Makes `count` sessions, with TCP's handshake: their packets are bench->calls, ->sent and
 * ->replies, in any order. 0 or -1.
 */
int sessions_begin(struct bench *bench, uint32_t count);
/* Makes more of them, until there is no room. 0 or -1. */
int sessions_fill(struct bench *bench);
/* Ends all sessions, by letting them idle. */
void sessions_end(struct bench *bench);
/* A row is worth nothing if packets were not sent on. 0 or -1, with the reasons on stderr. */
int counters_check(const struct bench *bench);
/* What was dropped so far had to be. */
void counters_expect(struct bench *bench);
