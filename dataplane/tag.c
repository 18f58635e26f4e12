/* SPDX-License-Identifier: BSD-3-Clause */
#include "tag.h"

#include <string.h>

bool
tag_write(struct rte_mbuf *mbuf, uint16_t tci)
{
	const rte_be16_t tag[2] = { RTE_BE16(RTE_ETHER_TYPE_VLAN), rte_cpu_to_be_16(tci) };
	char *frame = rte_pktmbuf_prepend(mbuf, sizeof(tag));

	if (frame == NULL)
		return false;
	memmove(frame, frame + sizeof(tag), 2 * RTE_ETHER_ADDR_LEN);
	memcpy(frame + 2 * RTE_ETHER_ADDR_LEN, tag, sizeof(tag));
	return true;
}

bool
tag_restore(const struct packet *packet, const struct snapshot_interface *link)
{
	if (link->vlan == 0 || packet_link_length(packet) > sizeof(struct rte_ether_hdr))
		return true;
	return tag_write(packet->mbuf, packet->mbuf->vlan_tci);
}
