/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * How long a packet waits and takes, from its arrival to its transmission, while the worker carries
 * half of what it can: when nothing else happens, while the control thread swaps one snapshot after
 * the other, that change a rule, or routes, where all sessions' packets are to be led anew, or the
 * VIP, for which all sessions are decided again, while a million sessions end because they are
 * idle, and while the table is full and calls come that find no room. What finds its queue full is
 * lost. Packets come in bursts, at even distances on a clock that stands still while the traffic is
 * made. Rows are cycles, one for each percentile.
 */

#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_cycles.h>
#include <rte_tcp.h>

#include "bench_random.h"
#include "control/clock.h"
#include "pipeline_reload.h"
#include "pipeline_sessions.h"

enum {
	RUNS = 5,
	SAMPLES = 1 << 17,  /* bursts, in a run */
	QUEUE_BURSTS = 128, /* of 4096 descriptors */
	PART = 64,          /* after so many of them it looks whether the CPU was taken away */
	FEW = 4096,
	LOAD = 2,         /* one in so many of the packets that the worker could carry */
	CALLS_SHARE = 10, /* one packet in so many is a call, when the table is full */
};

static const struct percentile {
	const char *name;
	double share;
} percentiles[] = {
	{ "p50", 0.5 }, { "p99", 0.99 }, { "p99.9", 0.999 }, { "p99.99", 0.9999 }, { "max", 1 },
};

struct latency {
	struct bench *bench;
	struct clock clock;
	uint64_t last;     /* on the clock: what the worker's time goes on from */
	uint64_t excluded; /* cycles that were no part of the worker's time */
	uint64_t interval; /* cycles from one burst to the next */
	uint64_t due;      /* when the next one arrives */
	uint64_t arrived;  /* when the one in the worker's hands did */
	bool in_hands;
	uint64_t lost;     /* bursts that found the queue full */
	uint64_t *samples; /* SAMPLES */
	uint32_t count;
	double figures[RTE_DIM(percentiles)][RUNS];
};

static uint64_t
latency_now(const struct latency *latency)
{
	return rte_rdtsc() - latency->excluded;
}

static uint16_t
latency_receive(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	struct latency *latency = context;
	uint64_t start = rte_rdtsc();

	if (start - latency->excluded < latency->due || n < TRAFFIC_BURST)
		return 0;
	while (start - latency->excluded - latency->due > QUEUE_BURSTS * latency->interval) {
		latency->due += latency->interval;
		latency->lost++;
	}
	traffic_receive(&latency->bench->traffic, mbufs);
	latency->arrived = latency->due;
	latency->due += latency->interval;
	latency->in_hands = true;
	latency->excluded += rte_rdtsc() - start;
	return TRAFFIC_BURST;
}

static uint16_t
latency_transmit(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	struct latency *latency = context;

	if (latency->in_hands && latency->count < SAMPLES)
		latency->samples[latency->count++] = latency_now(latency) - latency->arrived;
	latency->in_hands = false;
	traffic_send(&latency->bench->traffic, mbufs, n);
	return n;
}

static uint16_t
silent_receive(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	(void)context;
	(void)mbufs;
	(void)n;
	return 0;
}

/* From now on the worker's packets come at even distances, or from the bench again. */
static void
queues_set(struct latency *latency, bool even)
{
	struct worker *worker = latency->bench->worker;

	for (uint16_t port = 0; port < PIPELINE_PORTS; port++)
		worker->queues[port] =
			even ? (struct port_queue){ port == PIPELINE_LAN ? latency_receive
									 : silent_receive,
						    latency_transmit, latency }
			     : traffic_queue_interface(&latency->bench->queues[port]);
}

/* Polls so often that a part of the samples can be taken. What was disturbed is taken back. */
static void
part_run(struct latency *latency)
{
	struct bench *bench = latency->bench;
	uint32_t before = latency->count;
	uint64_t lost = latency->lost;
	long interruptions = measure_interruptions();
	uint64_t start;

	while (latency->count < before + PART && latency->count < SAMPLES) {
		uint64_t now = clock_at(&latency->clock, latency_now(latency));

		bench->now += now - latency->last;
		latency->last = now;
		(void)worker_poll(bench->worker, bench->now);
	}
	start = rte_rdtsc();
	if (measure_interruptions() != interruptions) {
		latency->count = before;
		latency->lost = lost;
		latency->due = start - latency->excluded;
	}
	latency->excluded += rte_rdtsc() - start;
}

static int
compare(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static void
run_evaluate(struct latency *latency, unsigned int run)
{
	qsort(latency->samples, latency->count, sizeof(latency->samples[0]), compare);
	for (unsigned int i = 0; i < RTE_DIM(percentiles); i++) {
		uint32_t last = (uint32_t)(percentiles[i].share * latency->count);

		latency->figures[i][run] =
			latency->count > 0
				? (double)latency->samples[RTE_MIN(last, latency->count - 1)]
				: 0;
	}
}

/* A run: until there are all samples, or, if that is asked for, so many more sessions have ended.
 */
static void
run_measure(struct latency *latency, unsigned int run, uint64_t until_ended)
{
	const struct counters *counters = &latency->bench->worker->counters;
	uint64_t end = counters->sessions_ended + until_ended;

	queues_set(latency, true);
	latency->count = 0;
	latency->due = latency_now(latency);
	latency->last = clock_at(&latency->clock, latency->due);
	while (latency->count < SAMPLES && (until_ended == 0 || counters->sessions_ended < end))
		part_run(latency);
	queues_set(latency, false);
	run_evaluate(latency, run);
}

static void
scenario_print(struct latency *latency, const char *name)
{
	char row[MEASURE_NAME_MAX];

	for (unsigned int i = 0; i < RTE_DIM(percentiles); i++) {
		snprintf(row, sizeof(row), "latency-%s-%s", name, percentiles[i].name);
		(void)measure_print(&latency->bench->measure, row, latency->figures[i], RUNS, 0);
	}
	if (latency->lost > 0)
		printf("note: latency-%s: %" PRIu64 " packets found the queue full\n", name,
		       latency->lost * TRAFFIC_BURST);
	latency->lost = 0;
}

static int
steady_measure(struct latency *latency)
{
	for (unsigned int run = 0; run < RUNS; run++)
		run_measure(latency, run, 0);
	scenario_print(latency, "steady");
	return 0;
}

static int
swap_measure(struct latency *latency, const char *name, const struct pipeline_config *other)
{
	struct reloader reloader;
	unsigned int reloads;

	if (reloader_start(&reloader, latency->bench, other) != 0)
		return -1;
	for (unsigned int run = 0; run < RUNS; run++) {
		reloads = reloader.reloads;
		do {
			run_measure(latency, run, 0);
		} while (reloader.reloads == reloads && !reloader.failed);
	}
	reloads = reloader.reloads;
	if (reloader_stop(&reloader) != 0)
		return -1;
	scenario_print(latency, name);
	printf("note: latency-%s: %u configurations were loaded meanwhile\n", name, reloads);
	return 0;
}

static int
swaps_measure(struct latency *latency)
{
	struct pipeline_config rules = latency->bench->config, routes = rules, vip = rules;

	rules.denied_port = PIPELINE_DENIED_PORT - 1;
	routes.changed_routes = 1;
	vip.idle_seconds = PIPELINE_IDLE_SECONDS + 1;
	if (swap_measure(latency, "swap", &rules) != 0 ||
	    swap_measure(latency, "swap-routes", &routes) != 0)
		return -1;
	return swap_measure(latency, "swap-vip", &vip);
}

static int
full_measure(struct latency *latency)
{
	struct bench *bench = latency->bench;
	uint64_t random = 9;

	if (sessions_fill(bench) != 0)
		return -1;
	for (unsigned int i = 0; i < TRAFFIC_STREAM; i++) {
		struct tuple call = tuple_of_call(&bench->traffic, &random);

		call.protocol = IPPROTO_UDP;
		bench->traffic.stream[i] =
			i % CALLS_SHARE == 0
				? call
				: bench->calls[random_between(&random, 0, bench->sessions - 1)];
	}
	traffic_begin(&bench->traffic, PIPELINE_LAN, RTE_TCP_ACK_FLAG);
	for (unsigned int run = 0; run < RUNS; run++)
		run_measure(latency, run, 0);
	scenario_print(latency, "full");
	return 0;
}

/* All sessions but a few are about to end. */
static int
sessions_let_idle(struct bench *bench)
{
	if (stream_fill_all(&bench->traffic, bench->calls, FEW) != 0)
		return -1;
	traffic_begin(&bench->traffic, PIPELINE_LAN, RTE_TCP_ACK_FLAG);
	for (unsigned int half = 0; half < 2; half++) {
		for (unsigned int i = 0; i < FEW / TRAFFIC_BURST; i++)
			worker_burst(bench);
		bench->now += (PIPELINE_IDLE_SECONDS / 2 + 1) * NS_PER_SECOND;
	}
	return 0;
}

static int
ageing_measure(struct latency *latency)
{
	struct bench *bench = latency->bench;
	int rc = 0;

	/* Leaves sessions as it found them. */
	for (unsigned int run = 0; run < RUNS && rc == 0; run++) {
		rc = sessions_let_idle(bench);
		if (rc == 0)
			run_measure(latency, run, bench->sessions - FEW);
		sessions_end(bench);
		if (rc == 0)
			rc = sessions_begin(bench, bench->sessions);
	}
	if (rc == 0)
		scenario_print(latency, "ageing");
	return rc;
}

/* Cycles a burst of the packets that are in the stream. */
static uint64_t
burst_cycles(struct bench *bench)
{
	double loader = measure_run(&bench->measure, loader_burst, bench);
	double worker = measure_run(&bench->measure, worker_burst, bench);

	return (uint64_t)((worker - loader) * TRAFFIC_BURST);
}

int
rows_of_latency(struct bench *bench)
{
	struct latency latency = {
		.bench = bench,
		.clock = clock_make(rte_rdtsc(), rte_get_tsc_hz()),
		.samples = malloc(SAMPLES * sizeof(*latency.samples)),
	};
	int rc = -1;

	if (latency.samples == NULL || sessions_begin(bench, bench->sessions) != 0 ||
	    stream_fill_uniform(&bench->traffic, bench->calls, bench->sessions) != 0)
		goto free_samples;
	traffic_begin(&bench->traffic, PIPELINE_LAN, RTE_TCP_ACK_FLAG);
	latency.interval = LOAD * burst_cycles(bench);
	rc = steady_measure(&latency);
	if (rc == 0)
		rc = swaps_measure(&latency);
	if (rc == 0)
		rc = ageing_measure(&latency);
	if (rc == 0)
		rc = full_measure(&latency);
	counters_expect(bench);
	sessions_end(bench);
free_samples:
	free(latency.samples);
	return rc;
}
