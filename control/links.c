/* SPDX-License-Identifier: BSD-3-Clause */
#include "links.h"

#include <inttypes.h>

enum {
	/* What is sent to a dead link in between is lost. Asking costs a read of a register or a
	 * system call for each port. */
	ASK_NS = 10 * 1000 * 1000,
};

static bool
link_ask(uint16_t ethdev, struct rte_eth_link *link)
{
	if (rte_eth_link_get_nowait(ethdev, link) == 0)
		return true;
	*link = (struct rte_eth_link){ .link_status = RTE_ETH_LINK_UP };
	return false;
}

static void
link_log(FILE *log, const char *name, const struct rte_eth_link *link)
{
	if (link->link_status == RTE_ETH_LINK_DOWN)
		fprintf(log, "viaduct run: port %s has no link\n", name);
	else if (link->link_speed == RTE_ETH_SPEED_NUM_NONE ||
		 link->link_speed == RTE_ETH_SPEED_NUM_UNKNOWN)
		fprintf(log, "viaduct run: port %s has a link\n", name);
	else
		fprintf(log, "viaduct run: port %s has a link of %" PRIu32 " Mbit/s\n", name,
			link->link_speed);
	fflush(log);
}

unsigned int
links_tick(struct links *links, const struct ports *ports, struct gateway *gateway, uint64_t now)
{
	unsigned int changed = 0;

	if (now < links->next)
		return 0;
	links->next = now + ASK_NS;
	for (unsigned int i = 0; i < ports->count; i++) {
		struct rte_eth_link link;
		bool known = link_ask(ports->devices[i].ethdev, &link);
		bool first = !links->seen[i];

		if (!first && link.link_status == links->items[i].link_status)
			continue;
		links->items[i] = link;
		links->seen[i] = true;
		/* That a port has a link at the start is as it should be. */
		if (known && !(first && link.link_status == RTE_ETH_LINK_UP))
			link_log(links->log, gateway_model(gateway)->ports[i].name, &link);
		gateway_port_set(gateway, i, link.link_status == RTE_ETH_LINK_UP);
		changed++;
	}
	return changed;
}
