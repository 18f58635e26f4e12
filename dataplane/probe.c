/* SPDX-License-Identifier: BSD-3-Clause */
#include "probe.h"

#include <string.h>

#include <rte_tcp.h>

#include "transmit.h"
#include "worker.h"

void
probe_send(struct worker *worker, const struct command_send *send)
{
	const struct snapshot_interface *link = link_find(worker->snapshot, send->interface);
	uint32_t adjacency = ADJACENCY_NONE;

	worker->counters.originated++;
	if (link != NULL)
		adjacency = neighbor_find_or_add(&worker->neighbors, worker->snapshot,
						 send->interface, send->address);
	if (adjacency == ADJACENCY_NONE)
		transmit_drop(worker, send->mbuf,
			      link == NULL ? DROP_subnet_missing : DROP_neighbor_table_full);
	else
		transmit_to_adjacency(worker, send->mbuf,
				      rte_pktmbuf_mtod(send->mbuf, struct rte_ipv4_hdr *),
				      adjacency);
}

/* The TCP header and what of its data is asked for, as far as the first segment has them. */
static bool
answer_read(const struct packet *packet, struct probe_answer *answer)
{
	const uint8_t *ip = (const uint8_t *)packet->ip;
	const uint8_t *begin = rte_pktmbuf_mtod(packet->mbuf, const uint8_t *);
	unsigned int there =
		RTE_MIN(rte_pktmbuf_data_len(packet->mbuf) - (unsigned int)(ip - begin),
			(unsigned int)packet->ip_length);
	unsigned int offset = rte_ipv4_hdr_len(packet->ip);
	const struct rte_tcp_hdr *tcp = (const void *)(ip + offset);
	unsigned int data;

	if (there < offset + sizeof(*tcp))
		return false;
	data = offset + (tcp->data_off >> 4) * 4U;
	if (data < offset + sizeof(*tcp) || data > packet->ip_length)
		return false;
	*answer = (struct probe_answer){
		.source_port = tcp->src_port,
		.destination_port = tcp->dst_port,
		.sequence = rte_be_to_cpu_32(tcp->sent_seq),
		.acknowledgement = rte_be_to_cpu_32(tcp->recv_ack),
		.flags = tcp->tcp_flags,
		.length = (uint16_t)(packet->ip_length - data),
	};
	if (data < there)
		memcpy(answer->data, ip + data, RTE_MIN(there - data, sizeof(answer->data)));
	return true;
}

/* Half of the ring is left to neighbours: hosts that send here at will are no reason to lose one.
 */
void
probe_receive(struct worker *worker, const struct packet *packet)
{
	struct event event = {
		.type = EVENT_ANSWER,
		.interface = packet->interface,
		.address = packet->key.source,
	};

	if (!answer_read(packet, &event.answer)) {
		transmit_drop(worker, packet->mbuf, DROP_transport_truncated);
		return;
	}
	if (rte_ring_count(worker->events) >= EVENT_RING_SIZE / 2) {
		transmit_drop(worker, packet->mbuf, DROP_local_full);
		return;
	}
	worker_post(worker, &event);
	worker->counters.consumed++;
	rte_pktmbuf_free(packet->mbuf);
}
