/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What a flood of first packets leaves of the throughput of established sessions. The sessions
 * offer as many packets as the worker just carries without the flood; then first packets come in
 * between, so many a second. A queue that overflows loses packets of both alike, so what is carried
 * of the sessions is what is taken from the queue at all. A row is the cycles for each of their
 * packets.
 */

#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_tcp.h>

#include "bench_random.h"
#include "control/clock.h"
#include "pipeline_sessions.h"

enum {
	ROUNDS = 9,
};

struct flood_kind {
	const char *name;
	double rate; /* first packets a second */
	bool denied;
	burst_fn *burst;
};

struct flood {
	struct bench *bench;
	struct clock clock;
	uint64_t last; /* on the clock */
};

/* The worker's time goes on as real time does. */
static void
flood_burst(void *context)
{
	struct flood *flood = context;
	uint64_t now = clock_now(&flood->clock);

	flood->bench->now += now - flood->last;
	flood->last = now;
	worker_burst(flood->bench);
}

/* The least that can be called so: to find a packet's session, or to drop it. */
static void
bare_burst(void *context)
{
	const struct flood *flood = context;

	floor_table_burst(flood->bench);
}

static const struct flood_kind bare_kind = { "bare-flood-10m", 10e6, false, bare_burst };

static const struct flood_kind kinds[] = {
	{ "flood-1m-allowed", 1e6, false, flood_burst },
	{ "flood-3m-allowed", 3e6, false, flood_burst },
	{ "flood-10m-allowed", 10e6, false, flood_burst },
	{ "flood-1m-denied", 1e6, true, flood_burst },
	{ "flood-3m-denied", 3e6, true, flood_burst },
	{ "flood-10m-denied", 10e6, true, flood_burst },
};

/* A call of a session that is not there, but perhaps was, a stream ago. */
static struct tuple
flood_tuple(const struct traffic *traffic, bool denied, uint64_t *random)
{
	struct tuple tuple = tuple_of_call(traffic, random);

	/* UDP, for all segments of the stream have the same flags, and those are not a SYN's. */
	tuple.protocol = IPPROTO_UDP;
	if (denied)
		tuple.destination_port = rte_cpu_to_be_16(PIPELINE_DENIED_PORT);
	return tuple;
}

/* Packets of sessions, and among them that share of first packets. */
static void
stream_mix(struct bench *bench, double share, bool denied)
{
	uint32_t limit = (uint32_t)(share * UINT32_MAX);
	uint64_t random = 7;

	for (unsigned int i = 0; i < TRAFFIC_STREAM; i++) {
		if (random_next(&random) < limit)
			bench->traffic.stream[i] = flood_tuple(&bench->traffic, denied, &random);
		else
			bench->traffic.stream[i] =
				bench->calls[random_between(&random, 0, bench->sessions - 1)];
	}
	traffic_begin(&bench->traffic, PIPELINE_LAN, RTE_TCP_ACK_FLAG);
}

/* Cycles a packet of that mix, without the making of it. */
static double
mix_measure(struct flood *flood, const struct flood_kind *kind, double share)
{
	const struct measure *measure = &flood->bench->measure;
	double loader, worker;

	stream_mix(flood->bench, share, kind->denied);
	loader = measure_run(measure, loader_burst, flood->bench);
	(void)measure_run(measure, kind->burst, flood);
	worker = measure_run(measure, kind->burst, flood);
	return worker - loader;
}

static void
drop_burst(void *context)
{
	struct bench *bench = context;

	floor_drop(&bench->worker->sessions.flows, &bench->traffic);
}

/* The least that a first packet costs for which there is no share. */
static void
drop_row(struct bench *bench)
{
	const struct measure_row rows[] = {
		{ "loader", loader_burst, NULL },
		{ "bare-drop", drop_burst, NULL },
	};

	stream_mix(bench, 1, false);
	(void)measure_rows(&bench->measure, rows, RTE_DIM(rows), bench);
}

/* What stays, percent, what became of the first packets, and that every packet is accounted for. */
static int
flood_tell(const char *name, double kept[ROUNDS], const struct counters *before,
	   const struct counters *after)
{
	uint64_t received = after->ports[PIPELINE_LAN].received_packets -
			    before->ports[PIPELINE_LAN].received_packets;
	uint64_t sent =
		after->ports[PIPELINE_WAN].sent_packets - before->ports[PIPELINE_WAN].sent_packets;
	uint64_t begun = after->sessions_created - before->sessions_created, dropped = 0;

	printf("note: %s: %.0f %% of the established throughput stay", name,
	       measure_median(kept, ROUNDS));
	printf(" (%.0f to %.0f); %" PRIu64 " sessions began", kept[0], kept[ROUNDS - 1], begun);
	for (unsigned int i = 0; i < DROP_REASON_COUNT; i++) {
		uint64_t drops = after->drops[i] - before->drops[i];

		if (drops > 0)
			printf(", %" PRIu64 " dropped as %s", drops,
			       drop_reason_name((enum drop_reason)i));
		dropped += drops;
	}
	printf("\n");
	if (received == sent + dropped)
		return 0;
	fprintf(stderr,
		"%s: %" PRIu64 " packets came, %" PRIu64 " left, %" PRIu64 " were dropped\n", name,
		received, sent, dropped);
	return -1;
}

/* Cycles for a packet of a session when first packets come beside them at that rate. */
static double
flood_cycles(double established, double mixed, double share)
{
	double taken = mixed / (1 - share); /* for one, and the first packets that it brings */

	return taken > established ? taken : established;
}

static int
flood_row(struct flood *flood, const struct flood_kind *kind, double none[ROUNDS],
	  double worst[ROUNDS])
{
	struct bench *bench = flood->bench;
	double cycles[ROUNDS], kept[ROUNDS];
	struct counters before, after;

	gateway_counters(bench->gateway, &before);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		double established = mix_measure(flood, kind, 0);
		double rate = (double)rte_get_tsc_hz() / established;
		double share = kind->rate / (rate + kind->rate);
		double mixed = mix_measure(flood, kind, share);

		none[round] = established;
		cycles[round] = flood_cycles(established, mixed, share);
		kept[round] = 100 * established / cycles[round];
	}
	gateway_counters(bench->gateway, &after);
	/* Sorted from here on. */
	if (measure_print(&bench->measure, kind->name, cycles, ROUNDS, 0) > worst[ROUNDS / 2])
		memcpy(worst, cycles, sizeof(cycles));
	return flood_tell(kind->name, kept, &before, &after);
}

int
rows_of_flood(struct bench *bench)
{
	struct flood flood = {
		.bench = bench,
		.clock = clock_make(rte_rdtsc(), rte_get_tsc_hz()),
	};
	double none[RTE_DIM(kinds) * ROUNDS], worst[ROUNDS] = { 0 }, bare[ROUNDS] = { 0 };
	int rc = sessions_begin(bench, bench->sessions);

	if (rc == 0) {
		drop_row(bench);
		rc = flood_row(&flood, &bare_kind, none, bare);
	}
	for (unsigned int i = 0; i < RTE_DIM(kinds) && rc == 0; i++)
		rc = flood_row(&flood, &kinds[i], none + i * ROUNDS, worst);
	if (rc == 0) {
		(void)measure_print(&bench->measure, "flood-none", none, RTE_DIM(none), 0);
		(void)measure_print(&bench->measure, "flood-established", worst, ROUNDS, 0);
	}
	counters_expect(bench);
	sessions_end(bench);
	return rc;
}
