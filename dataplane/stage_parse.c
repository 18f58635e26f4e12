/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet_plain.h"
#include "stages.h"

/* Fetches the headers of all packets, and counts them. */
static void
parse_fetch(struct port_counters *counters, struct rte_mbuf **mbufs, unsigned int n)
{
	uint64_t bytes = 0;

#pragma GCC unroll 4
	for (unsigned int i = 0; i < n; i++) {
		rte_prefetch0(rte_pktmbuf_mtod(mbufs[i], void *));
		bytes += rte_pktmbuf_pkt_len(mbufs[i]);
	}
	counters->received_packets += n;
	counters->received_bytes += bytes;
}

/* The tags that the port has taken out were received too. */
static void
parse_count_tags(struct port_counters *counters, struct rte_mbuf **mbufs, unsigned int n)
{
	uint64_t tags = 0;

	for (unsigned int i = 0; i < n; i++)
		tags += (mbufs[i]->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) != 0;
	counters->received_bytes += tags * sizeof(struct rte_vlan_hdr);
}

/* Adds to kinds those of plain packets. A bit for each packet that is not plain. */
static __rte_always_inline uint32_t
parse_plain(const struct packet_plain_port *from, uint32_t told, struct rte_mbuf **mbufs,
	    unsigned int n, struct packet *packets, uint32_t *kinds)
{
	uint32_t others = 0;

	for (unsigned int i = 0; i < n; i++) {
		if (likely(packet_parse_plain(from, told, mbufs[i], &packets[i])))
			*kinds |= packets[i].kind;
		else
			others |= 1U << i;
	}
	return others;
}

uint16_t
stage_parse(struct worker *worker, uint16_t port, struct rte_mbuf **mbufs, unsigned int n)
{
	struct packet_plain_port plain = packet_plain_port(worker->snapshot, port);
	struct port_counters *counters = &worker->counters.ports[port];
	uint32_t kinds = 0, others;
	uint16_t flags = 0; /* which plain ones have none of */

	_Static_assert((int)BURST <= 32, "there are as many bits");
	parse_fetch(counters, mbufs, n);
	if (plain.told & RTE_MBUF_F_RX_VLAN_STRIPPED)
		parse_count_tags(counters, mbufs, n);
	if (plain.told == 0)
		others = parse_plain(&plain, 0, mbufs, n, worker->burst, &kinds);
	else
		others = parse_plain(&plain, plain.told, mbufs, n, worker->burst, &kinds);
	worker->burst_plain = ~others;
	for (; others != 0; others &= others - 1) {
		unsigned int i = rte_bsf32(others);

		packet_parse(worker->snapshot, port, mbufs[i], &worker->burst[i]);
		flags |= worker->burst[i].flags;
		kinds |= worker->burst[i].kind;
	}
	worker->burst_kinds = kinds;
	return flags;
}
