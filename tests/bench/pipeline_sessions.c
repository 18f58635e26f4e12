/* SPDX-License-Identifier: BSD-3-Clause */
#include "pipeline_sessions.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_tcp.h>

#include "bench_random.h"
#include "dataplane/owner.h"

enum {
	/* That wait for an answer at one time: more would have to give way. */
	PART = 4096,
};

int
counters_check(const struct bench *bench)
{
	struct counters counters;
	int rc = 0;

	gateway_counters(bench->gateway, &counters);
	for (unsigned int i = 0; i < DROP_REASON_COUNT; i++) {
		uint64_t drops = counters.drops[i] - bench->expected.drops[i];

		if (drops == 0)
			continue;
		fprintf(stderr, "%" PRIu64 " packets were dropped: %s\n", drops,
			drop_reason_name((enum drop_reason)i));
		rc = -1;
	}
	return rc;
}

void
counters_expect(struct bench *bench)
{
	gateway_counters(bench->gateway, &bench->expected);
}

/* Once through all tuples in order. */
static void
tuples_send(struct bench *bench, const struct tuple *tuples, uint32_t n, uint16_t port,
	    uint8_t tcp_flags)
{
	memcpy(bench->traffic.stream, tuples, n * sizeof(*tuples));
	bench->traffic.length = n;
	traffic_begin(&bench->traffic, port, tcp_flags);
	for (uint32_t i = 0; i < n / TRAFFIC_BURST; i++)
		worker_burst(bench);
	bench->traffic.length = TRAFFIC_STREAM;
}

/* With the whole handshake. How many of the calls were sent on; without all, it goes no further. */
static uint64_t
part_begin(struct bench *bench, const struct tuple *calls, struct tuple *sent,
	   struct tuple *replies, uint32_t count)
{
	/* So that nobody has waited lately, for whom first packets would be limited. */
	bench->now += 2 * FIRST_SHARE_WAIT;
	bench->traffic.sent = 0;
	bench->traffic.captured = sent;
	tuples_send(bench, calls, count, PIPELINE_LAN, RTE_TCP_SYN_FLAG);
	bench->traffic.captured = NULL;
	if (bench->traffic.sent != count)
		return bench->traffic.sent;
	for (uint32_t i = 0; i < count; i++)
		replies[i] = tuple_of_reply(&sent[i]);
	tuples_send(bench, replies, count, PIPELINE_WAN, RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG);
	tuples_send(bench, calls, count, PIPELINE_LAN, RTE_TCP_ACK_FLAG);
	return count;
}

/* So that the k-th of a row's flows is any of them, and not the k-th that came into the table. */
static void
calls_shuffle(struct bench *bench, uint32_t count)
{
	uint64_t random = 4;

	for (uint32_t i = count - 1; i > 0; i--) {
		uint32_t j = random_between(&random, 0, i);
		struct tuple call = bench->calls[i], sent = bench->sent[i];

		bench->calls[i] = bench->calls[j];
		bench->sent[i] = bench->sent[j];
		bench->calls[j] = call;
		bench->sent[j] = sent;
	}
}

/* A call that this worker owns. */
static struct tuple
call_draw(const struct bench *bench, uint64_t *random)
{
	const struct snapshot *snapshot = gateway_snapshot(bench->gateway);
	uint16_t interface = gateway_interface_id(bench->gateway, PIPELINE_LAN_NAME);
	struct flow_key key = { .zone = snapshot->interfaces[interface].zone,
				.family = FLOW_FAMILY_IPV4 };
	struct tuple tuple;

	do {
		tuple = tuple_of_call(&bench->traffic, random);
		key.source = tuple.source;
		key.destination = tuple.destination;
		key.source_port = tuple.source_port;
		key.destination_port = tuple.destination_port;
		key.protocol = tuple.protocol;
	} while (snapshot->worker_count > 1 && owner_find(snapshot, &key).first != bench->id);
	return tuple;
}

int
sessions_begin(struct bench *bench, uint32_t count)
{
	uint64_t random = 2;

	for (uint32_t i = 0; i < count; i++)
		bench->calls[i] = call_draw(bench, &random);
	for (uint32_t first = 0; first < count; first += PART) {
		uint32_t part = RTE_MIN(count - first, (uint32_t)PART);
		uint64_t begun = part_begin(bench, bench->calls + first, bench->sent + first,
					    bench->replies + first, part);

		if (begun == part)
			continue;
		fprintf(stderr, "%" PRIu64 " of %u calls were sent on\n", begun, part);
		(void)counters_check(bench);
		return -1;
	}
	calls_shuffle(bench, count);
	for (uint32_t i = 0; i < count; i++)
		bench->replies[i] = tuple_of_reply(&bench->sent[i]);
	return counters_check(bench);
}

int
sessions_fill(struct bench *bench)
{
	struct tuple *tuples = malloc(3 * PART * sizeof(*tuples));
	struct tuple *sent = tuples + PART, *replies = sent + PART;
	uint64_t random = 5;

	if (tuples == NULL)
		return -1;
	do {
		for (uint32_t i = 0; i < PART; i++)
			tuples[i] = tuple_of_call(&bench->traffic, &random);
	} while (part_begin(bench, tuples, sent, replies, PART) == PART);
	free(tuples);
	return 0;
}

void
sessions_end(struct bench *bench)
{
	bench->traffic.port = PIPELINE_PORTS; /* nothing is received */
	bench->now += 4 * PIPELINE_IDLE_SECONDS * NS_PER_SECOND;
	while (bench->worker->sessions.used > 0)
		worker_burst(bench);
}
