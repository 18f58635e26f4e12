/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "worker.h"

/*
 * What the sessions that there are have to say to a decision: the VIP that the host is paired with,
 * and who has the endpoint that the packet goes to. The request's key and `established` are set.
 */
void recall_fill(const struct worker *worker, struct decide_request *request);
