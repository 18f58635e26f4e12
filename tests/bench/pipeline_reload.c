/* SPDX-License-Identifier: BSD-3-Clause */
#include "pipeline_reload.h"

#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "config/config.h"

enum {
	TURN_MICROSECONDS = 100,
};

static void
other_cpus_use(void)
{
	size_t count = (size_t)sysconf(_SC_NPROCESSORS_CONF), here = (size_t)sched_getcpu();
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	for (size_t cpu = 0; cpu < count && cpu < CPU_SETSIZE; cpu++) {
		if (cpu != here)
			CPU_SET(cpu, &cpus);
	}
	if (sched_setaffinity(0, sizeof(cpus), &cpus) != 0)
		fprintf(stderr, "the control thread shares the worker's CPU\n");
}

static int
configuration_load(struct reloader *reloader, uint16_t denied_port)
{
	struct bench *bench = reloader->bench;
	struct pipeline_config config = bench->config;
	struct model *model;
	char error[256];

	config.denied_port = denied_port;
	model = pipeline_model_make(&config);
	if (model == NULL)
		return -1;
	if (gateway_reload(bench->gateway, model, error, sizeof(error)) != 0) {
		fprintf(stderr, "%s\n", error);
		model_free(model);
		return -1;
	}
	while (!gateway_settled(bench->gateway)) {
		if (gateway_tick(bench->gateway, bench->now) == 0)
			usleep(TURN_MICROSECONDS);
	}
	return 0;
}

static void *
reloader_run(void *context)
{
	struct reloader *reloader = context;
	uint16_t ports[] = { PIPELINE_DENIED_PORT - 1, PIPELINE_DENIED_PORT };
	unsigned int turn = 0;

	other_cpus_use();
	/* Ends with the configuration that it began with. */
	while (!reloader->stop || turn % 2 != 0) {
		if (configuration_load(reloader, ports[turn % 2]) != 0) {
			reloader->failed = true;
			break;
		}
		turn++;
		reloader->reloads++;
	}
	return NULL;
}

int
reloader_start(struct reloader *reloader, struct bench *bench)
{
	*reloader = (struct reloader){ .bench = bench };
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
