/* SPDX-License-Identifier: BSD-3-Clause */
#include "senders.h"

/*
 * Packets in fragments through a whole worker, packet by packet and then in bursts: what comes out
 * must be the same, byte by byte. Put together again it must be what went in, of each packet that
 * nobody meddled with, and never parts of two.
 */

enum {
	BURSTS = 1200,
	INPUTS_MAX = BURSTS * BURST,
	OUTPUTS_MAX = INPUTS_MAX,
	WHOLES = 6000,
	OPEN = 12, /* packets whose fragments take turns */
	PORTS = 2,
	BUFFERS = 2047,
};

struct output {
	unsigned int count;
	struct piece pieces[OUTPUTS_MAX];
};

struct run {
	struct counters counters;
	struct output outputs[PORTS];
};

struct stream {
	struct world world;
	struct port_interfaces maps[PORTS];
	const struct port_interfaces *map[PORTS];
	struct rte_mempool *pool;
	bool hostile; /* some packets have parts twice, overlapping, missing, or broken */
	struct whole wholes[WHOLES];
	bool clean[WHOLES];
	unsigned int came[WHOLES]; /* how often each has left whole */
	unsigned int whole_count;
	uint16_t ids[16]; /* the next one of each sender */
	unsigned int input_count;
	struct piece inputs[INPUTS_MAX];
	struct assembly assemblies[PIECES_ASSEMBLIES + 1];
	/* of the current run */
	struct worker *worker;
	struct run *run;
	uint64_t now;
	const struct piece *next;
	unsigned int waiting;
};

static uint16_t
port_transmit(struct stream *stream, uint8_t port, struct rte_mbuf **mbufs, uint16_t n)
{
	for (uint16_t i = 0; i < n; i++) {
		struct output *output = &stream->run->outputs[port];
		struct piece *piece = &output->pieces[output->count++];

		assert_in_range(output->count, 1, OUTPUTS_MAX);
		assert_int_equal(mbufs[i]->nb_segs, 1);
		piece->port = port;
		piece->length = rte_pktmbuf_data_len(mbufs[i]);
		assert_in_range(piece->length, 34, PIECE_FRAME_MAX);
		memcpy(piece->bytes, rte_pktmbuf_mtod(mbufs[i], void *), piece->length);
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

static uint16_t
port_receive(struct stream *stream, uint8_t port, struct rte_mbuf **mbufs, uint16_t n)
{
	uint16_t taken = 0;

	while (taken < n && stream->waiting > 0 && stream->next->port == port) {
		mbufs[taken] = rte_pktmbuf_alloc(stream->pool);
		assert_non_null(mbufs[taken]);
		memcpy(rte_pktmbuf_append(mbufs[taken], stream->next->length), stream->next->bytes,
		       stream->next->length);
		taken++;
		stream->next++;
		stream->waiting--;
	}
	return taken;
}

static uint16_t
wan_receive(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	return port_receive(context, 0, mbufs, n);
}

static uint16_t
lan_receive(void *context, struct rte_mbuf **mbufs, uint16_t n)
{
	return port_receive(context, 1, mbufs, n);
}

static void
stream_begin(struct stream *stream, struct sender *sender)
{
	unsigned int number = stream->whole_count++;
	struct whole *whole = &stream->wholes[number];

	*whole = random_whole(number, stream->ids);
	sender_begin(sender, whole, number);
	stream->clean[number] = !stream->hostile || rand() % 3 == 0;
	for (unsigned int i = 0; !stream->clean[number] && i < 3 && sender->count > 0; i++)
		sender_meddle(sender, whole);
}

static void
stream_make_up(struct stream *stream)
{
	struct sender *senders = calloc(OPEN, sizeof(*senders));

	assert_non_null(senders);
	while (stream->input_count < INPUTS_MAX) {
		struct sender *sender = &senders[rand() % OPEN];

		if (sender->next == sender->count) {
			if (stream->whole_count == WHOLES)
				break;
			stream_begin(stream, sender);
			continue;
		}
		stream->inputs[stream->input_count++] = sender->parts[sender->next++];
	}
	/* What was begun may not have been sent. */
	for (unsigned int i = 0; i < OPEN; i++)
		stream->clean[senders[i].number] &= senders[i].next == senders[i].count;
	free(senders);
}

static void
stream_resolve(struct stream *stream)
{
	struct event event;

	while (rte_ring_sc_dequeue_elem(stream->worker->events, &event, sizeof(event)) == 0) {
		const struct command command = {
			.type = COMMAND_NEIGHBOR,
			.neighbor = { .interface = event.interface,
				      .reachable = 1,
				      .address = event.address },
		};

		assert_int_equal(command_broadcast(&stream->worker->commands, 1, &command, 1), 0);
	}
	assert_int_equal(worker_poll(stream->worker, stream->now), 0);
}

static void
stream_feed(struct stream *stream, unsigned int count, unsigned int at_once)
{
	for (unsigned int fed = 0; fed < count; fed += stream->waiting) {
		unsigned int before = RTE_MIN(at_once, count - fed), received;

		stream->waiting = before;
		received = worker_poll(stream->worker, stream->now);
		/* A poll takes from the fabric first, and then from the subnets. */
		while (stream->waiting > 0)
			received += worker_poll(stream->worker, stream->now);
		assert_int_equal(received, before);
		stream->waiting = before;
	}
	stream->waiting = 0;
}

static void
expect_balance(const struct counters *counters)
{
	uint64_t in = counters->originated, out = counters->consumed + counters->held;

	for (unsigned int i = 0; i < DROP_REASON_COUNT; i++)
		out += counters->drops[i];
	for (unsigned int i = 0; i < PORTS; i++) {
		in += counters->ports[i].received_packets;
		out += counters->ports[i].sent_packets;
	}
	assert_int_equal(in, out);
}

static void
stream_run(struct stream *stream, uint32_t capacity, unsigned int at_once, struct run *run)
{
	const struct port_queue queues[PORTS] = { { wan_receive, wan_transmit, stream },
						  { lan_receive, lan_transmit, stream } };
	const struct worker_options options = {
		.port_count = PORTS,
		.queues = queues,
		.workers = 1,
		.flow_capacity = 4000,
		.fragment_capacity = capacity,
		.seed = 1,
		.socket = SOCKET_ID_ANY,
	};
	const struct command command = { .type = COMMAND_SNAPSHOT,
					 .snapshot = &stream->world.snapshot };

	stream->worker = worker_create(&options);
	assert_non_null(stream->worker);
	stream->run = run;
	stream->next = stream->inputs;
	stream->now = 0;
	assert_int_equal(command_broadcast(&stream->worker->commands, 1, &command, 1), 0);
	for (unsigned int fed = 0; fed < stream->input_count; fed += BURST) {
		stream->now += fed % 4096 == 0 ? 1000000000 : 1000;
		stream_resolve(stream);
		stream_feed(stream, RTE_MIN((unsigned int)BURST, stream->input_count - fed),
			    at_once);
	}
	stream->now += 70 * 1000000000ULL;
	do
		stream_resolve(stream);
	while (stream->worker->fragments.used > 0);
	expect_balance(&stream->worker->counters);
	assert_int_equal(stream->worker->counters.held, 0);
	assert_int_equal(stream->worker->counters.fragmented, 0);
	run->counters = stream->worker->counters;
	worker_free(stream->worker);
	assert_int_equal(rte_mempool_in_use_count(stream->pool), 0);
}

/* Puts together what has left: of each packet that went in it is the payload, with a right sum. */
static void
stream_assemble(struct stream *stream, const struct output *output)
{
	for (unsigned int i = 0; i < output->count; i++) {
		const struct whole *left = assembly_add(stream->assemblies, &output->pieces[i]);
		const struct whole *came;
		struct whole again;
		uint32_t number;

		if (left == NULL)
			continue;
		again = *left;
		again.data_at = left->protocol == IPPROTO_TCP ? 20 : 8;
		memcpy(&number, again.payload + again.data_at, sizeof(number));
		if (number >= stream->whole_count || !stream->clean[number])
			continue;
		came = &stream->wholes[number];
		assert_int_equal(again.length, came->length);
		assert_memory_equal(again.payload + again.data_at, came->payload + came->data_at,
				    came->length - came->data_at);
		memset(again.payload + (again.protocol == IPPROTO_TCP   ? 16
					: again.protocol == IPPROTO_UDP ? 6
									: 2),
		       0, 2);
		whole_sum(&again);
		assert_memory_equal(again.payload, left->payload, again.length);
		stream->came[number]++;
	}
}

static void
expect_equal(const struct output *a, const struct output *b)
{
	assert_int_equal(a->count, b->count);
	for (unsigned int i = 0; i < a->count; i++) {
		assert_int_equal(a->pieces[i].port, b->pieces[i].port);
		assert_int_equal(a->pieces[i].length, b->pieces[i].length);
		assert_memory_equal(a->pieces[i].bytes, b->pieces[i].bytes, a->pieces[i].length);
	}
}

static struct stream *
stream_create(struct fabric_routes *fabric, bool hostile)
{
	struct stream *stream = calloc(1, sizeof(*stream));

	assert_non_null(stream);
	stream->hostile = hostile;
	stream->pool = rte_pktmbuf_pool_create("stream", BUFFERS, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
					       SOCKET_ID_ANY);
	assert_non_null(stream->pool);
	world_create(&stream->world, fabric);
	stream->world.snapshot.ports = stream->map;
	stream->world.snapshot.port_count = PORTS;
	for (unsigned int port = 0; port < PORTS; port++) {
		stream->map[port] = &stream->maps[port];
		memset(&stream->maps[port], 0xff, sizeof(stream->maps[port]));
	}
	stream->maps[0].by_vlan[0] = 0;
	for (uint16_t zone = APP; zone < ZONES; zone++)
		stream->maps[1].by_vlan[zone] = zone;
	stream_make_up(stream);
	return stream;
}

static void
stream_free(struct stream *stream)
{
	world_free(&stream->world);
	rte_mempool_free(stream->pool);
	free(stream);
}

/* Runs it both ways; the counters of one. */
static struct counters
stream_compare(struct stream *stream, uint32_t capacity)
{
	struct run *runs = calloc(2, sizeof(*runs));
	struct counters counters;

	assert_non_null(runs);
	stream_run(stream, capacity, 1, &runs[0]);
	stream_run(stream, capacity, BURST, &runs[1]);
	for (unsigned int port = 0; port < PORTS; port++) {
		expect_equal(&runs[0].outputs[port], &runs[1].outputs[port]);
		stream_assemble(stream, &runs[0].outputs[port]);
	}
	assert_memory_equal(&runs[0].counters, &runs[1].counters, sizeof(counters));
	counters = runs[0].counters;
	free(runs);
	return counters;
}

/* rfc4787_req14: all packets come out whole, each once, and with nothing of another. */
static void
all_packets_come_out_whole(void **state)
{
	struct stream *stream;
	struct counters counters;

	srand(21);
	stream = stream_create(*state, false);
	counters = stream_compare(stream, 64);
	for (unsigned int i = 0; i < stream->whole_count; i++)
		assert_int_equal(stream->came[i], stream->clean[i]);
	for (unsigned int i = 0; i < DROP_REASON_COUNT; i++)
		assert_in_range(counters.drops[i], 0, i == DROP_fragment_first_missing ? OPEN : 0);
	assert_in_range(stream->whole_count, 1000, WHOLES);
	stream_free(stream);
}

/* Nothing of this is lost, leaks or leaves twice; who does nothing wrong is hardly disturbed. */
static void
bad_fragments_do_no_harm(void **state)
{
	struct stream *stream;
	struct counters counters;
	unsigned int clean = 0, came = 0;

	srand(22);
	stream = stream_create(*state, true);
	counters = stream_compare(stream, 2048);
	for (unsigned int i = 0; i < stream->whole_count; i++) {
		clean += stream->clean[i];
		came += stream->clean[i] && stream->came[i] == 1;
		assert_in_range(stream->came[i], 0, 1);
	}
	assert_in_range(came, clean * 95 / 100, clean);
	assert_in_range(clean, 1000, WHOLES);
	assert_in_range(counters.drops[DROP_fragment_overlap], 100, INPUTS_MAX);
	assert_in_range(counters.drops[DROP_fragment_duplicate], 100, INPUTS_MAX);
	assert_in_range(counters.drops[DROP_fragment_invalid], 100, INPUTS_MAX);
	assert_in_range(counters.drops[DROP_fragment_first_missing], 100, INPUTS_MAX);
	assert_in_range(counters.drops[DROP_fragment_tiny], 10, INPUTS_MAX);
	stream_free(stream);
}

static void
bad_fragments_fill_a_small_table(void **state)
{
	struct stream *stream;
	struct counters counters;

	srand(23);
	stream = stream_create(*state, true);
	counters = stream_compare(stream, 8);
	assert_in_range(counters.drops[DROP_fragment_table_full], 1000, INPUTS_MAX);
	stream_free(stream);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_packets_come_out_whole),
		cmocka_unit_test(bad_fragments_do_no_harm),
		cmocka_unit_test(bad_fragments_fill_a_small_table),
	};

	test_eal_start("512");
	return cmocka_run_group_tests(tests, fabric_setup, fabric_teardown);
}
