/* SPDX-License-Identifier: BSD-3-Clause */
#include "pipeline_reload.h"

#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include <rte_cycles.h>

#include "config/config.h"

enum {
	TURN_MICROSECONDS = 100,
};

void
cpus_use_others(void)
{
	size_t count = (size_t)sysconf(_SC_NPROCESSORS_CONF), here = (size_t)sched_getcpu();
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	for (size_t cpu = 0; cpu < count && cpu < CPU_SETSIZE; cpu++) {
		if (cpu != here)
			CPU_SET(cpu, &cpus);
	}
	if (sched_setaffinity(0, sizeof(cpus), &cpus) != 0)
		fprintf(stderr, "another thread shares the worker's CPU\n");
}

/* Cycles from the model to the last worker's acknowledgement; 0: it could not be loaded. */
static uint64_t
configuration_load(struct bench *bench, const struct pipeline_config *config)
{
	uint64_t start;
	struct model *model = pipeline_model_make(config, &start);
	char error[256];

	if (model == NULL)
		return 0;
	start = rte_rdtsc();
	if (gateway_reload(bench->gateway, model, error, sizeof(error)) != 0) {
		fprintf(stderr, "%s\n", error);
		model_free(model);
		return 0;
	}
	while (!gateway_settled(bench->gateway)) {
		if (gateway_tick(bench->gateway, bench->now) == 0)
			usleep(TURN_MICROSECONDS);
	}
	return rte_rdtsc() - start;
}

static void *
reloader_run(void *context)
{
	struct reloader *reloader = context;
	unsigned int turn = 0;
	uint64_t cycles;

	cpus_use_others();
	/* Ends with the configuration that it began with. */
	while (!reloader->stop || turn % 2 != 0) {
		cycles = configuration_load(reloader->bench, reloader->configs[turn % 2]);
		if (cycles == 0) {
			reloader->failed = true;
			break;
		}
		if (turn < RELOADER_CYCLES_MAX)
			reloader->cycles[turn] = cycles;
		turn++;
		reloader->reloads++;
	}
	return NULL;
}

int
reloader_start(struct reloader *reloader, struct bench *bench, const struct pipeline_config *other)
{
	*reloader = (struct reloader){ .bench = bench, .configs = { other, &bench->config } };
	return pthread_create(&reloader->thread, NULL, reloader_run, reloader) == 0 ? 0 : -1;
}

int
reloader_stop(struct reloader *reloader)
{
	reloader->stop = true;
	while (pthread_tryjoin_np(reloader->thread, NULL) != 0)
		worker_burst(reloader->bench);
	return reloader->failed ? -1 : 0;
}
