/* SPDX-License-Identifier: BSD-3-Clause */
#include "pipeline_rows.h"

#include <stdio.h>

#include <rte_cycles.h>
#include <rte_tcp.h>

#include "dataplane/stages.h"
#include "dataplane/transmit.h"
#include "pipeline_sessions.h"

enum {
	FEW = 4096,
	MANY = 100000,
	LOADER_RUNS = 20,
	/* Until as many wait for an answer as may: a share of a quarter more than all sessions. */
	FIRST_BURSTS = TRAFFIC_STREAM / TRAFFIC_BURST / 4,
	FIRST_SHORTER = 4, /* a packet takes so much longer */
};

void
loader_burst(void *context)
{
	struct bench *bench = context;
	struct rte_mbuf *mbufs[TRAFFIC_BURST];

	traffic_receive(&bench->traffic, mbufs);
	traffic_send(&bench->traffic, mbufs, TRAFFIC_BURST);
}

static void
clock_advance(struct bench *bench)
{
	if (bench->bursts_a_second != 0)
		bench->now += NS_PER_SECOND / bench->bursts_a_second;
}

void
worker_burst(void *context)
{
	struct bench *bench = context;

	clock_advance(bench);
	(void)worker_poll(bench->worker, bench->now);
}

static void
floor_sessions_burst(void *context)
{
	struct bench *bench = context;

	floor_sessions(&bench->floor, &bench->traffic);
}

static void
floor_checked_burst(void *context)
{
	struct bench *bench = context;

	floor_checked(&bench->floor, gateway_snapshot(bench->gateway), &bench->traffic);
}

void
floor_table_burst(void *context)
{
	struct bench *bench = context;

	floor_table(&bench->worker->sessions.flows, gateway_snapshot(bench->gateway),
		    &bench->traffic);
}

static void
floor_routes_burst(void *context)
{
	struct bench *bench = context;

	floor_routes(gateway_snapshot(bench->gateway)->fib, &bench->traffic);
}

static void
floor_first_burst(void *context)
{
	struct bench *bench = context;

	bench->sum +=
		floor_first(&bench->floor_first, gateway_snapshot(bench->gateway), &bench->traffic);
}

/* What worker_poll() does, with the time of each stage added to cycles. */
static void
stages_burst(void *context, uint64_t cycles[MEASURE_STAGES])
{
	struct bench *bench = context;
	struct decision decisions[TRAFFIC_BURST];
	struct rte_mbuf *mbufs[TRAFFIC_BURST];
	struct worker *worker = bench->worker;
	uint64_t stamps[MEASURE_STAGES + 1];

	clock_advance(bench);
	worker->now = bench->now;
	worker->now_seconds = (uint32_t)(bench->now / NS_PER_SECOND);
	(void)session_expire(worker);
	traffic_receive(&bench->traffic, mbufs);
	stamps[0] = rte_rdtsc();
	stage_parse(worker, bench->traffic.port, mbufs, TRAFFIC_BURST);
	stamps[1] = rte_rdtsc();
	stage_route(worker, TRAFFIC_BURST);
	stamps[2] = rte_rdtsc();
	stage_seek(worker, TRAFFIC_BURST);
	stamps[3] = rte_rdtsc();
	stage_pass(worker, TRAFFIC_BURST);
	stamps[4] = rte_rdtsc();
	stage_find(worker);
	stamps[5] = rte_rdtsc();
	stage_decide(worker, TRAFFIC_BURST, decisions);
	stamps[6] = rte_rdtsc();
	stage_apply(worker, TRAFFIC_BURST, decisions);
	stamps[7] = rte_rdtsc();
	transmit_flush(worker);
	stamps[8] = rte_rdtsc();
	for (unsigned int i = 0; i < MEASURE_STAGES; i++)
		cycles[i] += stamps[i + 1] - stamps[i];
}

static int
rows_measure(struct bench *bench, const struct measure_row *rows, unsigned int count)
{
	bench->cycles = measure_rows(&bench->measure, rows, count, bench);
	return counters_check(bench);
}

static int
bench_rows(struct bench *bench, const char *floor_name, burst_fn *floor, const char *name)
{
	const struct measure_row rows[] = {
		{ "loader", loader_burst, NULL },
		{ floor_name, floor, NULL },
		{ name, worker_burst, stages_burst },
	};

	return rows_measure(bench, rows, RTE_DIM(rows));
}

/* Without anything beside it that is compared. */
static int
bench_row(struct bench *bench, const char *name)
{
	const struct measure_row rows[] = {
		{ "loader", loader_burst, NULL },
		{ name, worker_burst, stages_burst },
	};

	return rows_measure(bench, rows, RTE_DIM(rows));
}

const char *
count_name(uint32_t n, char name[COUNT_NAME_MAX])
{
	if (n >= 1000000)
		snprintf(name, COUNT_NAME_MAX, "%um", n / 1000000);
	else
		snprintf(name, COUNT_NAME_MAX, "%uk", n / 1000);
	return name;
}

int
rows_of_loader(struct bench *bench)
{
	double runs[LOADER_RUNS];
	uint64_t random = 1;

	for (unsigned int i = 0; i < FEW; i++)
		bench->calls[i] = tuple_of_transit(&bench->traffic, &random);
	(void)stream_fill_uniform(&bench->traffic, bench->calls, FEW);
	traffic_begin(&bench->traffic, PIPELINE_WAN, RTE_TCP_ACK_FLAG);
	for (unsigned int i = 0; i < LOADER_RUNS; i++)
		runs[i] = measure_run(&bench->measure, loader_burst, bench);
	(void)measure_print(&bench->measure, "loader", runs, LOADER_RUNS, 0);
	return 0;
}

static int
fabric_rows(struct bench *bench, const char *spread, uint32_t flows)
{
	char floor_name[MEASURE_NAME_MAX], name[MEASURE_NAME_MAX], count[COUNT_NAME_MAX];

	count_name(bench->config.prefix_count, count);
	snprintf(floor_name, sizeof(floor_name), "bare-fabric-%s%s", count, spread);
	snprintf(name, sizeof(name), "fabric-%s%s", count, spread);
	(void)stream_fill_uniform(&bench->traffic, bench->calls, flows);
	traffic_begin(&bench->traffic, PIPELINE_WAN, RTE_TCP_ACK_FLAG);
	return bench_rows(bench, floor_name, floor_routes_burst, name);
}

int
rows_of_fabric(struct bench *bench)
{
	uint64_t random = 1;

	for (uint32_t i = 0; i < bench->sessions; i++)
		bench->calls[i] = tuple_of_transit(&bench->traffic, &random);
	if (fabric_rows(bench, "-few", FEW) != 0)
		return -1;
	return fabric_rows(bench, "", bench->sessions);
}

/* Both directions of sessions that are there, in the order that `fill` draws them. */
static int
session_rows(struct bench *bench, const char *spread, stream_fill_fn *fill, uint32_t count)
{
	char floor_name[MEASURE_NAME_MAX], checked_name[MEASURE_NAME_MAX];
	char table_name[MEASURE_NAME_MAX];
	char name[MEASURE_NAME_MAX], text[COUNT_NAME_MAX];
	const struct measure_row calls[] = {
		{ "loader", loader_burst, NULL },
		{ floor_name, floor_sessions_burst, NULL },
		{ checked_name, floor_checked_burst, NULL },
		{ table_name, floor_table_burst, NULL },
		{ name, worker_burst, stages_burst },
	};

	count_name(count, text);
	snprintf(floor_name, sizeof(floor_name), "bare-stateful-%s%s", spread, text);
	snprintf(checked_name, sizeof(checked_name), "bare-checked-%s%s", spread, text);
	snprintf(table_name, sizeof(table_name), "bare-table-%s%s", spread, text);
	snprintf(name, sizeof(name), "stateful-%s%s", spread, text);
	if (fill(&bench->traffic, bench->calls, count) != 0)
		return -1;
	traffic_begin(&bench->traffic, PIPELINE_LAN, RTE_TCP_ACK_FLAG);
	if (rows_measure(bench, calls, RTE_DIM(calls)) != 0)
		return -1;

	if (fill(&bench->traffic, bench->replies, count) != 0)
		return -1;
	traffic_begin(&bench->traffic, PIPELINE_WAN, RTE_TCP_ACK_FLAG);
	snprintf(name, sizeof(name), "stateful-%s%s-replies", spread, text);
	return bench_row(bench, name);
}

/* Makes that many sessions, in the gateway and for the bare loop. */
static int
both_begin(struct bench *bench, uint32_t count)
{
	if (sessions_begin(bench, count) != 0)
		return -1;
	if (floor_open(&bench->floor, count) != 0) {
		fprintf(stderr, "there is not enough memory\n");
		return -1;
	}
	for (uint32_t i = 0; i < count; i++)
		floor_add(&bench->floor, &bench->calls[i], &bench->sent[i]);
	return 0;
}

static void
both_end(struct bench *bench)
{
	floor_close(&bench->floor);
	sessions_end(bench);
}

int
rows_of_few(struct bench *bench)
{
	int rc = both_begin(bench, FEW);

	if (rc == 0)
		rc = session_rows(bench, "", stream_fill_uniform, FEW);
	both_end(bench);
	return rc;
}

int
rows_of_sessions(struct bench *bench)
{
	int rc = both_begin(bench, MANY);

	if (rc == 0)
		rc = session_rows(bench, "", stream_fill_uniform, MANY);
	both_end(bench);
	if (rc == 0)
		rc = both_begin(bench, bench->sessions);
	if (rc == 0)
		rc = session_rows(bench, "zipf-", stream_fill_zipf, bench->sessions);
	if (rc == 0)
		rc = session_rows(bench, "", stream_fill_uniform, bench->sessions);
	both_end(bench);
	return rc;
}

/* As many calls a second as end again for want of an answer. */
int
rows_of_first_packets(struct bench *bench)
{
	uint32_t bursts = bench->measure.bursts;
	uint64_t random = 3;
	int rc;

	for (unsigned int i = 0; i < TRAFFIC_STREAM; i++)
		bench->traffic.stream[i] = tuple_of_call(&bench->traffic, &random);
	traffic_begin(&bench->traffic, PIPELINE_LAN, RTE_TCP_SYN_FLAG);
	bench->bursts_a_second = bench->sessions / PIPELINE_IDLE_SECONDS / TRAFFIC_BURST;
	/* As many as wait for an answer. */
	if (floor_first_open(&bench->floor_first,
			     bench->config.flow_capacity / SESSION_UNANSWERED_SHARE) != 0)
		return -1;
	for (unsigned int i = 0; i < FIRST_BURSTS; i++)
		worker_burst(bench);
	for (unsigned int i = 0; i < FIRST_BURSTS; i++)
		floor_first_burst(bench);
	bench->measure.bursts = bursts / FIRST_SHORTER;
	rc = bench_rows(bench, "bare-first-packet", floor_first_burst, "first-packet");
	bench->measure.bursts = bursts;
	bench->bursts_a_second = 0;
	floor_first_close(&bench->floor_first);
	sessions_end(bench);
	return rc;
}
