/* SPDX-License-Identifier: BSD-3-Clause */
#include "recall.h"
#include "stages.h"

void
stage_decide(struct worker *worker, unsigned int n, struct decision *decisions)
{
	struct decide_request requests[BURST];
	unsigned int count = 0;

	for (unsigned int i = 0; i < n; i++) {
		struct packet *packet = &worker->burst[i];

		if (packet->kind != PACKET_STATEFUL || packet->flow != FLOW_NONE)
			continue;
		/* It opens no session; only of a ping there may be more to find out. */
		if (unlikely(packet->flags & PACKET_LATER_FRAGMENT) &&
		    !(packet->flags & PACKET_ECHO_REQUEST))
			continue;
		requests[count] = (struct decide_request){ .key = packet->key };
		recall_fill(worker, &requests[count]);
		packet->decision = count++;
	}
	if (count > 0)
		decide(worker->snapshot, requests, decisions, count);
}
