/* SPDX-License-Identifier: BSD-3-Clause */
#include "apply.h"
#include "apply_plain.h"
#include "arp.h"
#include "clamp.h"
#include "embedded.h"
#include "icmp.h"
#include "kernel.h"
#include "probe.h"
#include "refusal.h"
#include "rewrite.h"
#include "stages.h"
#include "transmit.h"
#include "unreachable.h"

void
apply_drop(struct worker *worker, struct packet *packet, enum drop_reason reason)
{
	switch (reason) {
	case DROP_no_route:
		icmp_error(worker, packet, ICMP_UNREACHABLE, ICMP_UNREACHABLE_NET, 0);
		break;
	case DROP_ttl_expired:
		icmp_error(worker, packet, ICMP_TIME_EXCEEDED, 0, 0);
		break;
	case DROP_ip_options_invalid:
		icmp_parameter_problem(worker, packet, (uint8_t)packet_option_fault(packet->ip));
		break;
	case DROP_outbound_vip_missing:
	case DROP_snat_block_missing:
	case DROP_snat_ports_exhausted:
		icmp_error(worker, packet, ICMP_UNREACHABLE, ICMP_UNREACHABLE_PROHIBITED, 0);
		break;
	default:
		if (kernel_wants(worker, packet, reason)) {
			kernel_give(worker, packet);
			return;
		}
		if (reason == DROP_local_unsupported)
			refusal_send(worker, packet);
	}
	transmit_drop(worker, packet->mbuf, reason);
}

bool
apply_check(struct worker *worker, struct packet *packet, uint16_t mtu)
{
	if (unlikely(packet->ip->time_to_live <= 1)) {
		apply_drop(worker, packet, DROP_ttl_expired);
		return false;
	}
	if (unlikely(packet->ip_length > mtu) &&
	    (packet->ip->fragment_offset & rte_cpu_to_be_16(RTE_IPV4_HDR_DF_FLAG))) {
		icmp_error(worker, packet, ICMP_UNREACHABLE, ICMP_UNREACHABLE_TOO_BIG, mtu);
		transmit_drop(worker, packet->mbuf, DROP_mtu_exceeded);
		return false;
	}
	return true;
}

bool
apply_way(struct worker *worker, struct packet *packet, uint32_t egress)
{
	if (unlikely(egress & EGRESS_DROP)) {
		apply_drop(worker, packet, egress & ~EGRESS_DROP);
		return false;
	}
	return apply_check(worker, packet, worker->neighbors.adjacencies[egress].mtu);
}

void
apply_clamp(const struct worker *worker, const struct packet *packet, uint32_t adjacency)
{
	clamp_packet(worker->snapshot, packet, worker->neighbors.adjacencies[adjacency].interface);
}

static inline void
apply_fabric(struct worker *worker, struct packet *packet)
{
	if (unlikely(!apply_check(worker, packet,
				  worker->neighbors.adjacencies[packet->egress].mtu)))
		return;
	worker->counters.path_packets[PATH_FABRIC]++;
	if (packet->kind == PACKET_FABRIC_SYN)
		apply_clamp(worker, packet, packet->egress);
	rewrite_ttl(packet->ip);
	transmit_to_adjacency(worker, packet->mbuf, packet->ip, packet->egress);
}

void
apply_local(struct worker *worker, struct packet *packet)
{
	if (packet->flags & PACKET_ECHO_REQUEST) {
		worker->counters.path_packets[PATH_LOCAL]++;
		icmp_echo_reply(worker, packet);
	} else if (probe_is_answer(packet)) {
		probe_receive(worker, packet);
	} else {
		apply_drop(worker, packet, DROP_local_unsupported);
	}
}

/* Looks at a TCP packet that may change its session. False: it has come to its end. */
static bool
apply_segment(struct worker *worker, struct packet *packet, struct flow *flow)
{
	switch (session_take_segment(worker, packet, flow)) {
	case SESSION_GOES_ON:
		if (flow->tcp_watched != 0)
			apply_clamp(worker, packet, flow->egress);
		return true;
	case SESSION_ANEW:
		session_end(worker, flow->session);
		apply_first(worker, packet, NULL);
		break;
	case SESSION_NONSENSE:
		apply_drop(worker, packet, DROP_tcp_flags_invalid);
		break;
	}
	return false;
}

void
apply_session(struct worker *worker, struct packet *packet)
{
	struct flow *flow = flow_at(&worker->sessions.flows, packet->flow);
	const void *header = packet->ip;

	if (unlikely(!apply_way(worker, packet, flow->egress)))
		return;
	/* A packet that is not TCP's may be short, but it has an IPv4 header. */
	if (flow->tcp_watched != 0)
		header = tcp_header(packet);
	if (tcp_is_steady(header, flow))
		tcp_pass(header, flow, worker->now_seconds);
	else if (!apply_segment(worker, packet, flow))
		return;
	flow_see(flow, worker->now_seconds);
	worker->counters.path_packets[PATH_STATEFUL]++;
	rewrite_session(packet, flow);
	if (unlikely(packet->ip_length > worker->neighbors.adjacencies[flow->egress].mtu ||
		     packet->flags & PACKET_FRAGMENT))
		apply_identify(worker, packet, flow);
	transmit_to_adjacency(worker, packet->mbuf, packet->ip, flow->egress);
}

static void
apply_error(struct worker *worker, struct packet *packet)
{
	const struct flow_table *flows = &worker->sessions.flows;
	const struct flow *flow;

	/* An earlier packet of this burst may have made the session. */
	if (packet->flow == FLOW_NONE)
		packet->flow = flow_find(flows, &packet->key);
	if (packet->flow == FLOW_NONE) {
		apply_unfound(worker, packet, DROP_icmp_error_unmatched);
		return;
	}
	flow = flow_at(flows, packet->flow);
	if (flow->egress & EGRESS_DROP) {
		apply_drop(worker, packet, flow->egress & ~EGRESS_DROP);
		return;
	}
	if (!embedded_is_sound(packet)) {
		apply_drop(worker, packet, DROP_icmp_error_damaged);
		return;
	}
	if (!apply_check(worker, packet, worker->neighbors.adjacencies[flow->egress].mtu))
		return;
	worker->counters.path_packets[PATH_STATEFUL]++;
	if (packet->flags & PACKET_OWN)
		unreachable_sign(worker, packet->ip, flow->egress);
	embedded_rewrite(packet, flow);
	transmit_to_adjacency(worker, packet->mbuf, packet->ip, flow->egress);
}

static void
apply_stateful(struct worker *worker, struct packet *packet, const struct decision *decisions)
{
	if (likely(packet->flow != FLOW_NONE))
		apply_session(worker, packet);
	else
		apply_first(worker, packet,
			    packet->decision == DECISION_NONE ? NULL
							      : &decisions[packet->decision]);
}

void
apply_packet(struct worker *worker, struct packet *packet, const struct decision *decisions)
{
	switch ((enum packet_kind)packet->kind) {
	case PACKET_STATEFUL:
		apply_stateful(worker, packet, decisions);
		break;
	case PACKET_ERROR:
		apply_error(worker, packet);
		break;
	case PACKET_FABRIC:
	case PACKET_FABRIC_SYN:
		apply_fabric(worker, packet);
		break;
	case PACKET_LOCAL:
		apply_local(worker, packet);
		break;
	case PACKET_ARP:
		arp_receive(worker, packet);
		break;
	case PACKET_HELD:
		break;
	case PACKET_DROP:
		apply_drop(worker, packet, packet->reason);
		break;
	}
}

/* What apply_plain() leaves. */
static __rte_noinline void
apply_otherwise(struct worker *worker, unsigned int i, const struct decision *decisions)
{
	uint32_t removals = worker->sessions.removals;
	struct packet *packet = &worker->burst[i];

	if (worker->burst_plain & 1U << i && packet->kind != PACKET_HELD)
		packet_trim(packet);
	if (likely(!(packet->flags & PACKET_FRAGMENT)))
		apply_packet(worker, packet, decisions);
	else
		apply_fragment(worker, packet, decisions);
	if (unlikely(worker->sessions.removals != removals))
		apply_look_again(worker, i);
}

void
stage_apply(struct worker *worker, unsigned int n, const struct decision *decisions)
{
	uint32_t left = burst_bits(n) & ~worker->burst_done;

	/* In no order that could be foreseen: nothing branches on which of them are left. */
	for (; left != 0; left &= left - 1) {
		unsigned int i = rte_bsf32(left);

		if (!apply_plain(worker, i))
			apply_otherwise(worker, i, decisions);
	}
}
