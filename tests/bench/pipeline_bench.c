/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What the worker's pipeline costs without a driver, in cycles of the time-stamp counter a packet:
 * the gateway of pipeline_config.h, built as the program builds it, and the traffic of
 * pipeline_traffic.h. The cost of making the traffic is a row of its own and is left out of the
 * others. The stages of a row are timed in runs of their own, one time stamp between two stages.
 *
 *	pipeline_bench [--parts PART,...] [--prefixes N] [--rules N] [--sessions N] [--imix]
 *		[--protocol tcp|udp] [--pair] [--rounds N] [--suffix TEXT] [-- EAL arguments]
 *
 * Parts are named in the table below; all unless told. With --pair the gateway has two workers, for
 * the part of that name alone. The text is added to the rows' names.
 */

#include <getopt.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_lcore.h>
#include <rte_malloc.h>

#include "bench_eal.h"
#include "config/config.h"
#include "control/eal.h"
#include "control/eal_arguments.h"
#include "pipeline_pair.h"

/* In the order in which they are measured. */
static const struct part {
	const char *name;
	rows_fn *measure;
} parts[] = {
	{ "loader", rows_of_loader },
	{ "pages", rows_of_pages }, /* which asks nothing of the gateway */
	{ "fabric", rows_of_fabric },
	{ "few", rows_of_few },
	{ "sessions", rows_of_sessions },
	{ "first", rows_of_first_packets },
	{ "flood", rows_of_flood },
	{ "latency", rows_of_latency },
	{ "turnover", rows_of_turnover },
	{ "control", rows_of_control },
	{ "load", rows_of_load },
	{ "pair", rows_of_pair },
};

enum {
	RUN_BURSTS = TRAFFIC_STREAM / TRAFFIC_BURST / 8,
	/* Some bursts in each second of their lives; ports for all: 250 hosts and 248 ports. */
	SESSIONS_MIN = 131072,
	SESSIONS_MAX = 4 << 20,
	SESSIONS_DEFAULT = 1 << 20,
	PREFIXES_DEFAULT = 100000,
	RULES_DEFAULT = 1000,
	ROUNDS_DEFAULT = 20,
	SPARE_PERCENT = 25, /* of sessions, for those that have ended and wait for their turn */
	PACKET_BYTES = 16 << 20,
	CACHE_PACKETS = 512, /* as in the gateway's pool */
};

/* Of DPDK's memory. */
static size_t
bytes_in_use(void)
{
	struct rte_malloc_socket_stats stats = { 0 };

	return rte_malloc_get_socket_stats((int)rte_socket_id(), &stats) == 0
		       ? stats.heap_allocsz_bytes
		       : 0;
}

/* A worker's traffic: its own packets, to and from all ports. */
static int
traffic_make(struct bench *bench, struct rte_mempool *pool, struct port_queue *queues)
{
	for (uint16_t port = 0; port < PIPELINE_PORTS; port++) {
		bench->queues[port] = (struct traffic_queue){ &bench->traffic, port };
		queues[port] = traffic_queue_interface(&bench->queues[port]);
	}
	bench->traffic.port = PIPELINE_PORTS;
	return traffic_open(&bench->traffic, pool);
}

static void
workers_settle(struct bench *bench)
{
	struct bench *other = bench->other;

	while (!gateway_settled(bench->gateway) || rte_ring_count(bench->worker->commands) > 0 ||
	       (other != NULL && rte_ring_count(other->worker->commands) > 0)) {
		worker_burst(bench);
		if (other != NULL)
			worker_burst(other);
		(void)gateway_tick(bench->gateway, bench->now);
	}
}

/* Takes the model. */
static int
gateway_make(struct bench *bench, struct model *model)
{
	struct port_queue queues[2][PIPELINE_PORTS];
	const struct port_queue *queue_lists[] = { queues[0], queues[1] };
	const struct gateway_options options = {
		.workers = bench->config.workers,
		.queues = queue_lists,
		.pool = bench->pool,
		.seed = 1,
		.now = bench->now,
		.cycles = rte_rdtsc,
		.socket = SOCKET_ID_ANY,
	};
	size_t bytes;
	uint64_t start;
	char error[256];

	if (traffic_make(bench, bench->pool, queues[0]) != 0 ||
	    (bench->other != NULL && traffic_make(bench->other, bench->pool, queues[1]) != 0)) {
		model_free(model);
		return -1;
	}
	bytes = bytes_in_use();
	start = rte_rdtsc();
	if (gateway_create(model, &options, &bench->gateway, error, sizeof(error)) != 0) {
		fprintf(stderr, "%s\n", error);
		model_free(model);
		return -1;
	}
	bench->worker = gateway_worker(bench->gateway, 0);
	if (bench->other != NULL) {
		bench->other->gateway = bench->gateway;
		bench->other->worker = gateway_worker(bench->gateway, 1);
		bench->other->now = bench->now;
	}
	workers_settle(bench);
	bench->load_cycles = rte_rdtsc() - start;
	bench->tables_bytes = bytes_in_use() - bytes - worker_bytes(bench->worker);
	return 0;
}

static bool
part_is_wanted(const char *list, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = list; at != NULL; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, name, length) == 0 && strchr(",", at[length]) != NULL)
			return true;
	}
	return list == NULL;
}

static int
parts_measure(struct bench *bench, const char *list)
{
	measure_print_head();
	for (unsigned int i = 0; i < RTE_DIM(parts); i++) {
		if (part_is_wanted(list, parts[i].name) && parts[i].measure(bench) != 0)
			return -1;
	}
	return 0;
}

static int
bench_run(struct bench *bench, struct model *model, const char *part_list)
{
	unsigned int packets = (TRAFFIC_MBUFS + TRAFFIC_BURST) * bench->config.workers;
	int rc = -1;

	bench->now = NS_PER_SECOND;
	bench->pool = rte_pktmbuf_pool_create("packets", packets, CACHE_PACKETS, 0,
					      RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	if (bench->pool == NULL) {
		model_free(model);
		return -1;
	}
	if (gateway_make(bench, model) == 0) {
		rc = parts_measure(bench, part_list);
		gateway_free(bench->gateway);
	}
	if (bench->other != NULL)
		traffic_close(&bench->other->traffic);
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
	bench->config.prefixes = pipeline_prefixes_make(bench->config.prefix_count);
	bench->config.flow_capacity = bench->sessions + bench->sessions / 100 * SPARE_PERCENT;
	bench->config.denied_port = PIPELINE_DENIED_PORT;
	bench->config.idle_seconds = PIPELINE_IDLE_SECONDS;
	bench->traffic.config = &bench->config;
	if (bench->config.workers > 1) {
		bench->other = pair_create(bench);
		if (bench->other == NULL)
			return -1;
	}
	if (bench->calls != NULL && bench->sent != NULL && bench->replies != NULL &&
	    bench->config.prefixes != NULL)
		return 0;
	fprintf(stderr, "there is not enough memory\n");
	return -1;
}

static void
bench_free(struct bench *bench)
{
	pair_free(bench->other);
	free(bench->config.prefixes);
	free(bench->replies);
	free(bench->sent);
	free(bench->calls);
	free(bench);
}

/* A number in those bounds. 0 or -1. */
static int
number_read(const char *text, uint32_t least, uint32_t most, uint32_t *number)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end != '\0' || end == text || value < least || value > most) {
		fprintf(stderr, "%s: a number from %u to %u\n", text, least, most);
		return -1;
	}
	*number = (uint32_t)value;
	return 0;
}

static int
protocol_read(const char *text, uint8_t *protocol)
{
	if (strcmp(text, "tcp") == 0)
		*protocol = IPPROTO_TCP;
	else if (strcmp(text, "udp") == 0)
		*protocol = IPPROTO_UDP;
	else
		return -1;
	return 0;
}

static int
option_read(struct bench *bench, int option, const char **part_list)
{
	switch (option) {
	case 'a':
		*part_list = optarg;
		return 0;
	case 'p':
		return number_read(optarg, PIPELINE_RULES_MAX, PIPELINE_PREFIXES_MAX,
				   &bench->config.prefix_count);
	case 'r':
		return number_read(optarg, 2, PIPELINE_RULES_MAX, &bench->config.rules);
	case 'n':
		return number_read(optarg, SESSIONS_MIN, SESSIONS_MAX, &bench->sessions);
	case 'o':
		return number_read(optarg, 1, MEASURE_ROUNDS_MAX, &bench->measure.rounds);
	case 't':
		return protocol_read(optarg, &bench->traffic.kind.protocol);
	case 'i':
		bench->traffic.kind.imix = true;
		return 0;
	case 'w':
		bench->config.workers = 2;
		return 0;
	case 's':
		bench->measure.suffix = optarg;
		return 0;
	default:
		return -1;
	}
}

static int
options_read(struct bench *bench, int argc, char **argv, const char **part_list)
{
	static const struct option options[] = {
		{ "parts", required_argument, NULL, 'a' },
		{ "prefixes", required_argument, NULL, 'p' },
		{ "rules", required_argument, NULL, 'r' },
		{ "sessions", required_argument, NULL, 'n' },
		{ "rounds", required_argument, NULL, 'o' },
		{ "protocol", required_argument, NULL, 't' },
		{ "imix", no_argument, NULL, 'i' },
		{ "pair", no_argument, NULL, 'w' },
		{ "suffix", required_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	bench->sessions = SESSIONS_DEFAULT;
	bench->config.prefix_count = PREFIXES_DEFAULT;
	bench->config.rules = RULES_DEFAULT;
	bench->config.workers = 1;
	bench->measure = (struct measure){
		.suffix = "",
		.rounds = ROUNDS_DEFAULT,
		.bursts = RUN_BURSTS,
		.burst = TRAFFIC_BURST,
	};
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option_read(bench, option, part_list) != 0)
			return -1;
	}
	bench->sessions -= bench->sessions % TRAFFIC_BURST;
	return 0;
}

int
main(int argc, char **argv)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	const char *pages = "", *part_list = NULL;
	struct model *model;
	size_t megabytes;
	int status = 2;

	if (bench == NULL)
		return status;
	if (options_read(bench, argc, argv, &part_list) != 0 || bench_prepare(bench) != 0)
		goto free_bench;
	model = pipeline_model_make(&bench->config, &bench->read_cycles);
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
	if (bench_run(bench, model, part_list) == 0)
		status = 0;
	eal_stop();
free_bench:
	bench_free(bench);
	return status;
}
