/* SPDX-License-Identifier: BSD-3-Clause */
#include "replay_taps.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_ring_elem.h>

#include "dataplane/kernel.h"
#include "replay_port.h"

static int
tap_open_capture(struct replay_tap *tap, const char *folder, const char *name, char *error,
		 size_t error_size)
{
	char file[4096];

	if (folder == NULL)
		return 0;
	snprintf(file, sizeof(file), "%s/%s.pcap", folder, name);
	tap->out = capture_create(file, error, error_size);
	return tap->out == NULL ? -EIO : 0;
}

int
replay_taps_open(struct replay_taps *taps, const struct gateway *gateway, const char *folder,
		 char *error, size_t error_size)
{
	const struct model *model = gateway_model(gateway);
	int rc = 0;

	*taps = (struct replay_taps){ .items = calloc(model->interface_count + 1,
						      sizeof(*taps->items)) };
	if (taps->items == NULL) {
		snprintf(error, error_size, "out of memory");
		return -ENOMEM;
	}
	for (size_t i = 0; i < model->interface_count && rc == 0; i++) {
		const struct interface *interface = &model->interfaces[i];
		struct replay_tap *tap = &taps->items[taps->count];

		if (interface->tap == NULL)
			continue;
		*tap = (struct replay_tap){
			.interface = gateway_interface_id(gateway, interface->name),
			.vlan = interface->vlan,
		};
		taps->count++;
		rc = tap_open_capture(tap, folder, interface->tap, error, error_size);
	}
	return rc;
}

int
replay_taps_close(struct replay_taps *taps)
{
	int rc = 0;

	for (size_t i = 0; i < taps->count; i++) {
		if (capture_finish(taps->items[i].out) != 0)
			rc = -EIO;
	}
	free(taps->items);
	*taps = (struct replay_taps){ 0 };
	return rc;
}

/* The kernel's devices have no VLAN. */
static void
tap_capture(const struct replay_tap *tap, const struct rte_mbuf *mbuf, uint64_t now)
{
	uint8_t frame[REPLAY_FRAME_MAX + RTE_ETHER_MAX_LEN];
	uint32_t length = rte_pktmbuf_pkt_len(mbuf);
	const void *read;
	uint32_t at = 2 * RTE_ETHER_ADDR_LEN;

	if (tap->out == NULL || length > sizeof(frame))
		return;
	read = rte_pktmbuf_read(mbuf, 0, length, frame);
	if (read == NULL)
		return;
	memmove(frame, read, length);
	if (tap->vlan != 0) {
		length -= RTE_VLAN_HLEN;
		memmove(frame + at, frame + at + RTE_VLAN_HLEN, length - at);
	}
	capture_write(tap->out, now, frame, length);
}

unsigned int
replay_taps_take(struct replay_taps *taps, const struct gateway *gateway, uint64_t now)
{
	struct kernel_frame frame;
	unsigned int taken = 0;

	for (unsigned int i = 0; i < KERNEL_CLASSES * gateway_worker_count(gateway); i++) {
		struct kernel *kernel = &gateway_worker(gateway, i / KERNEL_CLASSES)->kernel;
		struct rte_ring *ring = kernel->rings[i % KERNEL_CLASSES];

		while (rte_ring_sc_dequeue_elem(ring, &frame, sizeof(frame)) == 0) {
			for (size_t j = 0; j < taps->count; j++)
				if (taps->items[j].interface == frame.interface)
					tap_capture(&taps->items[j], frame.mbuf, now);
			rte_pktmbuf_free(frame.mbuf);
			taken++;
		}
	}
	return taken;
}
