/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What is in use of a VIP's outbound ports: by host, for people and for the pairing of hosts and
 * VIPs; by chunk of 8 ports, to know what an inbound rule may be put over. A port counts once for
 * each destination that it serves, until the session's hold-down is over.
 *
 * Every worker writes counters of its own, the control thread reads them at any time and adds them
 * up. They come in pages that the control thread allocates before anything can be drawn that is
 * counted on them, and that live until nothing is: across snapshots, and even if the VIP is gone.
 */

enum snat_protocol {
	SNAT_TCP,
	SNAT_UDP,
	SNAT_ICMP,
	SNAT_PROTOCOLS,
};

enum {
	SNAT_CHUNK_PORTS = 8,
	SNAT_CHUNKS = 65536 / SNAT_CHUNK_PORTS,
	SNAT_HOSTS_MAX = 65535, /* of a VIP */
	SNAT_PAGE_HOSTS = 256,
	SNAT_PAGE_CHUNKS = 256,
	SNAT_HOST_PAGES = (SNAT_HOSTS_MAX + 1) / SNAT_PAGE_HOSTS,
	SNAT_CHUNK_PAGES = SNAT_CHUNKS / SNAT_PAGE_CHUNKS,
};

struct snat_host_usage {
	uint32_t ports[SNAT_PROTOCOLS];
	uint32_t exhausted; /* packets for which no port was free */
};

/* One worker's. */
struct snat_host_page {
	struct snat_host_usage hosts[SNAT_PAGE_HOSTS];
};

struct snat_chunk_page {
	uint32_t ports[SNAT_PAGE_CHUNKS];
};

/*
 * Chunks from which no port may be drawn any more, since an inbound rule waits for them. The
 * control thread writes, workers read at any time.
 */
struct snat_reserved {
	uint32_t some; /* 0: nothing is reserved */
	uint64_t chunks[SNAT_CHUNKS / 64];
};

/* Of one VIP; each page pointer is an array by worker, or NULL. */
struct snat_usage {
	struct snat_host_page *hosts[SNAT_HOST_PAGES];
	struct snat_chunk_page *chunks[SNAT_CHUNK_PAGES];
	struct snat_reserved *reserved; /* not by worker */
};

/* A table: no branch depends on which protocol comes next. */
static inline enum snat_protocol
snat_protocol_of(uint8_t protocol)
{
	static const uint8_t protocols[UINT8_MAX + 1] = {
		[0 ... IPPROTO_TCP - 1] = SNAT_ICMP,
		[IPPROTO_TCP] = SNAT_TCP,
		[IPPROTO_TCP + 1 ... IPPROTO_UDP - 1] = SNAT_ICMP,
		[IPPROTO_UDP] = SNAT_UDP,
		[IPPROTO_UDP + 1 ... UINT8_MAX] = SNAT_ICMP,
	};

	return (enum snat_protocol)protocols[protocol];
}

/* host: its place on the VIP. Its page is there. */
static inline struct snat_host_usage *
snat_usage_host(const struct snat_usage *usage, uint16_t worker, uint16_t host)
{
	return &usage->hosts[host / SNAT_PAGE_HOSTS][worker].hosts[host % SNAT_PAGE_HOSTS];
}

/* port: host order. Its page is there. */
static inline uint32_t *
snat_usage_chunk(const struct snat_usage *usage, uint16_t worker, uint16_t port)
{
	uint32_t chunk = port / SNAT_CHUNK_PORTS;

	return &usage->chunks[chunk / SNAT_PAGE_CHUNKS][worker].ports[chunk % SNAT_PAGE_CHUNKS];
}

/* What all workers count of the port's chunk; on the control thread. port: host order. */
static inline uint32_t
snat_usage_chunk_sum(const struct snat_usage *usage, unsigned int workers, uint16_t port)
{
	uint32_t sum = 0;

	if (usage->chunks[port / SNAT_CHUNK_PORTS / SNAT_PAGE_CHUNKS] == NULL)
		return 0;
	for (uint16_t i = 0; i < workers; i++)
		sum += __atomic_load_n(snat_usage_chunk(usage, i, port), __ATOMIC_RELAXED);
	return sum;
}

/* port: host order. */
static inline bool
snat_is_reserved(const struct snat_reserved *reserved, uint16_t port)
{
	uint32_t chunk = port / SNAT_CHUNK_PORTS;
	uint64_t word = __atomic_load_n(&reserved->chunks[chunk / 64], __ATOMIC_RELAXED);

	return word >> chunk % 64 & 1;
}

static inline bool
snat_host_in_use(const struct snat_host_usage *host)
{
	return (host->ports[SNAT_TCP] | host->ports[SNAT_UDP] | host->ports[SNAT_ICMP]) != 0;
}
