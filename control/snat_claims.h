/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "generation.h"

/*
 * Inbound rules that are put over ports of outbound sessions (semantics.md section 9). No new
 * session gets such a port from the moment in which the rule is asked for; the rule gets them when
 * the last one is free.
 */

/*
 * Reserves what the inbound rules of `next`, built but not published, claim of the ports of
 * `current`. 0, or -EADDRINUSE while sessions hold some of them, with a sentence in error that
 * names rule, ports and hosts.
 */
int snat_claims_reserve(const struct generation *current, const struct generation *next,
			const struct model *model, unsigned int workers, char *error,
			size_t error_size);
/* The generation was published: what serves outbound sessions in it is reserved for nobody. */
void snat_claims_settle(const struct generation *generation);
