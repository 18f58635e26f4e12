/* SPDX-License-Identifier: BSD-3-Clause */
#include "wire_random.h"

/*
 * A long random stream through a whole worker, first packet by packet and then in bursts: what
 * comes out must be the same, while worlds, time and neighbours change between the bursts. Only who
 * finds the last free place for a session may differ where a burst ends others by a change.
 */

enum {
	BURSTS = 3000,
	INPUTS_MAX = BURSTS * BURST,
	SENT_MAX = 1 << 17,
	SESSIONS_FEW = 400,
	SESSIONS_ENOUGH = 8000,
	BUFFERS = 1023,
	PORTS = 2, /* the fabric's, and one with the subnets as VLANs */
};

struct sent {
	unsigned int count;
	struct wire_packet packets[SENT_MAX];
};

struct stream {
	struct world worlds[2];
	struct port_interfaces maps[PORTS];
	const struct port_interfaces *map[PORTS];
	struct wire_packet inputs[INPUTS_MAX];
	uint8_t lengths[BURSTS];
	struct rte_mempool *pool;
	unsigned int input_count;
	uint32_t sessions;
	bool changes; /* between two worlds; else there is one */
	/* of the current run */
	struct worker *worker;
	struct run *run;
	uint64_t now;
	const struct wire_packet *next; /* what the ports have to receive */
	unsigned int waiting;
};

struct run {
	struct counters counters;
	struct sent sent[PORTS];
};

static uint16_t
port_transmit(struct stream *stream, unsigned int port, struct rte_mbuf **mbufs, uint16_t n)
{
	struct sent *sent = &stream->run->sent[port];

	for (uint16_t i = 0; i < n; i++) {
		assert_in_range(sent->count, 0, SENT_MAX - 1);
		sent->packets[sent->count++] = frame_read(mbufs[i]);
		rte_pktmbuf_free(mbufs[i]);
	}
	return n;
}

static uint16_t
wan_transmit(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	return port_transmit(context, 0, mbufs, n);
}

static uint16_t
lan_transmit(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	return port_transmit(context, 1, mbufs, n);
}

/* All packets that wait are for one port: the other has none. */
static uint16_t
port_receive(struct stream *stream, bool lan, struct rte_mbuf **mbufs, uint16_t n)
{
	uint16_t taken = 0;

	while (taken < n && stream->waiting > 0 && (stream->next->vlan != ZONE_FABRIC) == lan) {
		mbufs[taken++] = frame_make(stream->pool, stream->next++);
		stream->waiting--;
	}
	return taken;
}

static uint16_t
wan_receive(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	return port_receive(context, false, mbufs, n);
}

static uint16_t
lan_receive(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	return port_receive(context, true, mbufs, n);
}

static void
stream_command(struct stream *stream, const struct command *command)
{
	assert_int_equal(command_broadcast(&stream->worker->commands, 1, command, 1), 0);
}

/* Every neighbour but those whose address ends in 13 is there. */
static void
stream_resolve(struct stream *stream)
{
	struct event event;

	while (rte_ring_sc_dequeue_elem(stream->worker->events, &event, sizeof(event)) == 0) {
		struct command command = {
			.type = COMMAND_NEIGHBOR,
			.neighbor = { .interface = event.interface,
				      .reachable = rte_be_to_cpu_32(event.address) % 256 != 13,
				      .address = event.address },
		};

		assert_int_equal(event.type, EVENT_RESOLVE);
		stream_command(stream, &command);
	}
}

/* Between two bursts. */
static void
stream_go_on(struct stream *stream, unsigned int burst)
{
	stream->now += burst % 8 == 0 ? 1000000000 : 1000;
	stream->now += burst % 500 == 0 ? 200 * 1000000000ULL : 0;
	if (burst % 50 == 0) {
		unsigned int world = stream->changes ? burst / 50 % 2 : 0;
		struct snapshot *snapshot = &stream->worlds[world].snapshot;
		const struct command command = { .type = COMMAND_SNAPSHOT, .snapshot = snapshot };

		snapshot->generation = burst;
		snapshot->decided_from = stream->changes ? burst << 16 : 0;
		stream_command(stream, &command);
	}
	stream_resolve(stream);
	do
		assert_int_equal(worker_poll(stream->worker, stream->now), 0);
	while (!rte_ring_empty(stream->worker->commands));
	while (!session_expire(stream->worker))
		;
}

static void
stream_feed(struct stream *stream, const struct wire_packet *packets, unsigned int count)
{
	const struct worker *worker = stream->worker;

	/* Nothing of an earlier burst is read. */
	memset(stream->worker->burst, 0xee, sizeof(stream->worker->burst));
	stream->next = packets;
	stream->waiting = count;
	assert_int_equal(worker_poll(stream->worker, stream->now), count);
	/* No session was used as an older world had decided it. */
	for (unsigned int i = 0; i < count; i++) {
		const struct packet *packet = &worker->burst[i];

		if (packet->kind == PACKET_STATEFUL && packet->flow != FLOW_NONE)
			assert_int_equal(
				flow_at(&worker->sessions.flows, packet->flow)->decided_from,
				worker->snapshot->decided_from);
	}
}

/* Who got one of the last packets that a port sent answers it. */
static struct wire_packet
random_answer(const struct sent *sent)
{
	unsigned int last = RTE_MIN(sent->count, 100U);
	struct wire_packet packet = sent->packets[sent->count - 1 - (unsigned int)rand() % last];

	RTE_SWAP(packet.source, packet.destination);
	RTE_SWAP(packet.source_port, packet.destination_port);
	packet.reply = !packet.reply;
	packet.origin = packet.vlan;
	packet.ttl = 64;
	return packet;
}

/* The first run: makes up its packets, in answer to what is sent, and takes them one by one. */
static void
burst_make_up(struct stream *stream, unsigned int burst)
{
	bool lan = rand() % 2 == 0, plain = rand() % 2 == 0;

	stream->lengths[burst] = (uint8_t)(1 + rand() % BURST);
	for (unsigned int i = 0; i < stream->lengths[burst]; i++) {
		const struct sent *sent = &stream->run->sent[lan];
		uint16_t zone = (uint16_t)(lan ? 1 + rand() % (ZONES - 1) : ZONE_FABRIC);
		struct wire_packet *packet = &stream->inputs[stream->input_count++];

		*packet = sent->count > 0 && rand() % 2 == 0 ? random_answer(sent)
							     : random_packet(zone, plain);
		if (plain && packet->protocol == IPPROTO_ICMP)
			*packet = random_packet(zone, true);
		stream_feed(stream, packet, 1);
	}
}

static void
stream_run(struct stream *stream, struct run *run, bool in_bursts)
{
	const struct port_queue queues[PORTS] = { { wan_receive, wan_transmit, stream },
						  { lan_receive, lan_transmit, stream } };
	const struct worker_options options = {
		.port_count = PORTS,
		.queues = queues,
		.workers = 1,
		.flow_capacity = stream->sessions,
		.fragment_capacity = 16,
		.seed = 1,
		.socket = SOCKET_ID_ANY,
	};
	const struct wire_packet *packets = stream->inputs;
	struct worker *worker = worker_create(&options);

	assert_non_null(worker);
	stream->worker = worker;
	stream->run = run;
	stream->now = 0;
	for (unsigned int burst = 0; burst < BURSTS; burst++) {
		stream_go_on(stream, burst);
		if (in_bursts)
			stream_feed(stream, packets, stream->lengths[burst]);
		else
			burst_make_up(stream, burst);
		packets += stream->lengths[burst];
	}
	run->counters = worker->counters;
	stream->now += 9000 * 1000000000ULL; /* all sessions end, and all is given back */
	stream_go_on(stream, 1);
	assert_int_equal(worker->sessions.used, 0);
	assert_int_equal(worker->sessions.flows.used, 0);
	assert_int_equal(worker->counters.snat_ports_taken, worker->counters.snat_ports_returned);
	worker_free(worker);
	assert_int_equal(rte_mempool_in_use_count(stream->pool), 0);
}

/* Two worlds that differ in all that can change under a session. */
static void
worlds_make(struct stream *stream, struct fabric_routes *fabric)
{
	const struct world_spec web[] = {
		{ .allow = true, .source = ANYWHERE, .destination = ANYWHERE, .ports = { 80, 443 } }
	};
	struct world *second = &stream->worlds[1];

	for (unsigned int i = 0; i < 2; i++) {
		struct world *world = &stream->worlds[i];

		world_create(world, fabric);
		world->routes[DATA].items[TO_INTERNET] = world_to_appliance();
		world->snapshot.ports = stream->map;
		world->snapshot.port_count = PORTS;
	}
	for (unsigned int port = 0; port < PORTS; port++) {
		stream->map[port] = &stream->maps[port];
		memset(&stream->maps[port], 0xff, sizeof(stream->maps[port]));
	}
	stream->maps[0].by_vlan[0] = 0;
	for (uint16_t zone = APP; zone < ZONES; zone++)
		stream->maps[1].by_vlan[zone] = zone;

	second->routes[APP].items[DATA] = world_to_appliance();
	second->inbound[ONE].backends[0][1].address = rte_cpu_to_be_32(IP4(10, 0, 1, 6));
	world_inbound_build(second, ONE);
	second->snapshot.usage = stream->worlds[0].snapshot.usage;
	second->subnets[APP].vips[second->subnets[APP].vip_count++].vip = THREE;
	second->subnets[DATA].inbound = world_policy(second, web, 1);
	second->policies[0].policy.reevaluate = true;
	second->subnets[FIREWALL].ip_forwarding = false;
}

static void
expect_equal(const struct sent *a, const struct sent *b)
{
	assert_int_equal(a->count, b->count);
	for (unsigned int i = 0; i < a->count; i++) {
		const struct wire_packet *x = &a->packets[i], *y = &b->packets[i];

		assert_int_equal(x->source, y->source);
		assert_int_equal(x->destination, y->destination);
		assert_int_equal(x->source_port, y->source_port);
		assert_int_equal(x->destination_port, y->destination_port);
		assert_int_equal(x->protocol, y->protocol);
		assert_int_equal(x->origin, y->origin);
		assert_int_equal(x->vlan, y->vlan);
		assert_int_equal(x->ttl, y->ttl);
	}
}

static void
stream_compare(struct fabric_routes *fabric, uint32_t sessions, bool changes,
	       struct counters *counters)
{
	struct stream *stream = calloc(1, sizeof(*stream));
	struct run *runs = calloc(2, sizeof(*runs));
	assert_non_null(stream);
	assert_non_null(runs);
	stream->sessions = sessions;
	stream->changes = changes;
	stream->pool = rte_pktmbuf_pool_create("stream", BUFFERS, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
					       SOCKET_ID_ANY);
	assert_non_null(stream->pool);
	worlds_make(stream, fabric);
	srand(11);
	stream_run(stream, &runs[0], false);
	stream_run(stream, &runs[1], true);

	for (unsigned int port = 0; port < PORTS; port++)
		expect_equal(&runs[0].sent[port], &runs[1].sent[port]);
	assert_memory_equal(&runs[0].counters, &runs[1].counters, sizeof(runs[0].counters));
	*counters = runs[0].counters;

	rte_mempool_free(stream->pool);
	world_free(&stream->worlds[0]);
	world_free(&stream->worlds[1]);
	free(runs);
	free(stream);
}

/* Much of all kinds has happened. */
static void
expect_variety(const struct counters *counters)
{
	unsigned int reasons = 0;

	for (unsigned int i = 0; i < DROP_REASON_COUNT; i++)
		reasons += counters->drops[i] > 0;
	assert_in_range(reasons, 16, DROP_REASON_COUNT);
	assert_in_range(counters->sessions_ended, 500, INPUTS_MAX);
	for (unsigned int path = 0; path < PATH_COUNT; path++)
		assert_in_range(counters->path_packets[path], path == PATH_STATELESS ? 0 : 1000,
				INPUTS_MAX);
	assert_in_range(counters->drops[DROP_session_key_taken], 1, INPUTS_MAX);
	assert_in_range(counters->drops[DROP_neighbor_unresolved], 1, INPUTS_MAX);
}

static void
bursts_equal_single_packets_when_worlds_change(void **state)
{
	struct counters counters;

	stream_compare(*state, SESSIONS_ENOUGH, true, &counters);
	expect_variety(&counters);
	assert_int_equal(counters.drops[DROP_session_table_full], 0);
}

static void
bursts_equal_single_packets_when_sessions_run_out(void **state)
{
	struct counters counters;

	stream_compare(*state, SESSIONS_FEW, false, &counters);
	expect_variety(&counters);
	assert_in_range(counters.sessions_displaced, 100, INPUTS_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bursts_equal_single_packets_when_worlds_change),
		cmocka_unit_test(bursts_equal_single_packets_when_sessions_run_out),
	};
	test_eal_start("512");
	return cmocka_run_group_tests(tests, fabric_setup, fabric_teardown);
}
