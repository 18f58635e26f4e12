/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The configuration is changed many times while packets flow (traffic.h): none is lost, none is
 * decided on a mixture, and what a worker sends changes no more often than it was reloaded.
 */

#include <inttypes.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <rte_eal.h>
#include <rte_mbuf.h>

#include "config/config.h"
#include "control/gateway.h"
#include "control/lcores.h"
#include "traffic.h"

enum {
	TURNS_MAX = 600,
	TURNS_MIN = 20,           /* on however busy a machine */
	SECONDS_MAX = 1,          /* of each test */
	ROUNDS_MIN = 3,           /* of each worker in each turn */
	SETTLE_SECONDS_MAX = 60,  /* a turn of its own, on however busy a machine */
	NEW_FLOWS_PER_TURN = 400, /* of all workers */
	PACKETS = 8191,
};

static struct model *
model_of(const char *file)
{
	struct diagnostics diagnostics = { 0 };
	struct model *model = NULL;

	if (model_read(file, &model, &diagnostics) != 0) {
		diagnostics_print(&diagnostics, stderr);
		fail_msg("%s is no configuration", file);
	}
	diagnostics_clear(&diagnostics);
	return model;
}

static struct gateway *
gateway_make(struct traffic *traffic, const char *file, unsigned int workers,
	     const struct clock *clock)
{
	struct port_queue queues[TRAFFIC_WORKERS_MAX][TRAFFIC_PORTS];
	const struct port_queue *by_worker[TRAFFIC_WORKERS_MAX];
	struct gateway_options options = { .workers = workers,
					   .queues = by_worker,
					   .pool = traffic->pool,
					   .seed = 1,
					   .now = clock_now(clock),
					   .socket = SOCKET_ID_ANY };
	struct gateway *gateway;
	char error[256] = "";

	for (unsigned int i = 0; i < workers; i++) {
		traffic_make_queues(traffic, i, queues[i]);
		by_worker[i] = queues[i];
	}
	if (gateway_create(model_of(file), &options, &gateway, error, sizeof(error)) != 0)
		fail_msg("the gateway is not made: %s", error);
	return gateway;
}

/* Until all workers have used the latest configuration for some rounds, and have sent by it. */
static void
settle(const struct traffic *traffic, struct gateway *gateway, struct lcores *lcores,
       unsigned int configurations)
{
	uint64_t deadline = clock_now(&lcores->clock) + SETTLE_SECONDS_MAX * CLOCK_NS_PER_S;

	while (!gateway_settled(gateway)) {
		(void)gateway_tick(gateway, clock_now(&lcores->clock));
		sched_yield();
	}
	for (unsigned int i = 0; i < ROUNDS_MIN; i++) {
		lcores_mark(lcores);
		while (!lcores_made_round(lcores))
			sched_yield();
	}
	for (unsigned int i = 0; i < gateway_worker_count(gateway); i++) {
		while (traffic->sides[i].configurations < configurations &&
		       clock_now(&lcores->clock) < deadline)
			sched_yield();
	}
}

static void
take_turn(struct traffic *traffic, struct gateway *gateway, const char *file)
{
	struct model *model = model_of(file);
	char error[256];

	atomic_fetch_add(&traffic->new_flows_max,
			 NEW_FLOWS_PER_TURN / gateway_worker_count(gateway));
	if (gateway_reload(gateway, model, error, sizeof(error)) != 0)
		fail_msg("the reload fails: %s", error);
}

static void
drops_show(const struct counters *counters)
{
	for (unsigned int i = 0; i < DROP_REASON_COUNT; i++) {
		if (counters->drops[i] > 0)
			fprintf(stderr, "%" PRIu64 " dropped: %s\n", counters->drops[i],
				drop_reason_sentence((enum drop_reason)i));
	}
}

/* Each worker sent every turn's packets as that turn says, and every packet was sent. */
static void
check(const struct traffic *traffic, const struct gateway *gateway, unsigned int turns)
{
	uint64_t given = 0, taken = 0, received = 0, sent = 0;
	struct counters counters;

	gateway_counters(gateway, &counters);
	for (unsigned int i = 0; i < gateway_worker_count(gateway); i++) {
		const struct traffic_side *side = &traffic->sides[i];

		assert_string_equal(side->failure, "");
		assert_int_equal(side->configurations, turns + 1);
		assert_true(side->taken_from[0] > 1000 && side->taken_from[1] > 1000);
		given += side->given;
		taken += side->taken;
	}
	for (unsigned int i = 0; i < TRAFFIC_PORTS; i++) {
		received += counters.ports[i].received_packets;
		sent += counters.ports[i].sent_packets;
	}
	drops_show(&counters);
	assert_int_equal(taken, given);
	assert_int_equal(received, given);
	assert_int_equal(sent, taken);
	assert_int_equal(counters.originated + counters.consumed + counters.held, 0);
	assert_int_equal(counters.handed_off, counters.handoffs_taken);
	if (traffic->networks && gateway_worker_count(gateway) > 1)
		assert_true(counters.handed_off > 1000);
}

static void
run_traffic(bool networks, unsigned int workers)
{
	char files[2][32] = { "/tmp/reload-a-XXXXXX", "/tmp/reload-b-XXXXXX" };
	struct clock clock = clock_make(rte_rdtsc(), rte_get_tsc_hz());
	struct traffic traffic = { .networks = networks, .flows = true };
	struct gateway *gateway;
	struct lcores lcores;
	unsigned int turns;

	for (unsigned int i = 0; i < 2; i++) {
		int file = mkstemp(files[i]);

		assert_true(file >= 0);
		close(file);
		traffic_write_configuration(files[i], networks, workers, i);
	}
	traffic.pool = rte_pktmbuf_pool_create("packets", PACKETS, 0, 0, 2176, SOCKET_ID_ANY);
	assert_non_null(traffic.pool);
	gateway = gateway_make(&traffic, files[0], workers, &clock);
	assert_int_equal(lcores_start(&lcores, gateway, &clock, 1, false), 0);
	settle(&traffic, gateway, &lcores, 1);

	for (turns = 0; turns < TURNS_MAX; turns++) {
		if (turns >= TURNS_MIN && clock_now(&clock) > SECONDS_MAX * CLOCK_NS_PER_S)
			break;
		take_turn(&traffic, gateway, files[(turns + 1) % 2]);
		settle(&traffic, gateway, &lcores, turns + 2);
	}
	atomic_store(&traffic.flows, false);
	lcores_stop(&lcores);
	check(&traffic, gateway, turns);

	gateway_free(gateway);
	assert_int_equal(rte_mempool_avail_count(traffic.pool), PACKETS);
	rte_mempool_free(traffic.pool);
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(unlink(files[i]), 0);
}

static void
transit_is_never_sent_half_and_half(void **state)
{
	(void)state;
	run_traffic(false, 2);
}

static void
calls_are_never_decided_half_and_half(void **state)
{
	(void)state;
	run_traffic(true, 1);
}

/* Nor where each worker hands most of them to another, that may have the other configuration. */
static void
calls_are_never_decided_half_and_half_by_two(void **state)
{
	(void)state;
	run_traffic(true, 2);
}

static void
calls_are_never_decided_half_and_half_by_four(void **state)
{
	(void)state;
	run_traffic(true, 4);
}

/* The control thread and four workers, wherever there is a CPU for them. */
static void
eal_start_lcores(void)
{
	char prefix[64], lcores[64] = "--lcores=(0-4)@0";
	char program[] = "test", no_huge[] = "--no-huge", no_shconf[] = "--no-shconf",
	     no_pci[] = "--no-pci", no_telemetry[] = "--no-telemetry", size[] = "-m768",
	     quiet[] = "--log-level=error";
	char *arguments[] = { program, no_huge, no_shconf, no_pci, no_telemetry,
			      lcores,  quiet,   prefix,    size,   NULL };
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (cpus > 1)
		snprintf(lcores, sizeof(lcores), "--lcores=(0-4)@(0-%ld)", cpus - 1);
	snprintf(prefix, sizeof(prefix), "--file-prefix=viaduct-test-%d", (int)getpid());
	if (rte_eal_init(9, arguments) < 0) {
		fprintf(stderr, "DPDK does not start\n");
		exit(2);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(transit_is_never_sent_half_and_half),
		cmocka_unit_test(calls_are_never_decided_half_and_half),
		cmocka_unit_test(calls_are_never_decided_half_and_half_by_two),
		cmocka_unit_test(calls_are_never_decided_half_and_half_by_four),
	};

	eal_start_lcores();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
