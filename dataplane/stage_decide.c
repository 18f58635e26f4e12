/* SPDX-License-Identifier: BSD-3-Clause */
#include "probe.h"
#include "recall.h"
#include "stages.h"

struct decide_request
stage_decide_request(const struct worker *worker, const struct packet *packet)
{
	struct decide_request request = { .key = packet->key };

	recall_fill(worker, &request);
	return request;
}

/* What can not open a session is not worth a decision. */
static bool
decide_wanted(const struct worker *worker, const struct packet *packet)
{
	if (packet->kind != PACKET_STATEFUL || packet->flow != FLOW_NONE)
		return false;
	if (unlikely(packet->flags & PACKET_ASTRAY))
		return false;
	/* Of a later fragment only that of a ping may have more to be found out. */
	if (unlikely(packet->flags & PACKET_LATER_FRAGMENT))
		return packet->flags & PACKET_ECHO_REQUEST;
	return packet->key.protocol != IPPROTO_TCP || probe_is_answer(packet) ||
	       tcp_opens(tcp_kind_of(tcp_header(packet)->tcp_flags), worker->snapshot->tcp_loose);
}

void
stage_decide(struct worker *worker, unsigned int n, struct decision *decisions)
{
	struct decide_request requests[BURST];
	unsigned int count = 0;

	for (unsigned int i = 0; i < n; i++) {
		struct packet *packet = &worker->burst[i];

		packet->decision = DECISION_NONE;
		if (!decide_wanted(worker, packet))
			continue;
		requests[count] = stage_decide_request(worker, packet);
		packet->decision = count++;
	}
	if (count > 0)
		decide(worker->snapshot, requests, decisions, count);
}
