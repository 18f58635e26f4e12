/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <rte_ethdev.h>
#include <rte_ip.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>
#include <rte_udp.h>

#include "bytes.h"
#include "control/gateway.h"
#include "eal.h"
#include "model_text.h"

/*
 * A gateway with real workers, called in turn, between two ports that are rings of frames: what a
 * test puts in is received, what is sent is kept until the test takes it.
 */

enum {
	FIXTURE_WORKERS = 2,
	FIXTURE_PORTS = 2,
	FIXTURE_WAN = 0,
	FIXTURE_LAN = 1,
	FIXTURE_FRAMES = 256,
};

struct fixture_port {
	unsigned int in_count, out_count;
	struct rte_mbuf *in[FIXTURE_FRAMES];
	struct rte_mbuf *out[FIXTURE_FRAMES];
};

struct fixture {
	size_t memory; /* in use before the test */
	struct rte_mempool *pool;
	struct gateway *gateway;
	uint64_t now;
	char error[256];
	struct fixture_port ports[FIXTURE_PORTS]; /* of the first worker; the others' are idle */
	struct fixture_port idle;
};

static inline uint16_t
fixture_receive(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	struct fixture_port *port = context;
	uint16_t count = (uint16_t)RTE_MIN(port->in_count, n);

	memcpy(mbufs, port->in, count * sizeof(mbufs[0]));
	port->in_count -= count;
	memmove(port->in, port->in + count, port->in_count * sizeof(mbufs[0]));
	return count;
}

static inline uint16_t
fixture_transmit(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	struct fixture_port *port = context;
	uint16_t count = (uint16_t)RTE_MIN(n, FIXTURE_FRAMES - port->out_count);

	memcpy(port->out + port->out_count, mbufs, count * sizeof(mbufs[0]));
	port->out_count += count;
	return count;
}

/* 0, or what gateway_create() returned, and fixture->error. The model is the gateway's if it is 0.
 */
static inline int
fixture_create_model(struct fixture *fixture, struct model *model, unsigned int workers,
		     bool answer_arp)
{
	static const struct port_device devices[] = {
		{ .mac = { { 2, 0, 0, 0, 0, 0xa0 } } },
		{ .mac = { { 2, 0, 0, 0, 0, 0xa1 } } },
	};
	struct port_queue queues[FIXTURE_WORKERS][FIXTURE_PORTS];
	const struct port_queue *by_worker[FIXTURE_WORKERS];
	struct gateway_options options = {
		.workers = workers,
		.queues = by_worker,
		.pool = fixture->pool,
		.seed = 1,
		.now = fixture->now,
		.answer_arp = answer_arp,
		.socket = SOCKET_ID_ANY,
		.port_devices = devices,
	};

	for (unsigned int i = 0; i < FIXTURE_WORKERS; i++) {
		for (unsigned int j = 0; j < FIXTURE_PORTS; j++)
			queues[i][j] = (struct port_queue){
				.receive = fixture_receive,
				.transmit = fixture_transmit,
				.context = i == 0 ? &fixture->ports[j] : &fixture->idle,
			};
		by_worker[i] = queues[i];
	}
	return gateway_create(model, &options, &fixture->gateway, fixture->error,
			      sizeof(fixture->error));
}

static inline void
fixture_create(struct fixture *fixture, const char *text, unsigned int workers, bool answer_arp)
{
	int rc = fixture_create_model(fixture, model_from_text(text), workers, answer_arp);

	if (rc != 0)
		fprintf(stderr, "%s\n", fixture->error);
	assert_int_equal(rc, 0);
}

/* What gateway_reload() returns; the model is freed if it was not taken. */
static inline int
fixture_reload(struct fixture *fixture, const char *text)
{
	struct model *model = model_from_text(text);
	int rc = gateway_reload(fixture->gateway, model, fixture->error, sizeof(fixture->error));

	if (rc != 0)
		model_free(model);
	return rc;
}

/* Everybody's turn, until nobody has anything to do. */
static inline void
fixture_run(struct fixture *fixture)
{
	unsigned int done;

	do {
		done = gateway_tick(fixture->gateway, fixture->now);
		for (unsigned int i = 0; i < gateway_worker_count(fixture->gateway); i++)
			done += worker_poll(gateway_worker(fixture->gateway, i), fixture->now);
		done += gateway_tick(fixture->gateway, fixture->now);
	} while (done > 0);
	/* What the last turn told the workers is still in their rings. */
	for (unsigned int i = 0; i < gateway_worker_count(fixture->gateway); i++)
		(void)worker_poll(gateway_worker(fixture->gateway, i), fixture->now);
}

/* A frame that begins like this waits at the port. */
static inline void
fixture_put(struct fixture *fixture, unsigned int port, const void *bytes, uint16_t length)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(fixture->pool);
	struct fixture_port *to = &fixture->ports[port];

	assert_non_null(mbuf);
	assert_true(to->in_count < FIXTURE_FRAMES);
	memcpy(rte_pktmbuf_append(mbuf, length), bytes, length);
	to->in[to->in_count++] = mbuf;
}

/* The first frame that was sent at the port, for the caller to free; NULL: none. */
static inline struct rte_mbuf *
fixture_take(struct fixture *fixture, unsigned int port)
{
	struct fixture_port *from = &fixture->ports[port];
	struct rte_mbuf *mbuf = from->out[0];

	if (from->out_count == 0)
		return NULL;
	from->out_count--;
	memmove(from->out, from->out + 1, from->out_count * sizeof(from->out[0]));
	return mbuf;
}

/* DPDK memory in use, bytes. */
static inline size_t
fixture_memory(void)
{
	struct rte_malloc_socket_stats stats;

	assert_int_equal(rte_malloc_get_socket_stats(0, &stats), 0);
	return stats.heap_allocsz_bytes;
}

static inline int
fixture_setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	fixture->memory = fixture_memory();
	fixture->pool = rte_pktmbuf_pool_create("packets", 1023, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
						SOCKET_ID_ANY);
	assert_non_null(fixture->pool);
	fixture->now = 1000000000;
	*state = fixture;
	return 0;
}

/* Every buffer and all memory has been given back when the gateway is gone. */
static inline int
fixture_teardown(void **state)
{
	struct fixture *fixture = *state;
	unsigned int in_use;
	size_t memory;

	gateway_free(fixture->gateway);
	for (unsigned int i = 0; i < FIXTURE_PORTS; i++) {
		rte_pktmbuf_free_bulk(fixture->ports[i].in, fixture->ports[i].in_count);
		rte_pktmbuf_free_bulk(fixture->ports[i].out, fixture->ports[i].out_count);
	}
	in_use = rte_mempool_in_use_count(fixture->pool);
	rte_mempool_free(fixture->pool);
	memory = fixture_memory() - fixture->memory;
	free(fixture);
	return in_use == 0 && memory == 0 ? 0 : -1;
}
