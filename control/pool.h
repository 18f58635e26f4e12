/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <rte_mempool.h>

#include "config/model.h"

/*
 * The packet buffers (mbufs) of a gateway: one pool for all ports and workers, allocated at start.
 * It is large enough for every place in which packets can be at one time, so that none is lost for
 * want of a buffer.
 */

struct pool_size {
	uint32_t packets;
	uint16_t data_room; /* bytes of a packet's buffer, the headroom included */
};

/*
 * What the model's ports and workers need. A net_pcap port with infinite_rx=1 keeps its whole files
 * in the pool: they are counted here. 0, or -errno with a sentence in error.
 */
int pool_size_of(const struct model *model, struct pool_size *size, char *error, size_t error_size);
/* The memory that such a pool takes, rounded up. */
size_t pool_bytes(const struct pool_size *size);

/* NULL and rte_errno. Freed with rte_mempool_free(). */
struct rte_mempool *pool_create(const struct pool_size *size, int socket);
