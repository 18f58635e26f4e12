/* SPDX-License-Identifier: BSD-3-Clause */
#include "pipeline_sessions.h"

#include <inttypes.h>
#include <stdio.h>

#include <rte_tcp.h>

#include "bench_random.h"

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
		if (counters.drops[i] == 0)
			continue;
		fprintf(stderr, "%" PRIu64 " packets were dropped: %s\n", counters.drops[i],
			drop_reason_name((enum drop_reason)i));
		rc = -1;
	}
	return rc;
}

/* Once through all tuples in order. */
static void
tuples_send(struct bench *bench, const struct tuple *tuples, uint32_t n, uint16_t port,
	    uint8_t tcp_flags)
{
	(void)stream_fill_all(&bench->traffic, tuples, n);
	traffic_begin(&bench->traffic, port, tcp_flags);
	for (uint32_t i = 0; i < n / TRAFFIC_BURST; i++)
		worker_burst(bench);
}

static int
part_begin(struct bench *bench, uint32_t first, uint32_t count)
{
	bench->traffic.sent = 0;
	bench->traffic.captured = bench->sent + first;
	tuples_send(bench, bench->calls + first, count, PIPELINE_LAN, RTE_TCP_SYN_FLAG);
	bench->traffic.captured = NULL;
	if (bench->traffic.sent != count) {
		fprintf(stderr, "%" PRIu64 " of %u calls were sent on\n", bench->traffic.sent,
			count);
		(void)counters_check(bench);
		return -1;
	}
	for (uint32_t i = first; i < first + count; i++)
		bench->replies[i] = tuple_of_reply(&bench->sent[i]);
	tuples_send(bench, bench->replies + first, count, PIPELINE_WAN,
		    RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG);
	tuples_send(bench, bench->calls + first, count, PIPELINE_LAN, RTE_TCP_ACK_FLAG);
	return 0;
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

int
sessions_begin(struct bench *bench, uint32_t count)
{
	uint64_t random = 2;

	for (uint32_t i = 0; i < count; i++)
		bench->calls[i] = tuple_of_call(&bench->traffic, &random);
	for (uint32_t first = 0; first < count; first += PART) {
		if (part_begin(bench, first, RTE_MIN(count - first, (uint32_t)PART)) != 0)
			return -1;
	}
	calls_shuffle(bench, count);
	for (uint32_t i = 0; i < count; i++)
		bench->replies[i] = tuple_of_reply(&bench->sent[i]);
	return counters_check(bench);
}

void
sessions_end(struct bench *bench)
{
	bench->traffic.port = PIPELINE_PORTS; /* nothing is received */
	bench->now += 4 * PIPELINE_IDLE_SECONDS * NS_PER_SECOND;
	while (bench->worker->sessions.used > 0)
		worker_burst(bench);
}
