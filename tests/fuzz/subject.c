/* SPDX-License-Identifier: BSD-3-Clause */
#include "subject.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>
#include <sanitizer/asan_interface.h>

#include "config/config.h"
#include "control/gateway.h"
#include "control/report.h"
#include "tests/unit/eal.h"

#define NS_PER_MS 1000000ULL

enum {
	SUBJECT_PORTS = 2,
	SUBJECT_BUFFERS = 8191,
	SUBJECT_BUFFER_SIZE = RTE_PKTMBUF_HEADROOM + SUBJECT_FRAME_MAX,
	SUBJECT_INPUTS_MAX = 5000,  /* that one gateway serves: its clock has 2^32 seconds */
	SUBJECT_ROUNDS_MAX = 10000, /* of a gateway that never comes to rest */
	SUBJECT_REST_STEPS = 4,
	SUBJECT_ARP_SECONDS = 5,      /* after which a neighbour is given up */
	SUBJECT_IDLE_SECONDS = 20000, /* longer than any timer */
	SUBJECT_TEXT_MAX = 8192,
	SUBJECT_RELOADS_MAX = 3, /* of an input: each takes longer than all packets */
};

struct subject_port {
	struct subject *subject;
	uint16_t number;
	uint16_t count;
	struct rte_mbuf *in[SUBJECT_BURST];
};

struct subject {
	char text[SUBJECT_TEXT_MAX]; /* of the configuration */
	struct rte_mempool *pool;    /* the gateway's own */
	struct rte_mempool *frames;  /* of what it receives */
	struct gateway *gateway;
	uint64_t now;
	struct subject_port ports[SUBJECT_PORTS];
	struct subject_frame sent[SUBJECT_SENT_MAX];
	unsigned int sent_count;
	unsigned int inputs;
	bool inside_outside; /* the fabric was given a virtual network's source */
	bool changed;        /* the configuration has a change */
	unsigned int reloads;
};

const struct subject_interface subject_interfaces[SUBJECT_INTERFACES] = {
	{ 0, 0, true, { { 2, 0, 0, 0, 0, 1 } } },   { 0, 9, true, { { 2, 0, 0, 0, 0, 1 } } },
	{ 1, 10, false, { { 2, 0, 0, 0, 0, 2 } } }, { 1, 20, false, { { 2, 0, 0, 0, 0, 2 } } },
	{ 1, 30, false, { { 2, 0, 0, 0, 0, 2 } } }, { 1, 40, false, { { 2, 0, 0, 0, 0, 2 } } },
};

/* What a reload puts in the place of what the file has. */
static const struct {
	const char *old;
	const char *new;
} changes[SUBJECT_CHANGES] = {
	{ "", "" },
	{ "next_hops = \"192.0.2.1\"", "next_hops = \"198.51.100.1\"" },
	{ "[ \"10.0.1.4\", \"10.0.1.5\" ]", "\"10.0.1.5\"" },
	{ "name = \"dns\"; protocol = \"udp\"; ports = \"53\"",
	  "name = \"dns\"; protocol = \"udp\"; ports = \"54\"" },
	{ "outbound_vips = \"one\"; security_group", "route_table = \"forced\"; security_group" },
	{ "access = \"allow\"; protocol = \"tcp\"", "access = \"deny\"; protocol = \"tcp\"" },
	{ "address = \"192.23.1.3\"", "address = \"192.23.1.7\"" },
	{ "vlan = 40; addresses = \"10.0.1.1/26\";", "vlan = 41; addresses = \"10.0.1.1/26\";" },
};

void
require(bool condition)
{
	if (!condition)
		abort();
}

static uint16_t
subject_receive(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	struct subject_port *port = context;
	uint16_t count = (uint16_t)RTE_MIN(port->count, n);

	memcpy(mbufs, port->in, count * sizeof(mbufs[0]));
	port->count = (uint16_t)(port->count - count);
	memmove(port->in, port->in + count, port->count * sizeof(mbufs[0]));
	return count;
}

static uint8_t
subject_interface_of(uint16_t port, uint16_t vlan)
{
	for (uint8_t i = 0; i < SUBJECT_INTERFACES; i++) {
		if (subject_interfaces[i].port == port && subject_interfaces[i].vlan == vlan)
			return i;
	}
	return SUBJECT_INTERFACES;
}

/* What leaves is whole, and is where it may be. */
static void
subject_check_ipv4(const struct subject *subject, const struct subject_frame *frame)
{
	const struct rte_ipv4_hdr *ip = (const void *)(frame->bytes + frame->ip_at);
	unsigned int length = frame->length - frame->ip_at;

	require(length >= sizeof(*ip) && ip->version == 4);
	require(rte_ipv4_hdr_len(ip) >= sizeof(*ip) && rte_ipv4_hdr_len(ip) <= length);
	require(rte_be_to_cpu_16(ip->total_length) == length);
	require(rte_raw_cksum(ip, rte_ipv4_hdr_len(ip)) == UINT16_MAX);
	require(ip->time_to_live > 0);
	if (frame->interface < SUBJECT_INTERFACES && subject_interfaces[frame->interface].fabric &&
	    !subject->inside_outside)
		require((rte_be_to_cpu_32(ip->src_addr) >> 24) != 10);
}

static void
subject_keep(struct subject *subject, uint16_t port, const struct rte_mbuf *mbuf)
{
	struct subject_frame *frame = &subject->sent[subject->sent_count % SUBJECT_SENT_MAX];
	const struct rte_ether_hdr *ether = (const void *)frame->bytes;
	const struct rte_vlan_hdr *tag = (const void *)(ether + 1);
	bool tagged;
	const void *bytes;

	require(mbuf->pkt_len >= sizeof(*ether) + sizeof(*tag) &&
		mbuf->pkt_len <= sizeof(frame->bytes));
	bytes = rte_pktmbuf_read(mbuf, 0, mbuf->pkt_len, frame->bytes);
	require(bytes != NULL);
	if (bytes != frame->bytes)
		memcpy(frame->bytes, bytes, mbuf->pkt_len);
	frame->length = (uint16_t)mbuf->pkt_len;
	tagged = ether->ether_type == RTE_BE16(RTE_ETHER_TYPE_VLAN);
	frame->interface = subject_interface_of(port, tagged ? rte_be_to_cpu_16(tag->vlan_tci) : 0);
	require(rte_is_same_ether_addr(&ether->src_addr, &subject_interfaces[port * 2].mac));
	frame->ip_at = (uint16_t)(sizeof(*ether) + (tagged ? sizeof(*tag) : 0));
	if ((tagged ? tag->eth_proto : ether->ether_type) == RTE_BE16(RTE_ETHER_TYPE_IPV4))
		subject_check_ipv4(subject, frame);
	else
		frame->ip_at = 0;
	subject->sent_count++;
}

static uint16_t
subject_transmit(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	struct subject_port *port = context;

	for (uint16_t i = 0; i < n; i++) {
		rte_mbuf_sanity_check(mbufs[i], 1);
		subject_keep(port->subject, port->number, mbufs[i]);
		rte_pktmbuf_free(mbufs[i]);
	}
	return n;
}

/* The file's text with one change; NULL when it does not have what is to be changed. */
static char *
subject_text(const struct subject *subject, unsigned int change)
{
	const char *at = strstr(subject->text, changes[change].old);
	char *text = NULL;

	if (at == NULL || asprintf(&text, "%.*s%s%s", (int)(at - subject->text), subject->text,
				   changes[change].new, at + strlen(changes[change].old)) < 0)
		return NULL;
	return text;
}

static struct model *
subject_model(const struct subject *subject, unsigned int change)
{
	struct diagnostics diagnostics = { 0 };
	char *text = subject_text(subject, change);
	struct model *model;

	require(text != NULL);
	if (model_read_text("gateway.conf", text, strlen(text), &model, &diagnostics) != 0) {
		diagnostics_print(&diagnostics, stderr);
		abort();
	}
	diagnostics_clear(&diagnostics);
	free(text);
	return model;
}

static void
subject_start(struct subject *subject)
{
	const struct port_device devices[SUBJECT_PORTS] = {
		{ .mac = subject_interfaces[0].mac },
		{ .mac = subject_interfaces[2].mac },
	};
	struct port_queue queues[SUBJECT_PORTS];
	const struct port_queue *rows[] = { queues };
	struct gateway_options options = {
		.pool = subject->pool,
		.workers = 1,
		.queues = rows,
		.seed = 1,
		.socket = SOCKET_ID_ANY,
		.port_devices = devices,
	};
	char error[256] = "";

	for (uint16_t i = 0; i < SUBJECT_PORTS; i++) {
		subject->ports[i] = (struct subject_port){ .subject = subject, .number = i };
		queues[i] = (struct port_queue){ .receive = subject_receive,
						 .transmit = subject_transmit,
						 .context = &subject->ports[i] };
	}
	subject->now = options.now = 1000 * NS_PER_MS;
	if (gateway_create(subject_model(subject, 0), &options, &subject->gateway, error,
			   sizeof(error)) != 0) {
		fprintf(stderr, "%s\n", error);
		abort();
	}
	subject_run(subject);
}

struct subject *
subject_create(void)
{
	struct subject *subject = calloc(1, sizeof(*subject));
	FILE *file = fopen(VIADUCT_SOURCE "/tests/fuzz/gateway.conf", "r");
	size_t length;

	require(subject != NULL && file != NULL);
	length = fread(subject->text, 1, sizeof(subject->text) - 1, file);
	require(length > 0 && length < sizeof(subject->text) - 1 && fclose(file) == 0);
	test_eal_start("512");
	subject->pool = rte_pktmbuf_pool_create("gateway", SUBJECT_BUFFERS, 0, 0,
						SUBJECT_BUFFER_SIZE, SOCKET_ID_ANY);
	subject->frames = rte_pktmbuf_pool_create("frames", SUBJECT_BUFFERS, 0, 0,
						  SUBJECT_BUFFER_SIZE, SOCKET_ID_ANY);
	require(subject->pool != NULL && subject->frames != NULL);
	subject_start(subject);
	return subject;
}

unsigned int
subject_sent_count(const struct subject *subject)
{
	return subject->sent_count;
}

const struct subject_frame *
subject_sent(const struct subject *subject, unsigned int back)
{
	return &subject->sent[(subject->sent_count - 1 - back) % SUBJECT_SENT_MAX];
}

/* A buffer of exactly those bytes. */
static struct rte_mbuf *
subject_segment(struct subject *subject, const uint8_t *bytes, size_t length)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(subject->frames);

	require(mbuf != NULL);
	ASAN_UNPOISON_MEMORY_REGION(mbuf->buf_addr, mbuf->buf_len);
	memcpy(rte_pktmbuf_append(mbuf, (uint16_t)length), bytes, length);
	ASAN_POISON_MEMORY_REGION(rte_pktmbuf_mtod(mbuf, char *) + length,
				  rte_pktmbuf_tailroom(mbuf));
	return mbuf;
}

/* The frame says that it is of a virtual network, on the fabric. */
static void
subject_look(struct subject *subject, const uint8_t *bytes, size_t length)
{
	static const size_t source_at[] = { 14 + 12, 18 + 12 };

	for (unsigned int i = 0; i < RTE_DIM(source_at); i++)
		subject->inside_outside |= length > source_at[i] && bytes[source_at[i]] == 10;
}

void
subject_put(struct subject *subject, uint16_t number, const void *bytes, size_t length,
	    size_t split)
{
	struct subject_port *port = &subject->ports[number];
	struct rte_mbuf *head = NULL;
	size_t at = 0;

	require(length > 0 && length <= SUBJECT_FRAME_MAX);
	if (number == 0)
		subject_look(subject, bytes, length);
	if (port->count == SUBJECT_BURST)
		subject_run(subject);
	while (at < length) {
		size_t part = split == 0 ? length : RTE_MIN(split, length - at);
		struct rte_mbuf *segment =
			subject_segment(subject, (const uint8_t *)bytes + at, part);

		if (head == NULL)
			head = segment;
		else
			require(rte_pktmbuf_chain(head, segment) == 0);
		at += part;
	}
	port->in[port->count++] = head;
}

void
subject_run(struct subject *subject)
{
	struct worker *worker = gateway_worker(subject->gateway, 0);
	struct counters counters;
	unsigned int rounds = 0;
	unsigned int done;

	do {
		done = worker_poll(worker, subject->now);
		while (!session_expire(worker))
			done++;
		done += gateway_tick(subject->gateway, subject->now);
		require(++rounds < SUBJECT_ROUNDS_MAX);
	} while (done > 0);
	gateway_counters(subject->gateway, &counters);
	require(report_balanced(&counters));
}

void
subject_wait(struct subject *subject, uint64_t milliseconds)
{
	subject->now += milliseconds * NS_PER_MS;
	subject_run(subject);
}

void
subject_reload(struct subject *subject, unsigned int change)
{
	struct model *model;
	char error[256];

	if (subject->reloads++ >= SUBJECT_RELOADS_MAX)
		return;
	model = subject_model(subject, change);
	subject_run(subject);
	require(gateway_reload(subject->gateway, model, error, sizeof(error)) == 0);
	subject_run(subject);
	subject->changed = change != 0;
}

static void
subject_check_empty(const struct subject *subject)
{
	const struct worker *worker = gateway_worker(subject->gateway, 0);
	struct counters counters;

	gateway_counters(subject->gateway, &counters);
	require(counters.held == 0);
	require(counters.sessions_created == counters.sessions_ended);
	require(counters.snat_ports_taken == counters.snat_ports_returned);
	require(worker->sessions.used == 0 && worker->sessions.flows.used == 0);
	require(rte_mempool_in_use_count(subject->pool) == 0);
	require(rte_mempool_in_use_count(subject->frames) == 0);
}

void
subject_rest(struct subject *subject)
{
	subject_run(subject);
	for (unsigned int i = 0; i < SUBJECT_ARP_SECONDS; i++)
		subject_wait(subject, 1000);
	for (unsigned int i = 0; i < SUBJECT_REST_STEPS; i++)
		subject_wait(subject, SUBJECT_IDLE_SECONDS / SUBJECT_REST_STEPS * 1000ULL);
	subject_check_empty(subject);
	subject->reloads = 0;
	if (subject->changed)
		subject_reload(subject, 0);
	subject->reloads = 0;
	subject->inside_outside = false;
	for (unsigned int i = 0; i < SUBJECT_SENT_MAX; i++)
		subject->sent[i].ip_at = 0;
	subject->sent_count = 0;
	if (++subject->inputs % SUBJECT_INPUTS_MAX == 0) {
		gateway_free(subject->gateway);
		subject_start(subject);
	}
}
