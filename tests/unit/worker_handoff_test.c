/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/owner.h"
#include "wire.h"

/*
 * Two workers, of which one does not get to poll: its ring fills up. What is over is dropped and
 * counted, the other one's sessions go on, and so do its own when it polls again.
 */

enum {
	PORTS = 2, /* the fabric's, and one with the subnets as VLANs */
	WORKERS = 2,
	BUFFERS = 4095,
	RING = 1023, /* packets that a ring holds */
	SENT_MAX = 64,
	PEERS = 4, /* outside, of each worker's host */
};

struct pair {
	struct world world;
	struct port_interfaces maps[PORTS];
	const struct port_interfaces *map[PORTS];
	struct rte_mempool *pool;
	struct worker *workers[WORKERS];
	uint64_t now;
	/* What the worker that polls has to receive from the subnets; the rest of the time nothing.
	 */
	const struct wire_packet *next;
	unsigned int waiting;
	unsigned int sent; /* to the fabric */
	struct wire_packet packets[SENT_MAX];
};

static uint16_t
nothing_received(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	(void)context;
	(void)mbufs;
	(void)n;
	return 0;
}

static uint16_t
lan_receive(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	struct pair *pair = context;
	uint16_t taken = 0;

	for (; taken < n && pair->waiting > 0; pair->waiting--)
		mbufs[taken++] = frame_make(pair->pool, pair->next);
	return taken;
}

static uint16_t
wan_transmit(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	struct pair *pair = context;

	for (uint16_t i = 0; i < n; i++) {
		pair->packets[pair->sent++ % SENT_MAX] = frame_read(mbufs[i]);
		rte_pktmbuf_free(mbufs[i]);
	}
	return n;
}

static uint16_t
lan_transmit(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	(void)context;
	rte_pktmbuf_free_bulk(mbufs, n);
	return n;
}

/* The router is there. */
static void
pair_command(struct pair *pair, struct worker *worker)
{
	const struct command commands[] = {
		{ .type = COMMAND_SNAPSHOT, .snapshot = &pair->world.snapshot },
		{ .type = COMMAND_NEIGHBOR,
		  .neighbor = { .reachable = 1, .address = RTE_BE32(ROUTER) } },
	};

	assert_int_equal(command_broadcast(&worker->commands, 1, commands, RTE_DIM(commands)), 0);
	assert_int_equal(worker_poll(worker, pair->now), 0);
}

static int
pair_setup(void **state)
{
	struct pair *pair = calloc(1, sizeof(*pair));
	const struct port_queue queues[PORTS] = { { nothing_received, wan_transmit, pair },
						  { lan_receive, lan_transmit, pair } };
	struct worker_options options = {
		.workers = WORKERS,
		.port_count = PORTS,
		.queues = queues,
		.flow_capacity = 1024,
		.fragment_capacity = 16,
		.seed = 1,
		.socket = SOCKET_ID_ANY,
	};

	assert_non_null(pair);
	pair->pool = rte_pktmbuf_pool_create("pair", BUFFERS, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
					     SOCKET_ID_ANY);
	assert_non_null(pair->pool);
	world_create(&pair->world, *state);
	for (unsigned int port = 0; port < PORTS; port++) {
		pair->map[port] = &pair->maps[port];
		memset(&pair->maps[port], 0xff, sizeof(pair->maps[port]));
	}
	pair->maps[0].by_vlan[0] = 0;
	for (uint16_t zone = APP; zone < ZONES; zone++)
		pair->maps[1].by_vlan[zone] = zone;
	pair->world.snapshot.ports = pair->map;
	pair->world.snapshot.port_count = PORTS;
	pair->world.snapshot.worker_count = pair->world.snapshot.snat_worker_count = WORKERS;
	for (uint16_t i = 0; i < WORKERS; i++) {
		options.id = i;
		pair->workers[i] = worker_create(&options);
		assert_non_null(pair->workers[i]);
	}
	worker_connect(pair->workers, WORKERS);
	*state = pair;
	return 0;
}

static int
pair_teardown(void **state)
{
	struct pair *pair = *state;

	for (uint16_t i = 0; i < WORKERS; i++)
		worker_free(pair->workers[i]);
	assert_int_equal(rte_mempool_in_use_count(pair->pool), 0);
	rte_mempool_free(pair->pool);
	world_free(&pair->world);
	free(pair);
	return 0;
}

/* A host of the subnet APP that is at home at that worker. */
static uint32_t
host_of(const struct pair *pair, uint16_t worker)
{
	for (uint32_t host = IP4(10, 0, 1, 4);; host++) {
		struct flow_key key = world_key(APP, IPPROTO_UDP, host, 5000, CLIENT, 53);

		if (owner_find(&pair->world.snapshot, &key).home == worker)
			return host;
	}
}

static struct wire_packet
call(uint32_t host, uint16_t port)
{
	return (struct wire_packet){
		.source = host,
		.destination = CLIENT,
		.origin = APP,
		.vlan = APP,
		.source_port = port,
		.destination_port = 53,
		.protocol = IPPROTO_UDP,
		.ttl = 64,
	};
}

/* So often the packet comes to worker 0; how many left while it polled. */
static unsigned int
receive(struct pair *pair, const struct wire_packet *packet, unsigned int count)
{
	unsigned int sent = pair->sent;

	pair->next = packet;
	pair->waiting = count;
	while (pair->waiting > 0)
		(void)worker_poll(pair->workers[0], pair->now);
	return pair->sent - sent;
}

/* The other one polls until its ring is empty; how many left. */
static unsigned int
catch_up(struct pair *pair)
{
	unsigned int sent = pair->sent;

	while (worker_poll(pair->workers[1], pair->now) > 0)
		;
	return pair->sent - sent;
}

static void
semantics_full_ring_keeps_what_is_established(void **state)
{
	struct pair *pair = *state;
	struct counters *counters;
	struct wire_packet mine, others;

	for (uint16_t i = 0; i < WORKERS; i++)
		pair_command(pair, pair->workers[i]);
	counters = &pair->workers[0]->counters;
	mine = call(host_of(pair, 0), 5000);
	others = call(host_of(pair, 1), 5000);
	assert_int_equal(receive(pair, &mine, 1), 1);
	assert_int_equal(receive(pair, &others, 1), 0);
	assert_int_equal(catch_up(pair), 1);

	assert_int_equal(receive(pair, &others, RING + 500), 0);
	assert_int_equal(counters->drops[DROP_handoff_full], 500);
	assert_int_equal(counters->handed_off, 1 + RING);
	/* Nobody else is in the way. */
	assert_int_equal(receive(pair, &mine, 100), 100);
	assert_int_equal(counters->sessions_created, 1);

	assert_int_equal(catch_up(pair), RING);
	assert_int_equal(pair->workers[1]->counters.handoffs_taken, 1 + RING);
	assert_int_equal(receive(pair, &others, 10), 0);
	assert_int_equal(catch_up(pair), 10);
	assert_int_equal(pair->workers[1]->counters.sessions_created, 1);
	assert_int_equal(counters->drops[DROP_handoff_full], 500);
}

/* What waits when the gateway ends is counted as given, taken and dropped. */
static void
a_worker_that_ends_gives_its_packets_back(void **state)
{
	struct pair *pair = *state;
	struct wire_packet others;

	pair_command(pair, pair->workers[0]);
	others = call(host_of(pair, 1), 5000);
	assert_int_equal(receive(pair, &others, 10), 0);
	assert_int_equal(pair->workers[0]->counters.handed_off, 10);
	/* The teardown finds every buffer where it belongs. */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(semantics_full_ring_keeps_what_is_established,
						pair_setup, pair_teardown),
		cmocka_unit_test_setup_teardown(a_worker_that_ends_gives_its_packets_back,
						pair_setup, pair_teardown),
	};

	test_eal_start("512");
	return cmocka_run_group_tests(tests, fabric_setup, fabric_teardown);
}
