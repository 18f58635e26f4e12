/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp.h"

#include <string.h>

enum {
	OPTION_END = 0,
	OPTION_NOP = 1,
	OPTION_WINDOW_SCALE = 3,
	WINDOW_SCALE_LENGTH = 3,
	SHIFT_MAX = 14, /* RFC 7323 section 2.3 */
	KIND_FLAGS = RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG | RTE_TCP_FIN_FLAG | RTE_TCP_RST_FLAG,
};

enum tcp_event {
	FORWARD,
	REVERSE = TCP_KINDS,
	FORWARD_SYN = FORWARD + TCP_KIND_SYN,
	FORWARD_SYN_ACK = FORWARD + TCP_KIND_SYN_ACK,
	FORWARD_ACK = FORWARD + TCP_KIND_ACK,
	FORWARD_FIN = FORWARD + TCP_KIND_FIN,
	FORWARD_RST = FORWARD + TCP_KIND_RST,
	REVERSE_SYN = REVERSE + TCP_KIND_SYN,
	REVERSE_SYN_ACK = REVERSE + TCP_KIND_SYN_ACK,
	REVERSE_ACK = REVERSE + TCP_KIND_ACK,
	REVERSE_FIN = REVERSE + TCP_KIND_FIN,
	REVERSE_RST = REVERSE + TCP_KIND_RST,
	EVENTS,
};

/*
 * The machine. What is not here leaves the state as it is: retransmissions, and a SYN in an open
 * connection, which its receiver answers with a challenge (RFC 5961 section 4).
 *
 * After both FINs, or a RST, a SYN of either side is a new connection's (RFC 1122 section 4.2.2.13,
 * RFC 6191). A RST that the gateway holds for true may still be lost, or not be what its receiver
 * exactly expects (RFC 5961 section 3): a packet after it shows that the connection lives (RFC 7857
 * section 2.2). One that was refused before it was open does not come back to life.
 */
static const uint8_t transitions[TCP_STATES][EVENTS] = {
	[TCP_STATE_NEW] = {
		[FORWARD_SYN] = TCP_STATE_SYN_SENT,
		[FORWARD_ACK] = TCP_STATE_PICKED_UP,
		[FORWARD_FIN] = TCP_STATE_PICKED_UP,
	},
	[TCP_STATE_SYN_SENT] = {
		[FORWARD_RST] = TCP_STATE_REFUSED,
		[REVERSE_SYN] = TCP_STATE_CROSSED,
		[REVERSE_SYN_ACK] = TCP_STATE_SYN_RECEIVED,
		[REVERSE_RST] = TCP_STATE_REFUSED,
	},
	[TCP_STATE_PICKED_UP] = {
		[FORWARD_SYN] = TCP_STATE_SYN_SENT,
		[FORWARD_RST] = TCP_STATE_REFUSED,
		[REVERSE_ACK] = TCP_STATE_ESTABLISHED,
		[REVERSE_FIN] = TCP_STATE_REVERSE_CLOSED,
		[REVERSE_RST] = TCP_STATE_REFUSED,
	},
	[TCP_STATE_CROSSED] = {
		[FORWARD_SYN_ACK] = TCP_STATE_CROSSED_ACKED,
		[FORWARD_ACK] = TCP_STATE_CROSSED_ACKED,
		[FORWARD_RST] = TCP_STATE_REFUSED,
		[REVERSE_SYN_ACK] = TCP_STATE_SYN_RECEIVED,
		[REVERSE_ACK] = TCP_STATE_SYN_RECEIVED,
		[REVERSE_RST] = TCP_STATE_REFUSED,
	},
	[TCP_STATE_CROSSED_ACKED] = {
		[FORWARD_RST] = TCP_STATE_REFUSED,
		[REVERSE_SYN_ACK] = TCP_STATE_ESTABLISHED,
		[REVERSE_ACK] = TCP_STATE_ESTABLISHED,
		[REVERSE_FIN] = TCP_STATE_REVERSE_CLOSED,
		[REVERSE_RST] = TCP_STATE_REFUSED,
	},
	[TCP_STATE_SYN_RECEIVED] = {
		[FORWARD_SYN_ACK] = TCP_STATE_ESTABLISHED,
		[FORWARD_ACK] = TCP_STATE_ESTABLISHED,
		[FORWARD_FIN] = TCP_STATE_FORWARD_CLOSED,
		[FORWARD_RST] = TCP_STATE_REFUSED,
		[REVERSE_RST] = TCP_STATE_REFUSED,
	},
	[TCP_STATE_REFUSED] = {
		[FORWARD_SYN] = TCP_STATE_ANEW,
		[REVERSE_SYN] = TCP_STATE_ANEW,
	},
	[TCP_STATE_ESTABLISHED] = {
		[FORWARD_FIN] = TCP_STATE_FORWARD_CLOSED,
		[FORWARD_RST] = TCP_STATE_RESET,
		[REVERSE_FIN] = TCP_STATE_REVERSE_CLOSED,
		[REVERSE_RST] = TCP_STATE_RESET,
	},
	[TCP_STATE_FORWARD_CLOSED] = {
		[FORWARD_RST] = TCP_STATE_RESET,
		[REVERSE_FIN] = TCP_STATE_CLOSING,
		[REVERSE_RST] = TCP_STATE_RESET,
	},
	[TCP_STATE_REVERSE_CLOSED] = {
		[FORWARD_FIN] = TCP_STATE_CLOSING,
		[FORWARD_RST] = TCP_STATE_RESET,
		[REVERSE_RST] = TCP_STATE_RESET,
	},
	[TCP_STATE_CLOSING] = {
		[FORWARD_SYN] = TCP_STATE_ANEW,
		[REVERSE_SYN] = TCP_STATE_ANEW,
	},
	[TCP_STATE_RESET] = {
		[FORWARD_SYN] = TCP_STATE_ANEW,
		[FORWARD_ACK] = TCP_STATE_ESTABLISHED,
		[FORWARD_FIN] = TCP_STATE_FORWARD_CLOSED,
		[REVERSE_SYN] = TCP_STATE_ANEW,
		[REVERSE_ACK] = TCP_STATE_ESTABLISHED,
		[REVERSE_FIN] = TCP_STATE_REVERSE_CLOSED,
	},
};

/*
 * Those that end systems send; ECN's, PSH and URG go with any of them. A SYN with a FIN or RST is a
 * probe, a FIN without ACK too; there is nothing that they could mean in a connection.
 */
enum tcp_kind
tcp_kind_of(uint8_t flags)
{
	switch (flags & KIND_FLAGS) {
	case RTE_TCP_SYN_FLAG:
		return TCP_KIND_SYN;
	case RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG:
		return TCP_KIND_SYN_ACK;
	case RTE_TCP_ACK_FLAG:
		return TCP_KIND_ACK;
	case RTE_TCP_FIN_FLAG | RTE_TCP_ACK_FLAG:
		return TCP_KIND_FIN;
	case RTE_TCP_RST_FLAG:
	case RTE_TCP_RST_FLAG | RTE_TCP_ACK_FLAG:
		return TCP_KIND_RST;
	default:
		return TCP_KIND_INVALID;
	}
}

bool
tcp_opens(enum tcp_kind kind, bool loose)
{
	return kind == TCP_KIND_SYN || (loose && (kind == TCP_KIND_ACK || kind == TCP_KIND_FIN));
}

enum tcp_state
tcp_state_after(enum tcp_state state, enum tcp_kind kind, bool reverse)
{
	uint8_t after = transitions[state][(reverse ? REVERSE : FORWARD) + kind];

	return after == TCP_STATE_NONE ? state : (enum tcp_state)after;
}

/* The shift of the window scale option (RFC 7323 section 2.2) among those bytes of options. */
static uint8_t
tcp_option_shift(const uint8_t *options, unsigned int length)
{
	unsigned int at = 0;

	while (at < length && options[at] != OPTION_END) {
		if (options[at] == OPTION_NOP) {
			at++;
			continue;
		}
		if (at + 1 >= length || options[at + 1] < 2 || options[at + 1] > length - at)
			break;
		if (options[at] == OPTION_WINDOW_SCALE && options[at + 1] == WINDOW_SCALE_LENGTH)
			return (uint8_t)RTE_MIN(options[at + 2], (uint8_t)SHIFT_MAX);
		at += options[at + 1];
	}
	return TCP_SHIFT_NONE;
}

struct tcp_segment
tcp_segment_read(const struct packet *packet)
{
	const struct rte_tcp_hdr *header = tcp_header(packet);
	const char *begin = rte_pktmbuf_mtod(packet->mbuf, const char *);
	unsigned int in_packet = packet->ip_length - rte_ipv4_hdr_len(packet->ip);
	unsigned int in_segment =
		rte_pktmbuf_data_len(packet->mbuf) - (unsigned int)((const char *)header - begin);
	unsigned int length = (header->data_off >> 4) * 4U;
	struct tcp_segment segment = {
		.sequence = rte_be_to_cpu_32(header->sent_seq),
		.acknowledged = rte_be_to_cpu_32(header->recv_ack),
		.window = rte_be_to_cpu_16(header->rx_win),
		.shift = TCP_SHIFT_NONE,
		.kind = (uint8_t)tcp_kind_of(header->tcp_flags),
		.acknowledges = header->tcp_flags & RTE_TCP_ACK_FLAG,
	};

	/* A header that is longer than its packet, or than a header, has no options to be read. */
	length = RTE_MAX(RTE_MIN(length, in_packet), (unsigned int)sizeof(*header));
	segment.length = in_packet - length;
	if (header->tcp_flags & RTE_TCP_SYN_FLAG)
		segment.shift = tcp_option_shift((const uint8_t *)(header + 1),
						 RTE_MIN(length, in_segment) -
							 (unsigned int)sizeof(*header));
	return segment;
}

/* The number lies in what the sender of that flow takes next. */
static bool
tcp_in_window(const struct flow *flow, uint32_t number)
{
	/* Until both SYNs have been seen, windows are as they stand there. */
	unsigned int shift = flow->tcp_shift == TCP_SHIFT_NONE ? 0 : flow->tcp_shift;

	return number - rte_be_to_cpu_32(flow->tcp_expected) <=
	       (uint32_t)rte_be_to_cpu_16(flow->tcp_window) << shift;
}

/* The segment acknowledges what the other side has really sent, as far as that is known. */
static bool
tcp_acknowledges(const struct tcp_segment *segment, const struct flow *flow)
{
	return segment->acknowledges &&
	       (!(flow->flags & FLOW_TCP_KNOWN) || tcp_in_window(flow, segment->acknowledged));
}

/*
 * Whether a RST ends the connection. Who does not see the connection can not know its numbers: a
 * RST that its receiver would not take (RFC 5961 section 3) is passed on, for only the receiver
 * knows for sure, but it must not take the session from those who use it. While the receiver has
 * only sent its SYN, the RST has to acknowledge that (RFC 793 section 3.4).
 */
static bool
tcp_reset_counts(const struct tcp_segment *segment, const struct flow *flow,
		 const struct flow *twin)
{
	if (twin->flags & FLOW_TCP_KNOWN)
		return tcp_in_window(twin, segment->sequence);
	return tcp_acknowledges(segment, flow);
}

/* Both SYNs have been seen: windows are shifted from now on if both said so (RFC 7323 2.2). */
static void
tcp_agree_on_shift(struct flow *flow, struct flow *twin)
{
	struct flow *const both[] = { flow, twin };
	bool agreed = flow->tcp_shift != TCP_SHIFT_NONE && twin->tcp_shift != TCP_SHIFT_NONE;

	for (unsigned int i = 0; i < RTE_DIM(both); i++) {
		unsigned int shift = agreed ? both[i]->tcp_shift : 0;
		unsigned int round_up = (1U << shift) - 1;

		both[i]->tcp_shift = (uint8_t)shift;
		/* A SYN's own window never is. */
		both[i]->tcp_window = rte_cpu_to_be_16(
			(uint16_t)((rte_be_to_cpu_16(both[i]->tcp_window) + round_up) >> shift));
	}
}

/* The first SYN of a direction, with or without ACK. */
static void
tcp_note_syn(const struct tcp_segment *segment, struct flow *flow, struct flow *twin)
{
	flow->tcp_window = rte_cpu_to_be_16(segment->window);
	flow->tcp_shift = segment->shift;
	twin->tcp_expected = rte_cpu_to_be_32(segment->sequence + 1);
	twin->flags |= FLOW_TCP_KNOWN;
	if (flow->flags & FLOW_REVERSE) {
		tcp_agree_on_shift(flow, twin);
	} else {
		/* The answer acknowledges the SYN, or its data too (RFC 7413). */
		twin->tcp_window = rte_cpu_to_be_16((uint16_t)segment->length);
		twin->tcp_shift = 0;
	}
}

static void
tcp_note(enum tcp_state state, const struct tcp_segment *segment, struct flow *flow,
	 struct flow *twin)
{
	bool syn = segment->kind == TCP_KIND_SYN || segment->kind == TCP_KIND_SYN_ACK;
	bool first = state == TCP_STATE_NEW || state == TCP_STATE_PICKED_UP;

	if (segment->kind == TCP_KIND_RST)
		return;
	if (syn && (state == TCP_STATE_SYN_SENT || (first && !(flow->flags & FLOW_REVERSE))))
		tcp_note_syn(segment, flow, twin);
	if (!segment->acknowledges)
		return;
	flow->tcp_expected = rte_cpu_to_be_32(segment->acknowledged);
	flow->flags |= FLOW_TCP_KNOWN;
	if (!syn)
		flow->tcp_window = rte_cpu_to_be_16(segment->window);
	if (state == TCP_STATE_NEW) /* the SYNs have not been seen: any shift may have been said */
		flow->tcp_shift = twin->tcp_shift = SHIFT_MAX;
}

enum tcp_state
tcp_advance(enum tcp_state state, const struct tcp_segment *segment, struct flow *flow,
	    struct flow *twin)
{
	enum tcp_state next;

	if (segment->kind == TCP_KIND_RST && !tcp_reset_counts(segment, flow, twin))
		return state;
	/* One who has not seen the other's SYN does not open a connection by guessing. */
	if (tcp_phase_of(state) == TCP_PHASE_OPENING && segment->kind != TCP_KIND_RST &&
	    segment->acknowledges && !tcp_acknowledges(segment, flow))
		return state;
	next = tcp_state_after(state, segment->kind, flow->flags & FLOW_REVERSE);
	if (next != TCP_STATE_ANEW)
		tcp_note(state, segment, flow, twin);
	return next;
}

void
tcp_settle(enum tcp_state state, struct flow *flow, struct flow *twin)
{
	enum tcp_phase phase = tcp_phase_of(state);

	if (phase == TCP_PHASE_OPEN || phase == TCP_PHASE_CLOSING) {
		flow->flags |= FLOW_STEADY;
		twin->flags |= FLOW_STEADY;
	} else {
		flow->flags &= (uint8_t)~FLOW_STEADY;
		twin->flags &= (uint8_t)~FLOW_STEADY;
	}
}
