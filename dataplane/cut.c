/* SPDX-License-Identifier: BSD-3-Clause */
#include "cut.h"

#include <rte_ip.h>
#include <rte_ip_frag.h>

/*
 * What the library takes for granted. Its sum of offsets would run over into the flags of a packet
 * whose last byte lies beyond that of the longest one, and it goes by the mbuf's length.
 */
static bool
cut_check(const struct rte_mbuf *mbuf, const struct rte_ipv4_hdr *ip)
{
	uint32_t length = rte_be_to_cpu_16(ip->total_length);
	uint32_t offset = (rte_be_to_cpu_16(ip->fragment_offset) & RTE_IPV4_HDR_OFFSET_MASK) *
			  RTE_IPV4_HDR_OFFSET_UNITS;

	return rte_pktmbuf_pkt_len(mbuf) == length && offset + length <= RTE_IPV4_MAX_PKT_LEN;
}

unsigned int
cut_packet(struct rte_mbuf *mbuf, uint16_t mtu, struct rte_mempool *pool,
	   struct rte_mbuf *fragments[CUT_PIECES_MAX])
{
	int32_t count;

	if (!cut_check(mbuf, rte_pktmbuf_mtod(mbuf, const struct rte_ipv4_hdr *)))
		return 0;
	count = rte_ipv4_fragment_packet(mbuf, fragments, CUT_PIECES_MAX, mtu, pool, pool);
	if (count < 0)
		return 0;
	for (int32_t i = 0; i < count; i++) {
		struct rte_ipv4_hdr *ip = rte_pktmbuf_mtod(fragments[i], struct rte_ipv4_hdr *);

		ip->hdr_checksum = rte_ipv4_cksum(ip);
	}
	return (unsigned int)count;
}
