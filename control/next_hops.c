/* SPDX-License-Identifier: BSD-3-Clause */
#include "next_hops.h"

#include <errno.h>
#include <stdlib.h>

#include "config/address.h"
#include "dataplane/worker.h"

int
next_hop_take(struct next_hops *next_hops, struct registry *registry, uint16_t interface,
	      uint32_t address, uint32_t *id)
{
	const struct ip_address number = ip_address_from_v4(address);
	char text[IP_ADDRESS_TEXT_MAX];
	int rc;

	if (next_hops->items == NULL)
		next_hops->items = calloc(NEXT_HOPS_MAX, sizeof(*next_hops->items));
	if (next_hops->items == NULL)
		return -ENOMEM;

	rc = registry_take(registry, REGISTRY_NEXT_HOP, interface, ip_address_format(&number, text),
			   id);
	if (rc != 0)
		return rc;
	next_hops->items[*id] = (struct snapshot_next_hop){
		.interface = interface,
		.address = rte_cpu_to_be_32(address),
	};
	next_hops->count = registry_end(registry, REGISTRY_NEXT_HOP);
	return 0;
}

void
next_hops_clear(struct next_hops *next_hops)
{
	free(next_hops->items);
	*next_hops = (struct next_hops){ 0 };
}
