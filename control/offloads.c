/* SPDX-License-Identifier: BSD-3-Clause */
#include "offloads.h"

#include <stdio.h>

#include <rte_mbuf.h>

/*
 * What is asked for. Checksums of TCP and UDP are the hosts' business: a device that offers to look
 * at them may hand on packets that have none yet, from a virtual machine beside it, and those would
 * be forwarded so.
 */
enum {
	RX_ALWAYS = RTE_ETH_RX_OFFLOAD_IPV4_CKSUM,
	TX_ALWAYS = RTE_ETH_TX_OFFLOAD_MULTI_SEGS,
	/* Where there are VLANs: drivers may have slower ways to move packets with them. */
	RX_TAGS = RTE_ETH_RX_OFFLOAD_VLAN_STRIP,
	TX_TAGS = RTE_ETH_TX_OFFLOAD_VLAN_INSERT,
};

struct offloads
offloads_choose(const struct rte_eth_dev_info *info, bool tags)
{
	return (struct offloads){
		.rx = info->rx_offload_capa & (uint64_t)(RX_ALWAYS | (tags ? RX_TAGS : 0)),
		.tx = info->tx_offload_capa & (uint64_t)(TX_ALWAYS | (tags ? TX_TAGS : 0)),
	};
}

struct port_offloads
offloads_known(const struct offloads *offloads)
{
	struct port_offloads known = { .tags = offloads->tx & TX_TAGS };

	if (offloads->rx & RTE_ETH_RX_OFFLOAD_IPV4_CKSUM)
		known.told |= RTE_MBUF_F_RX_IP_CKSUM_MASK;
	if (offloads->rx & RTE_ETH_RX_OFFLOAD_VLAN_STRIP)
		known.told |= RTE_MBUF_F_RX_VLAN_STRIPPED;
	return known;
}

void
offloads_write(uint64_t offloads, const char *(*name)(uint64_t offload), char text[OFFLOADS_TEXT])
{
	size_t length = 0;

	snprintf(text, OFFLOADS_TEXT, "none");
	for (; offloads != 0 && length < OFFLOADS_TEXT; offloads &= offloads - 1)
		length += (size_t)snprintf(text + length, OFFLOADS_TEXT - length, "%s%s",
					   length > 0 ? " " : "", name(offloads & -offloads));
}
