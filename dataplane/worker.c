/* SPDX-License-Identifier: BSD-3-Clause */
#include "worker.h"

#include <errno.h>
#include <stdio.h>

#include <rte_errno.h>
#include <rte_malloc.h>

#include "arp.h"
#include "hash.h"
#include "probe.h"
#include "stages.h"
#include "transmit.h"

enum {
	COMMAND_BURST = 32,
	/* Calls to worker_expire() when nothing came: what comes meanwhile waits a microsecond. */
	IDLE_EXPIRES = 2,
};

#define NS_PER_SECOND 1000000000ULL

/* Different for each worker and each purpose, and not to be guessed from another one's. */
static uint64_t
worker_secret(uint64_t seed, uint16_t worker, uint64_t purpose)
{
	return hash_mix(seed + (worker + 1U) * 0x9e3779b97f4a7c15ULL + purpose);
}

static int
worker_init_fragments(struct worker *worker, const struct worker_options *options)
{
	const struct fragment_table_options fragments = {
		.capacity = options->fragment_capacity,
		.seed = (uint32_t)worker_secret(options->seed, options->id, 3),
		.socket = options->socket,
		.give_up = stage_fragment_give_up,
		.context = worker,
	};

	ip_ids_init(&worker->ip_ids, options->id, options->workers,
		    (uint32_t)worker_secret(options->seed, 0, 4));
	return fragment_table_init(&worker->fragments, &fragments);
}

static int
worker_init_tables(struct worker *worker, const struct worker_options *options)
{
	char name[RTE_RING_NAMESIZE];
	int result;

	worker->next_hop_adjacency =
		rte_malloc_socket("next hops", NEXT_HOPS_MAX * sizeof(*worker->next_hop_adjacency),
				  RTE_CACHE_LINE_SIZE, options->socket);
	if (worker->next_hop_adjacency == NULL)
		return -ENOMEM;
	snprintf(name, sizeof(name), "commands %u", options->id);
	worker->commands = command_ring_create(name, options->socket);
	snprintf(name, sizeof(name), "events %u", options->id);
	worker->events = event_ring_create(name, options->socket);
	if (worker->commands == NULL || worker->events == NULL)
		return -rte_errno;
	result = kernel_init(&worker->kernel, options->id, options->socket);
	if (result != 0)
		return result;
	if (options->workers > 1) {
		snprintf(name, sizeof(name), "handoffs %u", options->id);
		worker->handoffs[options->id] = handoff_ring_create(name, options->socket);
		if (worker->handoffs[options->id] == NULL)
			return -rte_errno;
	}
	result = session_table_init(&worker->sessions, options->flow_capacity,
				    worker_secret(options->seed, options->id, 1),
				    worker->now_seconds, options->socket);
	if (result != 0)
		return result;
	result = worker_init_fragments(worker, options);
	if (result != 0)
		return result;
	snprintf(name, sizeof(name), "neighbors %u", options->id);
	return neighbor_table_init(&worker->neighbors, name, options->socket);
}

static void
worker_set_time(struct worker *worker, uint64_t now)
{
	worker->now = now;
	worker->now_seconds = (uint32_t)(now / NS_PER_SECOND);
}

struct worker *
worker_create(const struct worker_options *options)
{
	struct worker *worker =
		rte_zmalloc_socket("worker", sizeof(*worker), RTE_CACHE_LINE_SIZE, options->socket);
	int result;

	if (worker == NULL) {
		rte_errno = ENOMEM;
		return NULL;
	}
	worker->id = options->id;
	worker->port_count = options->port_count;
	for (uint16_t port = 0; port < options->port_count; port++)
		worker->queues[port] = options->queues[port];
	worker->pool = options->pool;
	worker_set_time(worker, options->now);
	worker->icmp.filled = options->now;
	first_share_init(&worker->first_share, options->cycles);
	worker->snat.secret = worker_secret(options->seed, options->id, 2);
	worker->snat.worker = options->id;
	result = worker_init_tables(worker, options);
	if (result != 0) {
		worker_free(worker);
		rte_errno = -result;
		return NULL;
	}
	return worker;
}

void
worker_free(struct worker *worker)
{
	if (worker == NULL)
		return;
	if (worker->handoffs[worker->id] != NULL)
		handoff_abandon(worker);
	rte_ring_free(worker->handoffs[worker->id]);
	neighbor_table_release(&worker->neighbors);
	fragment_table_release(&worker->fragments);
	session_table_release(&worker->sessions);
	kernel_release(&worker->kernel);
	rte_ring_free(worker->events);
	rte_ring_free(worker->commands);
	rte_free(worker->next_hop_adjacency);
	rte_free(worker);
}

void
worker_connect(struct worker *const *workers, uint16_t count)
{
	for (uint16_t i = 0; i < count; i++)
		for (uint16_t j = 0; j < count; j++)
			workers[i]->handoffs[j] = workers[j]->handoffs[j];
}

size_t
worker_bytes(const struct worker *worker)
{
	return sizeof(*worker) + session_table_bytes(&worker->sessions) +
	       fragment_table_bytes(&worker->fragments) +
	       NEXT_HOPS_MAX * sizeof(*worker->next_hop_adjacency) +
	       NEIGHBORS_MAX * (sizeof(struct adjacency) + sizeof(uint32_t));
}

void
worker_post(struct worker *worker, const struct event *event)
{
	if (rte_ring_sp_enqueue_elem(worker->events, (void *)(uintptr_t)event, sizeof(*event)) != 0)
		worker->counters.events_lost++;
}

static void
worker_take_snapshot(struct worker *worker, const struct snapshot *snapshot)
{
	neighbor_table_refresh(&worker->neighbors, worker->snapshot, snapshot);
	worker->snapshot = snapshot;
	transmit_abandon_lost(worker);
	snat_forget(&worker->snat);
	for (; worker->next_hop_count < snapshot->next_hop_count; worker->next_hop_count++) {
		const struct snapshot_next_hop *hop = &snapshot->next_hops[worker->next_hop_count];
		uint32_t adjacency = neighbor_find_or_add(&worker->neighbors, snapshot,
							  hop->interface, hop->address);

		if (adjacency != ADJACENCY_NONE)
			neighbor_keep(&worker->neighbors, adjacency);
		worker->next_hop_adjacency[worker->next_hop_count] = adjacency;
	}
	atomic_store_explicit(&worker->acknowledged, snapshot->generation, memory_order_release);
}

/* Takes a parsed burst through the stages. flags: what any of its packets has. */
static void
worker_process(struct worker *worker, unsigned int n, uint16_t flags)
{
	struct decision decisions[BURST];

	standing_at(&worker->standing, STANDING_ROUTE);
	stage_route(worker, n);
	if (unlikely(flags & PACKET_FRAGMENT)) {
		standing_at(&worker->standing, STANDING_FRAGMENT);
		if (worker->snapshot->worker_count > 1)
			stage_own_fragments(worker, n);
		stage_fragment(worker, n);
	}
	standing_at(&worker->standing, STANDING_SEEK);
	stage_seek(worker, n);
	standing_at(&worker->standing, STANDING_PASS);
	stage_pass(worker, n);
	standing_at(&worker->standing, STANDING_FIND);
	stage_find(worker);
	standing_at(&worker->standing, STANDING_DECIDE);
	stage_decide(worker, n, decisions);
	standing_at(&worker->standing, STANDING_APPLY);
	stage_apply(worker, n, decisions);
	if (worker->snapshot->worker_count > 1)
		handoff_flush(worker);
}

/* Errors about packets that were given up go the way of those that come from behind the link. */
static void
worker_tell_unreachable(struct worker *worker, uint32_t adjacency)
{
	struct rte_mbuf *errors[HELD_PACKETS_PER_NEIGHBOR];
	unsigned int n = transmit_abandon_held(worker, adjacency, errors);
	uint16_t port = worker->neighbors.adjacencies[adjacency].port;

	_Static_assert((int)HELD_PACKETS_PER_NEIGHBOR <= (int)BURST, "they are one burst");
	burst_begin(worker);
	for (unsigned int i = 0; i < n; i++) {
		struct packet *packet = &worker->burst[i];

		packet_parse(worker->snapshot, port, errors[i], packet);
		packet->flags |= PACKET_OWN;
		burst_add(worker, (enum packet_kind)packet->kind);
	}
	if (n > 0)
		worker_process(worker, n, 0); /* none of them is a fragment */
}

static void
worker_take_neighbor(struct worker *worker, const struct command_neighbor *neighbor)
{
	uint32_t adjacency;

	if (neighbor->reachable) {
		adjacency = neighbor_resolve(&worker->neighbors, worker->snapshot, neighbor);
		if (adjacency != ADJACENCY_NONE)
			transmit_release_held(worker, adjacency);
		return;
	}
	adjacency = neighbor_find_or_add(&worker->neighbors, worker->snapshot, neighbor->interface,
					 neighbor->address);
	if (adjacency != ADJACENCY_NONE)
		worker_tell_unreachable(worker, adjacency);
}

void
worker_take_commands(struct worker *worker)
{
	struct command commands[COMMAND_BURST];
	unsigned int n = rte_ring_sc_dequeue_burst_elem(worker->commands, commands,
							sizeof(commands[0]), COMMAND_BURST, NULL);

	for (unsigned int i = 0; i < n; i++) {
		switch ((enum command_type)commands[i].type) {
		case COMMAND_SNAPSHOT:
			worker_take_snapshot(worker, commands[i].snapshot);
			break;
		case COMMAND_NEIGHBOR:
			worker_take_neighbor(worker, &commands[i].neighbor);
			break;
		case COMMAND_ARP_REQUEST:
			arp_request(worker, &commands[i].neighbor);
			break;
		case COMMAND_SEND:
			probe_send(worker, &commands[i].send);
			break;
		case COMMAND_FRAME:
			kernel_send(worker, &commands[i].frame);
			break;
		}
	}
}

static uint16_t
worker_poll_port(struct worker *worker, uint16_t port)
{
	struct rte_mbuf *mbufs[BURST];
	const struct port_queue *queue = &worker->queues[port];
	uint16_t n;

	standing_port(&worker->standing, port);
	standing_at(&worker->standing, STANDING_RECEIVE);
	n = queue->receive(queue->context, mbufs, BURST);
	if (n > 0) {
		standing_at(&worker->standing, STANDING_PARSE);
		worker_process(worker, n, stage_parse(worker, port, mbufs, n));
	}
	return n;
}

/* They are counted when they have come to their end here, or have been given on. */
static unsigned int
worker_take_handoffs(struct worker *worker)
{
	uint16_t flags = 0;
	unsigned int n;

	standing_at(&worker->standing, STANDING_HANDOFF);
	n = handoff_receive(worker, &flags);
	if (n > 0)
		worker_process(worker, n, flags);
	worker->counters.handoffs_taken += n;
	return n;
}

bool
worker_expire(struct worker *worker)
{
	bool swept = session_sweep(worker);
	bool expired = session_expire(worker);

	return stage_fragment_expire(worker) && swept && expired;
}

/* Nobody waits: some more of what is due. */
static void
worker_catch_up(struct worker *worker)
{
	standing_at(&worker->standing, STANDING_TIMERS);
	worker->behind = true;
	for (unsigned int i = 0; i < IDLE_EXPIRES && worker->behind; i++)
		worker->behind = !worker_expire(worker);
}

unsigned int
worker_poll(struct worker *worker, uint64_t now)
{
	unsigned int received = 0;

	worker_set_time(worker, now);
	standing_port(&worker->standing, STANDING_NO_PORT);
	standing_at(&worker->standing, STANDING_COMMANDS);
	worker_take_commands(worker);
	if (unlikely(worker->snapshot == NULL))
		return 0;
	standing_at(&worker->standing, STANDING_TIMERS);
	worker_expire(worker);
	neighbor_table_sweep(&worker->neighbors);
	for (uint16_t port = 0; port < worker->port_count; port++)
		received += worker_poll_port(worker, port);
	standing_port(&worker->standing, STANDING_NO_PORT);
	if (worker->snapshot->worker_count > 1)
		received += worker_take_handoffs(worker);
	if (received == 0)
		worker_catch_up(worker);
	standing_at(&worker->standing, STANDING_TRANSMIT);
	transmit_flush(worker);
	standing_at(&worker->standing, STANDING_REST);
	return received;
}

unsigned int
worker_poll_handoffs(struct worker *worker, uint64_t now)
{
	unsigned int received = 0;

	worker_set_time(worker, now);
	if (worker->snapshot != NULL && worker->snapshot->worker_count > 1)
		received = worker_take_handoffs(worker);
	transmit_flush(worker);
	for (uint16_t port = 0; port < worker->port_count; port++)
		(void)worker->queues[port].receive(worker->queues[port].context, NULL, 0);
	return received;
}
