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
#include "dataplane/owner.h"
#include "instructions_config.h"
#include "instructions_link.h"
#include "mark.h"

enum {
	WORKERS = 2, /* at most */
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
	uint16_t receiver; /* the worker that it comes to; the first owns it */
};

/* In this order: each takes up what the one before has left. */
static const struct row rows[] = {
	{ "fabric", TRANSIT, IPPROTO_UDP, 0, WAN, 0 },
	{ "UDP: first packets", FIRST_PACKETS, IPPROTO_UDP, 0, LAN, 0 },
	{ "UDP: first replies", REPLIES, IPPROTO_UDP, 0, WAN, 0 },
	{ "UDP: second calls", CALLS, IPPROTO_UDP, 0, LAN, 0 },
	{ "UDP: replies", REPLIES, IPPROTO_UDP, 0, WAN, 0 },
	{ "UDP: calls", CALLS, IPPROTO_UDP, 0, LAN, 0 },
	{ "UDP: ends of sessions", ENDS, IPPROTO_UDP, 0, 0, 0 },
	{ "TCP: first packets", FIRST_PACKETS, IPPROTO_TCP, RTE_TCP_SYN_FLAG, LAN, 0 },
	{ "TCP: first replies", REPLIES, IPPROTO_TCP, RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG, WAN, 0 },
	{ "TCP: second calls", CALLS, IPPROTO_TCP, RTE_TCP_ACK_FLAG, LAN, 0 },
	{ "TCP: replies", REPLIES, IPPROTO_TCP, RTE_TCP_ACK_FLAG, WAN, 0 },
	{ "TCP: calls", CALLS, IPPROTO_TCP, RTE_TCP_ACK_FLAG, LAN, 0 },
	{ "TCP: ends of sessions", ENDS, IPPROTO_TCP, 0, 0, 0 },
};

/* The same of two workers. */
static const struct row rows_of_two[] = {
	{ "two workers: first packets", FIRST_PACKETS, IPPROTO_UDP, 0, LAN, 0 },
	{ "two workers: first replies", REPLIES, IPPROTO_UDP, 0, WAN, 0 },
	{ "two workers: second calls", CALLS, IPPROTO_UDP, 0, LAN, 0 },
	{ "two workers: replies", REPLIES, IPPROTO_UDP, 0, WAN, 0 },
	{ "two workers: calls", CALLS, IPPROTO_UDP, 0, LAN, 0 },
	{ "two workers: calls handed over", CALLS, IPPROTO_UDP, 0, LAN, 1 },
};

struct subject {
	struct gateway *gateway;
	struct worker *workers[WORKERS];
	uint16_t worker_count;
	uint64_t now;
	struct traffic traffic;
	struct frame frames[PACKETS];
	struct packet_text transit[PACKETS];
	struct packet_text calls[PACKETS]; /* of hosts */
	struct packet_text replies[PACKETS];
};

static void
subject_settle(struct subject *subject)
{
	bool waiting;

	do {
		waiting = !gateway_settled(subject->gateway);
		for (uint16_t i = 0; i < subject->worker_count; i++) {
			(void)worker_poll(subject->workers[i], subject->now);
			waiting |= !rte_ring_empty(subject->workers[i]->commands);
		}
		(void)gateway_tick(subject->gateway, subject->now);
	} while (waiting);
}

/* Takes the model. The neighbours are known when it returns. 0 or -1. */
static int
subject_open(struct subject *subject, struct link links[WORKERS][PORTS], struct model *model,
	     uint16_t workers)
{
	struct port_queue queues[WORKERS][PORTS];
	const struct port_queue *queue_lists[] = { queues[0], queues[1] };
	char error[256] = "no room for packets";
	struct gateway_options options = {
		.workers = workers,
		.queues = queue_lists,
		.seed = 1,
		.now = SECOND,
		.socket = SOCKET_ID_ANY,
	};

	for (uint16_t worker = 0; worker < workers; worker++) {
		for (uint16_t port = 0; port < PORTS; port++) {
			links[worker][port] = (struct link){ &subject->traffic, port, worker };
			queues[worker][port] = link_queue(&links[worker][port]);
		}
	}
	subject->worker_count = workers;
	subject->now = SECOND;
	subject->traffic.pool = rte_pktmbuf_pool_create("packets", MBUFS, 0, 0,
							RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	options.pool = subject->traffic.pool;
	if (subject->traffic.pool == NULL ||
	    gateway_create(model, &options, &subject->gateway, error, sizeof(error)) != 0) {
		fprintf(stderr, "%s\n", error);
		model_free(model);
		rte_mempool_free(subject->traffic.pool);
		return -1;
	}
	for (uint16_t i = 0; i < workers; i++)
		subject->workers[i] = gateway_worker(subject->gateway, i);
	subject_settle(subject);
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
	subject->traffic.port = row->port;
	subject->traffic.worker = row->receiver;
	subject->traffic.next = subject->frames;
	subject->traffic.waiting = PACKETS;
	subject->traffic.sent_count = 0;
	mark_begin();
	while (subject->traffic.waiting > 0) {
		(void)worker_poll(subject->workers[row->receiver], subject->now);
		if (row->receiver != 0)
			(void)worker_poll(subject->workers[0], subject->now);
	}
	mark_end(PACKETS, row->name);
	if (subject->traffic.sent_count == PACKETS)
		return 0;
	fprintf(stderr, "%s: %u of %d packets left\n", row->name, subject->traffic.sent_count,
		PACKETS);
	return -1;
}

static void
row_of_ends(struct subject *subject, const struct row *row)
{
	subject->now += 2 * INSTRUCTIONS_IDLE_SECONDS * SECOND;
	mark_begin();
	while (subject->workers[0]->sessions.used > 0) {
		(void)worker_poll(subject->workers[0], subject->now);
		subject->now += SECOND;
	}
	mark_end(PACKETS, row->name);
}

/* Those that the first worker owns; how many. */
static unsigned int
hosts_choose(const struct subject *subject, uint32_t hosts[INSTRUCTIONS_HOSTS])
{
	const struct snapshot *snapshot = gateway_snapshot(subject->gateway);
	uint16_t interface = gateway_interface_id(subject->gateway, "hosts");
	struct flow_key call = { .zone = snapshot->interfaces[interface].zone,
				 .destination = rte_cpu_to_be_32(INSTRUCTIONS_FIRST_PREFIX),
				 .protocol = IPPROTO_UDP,
				 .family = FLOW_FAMILY_IPV4 };
	unsigned int count = 0;

	for (uint32_t i = 0; i < INSTRUCTIONS_HOSTS; i++) {
		hosts[count] = INSTRUCTIONS_FIRST_HOST + i;
		call.source = rte_cpu_to_be_32(hosts[count]);
		if (owner_find(snapshot, &call).first == 0)
			count++;
	}
	return count;
}

static void
calls_make(struct subject *subject)
{
	uint32_t hosts[INSTRUCTIONS_HOSTS];
	unsigned int host_count = hosts_choose(subject, hosts);

	for (unsigned int i = 0; i < PACKETS; i++) {
		subject->calls[i] = (struct packet_text){
			.source = hosts[i % host_count],
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
			.source = subject->traffic.sent[i].destination,
			.destination = subject->traffic.sent[i].source,
			.source_port = subject->traffic.sent[i].destination_port,
			.destination_port = subject->traffic.sent[i].source_port,
		};
}

static int
row_count(struct subject *subject, const struct row *row)
{
	switch (row->what) {
	case TRANSIT:
		return row_of_packets(subject, row, subject->transit);
	case FIRST_PACKETS:
		if (row_of_packets(subject, row, subject->calls) != 0)
			return -1;
		replies_make(subject);
		return 0;
	case CALLS:
		return row_of_packets(subject, row, subject->calls);
	case REPLIES:
		return row_of_packets(subject, row, subject->replies);
	case ENDS:
		row_of_ends(subject, row);
		break;
	}
	return 0;
}

/* Makes a gateway of that many workers, for these rows. 0 or -1. */
static int
rows_count(uint16_t workers, const struct row *list, unsigned int count)
{
	struct subject *subject = calloc(1, sizeof(*subject));
	struct model *model = instructions_config();
	struct link links[WORKERS][PORTS];
	int rc = -1;

	if (subject == NULL || model == NULL) {
		model_free(model);
		goto free_subject;
	}
	if (subject_open(subject, links, model, workers) != 0)
		goto free_subject;
	calls_make(subject);
	rc = 0;
	for (unsigned int i = 0; i < count && rc == 0; i++)
		rc = row_count(subject, &list[i]);
	gateway_free(subject->gateway);
	rte_mempool_free(subject->traffic.pool);
free_subject:
	free(subject);
	return rc;
}

int
main(void)
{
	struct model *model = instructions_config();
	char error[256];
	bool counted;

	if (model == NULL)
		return 2;
	if (eal_start(model, EAL_OFFLINE, error, sizeof(error)) != 0) {
		fprintf(stderr, "%s\n", error);
		model_free(model);
		return 2;
	}
	model_free(model);
	puts(COMPILER);
	counted = rows_count(1, rows, RTE_DIM(rows)) == 0 &&
		  rows_count(2, rows_of_two, RTE_DIM(rows_of_two)) == 0;
	eal_stop();
	return counted ? 0 : 1;
}
