/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

#include "config/model.h"
#include "config/ranges.h"
#include "dataplane/snapshot.h"

/*
 * Which block of ports each host of a VIP has. A host keeps the block that it had, if blocks are as
 * long as before and no inbound rule was put over it; the others get the lowest that are free. If
 * that does not serve everybody, all get new blocks.
 */

struct snat_blocks {
	const struct port_range_list *free; /* ports that no inbound rule touches */
	uint16_t unit;                      /* ports of a block */
	const uint32_t *hosts;              /* by place: the address; 0: nobody's */
	uint32_t host_count;
	const struct snat_ports *previous; /* NULL: there was nothing before */
};

/* starts: by place, the first port of the block; 0 where there is none. */
void snat_blocks_assign(const struct snat_blocks *blocks, uint16_t *starts);
