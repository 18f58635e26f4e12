/* SPDX-License-Identifier: BSD-3-Clause */
#include "pipeline_pair.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_pause.h>
#include <rte_tcp.h>

#include "pipeline_reload.h"
#include "pipeline_sessions.h"

enum {
	FEW = 4096,
};

/* What both workers do in a row: gets their traffic ready. 0 or -1. */
typedef int traffic_fn(struct bench *bench, struct bench *other);

struct pair {
	struct bench *other;
	_Atomic bool runs, stop, ended;
};

struct bench *
pair_create(const struct bench *bench)
{
	struct bench *other = calloc(1, sizeof(*other));
	size_t size = FEW * sizeof(struct tuple);

	if (other == NULL)
		return NULL;
	other->config = bench->config;
	other->traffic.kind = bench->traffic.kind;
	other->traffic.config = &other->config;
	other->sessions = FEW;
	other->id = 1;
	other->calls = malloc(size);
	other->sent = malloc(size);
	other->replies = malloc(size);
	if (other->calls != NULL && other->sent != NULL && other->replies != NULL)
		return other;
	pair_free(other);
	return NULL;
}

void
pair_free(struct bench *other)
{
	if (other == NULL)
		return;
	free(other->replies);
	free(other->sent);
	free(other->calls);
	free(other);
}

static int
calls_send(struct bench *bench, const struct tuple *calls, uint16_t port)
{
	bench->traffic.by_others = calls != bench->calls;
	if (stream_fill_uniform(&bench->traffic, calls, FEW) != 0)
		return -1;
	traffic_begin(&bench->traffic, port, RTE_TCP_ACK_FLAG);
	return 0;
}

static int
fabric_prepare(struct bench *bench, struct bench *other)
{
	uint64_t random = 1;

	for (uint32_t i = 0; i < FEW; i++)
		bench->calls[i] = other->calls[i] = tuple_of_transit(&bench->traffic, &random);
	if (calls_send(bench, bench->calls, PIPELINE_WAN) != 0)
		return -1;
	return calls_send(other, other->calls, PIPELINE_WAN);
}

/* Each worker gets the packets that it owns. */
static int
own_prepare(struct bench *bench, struct bench *other)
{
	if (sessions_begin(bench, FEW) != 0 || sessions_begin(other, FEW) != 0 ||
	    calls_send(bench, bench->calls, PIPELINE_LAN) != 0)
		return -1;
	return calls_send(other, other->calls, PIPELINE_LAN);
}

/* Each worker gets the packets that the other owns. */
static int
others_prepare(struct bench *bench, struct bench *other)
{
	if (sessions_begin(bench, FEW) != 0 || sessions_begin(other, FEW) != 0 ||
	    calls_send(bench, other->calls, PIPELINE_LAN) != 0)
		return -1;
	return calls_send(other, bench->calls, PIPELINE_LAN);
}

/* No more is handed over than the other comes to do. */
static void
pair_burst(void *context)
{
	struct bench *bench = context;
	const struct rte_ring *given = bench->worker->handoffs[1 - bench->id];

	while (rte_ring_count(given) > HANDOFF_RING_SIZE / 2)
		(void)worker_poll_handoffs(bench->worker, bench->now);
	worker_burst(bench);
}

static void *
pair_run(void *context)
{
	struct pair *pair = context;

	cpus_use_others();
	pair->runs = true;
	while (!pair->stop)
		pair_burst(pair->other);
	pair->ended = true;
	return NULL;
}

/* What was handed over to it comes to its end. */
static void
pair_drain(struct bench *bench)
{
	bench->traffic.port = PIPELINE_PORTS; /* nothing is received */
	while (!rte_ring_empty(bench->worker->handoffs[bench->id]))
		worker_burst(bench);
	bench->traffic.by_others = false;
	bench->traffic.away = 0;
}

static int
pair_row(struct bench *bench, const char *name, traffic_fn *prepare)
{
	const struct measure_row rows[] = {
		{ "loader", loader_burst, NULL },
		{ name, pair_burst, NULL },
	};
	struct pair pair = { .other = bench->other };
	pthread_t thread;
	int rc;

	if (prepare(bench, bench->other) != 0 ||
	    pthread_create(&thread, NULL, pair_run, &pair) != 0)
		return -1;
	while (!pair.runs)
		rte_pause();
	(void)measure_rows(&bench->measure, rows, RTE_DIM(rows), bench);
	pair.stop = true;
	while (!pair.ended) /* it may wait for room in what it gives */
		(void)worker_poll_handoffs(bench->worker, bench->now);
	rc = pthread_join(thread, NULL) == 0 ? 0 : -1;
	pair_drain(bench);
	pair_drain(bench->other);
	if (counters_check(bench) != 0)
		rc = -1;
	sessions_end(bench);
	sessions_end(bench->other);
	return rc;
}

int
rows_of_pair(struct bench *bench)
{
	char name[MEASURE_NAME_MAX], count[COUNT_NAME_MAX];

	if (bench->other == NULL)
		return 0;
	snprintf(name, sizeof(name), "fabric-%s-few",
		 count_name(bench->config.prefix_count, count));
	if (pair_row(bench, name, fabric_prepare) != 0 ||
	    pair_row(bench, "stateful-4k", own_prepare) != 0)
		return -1;
	return pair_row(bench, "stateful-4k-handed-over", others_prepare);
}
