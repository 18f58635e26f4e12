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

/* What both workers do in a row: gets bench->traffic ready. 0 or -1. */
typedef int traffic_fn(struct bench *bench);

struct pair {
	struct bench *other;
	traffic_fn *prepare;
	_Atomic bool runs, failed, stop;
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
fabric_prepare(struct bench *bench)
{
	uint64_t random = 1;

	for (uint32_t i = 0; i < FEW; i++)
		bench->calls[i] = tuple_of_transit(&bench->traffic, &random);
	if (stream_fill_uniform(&bench->traffic, bench->calls, FEW) != 0)
		return -1;
	traffic_begin(&bench->traffic, PIPELINE_WAN, RTE_TCP_ACK_FLAG);
	return 0;
}

static int
sessions_prepare(struct bench *bench)
{
	if (sessions_begin(bench, FEW) != 0 ||
	    stream_fill_uniform(&bench->traffic, bench->calls, FEW) != 0)
		return -1;
	traffic_begin(&bench->traffic, PIPELINE_LAN, RTE_TCP_ACK_FLAG);
	return 0;
}

static void *
pair_run(void *context)
{
	struct pair *pair = context;

	cpus_use_others();
	pair->failed = pair->prepare(pair->other) != 0;
	pair->runs = true;
	while (!pair->stop)
		worker_burst(pair->other);
	sessions_end(pair->other);
	return NULL;
}

static int
pair_row(struct bench *bench, const char *name, traffic_fn *prepare)
{
	const struct measure_row rows[] = {
		{ "loader", loader_burst, NULL },
		{ name, worker_burst, NULL },
	};
	struct pair pair = { .other = bench->other, .prepare = prepare };
	pthread_t thread;
	int rc = -1;

	if (prepare(bench) != 0 || pthread_create(&thread, NULL, pair_run, &pair) != 0)
		return -1;
	while (!pair.runs)
		rte_pause();
	if (!pair.failed) {
		(void)measure_rows(&bench->measure, rows, RTE_DIM(rows), bench);
		rc = counters_check(bench);
	}
	pair.stop = true;
	if (pthread_join(thread, NULL) != 0)
		rc = -1;
	sessions_end(bench);
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
	if (pair_row(bench, name, fabric_prepare) != 0)
		return -1;
	return pair_row(bench, "stateful-4k", sessions_prepare);
}
