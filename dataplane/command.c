/* SPDX-License-Identifier: BSD-3-Clause */
#include "command.h"

#include <errno.h>

#include <rte_ring_peek.h>

/* Rings carry whole 32-bit words. */
_Static_assert(sizeof(struct command) % sizeof(uint32_t) == 0, "a command fits its ring");
_Static_assert(sizeof(struct event) % sizeof(uint32_t) == 0, "an event fits its ring");

struct rte_ring *
command_ring_create(const char *name, int socket)
{
	return rte_ring_create_elem(name, sizeof(struct command), COMMAND_RING_SIZE, socket,
				    RING_F_SP_ENQ | RING_F_SC_DEQ);
}

struct rte_ring *
event_ring_create(const char *name, int socket)
{
	return rte_ring_create_elem(name, sizeof(struct event), EVENT_RING_SIZE, socket,
				    RING_F_SP_ENQ | RING_F_SC_DEQ);
}

int
command_reserve(struct rte_ring *const *rings, unsigned int n, unsigned int count)
{
	for (unsigned int i = 0; i < n; i++) {
		if (rte_ring_enqueue_bulk_elem_start(rings[i], count, NULL) == count)
			continue;
		command_commit(rings, i, NULL, 0);
		return -ENOBUFS;
	}
	return 0;
}

void
command_commit(struct rte_ring *const *rings, unsigned int n, const struct command *commands,
	       unsigned int count)
{
	for (unsigned int i = 0; i < n; i++)
		rte_ring_enqueue_elem_finish(rings[i], commands, sizeof(commands[0]), count);
}

int
command_broadcast(struct rte_ring *const *rings, unsigned int n, const struct command *commands,
		  unsigned int count)
{
	int rc = command_reserve(rings, n, count);

	if (rc == 0)
		command_commit(rings, n, commands, count);
	return rc;
}
