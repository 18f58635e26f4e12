/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include "dataplane/worker.h"
#include "deciding.h"

/* A worker with sessions, and a world that changes under them. */

#define HOST      IP4(10, 0, 1, 4)
#define DATA_HOST IP4(10, 0, 2, 9)

enum {
	START = 5000, /* seconds */
};

/* The world as it was when sessions were made, and as it is when their next packets come. */
struct change {
	struct world before;
	struct world after;
	struct worker *worker;
};

static inline int
change_setup(void **state)
{
	static const struct port_queue queue;
	const struct worker_options options = {
		.queues = &queue,
		.workers = 1,
		.flow_capacity = 1000,
		.fragment_capacity = 16,
		.now = START * 1000000000ULL,
		.seed = 1,
		.socket = SOCKET_ID_ANY,
	};
	struct change *change = malloc(sizeof(*change));

	if (change == NULL)
		return -1;
	world_create(&change->before, *state);
	world_create(&change->after, *state);
	change->after.snapshot.usage = change->before.snapshot.usage;
	change->after.snapshot.generation = 2;
	change->after.snapshot.decided_from = 2U << 16;
	change->worker = worker_create(&options);
	if (change->worker == NULL)
		return -1;
	change->worker->snapshot = &change->before.snapshot;
	*state = change;
	return 0;
}

static inline int
change_teardown(void **state)
{
	struct change *change = *state;
	const struct session_table *sessions = &change->worker->sessions;
	const struct counters *counters = &change->worker->counters;
	bool whole = sessions->flows.used == 2 * sessions->used &&
		     counters->sessions_created - counters->sessions_ended == sessions->used;

	worker_free(change->worker);
	world_free(&change->after);
	world_free(&change->before);
	free(change);
	return whole ? 0 : -1;
}

#define WITH_CHANGE(test) cmocka_unit_test_setup_teardown(test, change_setup, change_teardown)

/* NULL: there is none. */
static inline struct flow *
flow_of(const struct change *change, struct flow_key key)
{
	const struct flow_table *flows = &change->worker->sessions.flows;
	uint32_t index = flow_find(flows, &key);

	return index == FLOW_NONE ? NULL : flow_at(flows, index);
}

static inline struct session *
session_of(const struct change *change, const struct flow *flow)
{
	return &change->worker->sessions.sessions[flow->session];
}

static inline struct flow *
twin_of(const struct change *change, const struct flow *flow)
{
	return flow_at(&change->worker->sessions.flows, flow->twin);
}

/* A first packet makes its session; a reply is seen too, and TCP's handshake is done. */
static inline struct flow *
session_open(struct change *change, struct flow_key key)
{
	struct decision decision = world_decide(&change->before, key);
	struct flow *flow;
	uint32_t index;

	assert_int_equal(decision.verdict, VERDICT_SESSION);
	assert_int_equal(session_create(change->worker, &key, &decision, &index), DROP_NONE);
	flow = flow_at(&change->worker->sessions.flows, index);
	flow->flags |= FLOW_SEEN;
	twin_of(change, flow)->flags |= FLOW_SEEN;
	if (key.protocol == IPPROTO_TCP)
		session_of(change, flow)->tcp_state = TCP_STATE_ESTABLISHED;
	return flow;
}

/* As the next packet of that flow does. */
static inline void
decide_again(struct change *change, const struct flow *flow)
{
	uint32_t index = (uint32_t)(flow - change->worker->sessions.flows.flows);
	struct decision decision;

	session_decide_again(change->worker, &index, &decision, 1);
	session_settle_again(change->worker, index, &decision);
}

/* The next packet of that key after the change; NULL: the session is no more. */
static inline struct flow *
next_packet(struct change *change, struct flow_key key)
{
	struct flow *flow = flow_of(change, key);

	change->worker->snapshot = &change->after.snapshot;
	if (flow == NULL)
		return NULL;
	decide_again(change, flow);
	flow = flow_of(change, key);
	if (flow != NULL) {
		assert_int_equal(flow->decided_from, change->after.snapshot.decided_from);
		assert_int_equal(twin_of(change, flow)->decided_from, flow->decided_from);
		assert_ptr_equal(twin_of(change, twin_of(change, flow)), flow);
	}
	return flow;
}

/* Another round: what is now was before, and something else has changed. */
static inline void
change_again(struct change *change)
{
	change->after.snapshot.decided_from++;
}

static inline void
expect_adjacency(const struct change *change, uint32_t egress, uint16_t interface, uint32_t address)
{
	const struct adjacency *adjacency = &change->worker->neighbors.adjacencies[egress];

	assert_in_range(egress, 0, change->worker->neighbors.count - 1);
	assert_int_equal(adjacency->interface, interface);
	assert_int_equal(rte_be_to_cpu_32(adjacency->address), address);
}

/* Keys that have nothing to do with a test's, until none finds room: the last one, not in it. */
static inline struct flow_key
flows_fill(struct flow_table *flows)
{
	struct flow_key filler = world_key(DATA, IPPROTO_TCP, DATA_HOST, 1, IP4(203, 0, 113, 9), 1);

	while (flow_insert(flows, &filler) != FLOW_NONE)
		filler.source++;
	return filler;
}

/* Takes the last of them out again. */
static inline void
flows_make_room(struct flow_table *flows, struct flow_key *filler)
{
	filler->source--;
	flow_remove(flows, flow_find(flows, filler));
}

/* Sessions of every kind. */

static inline struct flow_key
inside(void)
{
	return world_key(APP, IPPROTO_TCP, HOST, 5000, DATA_HOST, 80);
}

static inline struct flow_key
outbound(uint8_t protocol)
{
	return world_key(APP, protocol, HOST, 5000, CLIENT, 443);
}

static inline struct flow_key
inbound(uint8_t protocol, uint16_t port)
{
	return world_key(ZONE_FABRIC, protocol, CLIENT, 5000, ADDRESS_ONE, port);
}

static inline struct flow_key
hairpin(void)
{
	return world_key(APP, IPPROTO_TCP, HOST, 5000, ADDRESS_TWO, 443);
}
