/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "generation.h"

/*
 * Which ports have another worker than before, or than those whose sessions have them
 * (dataplane/snat_moves.h).
 */

/*
 * Of a VIP of the generation that is being built, whose pool and usage are there; `previous` is
 * what the workers have now, or NULL. *moves is NULL if nothing has moved. 0 or -ENOMEM.
 */
int snat_moves_build(struct generation *generation, uint16_t vip, const struct snapshot *previous,
		     const struct snat_moves **moves);
/* All workers have the generation: what has moved may be drawn. */
void snat_moves_open(const struct generation *generation);
