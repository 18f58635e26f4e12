/* SPDX-License-Identifier: BSD-3-Clause */
#include "pool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>
#include <rte_ether.h>
#include <rte_mbuf.h>

#include "dataplane/worker.h"
#include "device.h"

enum {
	CACHE_PACKETS = 512,                /* of each lcore, RTE_MEMPOOL_CACHE_MAX_SIZE */
	CACHE_HELD = CACHE_PACKETS * 3 / 2, /* a cache gives back only above that */
	FRAME_OVERHEAD = 14 + 2 * 4 + 4,    /* Ethernet, two VLAN tags, FCS */
	PACKET_OVERHEAD = 64 + 2 * 8,       /* the pool's header of a packet, its ring's entry */
	POOL_OVERHEAD = 1 << 20,
	PACKETS_MAX = 1 << 26,
	DATA_ROOM_MAX = UINT16_MAX / RTE_CACHE_LINE_SIZE * RTE_CACHE_LINE_SIZE,
};

/* Counts the packets of a capture file. 0, or -errno with a sentence in error. */
static int
capture_count(const char *file, uint64_t *packets, char *error, size_t error_size)
{
	char reason[PCAP_ERRBUF_SIZE];
	pcap_t *capture = pcap_open_offline(file, reason);
	struct pcap_pkthdr *header;
	const u_char *data;
	int rc;

	if (capture == NULL) {
		snprintf(error, error_size, "%s", reason);
		return -ENOENT;
	}
	while ((rc = pcap_next_ex(capture, &header, &data)) == 1)
		(*packets)++;
	if (rc == PCAP_ERROR)
		snprintf(error, error_size, "%s: %s", file, pcap_geterr(capture));
	pcap_close(capture);
	return rc == PCAP_ERROR ? -EINVAL : 0;
}

/* Adds the packets that the port's driver keeps for itself. */
static int
kept_count(const struct model *model, const struct port *port, uint64_t *packets, char *error,
	   size_t error_size)
{
	const char *infinite, *file;
	struct device device;
	int rc = device_parse(port, model->directory, &device);

	if (rc != 0) {
		snprintf(error, error_size, "%s", strerror(-rc));
		return rc;
	}
	infinite = device_value(&device, "infinite_rx", 0);
	if (infinite != NULL && atoi(infinite) > 0) {
		for (size_t i = 0; rc == 0 && (file = device_value(&device, "rx_pcap", i)); i++)
			rc = capture_count(file, packets, error, error_size);
	}
	device_clear(&device);
	return rc;
}

static bool
has_tap(const struct model *model)
{
	for (size_t i = 0; i < model->interface_count; i++)
		if (model->interfaces[i].tap != NULL)
			return true;
	return false;
}

int
pool_size_of(const struct model *model, struct pool_size *size, char *error, size_t error_size)
{
	uint64_t workers = model->gateway.workers;
	/* What waits for neighbours, for other fragments, and for the owner or Linux to take it. */
	uint64_t held = (uint64_t)HELD_PACKETS_MAX + FRAGMENTS_HELD_MAX +
			(workers > 1 ? HANDOFF_RING_SIZE - 1 : 0) +
			(has_tap(model) ? (unsigned int)KERNEL_CLASSES * KERNEL_RING_SIZE : 0);
	uint64_t packets = workers * (held + CACHE_HELD) + CACHE_HELD;
	uint32_t frame_max = RTE_ETHER_MAX_LEN, data_room;
	int rc;

	for (size_t i = 0; i < model->port_count; i++) {
		const struct port *port = &model->ports[i];

		/* In the queues of both directions, and in the worker's hands. */
		packets += workers * (2U * port->descriptors + BURST + TRANSMIT_BURST);
		rc = kept_count(model, port, &packets, error, error_size);
		if (rc != 0)
			return rc;
		if (frame_max < (uint32_t)port->mtu + FRAME_OVERHEAD)
			frame_max = (uint32_t)port->mtu + FRAME_OVERHEAD;
	}
	if (packets > PACKETS_MAX) {
		snprintf(error, error_size, "the ports need %ju packet buffers; at most %d",
			 (uintmax_t)packets, PACKETS_MAX);
		return -E2BIG;
	}

	size->packets = (uint32_t)packets;
	data_room = RTE_PKTMBUF_HEADROOM + RTE_ALIGN_CEIL(frame_max, RTE_CACHE_LINE_SIZE);
	data_room = RTE_MAX(data_room, (uint32_t)RTE_MBUF_DEFAULT_BUF_SIZE);
	size->data_room = (uint16_t)RTE_MIN(data_room, (uint32_t)DATA_ROOM_MAX);
	return 0;
}

size_t
pool_bytes(const struct pool_size *size)
{
	return (size_t)size->packets *
		       (sizeof(struct rte_mbuf) + size->data_room + PACKET_OVERHEAD) +
	       POOL_OVERHEAD;
}

struct rte_mempool *
pool_create(const struct pool_size *size, int socket)
{
	return rte_pktmbuf_pool_create("packets", size->packets, CACHE_PACKETS, 0, size->data_room,
				       socket);
}
