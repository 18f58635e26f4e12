/* SPDX-License-Identifier: BSD-3-Clause */
#include "heartbeat.h"

#include <inttypes.h>

enum {
	LOOKS_PER_SECOND = 10,
};

struct heartbeat
heartbeat_make(unsigned int limit_seconds)
{
	return (struct heartbeat){ .looks_max = limit_seconds * LOOKS_PER_SECOND };
}

const struct lcore *
heartbeat_tick(struct heartbeat *heartbeat, const struct lcores *lcores, uint64_t now, bool *fresh)
{
	const struct lcore *stalled = NULL;

	*fresh = false;
	if (now < heartbeat->next)
		return NULL;
	heartbeat->next = now + CLOCK_NS_PER_S / LOOKS_PER_SECOND;
	*fresh = true;
	for (unsigned int i = 0; i < lcores->count; i++) {
		const struct lcore *lcore = &lcores->items[i];
		uint64_t rounds = atomic_load_explicit(&lcore->rounds, memory_order_relaxed);

		if (rounds != heartbeat->rounds[i]) {
			heartbeat->rounds[i] = rounds;
			heartbeat->looks[i] = 0;
			continue;
		}
		*fresh = false;
		heartbeat->looks[i]++;
		if (heartbeat->looks_max != 0 && heartbeat->looks[i] >= heartbeat->looks_max)
			stalled = lcore;
	}
	return stalled;
}

void
heartbeat_tell(const struct heartbeat *heartbeat, const struct lcores *lcores,
	       const struct lcore *lcore, const struct model *model, FILE *stream)
{
	const struct standing *standing = &lcore->worker->standing;
	uint8_t step = atomic_load_explicit(&standing->step, memory_order_relaxed);
	uint16_t port = atomic_load_explicit(&standing->port, memory_order_relaxed);
	bool known = port < model->port_count;

	fprintf(stream,
		"viaduct run: worker %td on CPU %u has stood still for %u s in stage %s%s%s, after "
		"%" PRIu64 " rounds\n",
		lcore - lcores->items, lcore->cpu, heartbeat->looks_max / LOOKS_PER_SECOND,
		standing_name((enum standing_step)step), known ? ", port " : "",
		known ? model->ports[port].name : "",
		atomic_load_explicit(&lcore->rounds, memory_order_relaxed));
	fflush(stream);
}
