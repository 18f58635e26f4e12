/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A gateway that takes the same packets in each run, for instructions.py to count what they cost
 * under callgrind: it counts within worker_poll(), but for the links' own functions, and writes
 * down what it has when mark_end() is called. Prints what it was compiled by, then each row's
 * packets and name.
 */

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#include "config/config.h"
#include "control/eal.h"
#include "control/gateway.h"
#include "control/packet_frame.h"
#include "instructions_config.h"
#include "mark.h"

enum {
	PACKETS = 1024, /* of a row */
	WAN = 0,        /* index of the port */
	LAN = 1,
	PORTS = 2,
	MBUFS = 4 * BURST - 1,
	FRAME_LENGTH_MIN = 60,       /* and 4 bytes of checksum that no driver hands on */
	TRANSPORT_CHECKSUM = 0x1234, /* any but 0: updates never look whether it is right */
};

#ifdef __clang__
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

#define SOMEBODY RTE_IPV4(64, 0, 0, 1)
#define SECOND   1000000000ULL /* nanoseconds */

/* What a row's packets are. */
enum what {
	TRANSIT,
	FIRST_PACKETS, /* of hosts' calls */
	CALLS,         /* of which there is a session */
	REPLIES,
	ENDS, /* none; the sessions end */
};

struct row {
	const char *name;
	enum what what;
	uint8_t protocol;
	uint8_t tcp_flags;
	uint16_t port;
};

/* In this order: each takes up what the one before has left. */
static const struct row rows[] = {
	{ "fabric", TRANSIT, IPPROTO_UDP, 0, WAN },
	{ "UDP: first packets", FIRST_PACKETS, IPPROTO_UDP, 0, LAN },
	{ "UDP: first replies", REPLIES, IPPROTO_UDP, 0, WAN },
	{ "UDP: second calls", CALLS, IPPROTO_UDP, 0, LAN },
	{ "UDP: replies", REPLIES, IPPROTO_UDP, 0, WAN },
	{ "UDP: calls", CALLS, IPPROTO_UDP, 0, LAN },
	{ "UDP: ends of sessions", ENDS, IPPROTO_UDP, 0, 0 },
	{ "TCP: first packets", FIRST_PACKETS, IPPROTO_TCP, RTE_TCP_SYN_FLAG, LAN },
	{ "TCP: first replies", REPLIES, IPPROTO_TCP, RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG, WAN },
	{ "TCP: second calls", CALLS, IPPROTO_TCP, RTE_TCP_ACK_FLAG, LAN },
	{ "TCP: replies", REPLIES, IPPROTO_TCP, RTE_TCP_ACK_FLAG, WAN },
	{ "TCP: calls", CALLS, IPPROTO_TCP, RTE_TCP_ACK_FLAG, LAN },
	{ "TCP: ends of sessions", ENDS, IPPROTO_TCP, 0, 0 },
};

struct frame {
	uint8_t bytes[PACKET_FRAME_MAX] __rte_aligned(PACKET_FRAME_ALIGNMENT);
	uint16_t length;
};

struct subject {
	struct rte_mempool *pool;
	struct gateway *gateway;
	struct worker *worker;
	uint64_t now;
	uint16_t port; /* that receives */
	const struct frame *next;
	unsigned int waiting;
	struct frame frames[PACKETS];
	struct packet_text transit[PACKETS];
	struct packet_text calls[PACKETS]; /* of hosts */
	struct packet_text replies[PACKETS];
	struct packet_text sent[PACKETS]; /* as the last packets left for the fabric */
	unsigned int sent_count;
};

struct link {
	struct subject *subject;
	uint16_t port;
};

static uint16_t
link_receive(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	const struct link *link = context;
	struct subject *subject = link->subject;
	uint16_t count = (uint16_t)RTE_MIN(subject->waiting, (unsigned int)n);

	if (link->port != subject->port || count == 0 ||
	    rte_pktmbuf_alloc_bulk(subject->pool, mbufs, count) != 0)
		return 0;
	for (uint16_t i = 0; i < count; i++) {
		const struct frame *frame = subject->next++;

		memcpy(rte_pktmbuf_append(mbufs[i], frame->length), frame->bytes, frame->length);
	}
	subject->waiting -= count;
	return count;
}

static struct packet_text
sent_describe(const struct rte_mbuf *mbuf)
{
	const struct rte_ipv4_hdr *ip = rte_pktmbuf_mtod_offset(mbuf, const struct rte_ipv4_hdr *,
								sizeof(struct rte_ether_hdr));
	const struct rte_udp_hdr *ports = (const struct rte_udp_hdr *)(ip + 1);

	return (struct packet_text){
		.protocol = ip->next_proto_id,
		.source = rte_be_to_cpu_32(ip->src_addr),
		.destination = rte_be_to_cpu_32(ip->dst_addr),
		.source_port = rte_be_to_cpu_16(ports->src_port),
		.destination_port = rte_be_to_cpu_16(ports->dst_port),
	};
}

static uint16_t
link_transmit(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	const struct link *link = context;
	struct subject *subject = link->subject;

	for (uint16_t i = 0; i < n; i++) {
		if (link->port == WAN && subject->sent_count < PACKETS)
			subject->sent[subject->sent_count] = sent_describe(mbufs[i]);
		subject->sent_count++;
	}
	rte_pktmbuf_free_bulk(mbufs, n);
	return n;
}

/* Takes the model. The neighbours are known when it returns. 0 or -1. */
static int
subject_open(struct subject *subject, struct link links[PORTS], struct model *model)
{
	struct port_queue queues[PORTS];
	const struct port_queue *queue_list = queues;
	char error[256] = "no room for packets";
	struct gateway_options options = {
		.workers = 1,
		.queues = &queue_list,
		.seed = 1,
		.now = SECOND,
		.socket = SOCKET_ID_ANY,
	};

	for (uint16_t port = 0; port < PORTS; port++) {
		links[port] = (struct link){ subject, port };
		queues[port] = (struct port_queue){ link_receive, link_transmit, &links[port] };
	}
	subject->now = SECOND;
	subject->pool = rte_pktmbuf_pool_create("packets", MBUFS, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
						SOCKET_ID_ANY);
	options.pool = subject->pool;
	if (subject->pool == NULL ||
	    gateway_create(model, &options, &subject->gateway, error, sizeof(error)) != 0) {
		fprintf(stderr, "%s\n", error);
		model_free(model);
		rte_mempool_free(subject->pool);
		return -1;
	}
	subject->worker = gateway_worker(subject->gateway, 0);
	while (!gateway_settled(subject->gateway) || !rte_ring_empty(subject->worker->commands)) {
		(void)worker_poll(subject->worker, subject->now);
		(void)gateway_tick(subject->gateway, subject->now);
	}
	return 0;
}

static void
frame_make(struct frame *frame, const struct packet_text *packet,
	   const struct snapshot_interface *interface, uint8_t tcp_flags)
{
	uint16_t length = packet_frame_build(packet, interface, frame->bytes);
	uint8_t *end = frame->bytes + length;

	if (packet->protocol == IPPROTO_TCP) {
		struct rte_tcp_hdr *tcp = (struct rte_tcp_hdr *)end - 1;

		/* Of both sides: one has sent its SYN, and the other has taken it. */
		tcp->recv_ack = RTE_BE32(1);
		tcp->tcp_flags = tcp_flags;
		tcp->cksum = TRANSPORT_CHECKSUM;
	} else {
		struct rte_udp_hdr *udp = (struct rte_udp_hdr *)end - 1;

		udp->dgram_cksum = TRANSPORT_CHECKSUM;
	}
	frame->length = length < FRAME_LENGTH_MIN ? FRAME_LENGTH_MIN : length;
}

/* 0; -1: not all of them have left. */
static int
row_of_packets(struct subject *subject, const struct row *row, const struct packet_text *packets)
{
	const struct snapshot *snapshot = gateway_snapshot(subject->gateway);
	uint16_t interface =
		gateway_interface_id(subject->gateway, row->port == WAN ? "internet" : "hosts");

	for (unsigned int i = 0; i < PACKETS; i++) {
		struct packet_text packet = packets[i];

		packet.protocol = row->protocol;
		frame_make(&subject->frames[i], &packet, &snapshot->interfaces[interface],
			   row->tcp_flags);
	}
	subject->port = row->port;
	subject->next = subject->frames;
	subject->waiting = PACKETS;
	subject->sent_count = 0;
	mark_begin();
	while (subject->waiting > 0)
		(void)worker_poll(subject->worker, subject->now);
	mark_end(PACKETS, row->name);
	if (subject->sent_count == PACKETS)
		return 0;
	fprintf(stderr, "%s: %u of %d packets left\n", row->name, subject->sent_count, PACKETS);
	return -1;
}

static void
row_of_ends(struct subject *subject, const struct row *row)
{
	subject->now += 2 * INSTRUCTIONS_IDLE_SECONDS * SECOND;
	mark_begin();
	while (subject->worker->sessions.used > 0) {
		(void)worker_poll(subject->worker, subject->now);
		subject->now += SECOND;
	}
	mark_end(PACKETS, row->name);
}

static void
calls_make(struct subject *subject)
{
	for (unsigned int i = 0; i < PACKETS; i++) {
		subject->calls[i] = (struct packet_text){
			.source = INSTRUCTIONS_FIRST_HOST + i % INSTRUCTIONS_HOSTS,
			.destination =
				INSTRUCTIONS_FIRST_PREFIX + (i % INSTRUCTIONS_PREFIXES << 16) + i,
			.source_port = (uint16_t)(40000 + i),
			.destination_port = (uint16_t)(i * 4),
		};
		subject->transit[i] = subject->calls[i];
		subject->transit[i].source = SOMEBODY;
	}
}

static void
replies_make(struct subject *subject)
{
	for (unsigned int i = 0; i < PACKETS; i++)
		subject->replies[i] = (struct packet_text){
			.source = subject->sent[i].destination,
			.destination = subject->sent[i].source,
			.source_port = subject->sent[i].destination_port,
			.destination_port = subject->sent[i].source_port,
		};
}

static int
rows_count(struct subject *subject)
{
	int rc = 0;

	puts(COMPILER);
	calls_make(subject);
	for (unsigned int i = 0; i < RTE_DIM(rows) && rc == 0; i++) {
		switch (rows[i].what) {
		case TRANSIT:
			rc = row_of_packets(subject, &rows[i], subject->transit);
			break;
		case FIRST_PACKETS:
			rc = row_of_packets(subject, &rows[i], subject->calls);
			replies_make(subject);
			break;
		case CALLS:
			rc = row_of_packets(subject, &rows[i], subject->calls);
			break;
		case REPLIES:
			rc = row_of_packets(subject, &rows[i], subject->replies);
			break;
		case ENDS:
			row_of_ends(subject, &rows[i]);
			break;
		}
	}
	return rc;
}

int
main(void)
{
	struct subject *subject = calloc(1, sizeof(*subject));
	struct model *model = instructions_config();
	struct link links[PORTS];
	char error[256];
	int status = 2;

	if (subject == NULL || model == NULL)
		goto free_model;
	if (eal_start(model, EAL_OFFLINE, error, sizeof(error)) != 0) {
		fprintf(stderr, "%s\n", error);
		goto free_model;
	}
	if (subject_open(subject, links, model) == 0) {
		status = rows_count(subject) == 0 ? 0 : 1;
		gateway_free(subject->gateway);
		rte_mempool_free(subject->pool);
	}
	eal_stop();
	free(subject);
	return status;

free_model:
	model_free(model);
	free(subject);
	return status;
}
