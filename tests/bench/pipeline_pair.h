/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "pipeline_rows.h"

/*
 * A second worker, on another CPU, that does what the measured one does: with packets of its own,
 * as a NIC would have spread them at best, or with those of the other, which is the worst.
 */

/* What the second worker needs; NULL: there is not enough memory. The gateway is made later. */
struct bench *pair_create(const struct bench *bench);
void pair_free(struct bench *other);
