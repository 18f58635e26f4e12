/* SPDX-License-Identifier: BSD-3-Clause */
#include "pipeline_rows.h"

#include <inttypes.h>
#include <stdio.h>

#include <rte_cycles.h>
#include <rte_tcp.h>

#include "bench_random.h"
#include "dataplane/stages.h"
#include "dataplane/transmit.h"

enum {
	FEW = 4096,
};

static void
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
floor_routes_burst(void *context)
{
	struct bench *bench = context;

	floor_routes(gateway_snapshot(bench->gateway)->fib, &bench->traffic);
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
	stage_find(worker, TRAFFIC_BURST);
	stamps[3] = rte_rdtsc();
	stage_decide(worker, TRAFFIC_BURST, decisions);
	stamps[4] = rte_rdtsc();
	stage_apply(worker, TRAFFIC_BURST, decisions);
	stamps[5] = rte_rdtsc();
	transmit_flush(worker);
	stamps[6] = rte_rdtsc();
	for (unsigned int i = 0; i < MEASURE_STAGES; i++)
		cycles[i] += stamps[i + 1] - stamps[i];
}

/* A row is worth nothing if packets were not sent on. */
static int
counters_check(const struct bench *bench)
{
	struct counters counters;
	int rc = 0;

	gateway_counters(bench->gateway, &counters);
	for (unsigned int i = 0; i < DROP_REASON_COUNT; i++) {
		if (counters.drops[i] == 0)
			continue;
		fprintf(stderr, "%" PRIu64 " packets were dropped: %s\n", counters.drops[i],
			drop_reason_name((enum drop_reason)i));
		rc = -1;
	}
	return rc;
}

static void
row_of_floor(struct bench *bench, const char *name, burst_fn *burst)
{
	if (measure_wants(&bench->measure, name))
		(void)measure_row(&bench->measure, name, burst, NULL, bench);
}

static int
row_of_worker(struct bench *bench, const char *name)
{
	if (measure_wants(&bench->measure, name))
		(void)measure_row(&bench->measure, name, worker_burst, stages_burst, bench);
	return counters_check(bench);
}

/* Once through all tuples in order. */
static void
tuples_send(struct bench *bench, const struct tuple *tuples, uint32_t n, uint16_t port,
	    uint8_t tcp_flags)
{
	for (uint32_t done = 0; done < n; done += TRAFFIC_STREAM) {
		uint32_t part = RTE_MIN(n - done, (uint32_t)TRAFFIC_STREAM);

		(void)stream_fill_all(&bench->traffic, tuples + done, part);
		traffic_begin(&bench->traffic, port, tcp_flags);
		for (uint32_t i = 0; i < part / TRAFFIC_BURST; i++)
			worker_burst(bench);
	}
}

static int
rows_of_fabric(struct bench *bench)
{
	struct measure *measure = &bench->measure;
	struct tuple *transit = bench->calls;
	uint64_t random = 1;

	for (uint32_t i = 0; i < bench->sessions; i++)
		transit[i] = tuple_of_transit(bench->prefixes, &random);
	(void)stream_fill_uniform(&bench->traffic, transit, FEW);
	traffic_begin(&bench->traffic, PIPELINE_WAN, RTE_TCP_ACK_FLAG);
	measure->base = measure_row(measure, "making the traffic", loader_burst, NULL, bench);
	row_of_floor(bench, "bare routes, 4096 flows", floor_routes_burst);
	if (row_of_worker(bench, "fabric, 4096 flows") != 0)
		return -1;
	(void)stream_fill_uniform(&bench->traffic, transit, bench->sessions);
	traffic_begin(&bench->traffic, PIPELINE_WAN, RTE_TCP_ACK_FLAG);
	row_of_floor(bench, "bare routes, uniform", floor_routes_burst);
	return row_of_worker(bench, "fabric, uniform");
}

/* So that the k-th of a row's flows is any of them, and not the k-th that came into the table. */
static void
calls_shuffle(struct bench *bench, uint32_t count)
{
	uint64_t random = 4;

	for (uint32_t i = count - 1; i > 0; i--) {
		uint32_t j = random_between(&random, 0, i);
		struct tuple call = bench->calls[i], sent = bench->sent[i];

		bench->calls[i] = bench->calls[j];
		bench->sent[i] = bench->sent[j];
		bench->calls[j] = call;
		bench->sent[j] = sent;
	}
}

/* Makes these sessions, with TCP's handshake: no more than may wait for an answer. */
static int
sessions_begin_part(struct bench *bench, uint32_t first, uint32_t count)
{
	bench->traffic.sent = 0;
	bench->traffic.captured = bench->sent + first;
	tuples_send(bench, bench->calls + first, count, PIPELINE_LAN, RTE_TCP_SYN_FLAG);
	bench->traffic.captured = NULL;
	if (bench->traffic.sent != count) {
		fprintf(stderr, "%" PRIu64 " of %u calls were sent on\n", bench->traffic.sent,
			count);
		(void)counters_check(bench);
		return -1;
	}
	for (uint32_t i = first; i < first + count; i++)
		bench->replies[i] = tuple_of_reply(&bench->sent[i]);
	tuples_send(bench, bench->replies + first, count, PIPELINE_WAN,
		    RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG);
	tuples_send(bench, bench->calls + first, count, PIPELINE_LAN, RTE_TCP_ACK_FLAG);
	return 0;
}

/* Makes that many sessions in the gateway and for the bare loop. */
static int
sessions_begin(struct bench *bench, uint32_t count)
{
	uint32_t part = RTE_MAX(count / SESSION_UNANSWERED_SHARE, (uint32_t)FEW);
	uint64_t random = 2;

	part -= part % TRAFFIC_BURST;
	for (uint32_t i = 0; i < count; i++)
		bench->calls[i] = tuple_of_call(bench->prefixes, &random);
	for (uint32_t first = 0; first < count; first += part) {
		if (sessions_begin_part(bench, first, RTE_MIN(part, count - first)) != 0)
			return -1;
	}
	calls_shuffle(bench, count);
	if (floor_open(&bench->floor, count) != 0) {
		fprintf(stderr, "there is not enough memory\n");
		return -1;
	}
	for (uint32_t i = 0; i < count; i++) {
		bench->replies[i] = tuple_of_reply(&bench->sent[i]);
		floor_add(&bench->floor, &bench->calls[i], &bench->sent[i]);
	}
	return counters_check(bench);
}

/* Ends all sessions, by letting them idle. */
static void
sessions_end(struct bench *bench)
{
	floor_close(&bench->floor);
	bench->traffic.port = PIPELINE_PORTS; /* nothing is received */
	bench->now += 4 * PIPELINE_IDLE_SECONDS * NS_PER_SECOND;
	while (bench->worker->sessions.used > 0)
		worker_burst(bench);
}

/* Both directions of sessions that are there, in the order that `fill` draws them. */
static int
rows_of_spread(struct bench *bench, const char *spread, stream_fill_fn *fill, uint32_t count)
{
	char name[64];

	if (fill(&bench->traffic, bench->calls, count) != 0)
		return -1;
	traffic_begin(&bench->traffic, PIPELINE_LAN, RTE_TCP_ACK_FLAG);
	snprintf(name, sizeof(name), "bare sessions, %s", spread);
	row_of_floor(bench, name, floor_sessions_burst);
	snprintf(name, sizeof(name), "sessions, %s, calls", spread);
	if (row_of_worker(bench, name) != 0)
		return -1;

	if (fill(&bench->traffic, bench->replies, count) != 0)
		return -1;
	traffic_begin(&bench->traffic, PIPELINE_WAN, RTE_TCP_ACK_FLAG);
	snprintf(name, sizeof(name), "sessions, %s, replies", spread);
	return row_of_worker(bench, name);
}

static int
rows_of_sessions(struct bench *bench)
{
	int rc = sessions_begin(bench, FEW);

	if (rc == 0)
		rc = rows_of_spread(bench, "4096", stream_fill_uniform, FEW);
	sessions_end(bench);
	if (rc == 0)
		rc = sessions_begin(bench, bench->sessions);
	if (rc == 0)
		rc = rows_of_spread(bench, "all, zipf", stream_fill_zipf, bench->sessions);
	if (rc == 0)
		rc = rows_of_spread(bench, "all, uniform", stream_fill_uniform, bench->sessions);
	sessions_end(bench);
	return rc;
}

/* As many calls a second as end again for want of packets. */
static int
rows_of_first_packets(struct bench *bench)
{
	uint64_t random = 3;

	for (unsigned int i = 0; i < TRAFFIC_STREAM; i++)
		bench->traffic.stream[i] = tuple_of_call(bench->prefixes, &random);
	traffic_begin(&bench->traffic, PIPELINE_LAN, RTE_TCP_SYN_FLAG);
	bench->bursts_a_second = bench->sessions / PIPELINE_IDLE_SECONDS / TRAFFIC_BURST;
	for (unsigned int i = 0; i < TRAFFIC_STREAM / TRAFFIC_BURST; i++)
		worker_burst(bench);
	return row_of_worker(bench, "first packets, as many end");
}

int
rows_measure(struct bench *bench)
{
	measure_print_head();
	if (rows_of_fabric(bench) != 0 || rows_of_sessions(bench) != 0)
		return -1;
	return rows_of_first_packets(bench);
}
