/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernel.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_ring_elem.h>

#include "link.h"
#include "tag.h"
#include "transmit.h"
#include "worker.h"

enum {
	PORT_BGP = 179,
	PORT_BFD = 3784,      /* RFC 5881 */
	PORT_BFD_ECHO = 3785, /* RFC 5881 */
	PORT_BFD_FAR = 4784,  /* RFC 5883 */
	PORT_DHCP_SERVER = 67,
	PORT_DHCP_CLIENT = 68,
	ETHERTYPE_LLDP = 0x88cc,
};

#define LINK_MULTICAST      0xe0000000U /* 224.0.0.0/24 goes no further than its link */
#define LINK_MULTICAST_MASK 0xffffff00U

int
kernel_init(struct kernel *kernel, uint16_t worker, int socket)
{
	char name[RTE_RING_NAMESIZE];

	for (unsigned int i = 0; i < KERNEL_CLASSES; i++) {
		snprintf(name, sizeof(name), "kernel %u %u", worker, i);
		kernel->rings[i] =
			rte_ring_create_elem(name, sizeof(struct kernel_frame), KERNEL_RING_SIZE,
					     socket, RING_F_SP_ENQ | RING_F_SC_DEQ);
		if (kernel->rings[i] == NULL)
			return -rte_errno;
	}
	return 0;
}

void
kernel_release(struct kernel *kernel)
{
	struct kernel_frame frame;

	for (unsigned int i = 0; i < KERNEL_CLASSES; i++) {
		while (kernel->rings[i] != NULL &&
		       rte_ring_sc_dequeue_elem(kernel->rings[i], &frame, sizeof(frame)) == 0)
			rte_pktmbuf_free(frame.mbuf);
		rte_ring_free(kernel->rings[i]);
		kernel->rings[i] = NULL;
	}
}

/* The type of a frame that is not read any further; parsing has seen that it is there. */
static uint16_t
frame_type(const struct packet *packet)
{
	const char *frame = rte_pktmbuf_mtod(packet->mbuf, const char *);
	rte_be16_t type;

	memcpy(&type, frame + packet->link_length - sizeof(type), sizeof(type));
	return rte_be_to_cpu_16(type);
}

/* A question of a host without an address, or the answer for it. */
static bool
is_dhcp(const struct packet *packet)
{
	uint32_t header = rte_ipv4_hdr_len(packet->ip);
	uint32_t offset =
		(uint32_t)((const char *)packet->ip - rte_pktmbuf_mtod(packet->mbuf, const char *));
	const struct rte_udp_hdr *udp;
	struct rte_udp_hdr copy;

	if (packet->ip->next_proto_id != IPPROTO_UDP ||
	    packet->ip->dst_addr != RTE_BE32(INADDR_BROADCAST))
		return false;
	udp = rte_pktmbuf_read(packet->mbuf, offset + header, sizeof(copy), &copy);
	return udp != NULL && (udp->dst_port == RTE_BE16(PORT_DHCP_SERVER) ||
			       udp->dst_port == RTE_BE16(PORT_DHCP_CLIENT));
}

bool
kernel_wants(const struct worker *worker, const struct packet *packet, enum drop_reason reason)
{
	const struct snapshot_interface *link = link_find(worker->snapshot, packet->interface);

	if (link == NULL || !link->tap)
		return false;
	switch (reason) {
	case DROP_local_unsupported:
		return true;
	case DROP_ethertype_unsupported:
		return frame_type(packet) == ETHERTYPE_LLDP;
	case DROP_ip_broadcast:
		return is_dhcp(packet);
	case DROP_ip_source_martian:
		return packet->ip->src_addr == 0 && is_dhcp(packet);
	case DROP_ip_multicast:
		return (rte_be_to_cpu_32(packet->ip->dst_addr) & LINK_MULTICAST_MASK) ==
		       LINK_MULTICAST;
	default:
		return false;
	}
}

static bool
is_routing(const struct packet *packet, const struct snapshot_interface *link)
{
	uint16_t source = rte_be_to_cpu_16(packet->key.source_port);
	uint16_t destination = rte_be_to_cpu_16(packet->key.destination_port);

	if (packet->kind == PACKET_ARP)
		return true;
	if (packet->kind != PACKET_LOCAL ||
	    link_address_for(link, rte_be_to_cpu_32(packet->key.source)) == NULL)
		return false;
	if (packet->key.protocol == IPPROTO_TCP)
		return source == PORT_BGP || destination == PORT_BGP;
	return packet->key.protocol == IPPROTO_UDP &&
	       (destination == PORT_BFD || destination == PORT_BFD_ECHO ||
		destination == PORT_BFD_FAR);
}

void
kernel_give(struct worker *worker, const struct packet *packet)
{
	const struct snapshot *snapshot = worker->snapshot;
	const struct snapshot_interface *link = &snapshot->interfaces[packet->interface];
	enum kernel_class class = is_routing(packet, link) ? KERNEL_ROUTING : KERNEL_OTHER;
	const struct kernel_frame frame = { .mbuf = packet->mbuf, .interface = packet->interface };

	if (!bucket_pass(&worker->kernel.buckets[class], snapshot->kernel_rate, worker->now)) {
		transmit_drop(worker, packet->mbuf, DROP_local_rate);
		return;
	}
	if (!tag_restore(packet, link)) {
		transmit_drop(worker, packet->mbuf, DROP_vlan_unknown);
		return;
	}
	if (rte_ring_sp_enqueue_elem(worker->kernel.rings[class], (void *)(uintptr_t)&frame,
				     sizeof(frame)) != 0) {
		transmit_drop(worker, packet->mbuf, DROP_local_full);
		return;
	}
	worker->counters.path_packets[PATH_LOCAL]++;
	worker->counters.consumed++;
}

void
kernel_send(struct worker *worker, const struct command_frame *frame)
{
	const struct snapshot_interface *link = link_find(worker->snapshot, frame->interface);

	worker->counters.originated++;
	/* The interface may have gone since the kernel sent it. */
	if (link == NULL || (link->vlan != 0 && !tag_write(frame->mbuf, link->vlan)))
		transmit_drop(worker, frame->mbuf, DROP_vlan_unknown);
	else
		transmit_frame(worker, link->port, frame->mbuf);
}
