/* SPDX-License-Identifier: BSD-3-Clause */
#include "replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "clock.h"
#include "config/config.h"
#include "dataplane/hash.h"
#include "decision_log.h"
#include "eal.h"
#include "gateway.h"
#include "pool.h"
#include "replay_port.h"
#include "replay_taps.h"
#include "report.h"
#include "subcommand.h"

enum {
	REPLAY_ERROR_MAX = 512,
	REPLAY_SEED_DEFAULT = 1,
	REPLAY_POOL_PACKETS = 1024, /* and what each worker can hold */
	REPLAY_ROUNDS_MAX = 100000, /* of workers that never come to rest: a defect */
	SECONDS_AFTER_LAST = 60,    /* at most, for packets that wait for an answer */
};

struct replay {
	const struct model *model; /* of the start; the gateway's, once there is one */
	size_t port_count;
	struct replay_port ports[PORTS_MAX];
	unsigned int order[PORTS_MAX]; /* the ports with captures, as given */
	unsigned int order_count;
	unsigned int workers;
	struct replay_queue *queues; /* [worker][port] */
	struct rte_mempool *pool;
	struct gateway *gateway;
	struct replay_taps taps;
	struct decision_log *decisions; /* NULL: they are not recorded */
	uint64_t start;                 /* nanoseconds: the first packet's time */
	uint64_t now;
	uint64_t fed; /* packets, over all ports */
	const struct replay_options *options;
	unsigned int reloads; /* of the options, done */
	char error[REPLAY_ERROR_MAX];
};

static struct replay_queue *
replay_queue_at(const struct replay *replay, unsigned int worker, size_t port)
{
	return &replay->queues[worker * replay->port_count + port];
}

/* All workers and the control thread in turn, until nobody has anything to do at this moment. */
static int
replay_settle(struct replay *replay)
{
	for (unsigned int round = 0; round < REPLAY_ROUNDS_MAX; round++) {
		unsigned int done = 0;

		for (unsigned int i = 0; i < replay->workers; i++) {
			struct worker *worker = gateway_worker(replay->gateway, i);

			done += worker_poll(worker, replay->now);
			while (!worker_expire(worker))
				done++;
		}
		done += gateway_tick(replay->gateway, replay->now);
		done += replay_taps_take(&replay->taps, replay->gateway, replay->now);
		if (done == 0)
			return 0;
	}
	snprintf(replay->error, sizeof(replay->error), "the workers do not come to rest");
	return -EDEADLK;
}

/* The port whose next frame is the earliest; of equal ones the first that was given. NULL: none. */
static struct replay_port *
replay_next_port(struct replay *replay, size_t *index)
{
	struct replay_port *first = NULL;

	for (unsigned int i = 0; i < replay->order_count; i++) {
		struct replay_port *port = &replay->ports[replay->order[i]];

		if (!port->more || (first != NULL && first->next.time <= port->next.time))
			continue;
		first = port;
		*index = replay->order[i];
	}
	return first;
}

/* Packets wait for an answer, or backends have to give theirs before the next frame. */
static bool
replay_waits(struct replay *replay)
{
	struct counters counters;
	size_t index;

	gateway_counters(replay->gateway, &counters);
	return counters.held > 0 ||
	       (replay->options->probe && replay_next_port(replay, &index) != NULL);
}

/* Brings the time towards `until` while there is something to wait for, second by second. */
static int
replay_wait(struct replay *replay, uint64_t until)
{
	int result = 0;

	while (result == 0 && replay->now < until && replay_waits(replay)) {
		replay->now += RTE_MIN(until - replay->now, CLOCK_NS_PER_S);
		result = replay_settle(replay);
	}
	return result;
}

/* Brings the time to `until`: the rest in leaps, since sessions end alike either way. */
static int
replay_advance(struct replay *replay, uint64_t until)
{
	int result = replay_wait(replay, until);
	uint64_t due;

	while (result == 0 && (due = gateway_due(replay->gateway)) > replay->now && due < until) {
		replay->now = due;
		result = replay_settle(replay);
	}
	if (result != 0 || replay->now >= until)
		return result;
	replay->now = until;
	return replay_settle(replay);
}

/* As when `run` gets SIGHUP. */
static int
replay_reload(struct replay *replay, const struct replay_reload *reload)
{
	struct diagnostics diagnostics = { 0 };
	struct model *model;
	char text[REPLAY_ERROR_MAX / 2];
	int result = replay_advance(replay, replay->start + reload->after);

	if (result != 0)
		return result;
	result = model_read(reload->config, &model, &diagnostics);
	diagnostics_print(&diagnostics, stderr);
	diagnostics_clear(&diagnostics);
	if (result != 0) {
		snprintf(replay->error, sizeof(replay->error), "%s is invalid", reload->config);
		return result;
	}
	if (gateway_needs_restart(replay->gateway, model, text, sizeof(text))) {
		snprintf(replay->error, sizeof(replay->error), "%s: a change needs a restart: %s",
			 reload->config, text);
		result = -EINVAL;
	} else {
		result = (reload->forced ? gateway_reload_forced : gateway_reload)(
			replay->gateway, model, replay->error, sizeof(replay->error));
	}
	if (result != 0)
		model_free(model);
	if (result != -EADDRINUSE)
		return result != 0 ? result : replay_settle(replay);
	fprintf(stderr, "viaduct replay: %s; configuration not changed\n", replay->error);
	return 0;
}

/* The reloads that come before that time, or with it. */
static int
replay_reload_until(struct replay *replay, uint64_t until)
{
	const struct replay_options *options = replay->options;
	int result = 0;

	while (result == 0 && replay->reloads < options->reload_count &&
	       replay->start + options->reloads[replay->reloads].after <= until)
		result = replay_reload(replay, &options->reloads[replay->reloads++]);
	return result;
}

/* To whom the next packet comes: in turn, or at random. */
static unsigned int
replay_choose_worker(struct replay *replay)
{
	uint64_t x = replay->fed++;

	if (replay->options->spread)
		x = hash_mix((x + replay->options->spread_seed + 1) * 0x9e3779b97f4a7c15ULL);
	return (unsigned int)(x % replay->workers);
}

static int
replay_packets(struct replay *replay)
{
	const struct replay_port *port;
	size_t index;
	int result = replay_settle(replay);

	while (result == 0 && (port = replay_next_port(replay, &index)) != NULL) {
		unsigned int worker = replay_choose_worker(replay);

		result = replay_reload_until(replay, port->next.time);
		if (result == 0)
			result = replay_advance(replay, port->next.time);
		if (result == 0)
			result = replay_queue_feed(replay_queue_at(replay, worker, index),
						   replay->pool, replay->error,
						   sizeof(replay->error));
		if (result == 0)
			result = replay_settle(replay);
	}
	if (result == 0)
		result = replay_reload_until(replay, UINT64_MAX);
	if (result == 0)
		result = replay_wait(replay, replay->now + SECONDS_AFTER_LAST * CLOCK_NS_PER_S);
	return result;
}

static int
replay_open_input(struct replay *replay, const char *argument)
{
	const char *equals = strchr(argument, '=');
	char *name = equals == NULL ? NULL : strndup(argument, (size_t)(equals - argument));
	uint32_t port = name == NULL ? NO_INDEX : model_find_port(replay->model, name);

	free(name);
	if (port == NO_INDEX || replay->ports[port].in != NULL) {
		snprintf(replay->error, sizeof(replay->error),
			 "--in %s: it takes PORT=FILE, with each port of the configuration once",
			 argument);
		return -EINVAL;
	}
	replay->ports[port].in = capture_open(equals + 1, replay->error, sizeof(replay->error));
	if (replay->ports[port].in == NULL)
		return -EIO;
	replay->order[replay->order_count++] = port;
	return replay_port_advance(&replay->ports[port], replay->error, sizeof(replay->error));
}

static int
replay_open_output(struct replay *replay, const char *folder, size_t port)
{
	char file[4096];

	snprintf(file, sizeof(file), "%s/%s.pcap", folder, replay->model->ports[port].name);
	replay->ports[port].out = capture_create(file, replay->error, sizeof(replay->error));
	return replay->ports[port].out == NULL ? -EIO : 0;
}

static int
replay_open_files(struct replay *replay)
{
	const struct replay_options *options = replay->options;
	size_t index;
	const struct replay_port *first;
	int result = 0;

	for (unsigned int i = 0; i < options->in_count && result == 0; i++)
		result = replay_open_input(replay, options->in[i]);
	if (result != 0)
		return result;
	first = replay_next_port(replay, &index);
	replay->start = replay->now = first == NULL ? 0 : first->next.time;
	if (options->decisions != NULL) {
		replay->decisions = decision_log_create(options->decisions, replay->error,
							sizeof(replay->error));
		if (replay->decisions == NULL)
			return -EIO;
	}
	if (options->out == NULL)
		return 0;
	if (mkdir(options->out, 0777) != 0 && errno != EEXIST) {
		snprintf(replay->error, sizeof(replay->error), "%s: %s", options->out,
			 strerror(errno));
		return -errno;
	}
	for (size_t i = 0; i < replay->port_count && result == 0; i++)
		result = replay_open_output(replay, options->out, i);
	return result;
}

/* Takes the model when it succeeds. */
static int
replay_start(struct replay *replay, struct model *model)
{
	const struct pool_size size = {
		.packets = REPLAY_POOL_PACKETS +
			   replay->workers * (2 * HELD_PACKETS_MAX + FRAGMENTS_HELD_MAX),
		.data_room = REPLAY_FRAME_MAX + RTE_PKTMBUF_HEADROOM + RTE_ETHER_MAX_LEN,
	};
	struct port_queue queues[WORKERS_MAX][PORTS_MAX];
	const struct port_queue *rows[WORKERS_MAX];
	struct port_device devices[PORTS_MAX];
	const struct gateway_options options = {
		.pool = pool_create(&size, SOCKET_ID_ANY),
		.workers = replay->workers,
		.queues = rows,
		.seed = model->gateway.seed_set ? model->gateway.seed : REPLAY_SEED_DEFAULT,
		.now = replay->now,
		.answer_arp = replay->options->answer_arp,
		.probe = replay->options->probe,
		.socket = SOCKET_ID_ANY,
		.port_devices = devices,
	};
	int result;

	replay->pool = options.pool;
	replay->queues = calloc(replay->workers * model->port_count, sizeof(*replay->queues));
	if (replay->queues == NULL || replay->pool == NULL) {
		snprintf(replay->error, sizeof(replay->error), "out of memory");
		return -ENOMEM;
	}
	for (unsigned int i = 0; i < replay->workers; i++) {
		rows[i] = queues[i];
		for (size_t j = 0; j < model->port_count; j++) {
			struct replay_queue *queue = replay_queue_at(replay, i, j);

			queue->port = &replay->ports[j];
			queue->now = &replay->now;
			queues[i][j] = replay_queue_interface(queue);
		}
	}
	replay_port_devices(devices, model->port_count);
	result = gateway_create(model, &options, &replay->gateway, replay->error,
				sizeof(replay->error));
	return result != 0 ? result
			   : replay_taps_open(&replay->taps, replay->gateway, replay->options->out,
					      replay->error, sizeof(replay->error));
}

static void
replay_warn(const struct replay *replay)
{
	const struct model *model = gateway_model(replay->gateway);

	for (size_t i = 0; i < replay->port_count; i++)
		replay_port_warn(&replay->ports[i], model->ports[i].name, stderr);
}

/* 0 or -errno with replay->error. */
static int
replay_close(struct replay *replay)
{
	int result = replay_taps_close(&replay->taps);

	gateway_free(replay->gateway);
	rte_mempool_free(replay->pool);
	free(replay->queues);
	for (size_t i = 0; i < replay->port_count; i++)
		if (replay_port_close(&replay->ports[i]) != 0)
			result = -EIO;
	if (result != 0)
		snprintf(replay->error, sizeof(replay->error), "a capture could not be written");
	if (decision_log_close(replay->decisions) != 0) {
		result = -EIO;
		snprintf(replay->error, sizeof(replay->error),
			 "the decisions could not be written");
	}
	return result;
}

int
replay_run(struct model *model, const struct replay_options *options)
{
	struct replay replay = {
		.model = model,
		.port_count = model->port_count,
		.workers = options->workers != 0 ? options->workers : model->gateway.workers,
		.options = options,
	};
	int status = STATUS_FAILED;
	int result = eal_start(model, EAL_OFFLINE, replay.error, sizeof(replay.error));

	if (result == 0)
		result = replay_open_files(&replay);
	if (result == 0)
		result = replay_start(&replay, model);
	if (replay.gateway == NULL) {
		model_free(model);
	} else if (result == 0) {
		if (replay.decisions != NULL)
			decision_log_attach(replay.decisions, replay.gateway);
		result = replay_packets(&replay);
		if (result == 0) {
			status = report_tell("replay", replay.gateway, options->json);
			replay_warn(&replay);
		}
	}
	if (replay_close(&replay) != 0 || result != 0) {
		fprintf(stderr, "viaduct replay: %s\n", replay.error);
		status = STATUS_FAILED;
	}
	eal_stop();
	return status;
}
