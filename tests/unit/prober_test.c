/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/prober.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <rte_ip.h>
#include <rte_tcp.h>

#include "bytes.h"
#include "eal.h"

/* One backend, 10.0.1.4:80 in zone 1 on interface 3, probed every 5 seconds, turned by 2. */

#define SECOND  1000000000ULL
#define BACKEND RTE_BE32(IP4(10, 0, 1, 4))

enum {
	ZONE = 1,
	INTERFACE = 3,
};

struct fixture {
	struct prober prober;
	struct rte_ring *ring;
	struct rte_mempool *pool;
	struct snapshot_subnet subnets[2];
	struct snapshot snapshot;
	struct probe probe;
};

static int
set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct prober_options options = { .seed = 1 };

	if (fixture == NULL)
		return -1;
	fixture->ring = options.ring = command_ring_create("prober", SOCKET_ID_ANY);
	fixture->pool = options.pool = rte_pktmbuf_pool_create(
		"prober", 63, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	if (fixture->ring == NULL || fixture->pool == NULL)
		return -1;
	fixture->subnets[ZONE] =
		(struct snapshot_subnet){ .present = true, .interface = INTERFACE };
	fixture->snapshot = (struct snapshot){ .subnets = fixture->subnets, .subnet_count = 2 };
	prober_init(&fixture->prober, &options);
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;
	bool whole = rte_mempool_in_use_count(fixture->pool) == 0;

	prober_release(&fixture->prober);
	rte_mempool_free(fixture->pool);
	rte_ring_free(fixture->ring);
	free(fixture);
	return whole ? 0 : -1;
}

static void
targets_set(struct fixture *fixture, enum probe_protocol protocol)
{
	struct probe_targets targets = { .items = calloc(1, sizeof(*targets.items)), .count = 1 };

	assert_non_null(targets.items);
	fixture->probe = (struct probe){ .protocol = protocol, .port = 80, .path = NULL };
	targets.items[0] = (struct probe_target){
		.zone = ZONE,
		.port = 80,
		.address = BACKEND,
		.protocol = protocol,
		.path = protocol == PROBE_HTTP ? strdup("/health") : NULL,
		.interval = 5,
		.threshold = 2,
		.up = true,
	};
	if (protocol == PROBE_HTTP)
		fixture->probe.path = targets.items[0].path;
	prober_set(&fixture->prober, &targets);
}

static bool
is_up(const struct fixture *fixture)
{
	return prober_is_up(&fixture->prober, ZONE, BACKEND, &fixture->probe);
}

/* What was given to the worker last; its TCP header, and what stands behind it in data. */
static struct rte_tcp_hdr
sent(struct fixture *fixture, char *data, size_t room)
{
	const struct rte_tcp_hdr *tcp;
	struct rte_tcp_hdr header;
	struct command command;
	size_t length;

	assert_int_equal(rte_ring_sc_dequeue_elem(fixture->ring, &command, sizeof(command)), 0);
	assert_int_equal(command.type, COMMAND_SEND);
	assert_int_equal(command.send.interface, INTERFACE);
	assert_int_equal(command.send.address, BACKEND);
	tcp = rte_pktmbuf_mtod_offset(command.send.mbuf, const struct rte_tcp_hdr *,
				      sizeof(struct rte_ipv4_hdr));
	header = *tcp;
	length =
		rte_pktmbuf_pkt_len(command.send.mbuf) - sizeof(struct rte_ipv4_hdr) - sizeof(*tcp);
	assert_true(length < room);
	memcpy(data, tcp + 1, length);
	data[length] = '\0';
	rte_pktmbuf_free(command.send.mbuf);
	return header;
}

static uint32_t
expect_syn(struct fixture *fixture)
{
	char data[1];
	struct rte_tcp_hdr tcp = sent(fixture, data, sizeof(data));

	assert_int_equal(tcp.tcp_flags, RTE_TCP_SYN_FLAG);
	assert_int_equal(tcp.src_port, RTE_BE16(32768));
	assert_int_equal(tcp.dst_port, RTE_BE16(80));
	return rte_be_to_cpu_32(tcp.sent_seq);
}

static void
expect_reset(struct fixture *fixture, uint32_t sequence, uint32_t acknowledgement)
{
	char data[1];
	struct rte_tcp_hdr tcp = sent(fixture, data, sizeof(data));

	assert_int_equal(tcp.tcp_flags, RTE_TCP_RST_FLAG | RTE_TCP_ACK_FLAG);
	assert_int_equal(rte_be_to_cpu_32(tcp.sent_seq), sequence);
	assert_int_equal(rte_be_to_cpu_32(tcp.recv_ack), acknowledgement);
}

static void
expect_nothing(const struct fixture *fixture)
{
	assert_int_equal(rte_ring_count(fixture->ring), 0);
}

static struct event
answer(uint8_t flags, uint32_t acknowledgement)
{
	return (struct event){
		.type = EVENT_ANSWER,
		.interface = INTERFACE,
		.address = BACKEND,
		.answer = { .source_port = RTE_BE16(80),
			    .destination_port = RTE_BE16(32768),
			    .sequence = 1000,
			    .acknowledgement = acknowledgement,
			    .flags = flags },
	};
}

static void
take(struct fixture *fixture, struct event event)
{
	prober_take(&fixture->prober, &fixture->snapshot, &event);
}

static unsigned int
tick(struct fixture *fixture, unsigned int second)
{
	return prober_tick(&fixture->prober, &fixture->snapshot, second * SECOND);
}

static void
forged_answers_are_not_believed(void **state)
{
	struct fixture *fixture = *state;
	uint32_t sequence;

	targets_set(fixture, PROBE_TCP);
	assert_int_equal(tick(fixture, 0), 1);
	sequence = expect_syn(fixture);

	const struct event good = answer(RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG, sequence + 1);
	struct event forged[7] = { good, good, good, good, good, good, good };

	forged[0].interface = INTERFACE + 1;
	forged[1].address = RTE_BE32(IP4(10, 0, 1, 5));
	forged[2].answer.source_port = RTE_BE16(81);
	forged[3].answer.destination_port = RTE_BE16(32769);
	forged[4].answer.destination_port = RTE_BE16(32767);
	forged[5].answer.acknowledgement = sequence;
	forged[6].answer.flags = RTE_TCP_RST_FLAG;
	for (size_t i = 0; i < RTE_DIM(forged); i++) {
		take(fixture, forged[i]);
		expect_nothing(fixture);
		assert_int_equal(fixture->prober.targets.items[0].phase, PROBE_CONNECTS);
	}
	take(fixture, good);
	expect_reset(fixture, sequence + 1, 1001);
	/* Once it has been answered there is nothing more to say. */
	take(fixture, good);
	expect_nothing(fixture);
	assert_true(is_up(fixture));
}

static void
silence_turns_a_backend_down_and_answers_turn_it_up(void **state)
{
	struct fixture *fixture = *state;

	targets_set(fixture, PROBE_TCP);
	for (unsigned int second = 0; second <= 10; second++) {
		assert_int_equal(tick(fixture, second), second % 5 == 0);
		if (second % 5 == 0)
			expect_syn(fixture);
		assert_int_equal(is_up(fixture), second < 10);
	}
	assert_true(fixture->prober.changed);
	fixture->prober.changed = false;
	for (unsigned int second = 15; second <= 20; second += 5) {
		uint32_t sequence;

		/* The one before is still open at 15: it was not answered either. */
		assert_int_equal(tick(fixture, second), 1);
		sequence = expect_syn(fixture);
		assert_false(is_up(fixture));
		take(fixture, answer(RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG, sequence + 1));
		expect_reset(fixture, sequence + 1, 1001);
	}
	assert_true(is_up(fixture));
	assert_true(fixture->prober.changed);
}

static void
refusals_count_at_once(void **state)
{
	struct fixture *fixture = *state;

	targets_set(fixture, PROBE_TCP);
	for (unsigned int second = 0; second <= 5; second += 5) {
		uint32_t sequence;

		assert_true(is_up(fixture));
		tick(fixture, second);
		sequence = expect_syn(fixture);
		take(fixture, answer(RTE_TCP_RST_FLAG | RTE_TCP_ACK_FLAG, sequence + 1));
		expect_nothing(fixture);
	}
	assert_false(is_up(fixture));
}

static void
http_wants_200(void **state)
{
	static const struct {
		const char *data;
		uint16_t length;
		bool good;
	} cases[] = {
		{ "HTTP/1.1 404 ", 13, false },   { "HTTP/1.1 200 ", 13, true },
		{ "HTTP/1.0 200\r", 600, true },  { "HTTP/2 200 OK", 13, false },
		{ "HTTP/1.1 20\0\0", 11, false }, { "SSH-2.0-OpenS", 20, false },
	};
	struct fixture *fixture = *state;

	targets_set(fixture, PROBE_HTTP);
	for (unsigned int i = 0; i < RTE_DIM(cases); i++) {
		struct probe_target *target = &fixture->prober.targets.items[0];
		char data[256];
		struct rte_tcp_hdr tcp;
		struct event event;
		uint32_t sequence;

		target->up = !cases[i].good;
		target->streak = 0;
		tick(fixture, 5 * i);
		sequence = expect_syn(fixture) + 1;
		take(fixture, answer(RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG, sequence));
		tcp = sent(fixture, data, sizeof(data));
		assert_int_equal(tcp.tcp_flags, RTE_TCP_ACK_FLAG | RTE_TCP_PSH_FLAG);
		assert_string_equal(data, "GET /health HTTP/1.1\r\nHost: 10.0.1.4:80\r\n"
					  "User-Agent: Viaduct-Probe\r\nConnection: close\r\n\r\n");
		sequence += (uint32_t)strlen(data);
		/* The request is acknowledged before it is answered. */
		take(fixture, answer(RTE_TCP_ACK_FLAG, sequence));
		expect_nothing(fixture);
		event = answer(RTE_TCP_ACK_FLAG, sequence);
		memcpy(event.answer.data, cases[i].data, sizeof(event.answer.data));
		event.answer.length = cases[i].length;
		take(fixture, event);
		expect_reset(fixture, sequence, 1000U + cases[i].length);
		assert_int_equal(target->streak, 1);
	}
}

static void
groups_are_asked(void **state)
{
	const struct security_address_range all = { 0, UINT32_MAX };
	const struct security_address_range balancer = { IP4(168, 63, 129, 16),
							 IP4(168, 63, 129, 16) };
	const struct security_rule_spec rules[] = {
		{ .sources = &balancer,
		  .source_count = 1,
		  .destinations = &all,
		  .destination_count = 1 },
	};
	uint8_t allow[1] = { 0 };
	struct security_policy policy = { .table = security_table_build(rules, 1), .allow = allow };
	struct fixture *fixture = *state;

	assert_non_null(policy.table);
	fixture->subnets[ZONE].inbound = &policy;
	targets_set(fixture, PROBE_TCP);
	tick(fixture, 0);
	expect_nothing(fixture);
	assert_true(is_up(fixture));
	tick(fixture, 5);
	expect_nothing(fixture);
	assert_false(is_up(fixture));
	allow[0] = 1;
	tick(fixture, 10);
	expect_syn(fixture);
	security_table_free((struct security_table *)(uintptr_t)policy.table);
}

/* What the gateway can not send says nothing about the backend. */
static void
a_full_ring_turns_nothing_down(void **state)
{
	struct fixture *fixture = *state;
	const struct command command = { .type = COMMAND_NEIGHBOR };

	targets_set(fixture, PROBE_TCP);
	while (command_broadcast(&fixture->ring, 1, &command, 1) == 0)
		;
	for (unsigned int second = 0; second <= 30; second += 5)
		assert_int_equal(tick(fixture, second), 1);
	assert_true(is_up(fixture));
	assert_int_equal(fixture->prober.targets.items[0].streak, 0);
}

#define WITH_PROBER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PROBER(forged_answers_are_not_believed),
		WITH_PROBER(silence_turns_a_backend_down_and_answers_turn_it_up),
		WITH_PROBER(refusals_count_at_once),
		WITH_PROBER(http_wants_200),
		WITH_PROBER(groups_are_asked),
		WITH_PROBER(a_full_ring_turns_nothing_down),
	};

	test_eal_start("64");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
