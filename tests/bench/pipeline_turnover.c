/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What a session costs beside its packets, in cycles: its end, when its time is over, and its next
 * packet when its VIP or the fabric's routes have changed.
 */

#include <rte_cycles.h>
#include <rte_tcp.h>

#include "pipeline_reload.h"
#include "pipeline_sessions.h"

enum {
	RUNS = 5,
};

/* Cycles a packet of all sessions in turn. */
static double
calls_cycles(struct bench *bench)
{
	uint64_t start;

	traffic_begin(&bench->traffic, PIPELINE_LAN, RTE_TCP_ACK_FLAG);
	start = rte_rdtsc();
	for (uint32_t i = 0; i < bench->sessions / TRAFFIC_BURST; i++)
		worker_burst(bench);
	return (double)(rte_rdtsc() - start) / bench->sessions;
}

/* Every session has been decided from another snapshot than the worker's. */
static int
snapshot_change(struct bench *bench, const struct pipeline_config *other)
{
	struct reloader reloader;

	bench->traffic.port = PIPELINE_PORTS; /* nothing is received */
	if (reloader_start(&reloader, bench, other) != 0)
		return -1;
	while (reloader.reloads == 0 && !reloader.failed)
		worker_burst(bench);
	return reloader_stop(&reloader);
}

/* What a session's next packet costs more after the other configuration was loaded. */
static int
change_measure(struct bench *bench, const struct pipeline_config *other, double *cycles)
{
	if (snapshot_change(bench, other) != 0)
		return -1;
	*cycles = calls_cycles(bench);
	*cycles -= calls_cycles(bench);
	return 0;
}

static int
run_measure(struct bench *bench, double *again, double *rerouted, double *end)
{
	struct pipeline_config vip = bench->config, routes = bench->config;
	uint64_t start;

	vip.idle_seconds = PIPELINE_IDLE_SECONDS + 1;
	routes.changed_routes = 1;
	if (sessions_begin(bench, bench->sessions) != 0 ||
	    stream_fill_all(&bench->traffic, bench->calls, bench->sessions) != 0 ||
	    change_measure(bench, &vip, again) != 0 ||
	    change_measure(bench, &routes, rerouted) != 0)
		return -1;
	start = rte_rdtsc();
	sessions_end(bench);
	*end = (double)(rte_rdtsc() - start) / bench->sessions;
	return counters_check(bench);
}

int
rows_of_turnover(struct bench *bench)
{
	double again[RUNS], rerouted[RUNS], end[RUNS];

	for (unsigned int run = 0; run < RUNS; run++) {
		if (run_measure(bench, &again[run], &rerouted[run], &end[run]) != 0)
			return -1;
	}
	(void)measure_print(&bench->measure, "session-again", again, RUNS, 0);
	(void)measure_print(&bench->measure, "session-rerouted", rerouted, RUNS, 0);
	(void)measure_print(&bench->measure, "session-end", end, RUNS, 0);
	return 0;
}
