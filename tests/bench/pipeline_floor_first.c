/* SPDX-License-Identifier: BSD-3-Clause */
#include "pipeline_floor_first.h"

#include <netinet/in.h>

#include <rte_malloc.h>

#include "dataplane/packet_plain.h"
#include "dataplane/rewrite.h"

enum {
	LAN_HEADER = 18,
	PORTS_FIRST = 1024,
	PORTS = 248, /* of a host */
};

/* A burst's packets, and what is found out about them. */
struct first_burst {
	struct rte_mbuf *mbufs[TRAFFIC_BURST];
	struct rte_ipv4_hdr *ips[TRAFFIC_BURST];
	struct flow_key keys[TRAFFIC_BURST];
	struct flow_key replies[TRAFFIC_BURST];
	uint32_t hashes[TRAFFIC_BURST];
	uint32_t reply_hashes[TRAFFIC_BURST];
	uint32_t flows[TRAFFIC_BURST]; /* that are known; FLOW_NONE */
};

int
floor_first_open(struct floor_first *floor, uint32_t n)
{
	n -= n % TRAFFIC_BURST;
	floor->count = n;
	floor->next = 0;
	floor->draws = 0;
	floor->sessions = rte_malloc(NULL, n * sizeof(*floor->sessions), RTE_CACHE_LINE_SIZE);
	if (floor->sessions == NULL)
		return -1;
	for (uint32_t i = 0; i < n; i++)
		floor->sessions[i] = (struct floor_session){ FLOW_NONE, FLOW_NONE };
	if (flow_table_init(&floor->flows, 2 * (n + TRAFFIC_BURST), 1, SOCKET_ID_ANY) == 0)
		return 0;
	floor_first_close(floor);
	return -1;
}

void
floor_first_close(struct floor_first *floor)
{
	flow_table_release(&floor->flows);
	rte_free(floor->sessions);
	floor->sessions = NULL;
}

/* Receives a burst and looks for its keys, of which there are sessions or not. */
static void
first_receive(const struct flow_table *flows, struct traffic *traffic, struct first_burst *burst)
{
	struct flow_search searches[TRAFFIC_BURST];

	traffic_receive(traffic, burst->mbufs);
	for (unsigned int i = 0; i < TRAFFIC_BURST; i++) {
		burst->ips[i] =
			rte_pktmbuf_mtod_offset(burst->mbufs[i], struct rte_ipv4_hdr *, LAN_HEADER);
		plain_key(&burst->keys[i], burst->ips[i], plain_key_last(1));
		burst->hashes[i] = flow_hash(flows, &burst->keys[i]);
		searches[i] = flow_search(flows, burst->hashes[i]);
	}
	for (unsigned int i = 0; i < TRAFFIC_BURST; i++)
		burst->flows[i] = flow_first(flows, &searches[i]);
	for (unsigned int i = 0; i < TRAFFIC_BURST; i++)
		burst->flows[i] = flow_confirm(flows, &burst->keys[i], burst->flows[i]);
}

/* Asks the group and the routes; what they say decides nothing. */
static unsigned int
first_decide(const struct snapshot *snapshot, const struct first_burst *burst)
{
	const struct security_policy *policy = snapshot->subnets[1].outbound;
	struct security_key keys[TRAFFIC_BURST];
	uint32_t addresses[TRAFFIC_BURST];
	uint64_t targets[TRAFFIC_BURST];
	uint16_t rules[TRAFFIC_BURST];
	unsigned int sum = 0;

	for (unsigned int i = 0; i < TRAFFIC_BURST; i++) {
		const struct flow_key *key = &burst->keys[i];

		addresses[i] = rte_be_to_cpu_32(key->destination);
		keys[i] = (struct security_key){
			.source = rte_be_to_cpu_32(key->source),
			.destination = addresses[i],
			.source_port = rte_be_to_cpu_16(key->source_port),
			.destination_port = rte_be_to_cpu_16(key->destination_port),
			.protocol = key->protocol,
		};
	}
	security_match(policy->table, keys, rules, TRAFFIC_BURST);
	rte_fib_lookup_bulk(snapshot->fib, addresses, targets, TRAFFIC_BURST);
	for (unsigned int i = 0; i < TRAFFIC_BURST; i++)
		sum += rules[i] + (unsigned int)targets[i];
	return sum;
}

/* Draws the ports of all, and fetches their buckets and the sessions that end. */
static void
first_draw(struct floor_first *floor, struct first_burst *burst)
{
	const struct flow_table *flows = &floor->flows;
	const struct floor_session *ends = &floor->sessions[floor->next];

	for (unsigned int i = 0; i < TRAFFIC_BURST; i++) {
		const struct flow_key *key = &burst->keys[i];
		uint32_t host = (uint8_t)(key->source >> 24) * PORTS;
		uint32_t draw = (uint32_t)(hash_mix(floor->draws++) >> 32);

		burst->replies[i] = flow_key_back(key, ZONE_FABRIC);
		burst->replies[i].destination = RTE_BE32(PIPELINE_VIP);
		burst->replies[i].destination_port = rte_cpu_to_be_16(
			(uint16_t)(PORTS_FIRST + host + hash_to_range(draw, PORTS)));
		burst->reply_hashes[i] = flow_hash(flows, &burst->replies[i]);
		(void)flow_search(flows, burst->reply_hashes[i]);
		if (ends[i].call == FLOW_NONE)
			continue;
		rte_prefetch0(flow_at(flows, ends[i].call));
		rte_prefetch0(flow_at(flows, ends[i].reply));
	}
	for (unsigned int i = 0; i < TRAFFIC_BURST && ends[0].call != FLOW_NONE; i++) {
		(void)flow_search(flows, flow_hash(flows, &flow_at(flows, ends[i].call)->key));
		(void)flow_search(flows, flow_hash(flows, &flow_at(flows, ends[i].reply)->key));
	}
}

/* Ends the oldest session and remembers the packet's; the entry that it goes by. */
static struct flow *
first_remember(struct floor_first *floor, struct first_burst *burst, unsigned int i)
{
	struct floor_session *session = &floor->sessions[floor->next + i];
	struct flow_table *flows = &floor->flows;
	struct flow *call, *reply;

	if (session->call != FLOW_NONE) {
		flow_remove(flows, session->call);
		flow_remove(flows, session->reply);
	}
	while (flow_find_hashed(flows, &burst->replies[i], burst->reply_hashes[i]) != FLOW_NONE) {
		burst->replies[i].destination_port++;
		burst->reply_hashes[i] = flow_hash(flows, &burst->replies[i]);
	}
	session->call = flow_insert_hashed(flows, &burst->keys[i], burst->hashes[i]);
	session->reply = flow_insert_hashed(flows, &burst->replies[i], burst->reply_hashes[i]);
	call = flow_at(flows, session->call);
	reply = flow_at(flows, session->reply);
	call->source = reply->key.destination;
	call->source_port = reply->key.destination_port;
	call->destination = reply->key.source;
	call->destination_port = reply->key.source_port;
	reply->source = call->key.destination;
	reply->source_port = call->key.destination_port;
	reply->destination = call->key.source;
	reply->destination_port = call->key.source_port;
	rewrite_prepare(call);
	rewrite_prepare(reply);
	return call;
}

unsigned int
floor_first(struct floor_first *floor, const struct snapshot *snapshot, struct traffic *traffic)
{
	struct first_burst burst;
	unsigned int sum;

	first_receive(&floor->flows, traffic, &burst);
	sum = first_decide(snapshot, &burst);
	first_draw(floor, &burst);
	for (unsigned int i = 0; i < TRAFFIC_BURST; i++)
		floor_send(burst.mbufs[i], burst.ips[i], first_remember(floor, &burst, i));
	floor->next = floor->next + TRAFFIC_BURST == floor->count ? 0 : floor->next + TRAFFIC_BURST;
	traffic_send(traffic, burst.mbufs, TRAFFIC_BURST);
	return sum;
}

void
floor_drop(const struct flow_table *flows, struct traffic *traffic)
{
	struct rte_mbuf *dropped[TRAFFIC_BURST];
	struct first_burst burst;
	unsigned int count = 0;

	first_receive(flows, traffic, &burst);
	for (unsigned int i = 0; i < TRAFFIC_BURST; i++) {
		dropped[count] = burst.mbufs[i];
		count += burst.flows[i] == FLOW_NONE;
	}
	rte_pktmbuf_free_bulk(dropped, count);
}
