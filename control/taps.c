/* SPDX-License-Identifier: BSD-3-Clause */
#include "taps.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_ring_elem.h>

#include "dataplane/kernel.h"

enum {
	/* In a turn: frames of a worker and class, and frames of a tap. */
	GIVEN_BURST = 64,
	SENT_BURST = 32,
};

/* What an interface that is gone is like. */
static const struct snapshot_interface nothing;

static const struct snapshot_interface *
tap_interface(const struct taps *taps, unsigned int index)
{
	const struct snapshot *snapshot = gateway_snapshot(taps->gateway);
	uint16_t id = taps->interfaces[index];

	return id < snapshot->interface_count ? &snapshot->interfaces[id] : &nothing;
}

/* The snapshot has changed: gives every tap what its interface has. */
static void
taps_set(struct taps *taps)
{
	for (unsigned int i = 0; i < taps->count; i++) {
		struct tap *tap = &taps->items[i];
		int rc = tap_set(tap, tap_interface(taps, i));

		if (rc != 0)
			fprintf(stderr, "viaduct run: tap %s can not be set up: %s\n", tap->name,
				strerror(-rc));
	}
	taps->generation = gateway_snapshot(taps->gateway)->generation;
}

int
taps_open(struct taps *taps, struct gateway *gateway, struct rte_mempool *pool, char *error,
	  size_t error_size)
{
	const struct model *model = gateway_model(gateway);

	*taps = (struct taps){ .gateway = gateway, .pool = pool };
	for (size_t i = 0; i < model->interface_count; i++) {
		const struct interface *interface = &model->interfaces[i];
		int rc = -E2BIG;

		if (interface->tap == NULL)
			continue;
		if (taps->count < TAPS_MAX)
			rc = tap_open(&taps->items[taps->count], interface->tap);
		if (rc != 0) {
			snprintf(error, error_size, "tap %s of interface %s can not be made: %s",
				 interface->tap, interface->name, strerror(-rc));
			taps_close(taps);
			return rc;
		}
		taps->interfaces[taps->count++] = gateway_interface_id(gateway, interface->name);
	}
	taps_set(taps);
	return 0;
}

void
taps_close(struct taps *taps)
{
	for (unsigned int i = 0; i < taps->count; i++)
		tap_close(&taps->items[i]);
	taps->count = 0;
}

static void
frame_give(struct taps *taps, const struct kernel_frame *frame)
{
	int rc = -ENODEV;

	for (unsigned int i = 0; i < taps->count; i++) {
		if (taps->interfaces[i] == frame->interface)
			rc = tap_write(&taps->items[i], frame->mbuf, tap_interface(taps, i)->vlan);
	}
	if (rc == 0)
		taps->counters.given++;
	else
		taps->counters.refused++;
	rte_pktmbuf_free(frame->mbuf);
}

/* Frames of one class, of all workers. */
static unsigned int
class_give(struct taps *taps, enum kernel_class class)
{
	struct kernel_frame frames[GIVEN_BURST];
	unsigned int given = 0;

	for (unsigned int i = 0; i < gateway_worker_count(taps->gateway); i++) {
		struct rte_ring *ring = gateway_worker(taps->gateway, i)->kernel.rings[class];
		unsigned int n = rte_ring_sc_dequeue_burst_elem(ring, frames, sizeof(frames[0]),
								GIVEN_BURST, NULL);

		for (unsigned int j = 0; j < n; j++)
			frame_give(taps, &frames[j]);
		given += n;
	}
	return given;
}

/* The gateway does not forward IPv6, nor does it tell who has which address. */
static bool
frame_is_sent(const struct rte_mbuf *mbuf)
{
	const struct rte_ether_hdr *ether = rte_pktmbuf_mtod(mbuf, const struct rte_ether_hdr *);

	return rte_pktmbuf_data_len(mbuf) >= sizeof(*ether) &&
	       ether->ether_type != RTE_BE16(RTE_ETHER_TYPE_IPV6);
}

/* A frame that the kernel sent. False: there is none, or no room for it. */
static bool
frame_take(struct taps *taps, unsigned int index)
{
	struct rte_ring *ring = gateway_worker(taps->gateway, 0)->commands;
	struct command command = { .type = COMMAND_FRAME,
				   .frame = { .interface = taps->interfaces[index] } };
	struct rte_mbuf *mbuf;

	/* Half of the ring is left to commands that matter more. The frame waits in the kernel. */
	if (rte_ring_count(ring) >= COMMAND_RING_SIZE / 2)
		return false;
	mbuf = rte_pktmbuf_alloc(taps->pool);
	if (mbuf == NULL)
		return false;
	if (tap_read(&taps->items[index], mbuf) <= 0) {
		rte_pktmbuf_free(mbuf);
		return false;
	}
	command.frame.mbuf = mbuf;
	if (frame_is_sent(mbuf) && command_broadcast(&ring, 1, &command, 1) == 0) {
		taps->counters.sent++;
		return true;
	}
	taps->counters.lost++;
	rte_pktmbuf_free(mbuf);
	return true;
}

unsigned int
taps_tick(struct taps *taps)
{
	unsigned int moved;

	if (taps->count == 0)
		return 0;
	if (taps->generation != gateway_snapshot(taps->gateway)->generation)
		taps_set(taps);
	moved = class_give(taps, KERNEL_ROUTING);
	moved += class_give(taps, KERNEL_OTHER);
	for (unsigned int i = 0; i < taps->count; i++) {
		for (unsigned int n = 0; n < SENT_BURST && frame_take(taps, i); n++)
			moved++;
	}
	return moved;
}

unsigned int
taps_poll(const struct taps *taps, struct pollfd fds[TAPS_MAX])
{
	for (unsigned int i = 0; i < taps->count; i++)
		fds[i] = (struct pollfd){ .fd = taps->items[i].fd, .events = POLLIN };
	return taps->count;
}
