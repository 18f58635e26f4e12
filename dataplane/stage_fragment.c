/* SPDX-License-Identifier: BSD-3-Clause */
#include "fragment.h"
#include "route.h"
#include "stages.h"
#include "subnet.h"
#include "transmit.h"

static void
fragment_drop(struct packet *packet, enum drop_reason reason)
{
	packet->kind = PACKET_DROP;
	packet->reason = (uint16_t)reason;
}

/* What the packet is identified by when it has been translated. */
static rte_be16_t
fragment_draw_id(struct worker *worker, const struct flow_key *key)
{
	route_target target = route_find(worker->snapshot->fib, rte_be_to_cpu_32(key->destination));

	return ip_id_next(&worker->ip_ids, ip_id_peer(key, route_target_kind(target) == ROUTE_VIP),
			  key->protocol);
}

/* What its packet can not be found a session for. */
static enum drop_reason
first_check(const struct packet *packet)
{
	if (packet->flags & PACKET_TRUNCATED)
		return DROP_fragment_tiny;
	/* What it quotes tells its way, and only to this part of it (RFC 5508 section 4). */
	if (packet->flags & PACKET_ICMP_ERROR)
		return DROP_icmp_error_fragmented;
	if (packet->flags & PACKET_ICMP_OTHER)
		return DROP_icmp_unsupported;
	return DROP_NONE;
}

static void
fragment_first(struct worker *worker, struct packet *packet, const struct fragment_key *key,
	       const struct fragment_extent *extent)
{
	struct fragment_table *table = &worker->fragments;
	struct fragment_answer answer;
	struct fragment_facts facts;
	enum drop_reason reason;

	packet_parse_transport(packet);
	reason = first_check(packet);
	if (reason != DROP_NONE) {
		fragment_table_refuse(table, key, reason, worker->now_seconds);
		fragment_drop(packet, reason);
		return;
	}
	packet->fragment_id = fragment_draw_id(worker, &packet->key);
	facts = fragment_facts_of(packet);
	fragment_table_first(table, key, extent, &facts, worker->now_seconds, &answer);
	if (answer.verdict == FRAGMENT_DROP) {
		fragment_drop(packet, (enum drop_reason)answer.reason);
	} else if (answer.held != FRAGMENT_NONE) {
		packet->flags |= PACKET_AWAITED;
		packet->held = answer.held;
	}
}

static void
fragment_later(struct worker *worker, struct packet *packet, const struct fragment_key *key,
	       const struct fragment_extent *extent)
{
	uint16_t port = worker->snapshot->interfaces[packet->interface].port;
	struct fragment_answer answer;

	fragment_table_later(&worker->fragments, key, extent, packet->mbuf, port,
			     worker->now_seconds, &answer);
	switch ((enum fragment_verdict)answer.verdict) {
	case FRAGMENT_PASS:
		fragment_learn(packet, &answer.facts);
		break;
	case FRAGMENT_WAIT:
		packet->kind = PACKET_HELD;
		worker->counters.held++;
		break;
	case FRAGMENT_DROP:
		fragment_drop(packet, (enum drop_reason)answer.reason);
		break;
	}
}

static void
fragment_look_up(struct worker *worker, struct packet *packet)
{
	const struct fragment_key key = fragment_key_of(packet);
	struct fragment_extent extent;
	enum drop_reason reason = DROP_NONE;

	if (key.zone != ZONE_FABRIC)
		reason = subnet_source_fault(&worker->snapshot->subnets[key.zone], key.source);
	if (reason == DROP_NONE)
		reason = fragment_read(packet, &extent);
	if (reason != DROP_NONE)
		fragment_drop(packet, reason);
	else if (packet->flags & PACKET_LATER_FRAGMENT)
		fragment_later(worker, packet, &key, &extent);
	else
		fragment_first(worker, packet, &key, &extent);
	packet->flags |= PACKET_LEARNED;
}

void
stage_fragment(struct worker *worker, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		struct packet *packet = &worker->burst[i];

		if ((packet->flags & (PACKET_FRAGMENT | PACKET_LEARNED)) == PACKET_FRAGMENT &&
		    (packet->kind == PACKET_STATEFUL || packet->kind == PACKET_LOCAL))
			fragment_look_up(worker, packet);
	}
	worker->counters.fragmented = worker->fragments.used;
}

void
stage_fragment_give_up(void *context, struct rte_mbuf *mbuf, enum drop_reason reason)
{
	struct worker *worker = context;

	worker->counters.held--;
	transmit_drop(worker, mbuf, reason);
}

bool
stage_fragment_expire(struct worker *worker)
{
	bool done;

	if (likely(worker->fragments.used == 0))
		return true;
	done = fragment_table_expire(&worker->fragments, worker->now_seconds);
	worker->counters.fragmented = worker->fragments.used;
	return done;
}
