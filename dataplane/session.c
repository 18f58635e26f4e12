/* SPDX-License-Identifier: BSD-3-Clause */
#include "session.h"

#include <errno.h>
#include <netinet/in.h>

#include <rte_malloc.h>

#include "rewrite.h"
#include "worker.h"

int
session_table_init(struct session_table *table, uint32_t capacity, uint32_t seed, uint32_t now,
		   int socket)
{
	if (capacity == 0 || capacity >= SESSION_NONE / 2)
		return -EINVAL;
	table->sessions = rte_zmalloc_socket("sessions", capacity * sizeof(*table->sessions),
					     RTE_CACHE_LINE_SIZE, socket);
	if (table->sessions == NULL)
		return -ENOMEM;
	table->slots =
		rte_malloc_socket("session wheel", SESSION_WHEEL_SLOTS * sizeof(*table->slots),
				  RTE_CACHE_LINE_SIZE, socket);
	if (table->slots == NULL)
		goto no_slots;
	if (flow_table_init(&table->flows, 2 * capacity, seed, socket) != 0)
		goto no_flows;
	for (uint32_t i = 0; i < SESSION_WHEEL_SLOTS; i++)
		table->slots[i] = SESSION_NONE;
	for (uint32_t i = 0; i < capacity; i++)
		table->sessions[i].next = i + 1 < capacity ? i + 1 : SESSION_NONE;
	table->capacity = capacity;
	table->free = 0;
	table->used = 0;
	table->clock = table->caught_up = now;
	return 0;

no_flows:
	rte_free(table->slots);
	table->slots = NULL;
no_slots:
	rte_free(table->sessions);
	table->sessions = NULL;
	return -ENOMEM;
}

void
session_table_release(struct session_table *table)
{
	flow_table_release(&table->flows);
	rte_free(table->slots);
	rte_free(table->sessions);
}

size_t
session_table_bytes(const struct session_table *table)
{
	return flow_table_bytes(&table->flows) + table->capacity * sizeof(*table->sessions) +
	       SESSION_WHEEL_SLOTS * sizeof(*table->slots);
}

/* Has the session looked at in that second, or sooner if the wheel does not reach so far. */
static void
session_wheel_add(struct session_table *table, uint32_t index, uint32_t second)
{
	struct session *session = &table->sessions[index];

	second = RTE_MIN(second, table->clock + SESSION_WHEEL_SLOTS - 1);
	session->slot = (uint16_t)(second % SESSION_WHEEL_SLOTS);
	session->previous = SESSION_NONE;
	session->next = table->slots[session->slot];
	if (session->next != SESSION_NONE)
		table->sessions[session->next].previous = index;
	table->slots[session->slot] = index;
}

static void
session_wheel_remove(struct session_table *table, uint32_t index)
{
	const struct session *session = &table->sessions[index];

	if (session->previous == SESSION_NONE)
		table->slots[session->slot] = session->next;
	else
		table->sessions[session->previous].next = session->next;
	if (session->next != SESSION_NONE)
		table->sessions[session->next].previous = session->previous;
}

static struct flow_key
session_reply_key(const struct flow_key *key, const struct decision *decision)
{
	return (struct flow_key){
		.source = decision->destination,
		.destination = decision->source,
		.source_port = decision->destination_port,
		.destination_port = decision->source_port,
		.zone = decision->egress_zone,
		.protocol = key->protocol,
		.family = flow_key_family_back(key),
	};
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

	out->source = back->key.destination;
	out->source_port = back->key.destination_port;
	out->destination = back->key.source;
	out->destination_port = back->key.source_port;
	back->source = out->key.destination;
	back->source_port = out->key.destination_port;
	back->destination = out->key.source;
	back->destination_port = out->key.source_port;
	out->flags = (decision->refreshes ? FLOW_REFRESHES : 0) |
		     (decision->mapped_in ? FLOW_MAPPED : 0);
	back->flags = FLOW_REVERSE | (decision->reply_refreshes ? FLOW_REFRESHES : 0) |
		      (session_is_mapped(worker, decision) ? FLOW_MAPPED : 0);
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

enum drop_reason
session_create(struct worker *worker, const struct flow_key *key, const struct decision *decision,
	       uint32_t *flow)
{
	struct session_table *table = &worker->sessions;
	struct flow_table *flows = &table->flows;
	struct flow_key reply = session_reply_key(key, decision);
	uint32_t index = table->free;
	enum drop_reason reason;
	uint32_t forward, reverse;
	struct session *session;

	if (index == SESSION_NONE)
		return DROP_session_table_full;
	reason = session_take_ports(worker, key, decision, &reply);
	if (reason != DROP_NONE)
		return reason;
	reason = DROP_session_key_taken;
	if (flow_key_equal(&reply, key) ||
	    flow_find(flows, &reply, flow_hash(flows, &reply)) != FLOW_NONE)
		goto untake;
	reason = DROP_session_table_full;
	forward = flow_insert(flows, key);
	if (forward == FLOW_NONE)
		goto untake;
	reverse = flow_insert(flows, &reply);
	if (reverse == FLOW_NONE)
		goto remove;
	session_fill(worker, index, forward, reverse, decision);

	session = &table->sessions[index];
	table->free = session->next;
	table->used++;
	*session = (struct session){
		.flow = forward,
		.inbound_rule = decision->inbound_rule,
		.inbound_vip = decision->inbound_vip,
		.outbound_vip = decision->snat ? decision->outbound_vip : VIP_NONE,
		.host = decision->host,
		.idle_timeout = decision->idle_timeout,
	};
	session_wheel_add(table, index, worker->now_seconds + session->idle_timeout);
	worker->counters.sessions_created++;
	*flow = forward;
	return DROP_NONE;

remove:
	flow_remove(flows, forward);
untake:
	session_untake_ports(worker, key, decision, &reply);
	return reason;
}

void
session_end(struct worker *worker, uint32_t index)
{
	struct session_table *table = &worker->sessions;
	struct session *session = &table->sessions[index];
	uint32_t reverse = flow_at(&table->flows, session->flow)->twin;

	session_wheel_remove(table, index);
	session_close_mappings(worker, flow_at(&table->flows, session->flow),
			       flow_at(&table->flows, reverse));
	session_return_port(worker, session, flow_at(&table->flows, reverse));
	session_clear_egress(worker, flow_at(&table->flows, session->flow));
	session_clear_egress(worker, flow_at(&table->flows, reverse));
	flow_remove(&table->flows, reverse);
	flow_remove(&table->flows, session->flow);
	worker->counters.sessions_ended++;
	session->next = table->free;
	table->free = index;
	table->used--;
}

/* Seconds since a packet that counts last used the session; `lag` is how long nobody looked. */
static uint32_t
session_idle(const struct worker *worker, const struct session *session, uint32_t lag)
{
	const struct flow *out = flow_at(&worker->sessions.flows, session->flow);
	const struct flow *back = flow_at(&worker->sessions.flows, out->twin);
	uint32_t idle = UINT16_MAX;

	/* After a pause that the 16 bits of last_seen can not tell, nothing has been used. */
	if (lag > INT16_MAX)
		return lag;
	if (out->flags & FLOW_REFRESHES)
		idle = (uint16_t)(worker->now_seconds - out->last_seen);
	if (back->flags & FLOW_REFRESHES)
		idle = RTE_MIN(idle, (uint32_t)(uint16_t)(worker->now_seconds - back->last_seen));
	return idle;
}

static void
session_look(struct worker *worker, uint32_t index, uint32_t lag)
{
	struct session_table *table = &worker->sessions;
	struct session *session = &table->sessions[index];
	uint32_t idle = session_idle(worker, session, lag);
	uint32_t remaining;

	if (idle >= session->idle_timeout ||
	    (session->deadline != 0 && worker->now_seconds >= session->deadline)) {
		session_end(worker, index);
		return;
	}
	remaining = session->idle_timeout - idle;
	if (session->deadline != 0)
		remaining = RTE_MIN(remaining, session->deadline - worker->now_seconds);
	session_wheel_remove(table, index);
	session_wheel_add(table, index, worker->now_seconds + remaining);
}

void
session_set_deadline(struct worker *worker, uint32_t index, uint32_t second)
{
	struct session_table *table = &worker->sessions;

	table->sessions[index].deadline = second;
	session_wheel_remove(table, index);
	session_wheel_add(table, index, second);
}

bool
session_expire(struct worker *worker)
{
	struct session_table *table = &worker->sessions;
	uint32_t now = worker->now_seconds;
	unsigned int budget = SESSION_EXPIRE_BUDGET;

	/* One turn of the wheel comes by every session. */
	if (now - table->clock >= SESSION_WHEEL_SLOTS && now > table->clock)
		table->clock = now - (SESSION_WHEEL_SLOTS - 1);
	while (table->clock <= now) {
		uint32_t index = table->slots[table->clock % SESSION_WHEEL_SLOTS];

		if (index == SESSION_NONE) {
			table->clock++;
			continue;
		}
		if (budget-- == 0)
			return false;
		session_look(worker, index, now - table->caught_up);
	}
	table->caught_up = now;
	return true;
}
