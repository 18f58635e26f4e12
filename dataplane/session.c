/* SPDX-License-Identifier: BSD-3-Clause */
#include "session.h"

#include <errno.h>
#include <netinet/in.h>

#include <rte_malloc.h>

#include "reset.h"
#include "rewrite.h"
#include "session_fetch.h"
#include "worker.h"

enum {
	WHEEL_CHAINS = SESSION_WHEEL_SLOTS * SESSION_WHEEL_CHAINS,
};

/* Makes it a record of no session. next: the next free one. */
static void
session_clear(struct session *session, uint32_t next)
{
	*session = (struct session){ .flow = FLOW_NONE, .next = next };
}

int
session_table_init(struct session_table *table, uint32_t capacity, uint64_t seed, uint32_t now,
		   int socket)
{
	struct session *none;

	if (capacity == 0 || capacity >= SESSION_NONE / 2)
		return -EINVAL;
	none = rte_malloc_socket("sessions", (capacity + 1) * sizeof(*none), RTE_CACHE_LINE_SIZE,
				 socket);
	if (none == NULL)
		return -ENOMEM;
	table->sessions = none + 1;
	session_clear(none, SESSION_NONE);
	table->chains = rte_malloc_socket("session wheel", WHEEL_CHAINS * sizeof(*table->chains),
					  RTE_CACHE_LINE_SIZE, socket);
	if (table->chains == NULL)
		goto no_chains;
	if (flow_table_init(&table->flows, 2 * capacity, seed, socket) != 0)
		goto no_flows;
	for (unsigned int i = 0; i < RTE_DIM(table->unanswered); i++) {
		if (unanswered_init(&table->unanswered[i], 1 + capacity / SESSION_UNANSWERED_SHARE,
				    socket) != 0)
			goto no_unanswered;
	}
	for (uint32_t i = 0; i < WHEEL_CHAINS; i++)
		table->chains[i] = SESSION_NONE;
	for (uint32_t i = 0; i < capacity; i++)
		session_clear(&table->sessions[i], i + 1 < capacity ? i + 1 : SESSION_NONE);
	table->capacity = capacity;
	table->free = 0;
	table->used = 0;
	table->clock = table->caught_up = now;
	table->ahead.slot = now - 1; /* none that is looked at */
	table->swept = capacity;
	return 0;

no_unanswered:
	unanswered_release(&table->unanswered[0]);
	flow_table_release(&table->flows);
no_flows:
	rte_free(table->chains);
	table->chains = NULL;
no_chains:
	rte_free(none);
	table->sessions = NULL;
	return -ENOMEM;
}

void
session_table_release(struct session_table *table)
{
	for (unsigned int i = 0; i < RTE_DIM(table->unanswered); i++)
		unanswered_release(&table->unanswered[i]);
	flow_table_release(&table->flows);
	rte_free(table->chains);
	if (table->sessions != NULL)
		rte_free(table->sessions - 1);
}

size_t
session_table_bytes(const struct session_table *table)
{
	return flow_table_bytes(&table->flows) + (table->capacity + 1) * sizeof(*table->sessions) +
	       WHEEL_CHAINS * sizeof(*table->chains) + unanswered_bytes(&table->unanswered[0]) +
	       unanswered_bytes(&table->unanswered[1]);
}

struct flow_key
session_reply_key(const struct flow_key *key, const struct decision *decision)
{
	struct flow_key reply;
	flow_key_word *words = (void *)&reply; /* put together in registers (flow_key.h) */

	words[0] = decision->destination | (uint64_t)decision->source << 32;
	words[1] = decision->destination_port | (uint64_t)decision->source_port << 16 |
		   (uint64_t)decision->egress_zone << 32 | (uint64_t)key->protocol << 48 |
		   (uint64_t)flow_key_family_back(key) << 56;
	return reply;
}

void
session_set_egress(struct worker *worker, struct flow *flow, const struct egress *egress)
{
	uint32_t adjacency;

	if (egress->interface == INTERFACE_NONE) {
		flow->egress = EGRESS_DROP | egress->reason;
		return;
	}
	adjacency = neighbor_find_or_add(&worker->neighbors, worker->snapshot, egress->interface,
					 egress->address);
	if (adjacency == ADJACENCY_NONE) {
		flow->egress = EGRESS_DROP | DROP_neighbor_table_full;
		return;
	}
	neighbor_keep(&worker->neighbors, adjacency);
	flow->egress = adjacency;
}

void
session_clear_egress(struct worker *worker, struct flow *flow)
{
	if (!(flow->egress & EGRESS_DROP))
		neighbor_let_go(&worker->neighbors, flow->egress);
}

/* It goes out by a VIP that gives its endpoint a mapping. */
static bool
session_is_mapped(const struct worker *worker, const struct decision *decision)
{
	return decision->snat && worker->snapshot->vips[decision->outbound_vip].rfc;
}

/* Fills in both entries of a new session; `reply` is the key of the second. */
static void
session_fill(struct worker *worker, uint32_t index, uint32_t forward, uint32_t reverse,
	     const struct decision *decision)
{
	struct flow_table *flows = &worker->sessions.flows;
	struct flow *out = flow_at(flows, forward);
	struct flow *back = flow_at(flows, reverse);
	bool tcp = out->key.protocol == IPPROTO_TCP;
	/* Of a datagram from outside the first reply is what confirms it. */
	bool steady = !tcp && out->key.zone == ZONE_FABRIC;

	out->source = back->key.destination;
	out->source_port = back->key.destination_port;
	out->destination = back->key.source;
	out->destination_port = back->key.source_port;
	back->source = out->key.destination;
	back->source_port = out->key.destination_port;
	back->destination = out->key.source;
	back->destination_port = out->key.source_port;
	out->flags = (decision->refreshes ? FLOW_REFRESHES : 0) |
		     (decision->mapped_in ? FLOW_MAPPED : 0) | (steady ? FLOW_STEADY : 0);
	back->flags = FLOW_REVERSE | (decision->reply_refreshes ? FLOW_REFRESHES : 0) |
		      (session_is_mapped(worker, decision) ? FLOW_MAPPED : 0);
	out->tcp_watched = back->tcp_watched = tcp ? TCP_WATCHED : 0;
	rewrite_prepare(out);
	rewrite_prepare(back);
	session_set_egress(worker, out, &decision->forward);
	session_set_egress(worker, back, &decision->reverse);
	out->twin = reverse;
	back->twin = forward;
	out->session = back->session = index;
	out->decided_from = back->decided_from = worker->snapshot->decided_from;
	out->last_seen = back->last_seen = (uint16_t)worker->now_seconds;
}

/*
 * No session has the key of the replies. One that is over and holds it makes way where both are of
 * the same mapping: the endpoint has no other port to begin again with.
 */
static bool
session_claim(struct worker *worker, const struct flow_key *key, const struct decision *decision,
	      const struct flow_key *reply, uint32_t hash)
{
	struct session_table *table = &worker->sessions;
	uint32_t found = flow_find_hashed(&table->flows, reply, hash);
	uint32_t index;

	if (flow_key_equal(reply, key))
		return false;
	if (found == FLOW_NONE)
		return true;
	index = flow_at(&table->flows, found)->session;
	if (!session_is_mapped(worker, decision) || !(table->sessions[index].flags & SESSION_HELD))
		return false;
	session_let_go(worker, index);
	return true;
}

enum drop_reason
session_create(struct worker *worker, const struct flow_key *key, const struct decision *decision,
	       uint32_t *flow)
{
	struct session_table *table = &worker->sessions;
	struct flow_table *flows = &table->flows;
	struct flow_key reply = session_reply_key(key, decision);
	enum drop_reason reason;
	uint32_t forward, reverse, index, reply_hash;
	struct session *session;

	if (table->free == SESSION_NONE && !session_gives_way(table, key->zone))
		return DROP_session_table_full;
	reason = session_take_ports(worker, key, decision, &reply);
	if (reason != DROP_NONE)
		return reason;
	reason = DROP_session_key_taken;
	reply_hash = flow_hash(flows, &reply);
	if (!session_claim(worker, key, decision, &reply, reply_hash))
		goto untake;
	reason = DROP_session_table_full;
	session_give_way(worker, key->zone);
	index = table->free;
	forward = flow_insert(flows, key);
	if (forward == FLOW_NONE)
		goto untake;
	reverse = flow_insert_hashed(flows, &reply, reply_hash);
	if (reverse == FLOW_NONE)
		goto remove;
	session_fill(worker, index, forward, reverse, decision);
	session = &table->sessions[index];
	table->free = session->next;
	session_fetch_record(table, table->free);
	table->used++;
	*session = (struct session){
		.flow = forward,
		.inbound_rule = decision->inbound_rule,
		.inbound_vip = decision->inbound_vip,
		.outbound_vip = decision->snat ? decision->outbound_vip : VIP_NONE,
		.host = decision->host,
		.idle_timeout = decision->idle_timeout,
		.tcp_state = key->protocol == IPPROTO_TCP ? TCP_STATE_NEW : TCP_STATE_NONE,
		.flags = (uint8_t)(SESSION_IN_USE | (decision->tcp_reset ? SESSION_TCP_RESET : 0)),
	};
	session_await_answer(table, index);
	session_wheel_add(table, index, worker->now_seconds + session_timeout(worker, session));
	worker->counters.sessions_created++;
	*flow = forward;
	return DROP_NONE;

remove:
	flow_remove(flows, forward);
untake:
	session_untake_ports(worker, key, decision, &reply);
	return reason;
}

/* How long nobody else may have the port of a session that ends so, seconds. */
static uint32_t
session_hold_down(const struct hold_downs *hold_downs, uint8_t protocol, enum tcp_phase phase)
{
	if (protocol == IPPROTO_UDP)
		return hold_downs->udp;
	if (protocol != IPPROTO_TCP)
		return 0;
	switch (phase) {
	case TCP_PHASE_OPENING:
		return hold_downs->half_open;
	case TCP_PHASE_RESET:
		return hold_downs->rst;
	case TCP_PHASE_OPEN: /* its ends may send for as long as after a FIN */
	case TCP_PHASE_CLOSING:
		break;
	}
	return hold_downs->fin;
}

/* What of it is left. It has begun when the connection was closed, or when its time was over. */
static uint32_t
session_hold_down_left(const struct worker *worker, const struct session *session)
{
	const struct flow *flow = flow_at(&worker->sessions.flows, session->flow);
	enum tcp_phase phase = tcp_phase_of((enum tcp_state)session->tcp_state);
	uint32_t hold_down =
		session_hold_down(&worker->snapshot->hold_downs, flow->key.protocol, phase);
	uint32_t passed = session_idle(worker, session);

	if (session->outbound_vip == VIP_NONE)
		return 0;
	if (phase != TCP_PHASE_CLOSING && phase != TCP_PHASE_RESET)
		passed -= RTE_MIN(passed, session_timeout(worker, session));
	return hold_down - RTE_MIN(hold_down, passed);
}

static void
session_free(struct session_table *table, uint32_t index)
{
	session_clear(&table->sessions[index], table->free);
	table->free = index;
	table->used--;
}

/* The replies' entry is all that is left. */
static void
session_hold(struct worker *worker, uint32_t index, uint32_t seconds)
{
	struct session_table *table = &worker->sessions;
	struct session *session = &table->sessions[index];
	struct flow *reply;

	session->flow = flow_at(&table->flows, session->flow)->twin;
	session->flags |= SESSION_HELD;
	session->deadline = worker->now_seconds + seconds;
	session_wheel_add(table, index, session->deadline);
	reply = flow_at(&table->flows, session->flow);
	reply->twin = FLOW_NONE;
	reply->egress = EGRESS_DROP | DROP_session_over;
	worker->counters.sessions_held++;
}

/* hold_down: how long nobody else may have its port, seconds. */
static void
session_end_holding(struct worker *worker, uint32_t index, uint32_t hold_down)
{
	struct session_table *table = &worker->sessions;
	struct session *session = &table->sessions[index];
	uint32_t forward = session->flow;
	uint32_t reverse = flow_at(&table->flows, forward)->twin;

	session_take_answer(table, index);
	session_wheel_remove(table, index);
	session_close_mappings(worker, flow_at(&table->flows, forward),
			       flow_at(&table->flows, reverse));
	session_clear_egress(worker, flow_at(&table->flows, forward));
	session_clear_egress(worker, flow_at(&table->flows, reverse));
	worker->counters.sessions_ended++;
	table->removals++;
	if (hold_down > 0) {
		session_hold(worker, index, hold_down);
	} else {
		session_return_port(worker, session, flow_at(&table->flows, reverse));
		flow_remove(&table->flows, reverse);
		session_free(table, index);
	}
	flow_remove(&table->flows, forward);
}

void
session_end(struct worker *worker, uint32_t index)
{
	const struct session *session = &worker->sessions.sessions[index];

	session_end_holding(worker, index, session_hold_down_left(worker, session));
}

void
session_end_at_once(struct worker *worker, uint32_t index)
{
	session_end_holding(worker, index, 0);
}

void
session_end_and_tell(struct worker *worker, uint32_t index)
{
	const struct session *session = &worker->sessions.sessions[index];
	const struct flow *flow = flow_at(&worker->sessions.flows, session->flow);

	if (session->flags & SESSION_TCP_RESET && session->tcp_state != TCP_STATE_NONE &&
	    tcp_phase_of((enum tcp_state)session->tcp_state) == TCP_PHASE_OPEN)
		reset_send(worker, flow, flow_at(&worker->sessions.flows, flow->twin));
	session_end(worker, index);
}

void
session_let_go(struct worker *worker, uint32_t index)
{
	struct session_table *table = &worker->sessions;
	struct session *session = &table->sessions[index];

	session_wheel_remove(table, index);
	session_return_port(worker, session, flow_at(&table->flows, session->flow));
	worker->counters.sessions_held--;
	table->removals++;
	flow_remove(&table->flows, session->flow);
	session_free(table, index);
}
