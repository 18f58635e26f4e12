/* SPDX-License-Identifier: BSD-3-Clause */
#include "apply.h"
#include "probe.h"
#include "recall.h"
#include "stages.h"

void
stage_decide_request(const struct worker *worker, const struct packet *packet,
		     struct decide_request *request)
{
	*request = (struct decide_request){ .key = packet->key };
	recall_fill(worker, request);
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

/* What there is no share for may all be dropped alike, but for these. */
static inline bool
decide_is_kept(const struct worker *worker, const struct packet *packet, bool stateless)
{
	return packet->flags & PACKET_ASTRAY || packet->kind != PACKET_STATEFUL ||
	       /* Who waits for its answer would take the backend for dead. */
	       probe_is_answer(packet) ||
	       /* It may be of a connection that is served without a session. */
	       (unlikely(stateless) && !decide_wanted(worker, packet));
}

/* For want of a share. What other fragments wait for has its end with them. */
static void
decide_refuse_fragment(struct packet *packet)
{
	packet->kind = PACKET_DROP;
	packet->reason = DROP_first_share_exceeded;
}

/* Nearly all mbufs are whole and of one pool, to whose cache they go back as they came. */
static inline void
decide_free(struct rte_mbuf *mbuf, struct rte_mempool *pool, struct rte_mempool_cache *cache)
{
	if (likely(mbuf->pool == pool && mbuf->nb_segs == 1 && RTE_MBUF_DIRECT(mbuf) &&
		   rte_mbuf_refcnt_read(mbuf) == 1))
		rte_mempool_generic_put(pool, (void **)&mbuf, 1, cache);
	else
		rte_pktmbuf_free(mbuf);
}

/* Drops the burst's first packets; those that are left. */
static uint32_t
decide_refuse(struct worker *worker, uint32_t first)
{
	struct rte_mempool *pool = worker->burst[rte_bsf32(first)].mbuf->pool;
	struct rte_mempool_cache *cache = rte_mempool_default_cache(pool, rte_lcore_id());
	bool stateless = apply_is_stateless(worker);
	uint32_t kept = 0, fragments = 0, dropped;

	for (uint32_t left = first; left != 0; left &= left - 1) {
		unsigned int i = rte_bsf32(left);
		struct packet *packet = &worker->burst[i];

		if (unlikely(decide_is_kept(worker, packet, stateless))) {
			kept |= 1U << i;
		} else if (unlikely(packet->flags & PACKET_FRAGMENT)) {
			fragments |= 1U << i;
			decide_refuse_fragment(packet);
		} else {
			decide_free(packet->mbuf, pool, cache);
			packet->kind = PACKET_HELD;
		}
	}
	dropped = first & ~(kept | fragments);
	worker->burst_done |= dropped;
	worker->counters.drops[DROP_first_share_exceeded] +=
		(unsigned int)__builtin_popcount(dropped);
	return kept;
}

/* There are others than first packets in a whole burst. */
static bool
decide_keeps_waiting(const struct worker *worker)
{
	if ((worker->burst_known | worker->burst_done) != 0)
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
	uint32_t first = worker->burst_first;
	unsigned int count = 0;
	uint64_t begun;

	first_share_count(share, n);
	if (n == BURST && decide_keeps_waiting(worker))
		first_share_wait(share, worker->now);
	if (likely(first == 0))
		return;
	if (unlikely(!first_share_admits(share, worker->snapshot->first_packet_share, worker->now,
					 (unsigned int)__builtin_popcount(first))))
		first = decide_refuse(worker, first);
	if (first == 0)
		return;
	begun = first_share_begin(share);
	for (; first != 0; first &= first - 1) {
		struct packet *packet = &worker->burst[rte_bsf32(first)];

		packet->decision = DECISION_NONE;
		if (packet->kind != PACKET_STATEFUL || !decide_wanted(worker, packet))
			continue;
		stage_decide_request(worker, packet, &requests[count]);
		packet->decision = count++;
	}
	if (count > 0) {
		decide(worker->snapshot, requests, decisions, count);
		session_expect(worker, requests, decisions, count);
	}
	first_share_end(share, begun);
}
