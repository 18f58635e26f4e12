/* SPDX-License-Identifier: BSD-3-Clause */
#include "arp.h"

#include <string.h>

#include <rte_arp.h>

#include "link.h"
#include "route.h"
#include "transmit.h"
#include "worker.h"

/* The address is the gateway's: the interface's own, or that of a VIP in the link's prefix. */
static bool
arp_is_own(const struct snapshot *snapshot, const struct snapshot_interface *link, uint32_t address)
{
	if (link_is_own(link, address))
		return true;
	return link->zone == ZONE_FABRIC && link_address_for(link, address) != NULL &&
	       route_target_kind(route_find(snapshot->fib, address)) == ROUTE_VIP;
}

/* Ethernet and IPv4, in one segment. */
static bool
arp_is_whole(const struct packet *packet, const struct rte_arp_hdr *arp)
{
	const struct rte_mbuf *mbuf = packet->mbuf;

	return mbuf->nb_segs == 1 &&
	       rte_pktmbuf_data_len(mbuf) >= packet->link_length + sizeof(*arp) &&
	       arp->arp_hardware == RTE_BE16(RTE_ARP_HRD_ETHER) &&
	       arp->arp_protocol == RTE_BE16(RTE_ETHER_TYPE_IPV4) &&
	       arp->arp_hlen == RTE_ETHER_ADDR_LEN && arp->arp_plen == sizeof(rte_be32_t);
}

/*
 * A neighbour speaks for itself: a host's MAC address, the one that the frame came from, and an
 * address on the link that is nobody's but a host's. Probes have none (RFC 5227 section 2.1.1).
 */
static bool
arp_is_from_neighbor(const struct snapshot *snapshot, const struct snapshot_interface *link,
		     const struct rte_ether_hdr *ether, const struct rte_arp_hdr *arp)
{
	const struct rte_ether_addr *mac = &arp->arp_data.arp_sha;
	uint32_t sender = rte_be_to_cpu_32(arp->arp_data.arp_sip);

	if (!rte_is_valid_assigned_ether_addr(mac) ||
	    !rte_is_same_ether_addr(mac, &ether->src_addr) ||
	    rte_is_same_ether_addr(mac, &link->mac))
		return false;
	if (sender == 0)
		return arp->arp_opcode == RTE_BE16(RTE_ARP_OP_REQUEST);
	return link_address_for(link, sender) != NULL && !link_is_broadcast(link, sender) &&
	       !arp_is_own(snapshot, link, sender);
}

static void
arp_learn(struct worker *worker, const struct packet *packet, const struct rte_arp_hdr *arp)
{
	struct event event = {
		.type = EVENT_LEARNED,
		.interface = packet->interface,
		.mac = arp->arp_data.arp_sha,
		.address = arp->arp_data.arp_sip,
	};

	worker_post(worker, &event);
}

/* Makes the request its own answer; what came behind it is cut off. */
static void
arp_reply(struct worker *worker, struct packet *packet, struct rte_arp_hdr *arp)
{
	const struct snapshot_interface *link = &worker->snapshot->interfaces[packet->interface];
	struct rte_mbuf *mbuf = packet->mbuf;
	struct rte_arp_ipv4 *data = &arp->arp_data;
	rte_be32_t own = data->arp_tip;

	arp->arp_opcode = RTE_BE16(RTE_ARP_OP_REPLY);
	data->arp_tha = data->arp_sha;
	data->arp_tip = data->arp_sip;
	data->arp_sha = link->mac;
	data->arp_sip = own;
	mbuf->data_len = (uint16_t)(packet->link_length + sizeof(*arp));
	mbuf->pkt_len = mbuf->data_len;
	transmit_back(worker, packet);
}

void
arp_receive(struct worker *worker, struct packet *packet)
{
	const struct snapshot *snapshot = worker->snapshot;
	const struct snapshot_interface *link = &snapshot->interfaces[packet->interface];
	struct rte_ether_hdr *ether = rte_pktmbuf_mtod(packet->mbuf, struct rte_ether_hdr *);
	struct rte_arp_hdr *arp =
		rte_pktmbuf_mtod_offset(packet->mbuf, struct rte_arp_hdr *, packet->link_length);
	bool own, request;

	if (!arp_is_whole(packet, arp) || !arp_is_from_neighbor(snapshot, link, ether, arp)) {
		transmit_drop(worker, packet->mbuf, DROP_arp_invalid);
		return;
	}
	request = arp->arp_opcode == RTE_BE16(RTE_ARP_OP_REQUEST);
	if (!request && arp->arp_opcode != RTE_BE16(RTE_ARP_OP_REPLY)) {
		transmit_drop(worker, packet->mbuf, DROP_arp_invalid);
		return;
	}
	own = arp_is_own(snapshot, link, rte_be_to_cpu_32(arp->arp_data.arp_tip));
	/* Who asks for itself tells everybody its address (RFC 5227 section 3). */
	if (arp->arp_data.arp_sip != 0 && (own || arp->arp_data.arp_sip == arp->arp_data.arp_tip))
		arp_learn(worker, packet, arp);
	if (request && own) {
		arp_reply(worker, packet, arp);
		return;
	}
	if (link->tap && own) {
		kernel_give(worker, packet);
		return;
	}
	worker->counters.consumed++;
	rte_pktmbuf_free(packet->mbuf);
}

/* Appends the question about it, asked from the gateway's address `own`. False: no room. */
static bool
arp_request_write(struct rte_mbuf *mbuf, const struct snapshot_interface *link, uint32_t own,
		  const struct command_neighbor *neighbor)
{
	static const struct rte_ether_addr everybody = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };
	const struct rte_ether_addr *to = neighbor->reachable ? &neighbor->mac : &everybody;
	const struct rte_arp_hdr arp = {
		.arp_hardware = RTE_BE16(RTE_ARP_HRD_ETHER),
		.arp_protocol = RTE_BE16(RTE_ETHER_TYPE_IPV4),
		.arp_hlen = RTE_ETHER_ADDR_LEN,
		.arp_plen = sizeof(rte_be32_t),
		.arp_opcode = RTE_BE16(RTE_ARP_OP_REQUEST),
		.arp_data = { .arp_sha = link->mac,
			      .arp_sip = rte_cpu_to_be_32(own),
			      .arp_tip = neighbor->address },
	};
	uint8_t header[LINK_HEADER_MAX];
	uint8_t length = link_header_write(link, to, RTE_ETHER_TYPE_ARP, header);
	char *frame = rte_pktmbuf_append(mbuf, (uint16_t)(length + sizeof(arp)));

	if (frame == NULL)
		return false;
	memcpy(frame, header, length);
	memcpy(frame + length, &arp, sizeof(arp));
	return true;
}

void
arp_request(struct worker *worker, const struct command_neighbor *neighbor)
{
	const struct snapshot_interface *link = link_find(worker->snapshot, neighbor->interface);
	uint32_t address = rte_be_to_cpu_32(neighbor->address);
	const struct interface_address *prefix;
	struct rte_mbuf *mbuf;
	uint32_t own;

	/* The interface may have changed since somebody asked for the neighbour. */
	if (link == NULL)
		return;
	prefix = link_address_for(link, address);
	if (prefix == NULL)
		return;
	/* Who asks for itself tells everybody its address (RFC 5227 section 3). */
	own = arp_is_own(worker->snapshot, link, address) ? address : prefix->address;
	/* Without a buffer nobody is asked: the control thread's next try is another chance. */
	mbuf = rte_pktmbuf_alloc(worker->pool);
	if (mbuf == NULL)
		return;
	if (!arp_request_write(mbuf, link, own, neighbor)) {
		rte_pktmbuf_free(mbuf);
		return;
	}
	worker->counters.originated++;
	transmit_frame(worker, link->port, mbuf);
}
