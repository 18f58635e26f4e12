/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What the worker's pipeline costs without a driver, in cycles of the time-stamp counter a packet:
 * the gateway of pipeline_config.h, built as the program builds it, and the traffic of
 * pipeline_traffic.h. The cost of making the traffic is a row of its own and is left out of the
 * others. The stages of a row are timed in runs of their own, one time stamp between two stages.
 *
 *	pipeline_bench [--sessions N] [--seconds S] [--rows TEXT] [-- EAL arguments]
 *
 * Sessions are a million unless told; each row takes at least forty runs and S seconds. With TEXT
 * only rows that have it in their names are measured.
 */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_cycles.h>

#include "bench_eal.h"
#include "config/config.h"
#include "control/eal.h"
#include "control/eal_arguments.h"
#include "pipeline_rows.h"

enum {
	RUN_BURSTS = TRAFFIC_STREAM / TRAFFIC_BURST / 8,
	SESSIONS_DEFAULT = 1 << 20,
	SPARE_PERCENT = 25, /* of sessions, for those that have ended and wait for their turn */
	PACKET_BYTES = 16 << 20,
};

static struct model *
model_make(const struct bench *bench)
{
	uint32_t capacity = bench->sessions + bench->sessions / 100 * SPARE_PERCENT;
	struct diagnostics diagnostics = { 0 };
	struct model *model = NULL;
	size_t length;
	char *text = pipeline_config_write(bench->prefixes, capacity, &length);

	if (text != NULL && model_read_text("bench.conf", text, length, &model, &diagnostics) != 0)
		diagnostics_print(&diagnostics, stderr);
	diagnostics_clear(&diagnostics);
	free(text);
	return model;
}

/* Takes the model. */
static int
gateway_make(struct bench *bench, struct model *model)
{
	struct port_queue queues[PIPELINE_PORTS];
	const struct port_queue *queue_list = queues;
	const struct gateway_options options = {
		.workers = 1,
		.queues = &queue_list,
		.pool = bench->pool,
		.seed = 1,
		.now = bench->now,
		.socket = SOCKET_ID_ANY,
	};
	char error[256];

	for (uint16_t port = 0; port < PIPELINE_PORTS; port++) {
		bench->queues[port] = (struct traffic_queue){ &bench->traffic, port };
		queues[port] = traffic_queue_interface(&bench->queues[port]);
	}
	bench->traffic.port = PIPELINE_PORTS;
	if (gateway_create(model, &options, &bench->gateway, error, sizeof(error)) != 0) {
		fprintf(stderr, "%s\n", error);
		model_free(model);
		return -1;
	}
	bench->worker = gateway_worker(bench->gateway, 0);
	while (!gateway_settled(bench->gateway) || rte_ring_count(bench->worker->commands) > 0) {
		worker_burst(bench);
		(void)gateway_tick(bench->gateway, bench->now);
	}
	return 0;
}

static int
bench_run(struct bench *bench, struct model *model)
{
	int rc = -1;

	bench->now = NS_PER_SECOND;
	bench->pool = rte_pktmbuf_pool_create("packets", TRAFFIC_MBUFS + TRAFFIC_BURST, 0, 0,
					      RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	if (bench->pool == NULL || traffic_open(&bench->traffic, bench->pool) != 0) {
		model_free(model);
		goto free_traffic;
	}
	if (gateway_make(bench, model) != 0)
		goto free_traffic;
	rc = rows_measure(bench);
	gateway_free(bench->gateway);
free_traffic:
	traffic_close(&bench->traffic);
	return rc;
}

static int
bench_prepare(struct bench *bench)
{
	size_t size = bench->sessions * sizeof(struct tuple);

	bench->calls = malloc(size);
	bench->sent = malloc(size);
	bench->replies = malloc(size);
	if (bench->calls == NULL || bench->sent == NULL || bench->replies == NULL)
		return -1;
	return pipeline_prefixes_fill(bench->prefixes);
}

static void
bench_free(struct bench *bench)
{
	free(bench->replies);
	free(bench->sent);
	free(bench->calls);
	free(bench);
}

static int
options_read(struct bench *bench, int argc, char **argv)
{
	static const struct option options[] = {
		{ "sessions", required_argument, NULL, 'n' },
		{ "seconds", required_argument, NULL, 's' },
		{ "rows", required_argument, NULL, 'r' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	bench->sessions = SESSIONS_DEFAULT;
	bench->measure.burst = TRAFFIC_BURST;
	bench->measure.bursts = RUN_BURSTS;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'n')
			bench->sessions = (uint32_t)strtoul(optarg, NULL, 10);
		else if (option == 's')
			bench->measure.seconds = strtod(optarg, NULL);
		else if (option == 'r')
			bench->measure.only = optarg;
		else
			return -1;
	}
	/* Whole bursts, and some of them in each second of the sessions' lives. */
	bench->sessions -= bench->sessions % TRAFFIC_BURST;
	if (bench->sessions >= TRAFFIC_BURST * PIPELINE_IDLE_SECONDS)
		return 0;
	fprintf(stderr, "--sessions: at least %d\n", TRAFFIC_BURST * PIPELINE_IDLE_SECONDS);
	return -1;
}

int
main(int argc, char **argv)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	const char *pages = "";
	struct model *model;
	size_t megabytes;
	int status = 2;

	if (bench == NULL || options_read(bench, argc, argv) != 0 || bench_prepare(bench) != 0)
		goto free_bench;
	model = model_make(bench);
	if (model == NULL)
		goto free_bench;
	/* The bare loop has a flow table too, and the stream is long. */
	megabytes = eal_megabytes(&model->gateway, PACKET_BYTES) +
		    bench->sessions * 8 * sizeof(struct flow) / (1 << 20) +
		    TRAFFIC_STREAM * sizeof(struct tuple) / (1 << 20);
	if (bench_eal_start(megabytes, argc - optind, argv + optind, &pages) != 0) {
		model_free(model);
		goto free_bench;
	}
	printf("%u sessions, %s, bursts of %d, %.2f GHz\n", bench->sessions, pages, TRAFFIC_BURST,
	       (double)rte_get_tsc_hz() / 1e9);
	if (bench_run(bench, model) == 0)
		status = 0;
	eal_stop();
free_bench:
	bench_free(bench);
	return status;
}
