/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_lcore.h>

#include "clock.h"
#include "config/config.h"
#include "eal.h"
#include "gateway.h"
#include "heartbeat.h"
#include "lcores.h"
#include "links.h"
#include "notify.h"
#include "pool.h"
#include "ports.h"
#include "reload.h"
#include "report.h"
#include "startup.h"
#include "subcommand.h"
#include "taps.h"
#include "telemetry.h"

static const char usage[] =
	"usage: viaduct run CONFIG [--exit-when-idle SECONDS] [--json]\n"
	"\n"
	"Runs the gateway until SIGTERM or SIGINT; then forwards what it has taken in, and prints\n"
	"its counters. SIGHUP reads CONFIG again; what takes ports from sessions is refused while\n"
	"they are in use. SIGUSR1 reads it too, and ends such sessions.\n"
	"\n"
	"  --exit-when-idle SECONDS   stop when no packet came for that long\n"
	"  --json                     the counters as JSON, and nothing else on stdout\n"
	"  --help                     this text\n"
	"\n"
	"Exit status: 0 stopped in order, 1 CONFIG is invalid, 2 the gateway can not be started.\n";

enum {
	TURN_MS = 1,             /* the control thread's pause when there is nothing to do */
	TRANSMIT_RETRY_MS = 100, /* at the end, for queues that are full */
	SENT_WAIT_MS = 100,      /* and for devices to send what they have */
	IDLE_SECONDS_MAX = 1000000,
};

/* A running gateway, in the order in which its parts are made. */
struct run {
	const char *file;
	uint64_t idle_limit; /* nanoseconds; 0: none */
	bool json;

	int signals;         /* signalfd */
	struct model *model; /* NULL when the gateway has it */
	struct pool_size pool_size;
	struct rte_mempool *pool;
	struct ports ports;
	struct clock clock;
	struct gateway *gateway;
	struct taps taps;
	struct lcores lcores;
	struct links links;
	struct heartbeat heartbeat;
	struct notify notify; /* the service manager */
	struct reload reload;

	uint64_t received;       /* packets, over all ports */
	uint64_t received_since; /* when there was last one more of them */
	bool stopping;
};

static int
fail(const char *what)
{
	fprintf(stderr, "viaduct run: %s\n", what);
	return STATUS_FAILED;
}

/*
 * SIGTERM, SIGINT, SIGHUP and SIGUSR1 come by a file descriptor, in every thread that is made from
 * here. Who stops reading the output does not stop the gateway.
 */
static int
signals_open(struct run *run)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return -errno;
	run->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return run->signals >= 0 ? 0 : -errno;
}

static void
signals_take(struct run *run)
{
	struct signalfd_siginfo info;

	while (read(run->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			reload_request(&run->reload);
		else if (info.ssi_signo == SIGUSR1)
			reload_force(&run->reload);
		else
			run->stopping = true;
	}
}

static void
idle_check(struct run *run, uint64_t now)
{
	/* Asked first: a packet that an earlier round received is in the counters then. */
	bool made_round = lcores_made_round(&run->lcores);
	struct counters counters;
	uint64_t received = 0;

	gateway_counters(run->gateway, &counters);
	for (unsigned int i = 0; i < run->ports.count; i++)
		received += counters.ports[i].received_packets;

	if (received != run->received) {
		run->received = received;
		run->received_since = now;
		lcores_mark(&run->lcores);
	} else if (made_round && now - run->received_since >= run->idle_limit) {
		run->stopping = true;
	}
}

/* The core of a process whose worker stands still tells why; a new process forwards again. */
static void
workers_check(struct run *run, uint64_t now)
{
	bool alive;
	const struct lcore *stalled = heartbeat_tick(&run->heartbeat, &run->lcores, now, &alive);

	if (alive)
		notify_alive(&run->notify, now);
	if (stalled == NULL)
		return;
	heartbeat_tell(&run->heartbeat, &run->lcores, stalled, gateway_model(run->gateway), stderr);
	abort();
}

static int
control_loop(struct run *run)
{
	struct pollfd fds[1 + TAPS_MAX] = { { .fd = run->signals, .events = POLLIN } };
	nfds_t count = 1 + taps_poll(&run->taps, fds + 1);

	while (!run->stopping) {
		uint64_t now = clock_now(&run->clock);
		unsigned int done;

		telemetry_hold();
		done = links_tick(&run->links, &run->ports, run->gateway, now);
		done += gateway_tick(run->gateway, now);
		done += taps_tick(&run->taps);
		reload_tick(&run->reload);
		telemetry_let_go();
		lcores_wake(&run->lcores);
		workers_check(run, now);
		if (run->idle_limit > 0)
			idle_check(run, now);
		if (poll(fds, count, done > 0 ? 0 : TURN_MS) < 0 && errno != EINTR)
			return -errno;
		signals_take(run);
	}
	return 0;
}

static int
gateway_open(struct run *run, char *error, size_t error_size)
{
	const struct port_queue *queues[WORKERS_MAX];
	const struct gateway_settings *settings = &run->model->gateway;
	struct gateway_options options = {
		.workers = settings->workers,
		.queues = queues,
		.pool = run->pool,
		.seed = settings->seed,
		.announce = true,
		.probe = true,
		.probe_log = stderr,
		.cycles = rte_rdtsc,
		.socket = (int)rte_lcore_to_socket_id(1),
		.port_devices = run->ports.known,
	};
	int rc;

	for (unsigned int i = 0; i < settings->workers; i++)
		queues[i] = run->ports.queues[i];
	if (!settings->seed_set &&
	    getrandom(&options.seed, sizeof(options.seed), 0) != sizeof(options.seed)) {
		snprintf(error, error_size, "no random numbers: %s", strerror(errno));
		return -EIO;
	}
	options.now = clock_now(&run->clock);
	rc = gateway_create(run->model, &options, &run->gateway, error, error_size);
	if (rc == 0)
		run->model = NULL;
	return rc;
}

/* At most so many bursts of 32 fill the longest receive queue. */
static unsigned int
queue_bursts(const struct ports *ports)
{
	unsigned int descriptors = 0;

	for (unsigned int i = 0; i < ports->count; i++)
		descriptors = RTE_MAX(descriptors, ports->devices[i].rx_descriptors);
	return descriptors / BURST + 1;
}

/* From the first packet to the last: all that it needs is there. */
static int
forward(struct run *run)
{
	int status = STATUS_FAILED;
	const struct gateway_settings *settings = &gateway_model(run->gateway)->gateway;
	int rc = lcores_start(&run->lcores, run->gateway, &run->clock, queue_bursts(&run->ports),
			      settings->idle == IDLE_SLEEP);

	if (rc != 0)
		return fail("the workers do not start");
	rc = telemetry_start(run->gateway, &run->lcores, &run->ports, &run->taps, run->pool);
	if (rc != 0) {
		fail("the telemetry commands can not be registered");
		goto stop;
	}
	startup_print(run->json ? stderr : stdout, run->gateway, &run->ports, &run->lcores,
		      &run->pool_size);

	run->links = (struct links){ .log = stderr };
	run->heartbeat = heartbeat_make(settings->stall_timeout);
	run->notify = notify_open();
	notify_send(&run->notify, "READY=1");
	run->reload = (struct reload){ .gateway = run->gateway, .file = run->file };
	run->received_since = clock_now(&run->clock);
	rc = control_loop(run);
	if (rc == 0)
		status = STATUS_GOOD;
	else
		fail(strerror(-rc));
	telemetry_stop();
	notify_send(&run->notify, "STOPPING=1");
	notify_close(&run->notify);
stop:
	ports_retry(&run->ports, TRANSMIT_RETRY_MS);
	lcores_stop(&run->lcores);
	ports_wait_sent(&run->ports, SENT_WAIT_MS);
	rc = report_tell("run", run->gateway, run->json);
	return status != STATUS_GOOD ? status : rc;
}

/* Makes what is needed, in order, and takes it apart the other way round. */
static int
run_model(struct run *run)
{
	char error[512] = "";
	int status = STATUS_FAILED;

	if (signals_open(run) != 0)
		return fail("signals can not be received");
	if (eal_start(run->model, EAL_GATEWAY, error, sizeof(error)) != 0) {
		fail(error);
		goto close_signals;
	}
	if (pool_size_of(run->model, &run->pool_size, error, sizeof(error)) != 0) {
		fail(error);
		goto stop_eal;
	}
	run->pool = pool_create(&run->pool_size, SOCKET_ID_ANY);
	if (run->pool == NULL) {
		fail("there is not enough memory for the packet buffers");
		goto stop_eal;
	}
	if (ports_open(&run->ports, run->model, run->pool, error, sizeof(error)) != 0) {
		fail(error);
		goto free_pool;
	}
	run->clock = clock_make(rte_rdtsc(), rte_get_tsc_hz());
	if (gateway_open(run, error, sizeof(error)) != 0) {
		fail(error);
		goto close_ports;
	}
	if (taps_open(&run->taps, run->gateway, run->pool, error, sizeof(error)) != 0) {
		fail(error);
		goto free_gateway;
	}
	status = forward(run);

	taps_close(&run->taps);
free_gateway:
	gateway_free(run->gateway);
close_ports:
	ports_close(&run->ports);
free_pool:
	rte_mempool_free(run->pool);
stop_eal:
	eal_stop();
close_signals:
	close(run->signals);
	return status;
}

static int
run_file(struct run *run)
{
	struct diagnostics diagnostics = { 0 };
	int status;
	int rc = model_read(run->file, &run->model, &diagnostics);

	diagnostics_print(&diagnostics, stderr);
	diagnostics_clear(&diagnostics);
	if (rc != 0)
		return rc == -EINVAL ? STATUS_NO : STATUS_FAILED;
	status = run_model(run);
	model_free(run->model);
	return status;
}

/* Seconds, with a fraction if need be, to nanoseconds; 0 when the text is none. */
static uint64_t
idle_limit_parse(const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end != '\0' || !isfinite(seconds) || seconds < 1e-3 ||
	    seconds > IDLE_SECONDS_MAX)
		return 0;
	return (uint64_t)(seconds * (double)CLOCK_NS_PER_S);
}

int
run_command(int argc, char **argv)
{
	static const struct option options[] = {
		{ "exit-when-idle", required_argument, NULL, 'i' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct run run = { .signals = -1 };
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'i':
			run.idle_limit = idle_limit_parse(optarg);
			if (run.idle_limit == 0) {
				fprintf(stderr,
					"viaduct run: --exit-when-idle takes seconds, 0.001 to "
					"%d\n",
					IDLE_SECONDS_MAX);
				return STATUS_FAILED;
			}
			break;
		case 'j':
			run.json = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return STATUS_GOOD;
		default:
			fputs(usage, stderr);
			return STATUS_FAILED;
		}
	}
	if (argc - optind != 1) {
		fputs(usage, stderr);
		return STATUS_FAILED;
	}
	run.file = argv[optind];
	return run_file(&run);
}
