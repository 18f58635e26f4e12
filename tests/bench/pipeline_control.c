/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What the control thread takes: to read a configuration and to load its routes at start, cycles a
 * route; to build and to swap a snapshot whose rules have changed; to change routes, cycles a
 * change, while the worker forwards over them. And how much memory it all takes.
 */

#include <stdio.h>

#include <rte_tcp.h>

#include "pipeline_reload.h"
#include "pipeline_sessions.h"

enum {
	RELOADS = 6, /* whole turns: of both configurations */
	CHANGED_ROUTES = 10000,
};

/* The other thread loads, this one forwards. */
static int
reloads_measure(struct bench *bench, const struct pipeline_config *other, double cycles[RELOADS])
{
	struct reloader reloader;

	if (reloader_start(&reloader, bench, other) != 0)
		return -1;
	while (reloader.reloads < RELOADS && !reloader.failed)
		worker_burst(bench);
	for (unsigned int i = 0; i < RELOADS; i++)
		cycles[i] = (double)reloader.cycles[i];
	return reloader_stop(&reloader);
}

static void
memory_tell(const struct bench *bench)
{
	const struct session_table *sessions = &bench->worker->sessions;
	size_t all = bench->tables_bytes + worker_bytes(bench->worker);

	printf("note: memory: %.0f bytes a session with both directions\n",
	       (double)session_table_bytes(sessions) / sessions->capacity);
	printf("note: memory: %.1f GB for %u prefixes and %u sessions, %.0f bytes a prefix\n",
	       (double)all / (1 << 30), bench->config.prefix_count, sessions->capacity,
	       (double)bench->tables_bytes / bench->config.prefix_count);
}

int
rows_of_load(struct bench *bench)
{
	double reading = (double)bench->read_cycles / bench->config.prefix_count;
	double loading = (double)bench->load_cycles / bench->config.prefix_count;
	char name[MEASURE_NAME_MAX], count[COUNT_NAME_MAX];

	count_name(bench->config.prefix_count, count);
	snprintf(name, sizeof(name), "config-read-%s", count);
	(void)measure_print(&bench->measure, name, &reading, 1, 0);
	snprintf(name, sizeof(name), "route-load-%s", count);
	(void)measure_print(&bench->measure, name, &loading, 1, 0);
	memory_tell(bench);
	return 0;
}

int
rows_of_control(struct bench *bench)
{
	struct pipeline_config rules = bench->config, routes = bench->config;
	double cycles[RELOADS];
	uint64_t random = 1;

	rules.denied_port = PIPELINE_DENIED_PORT - 1;
	routes.changed_routes = CHANGED_ROUTES;
	for (uint32_t i = 0; i < bench->sessions; i++)
		bench->calls[i] = tuple_of_transit(&bench->traffic, &random);
	if (stream_fill_uniform(&bench->traffic, bench->calls, bench->sessions) != 0)
		return -1;
	traffic_begin(&bench->traffic, PIPELINE_WAN, RTE_TCP_ACK_FLAG);
	if (reloads_measure(bench, &rules, cycles) != 0)
		return -1;
	(void)measure_print(&bench->measure, "snapshot-build", cycles, RELOADS, 0);
	if (reloads_measure(bench, &routes, cycles) != 0)
		return -1;
	for (unsigned int i = 0; i < RELOADS; i++)
		cycles[i] /= CHANGED_ROUTES;
	(void)measure_print(&bench->measure, "route-change", cycles, RELOADS, 0);
	return counters_check(bench);
}
