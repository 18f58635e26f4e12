/* SPDX-License-Identifier: BSD-3-Clause */
#include "announcements.h"

#include <errno.h>
#include <stdlib.h>

#include "clock.h"
#include "dataplane/command.h"
#include "dataplane/flow_key.h"
#include "dataplane/link.h"

enum {
	/* RFC 5227 section 1.1. */
	ANNOUNCE_WAIT = 2, /* seconds before the first one */
	ANNOUNCE_NUM = 2,
	ANNOUNCE_INTERVAL = 2, /* seconds */
};

static int
announcement_compare(const void *left, const void *right)
{
	const struct announcement *a = left, *b = right;

	if (a->interface != b->interface)
		return a->interface < b->interface ? -1 : 1;
	return (a->address > b->address) - (a->address < b->address);
}

/* What of the gateway is on the link; items NULL: only counted. */
static size_t
link_collect(const struct snapshot *snapshot, uint16_t interface, struct announcement *items)
{
	const struct snapshot_interface *link = &snapshot->interfaces[interface];
	struct announcement item = { .interface = interface, .port = link->port, .mac = link->mac };
	size_t count = 0;

	for (unsigned int i = 0; i < link->address_count; i++, count++) {
		item.address = link->addresses[i].address;
		if (items != NULL)
			items[count] = item;
	}
	for (unsigned int i = 0; i < snapshot->vip_count && link->zone == ZONE_FABRIC; i++) {
		item.address = rte_be_to_cpu_32(snapshot->vips[i].address);
		if (!snapshot->vips[i].present || link_address_for(link, item.address) == NULL ||
		    link_is_own(link, item.address))
			continue;
		if (items != NULL)
			items[count] = item;
		count++;
	}
	return count;
}

static size_t
collect(const struct snapshot *snapshot, struct announcement *items)
{
	size_t count = 0;

	for (uint16_t i = 0; i < snapshot->interface_count; i++) {
		if (snapshot->interfaces[i].present)
			count += link_collect(snapshot, i, items == NULL ? NULL : items + count);
	}
	return count;
}

/* Known ones go on where they were. */
static void
announcement_begin(const struct announcements *announcements, struct announcement *item,
		   uint64_t now)
{
	const struct announcement *known = NULL;

	if (announcements->count > 0)
		known = bsearch(item, announcements->items, announcements->count, sizeof(*item),
				announcement_compare);
	if (known != NULL && known->port == item->port &&
	    rte_is_same_ether_addr(&known->mac, &item->mac)) {
		*item = *known;
		return;
	}
	item->left = ANNOUNCE_NUM;
	item->due = now + ANNOUNCE_WAIT * CLOCK_NS_PER_S;
}

void
announcements_clear(struct announcements *announcements)
{
	free(announcements->items);
	*announcements = (struct announcements){ 0 };
}

int
announcements_set(struct announcements *announcements, const struct snapshot *snapshot,
		  uint64_t now)
{
	size_t count = collect(snapshot, NULL);
	struct announcement *items = calloc(count + 1, sizeof(*items));

	if (items == NULL)
		return -ENOMEM;
	collect(snapshot, items);
	qsort(items, count, sizeof(*items), announcement_compare);
	for (size_t i = 0; i < count; i++)
		announcement_begin(announcements, &items[i], now);
	announcements_clear(announcements);
	*announcements = (struct announcements){ .items = items, .count = count, .due = now };
	return 0;
}

/* The first one is told at once, but in an interval after what was told before. */
void
announcements_link_up(struct announcements *announcements, unsigned int port, uint64_t now)
{
	for (size_t i = 0; i < announcements->count; i++) {
		struct announcement *item = &announcements->items[i];

		if (item->port != port)
			continue;
		item->left = ANNOUNCE_NUM;
		item->due = RTE_MAX(item->due, now);
		announcements->due = RTE_MIN(announcements->due, item->due);
	}
}

/* False: the ring is full, and it is told later. */
static bool
announcement_tell(struct announcement *item, struct rte_ring *ring, uint64_t now)
{
	const struct command command = {
		.type = COMMAND_ARP_REQUEST,
		.neighbor = { .interface = item->interface,
			      .address = rte_cpu_to_be_32(item->address) },
	};

	if (command_broadcast(&ring, 1, &command, 1) != 0)
		return false;
	item->left--;
	item->due = now + ANNOUNCE_INTERVAL * CLOCK_NS_PER_S;
	return true;
}

unsigned int
announcements_tick(struct announcements *announcements, struct rte_ring *ring, uint64_t now)
{
	unsigned int told = 0;

	if (now < announcements->due)
		return 0;
	announcements->due = UINT64_MAX;
	for (size_t i = 0; i < announcements->count; i++) {
		struct announcement *item = &announcements->items[i];

		if (item->left > 0 && item->due <= now && announcement_tell(item, ring, now))
			told++;
		if (item->left > 0)
			announcements->due = RTE_MIN(announcements->due, item->due);
	}
	return told;
}
