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

/* What can not open a session is not worth a decision. The packet has no session. */
static bool
decide_wanted(const struct worker *worker, const struct packet *packet)
{
	if (unlikely(packet->flags & PACKET_ASTRAY))
		return false;
	/* Of a later fragment only that of a ping may have more to be found out. */
	if (unlikely(packet->flags & PACKET_LATER_FRAGMENT))
		return packet->flags & PACKET_ECHO_REQUEST;
	return packet->key.protocol != IPPROTO_TCP || probe_is_answer(packet) ||
	       tcp_opens(tcp_kind_of(tcp_header(packet)->tcp_flags), worker->snapshot->tcp_loose);
}

/* Packets of the burst that are dropped together. */
struct refused {
	struct rte_mbuf *mbufs[BURST];
	unsigned int count;
};

/* For want of a share. What other fragments wait for has its end with them. */
static void
decide_refuse(struct worker *worker, unsigned int i, struct refused *refused)
{
	struct packet *packet = &worker->burst[i];

	if (unlikely(packet->flags & PACKET_FRAGMENT)) {
		packet->kind = PACKET_DROP;
		packet->reason = DROP_first_share_exceeded;
		return;
	}
	packet->kind = PACKET_HELD;
	worker->burst_refused |= 1U << i;
	refused->mbufs[refused->count++] = packet->mbuf;
}

/* Of the burst's first packets, the admitted ones' requests; the others are dropped. */
static unsigned int
decide_admit(struct worker *worker, const uint8_t *first, unsigned int count, unsigned int admitted,
	     struct decide_request *requests)
{
	struct refused refused = { .count = 0 };
	unsigned int requested = 0;

	for (unsigned int i = 0; i < count; i++) {
		struct packet *packet = &worker->burst[first[i]];

		/* Who waits for its answer would take the backend for dead. */
		if (i < admitted || probe_is_answer(packet)) {
			requests[requested] = stage_decide_request(worker, packet);
			packet->decision = requested++;
		} else {
			decide_refuse(worker, first[i], &refused);
		}
	}
	worker->counters.drops[DROP_first_share_exceeded] += refused.count;
	rte_pktmbuf_free_bulk(refused.mbufs, refused.count);
	return requested;
}

/* There are others than first packets in a whole burst. */
static bool
decide_keeps_waiting(const struct worker *worker)
{
	if (worker->burst_known != 0)
		return true;
	for (unsigned int i = 0; i < BURST && burst_has(worker, PACKET_FABRIC); i++) {
		if (worker->burst[i].kind == PACKET_FABRIC)
			return true;
	}
	return false;
}

void
stage_decide(struct worker *worker, unsigned int n, struct decision *decisions)
{
	struct first_share *share = &worker->first_share;
	struct decide_request requests[BURST];
	uint8_t first[BURST];
	unsigned int count = 0, admitted;
	uint64_t begun;

	worker->burst_refused = 0;
	if (n == BURST && decide_keeps_waiting(worker))
		first_share_wait(share, worker->now);
	for (uint32_t left = worker->burst_first; left != 0; left &= left - 1) {
		unsigned int i = rte_bsf32(left);
		const struct packet *packet = &worker->burst[i];

		if (packet->kind == PACKET_STATEFUL && decide_wanted(worker, packet))
			first[count++] = (uint8_t)i;
	}
	if (count == 0)
		return;
	admitted =
		first_share_admit(share, worker->snapshot->first_packet_share, worker->now, count);
	count = decide_admit(worker, first, count, admitted, requests);
	if (count == 0)
		return;
	begun = first_share_begin(share);
	decide(worker->snapshot, requests, decisions, count);
	session_expect(worker, requests, decisions, count);
	first_share_end(share, begun);
}
