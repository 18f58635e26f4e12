/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * Where a row begins and ends. callgrind is told these names: they are in a file of their own, so
 * that no compiler calls something else in their place.
 */

void mark_begin(void);
/* Tells how many packets were counted, and what the row is called. */
void mark_end(int packets, const char *name);
