/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <rte_tcp.h>

#include "flow.h"
#include "packet.h"

/*
 * The TCP connection of a session, as far as a gateway has to know it: a state that changes with
 * the SYN, FIN and RST flags of both directions, and of each direction what its sender expects
 * next, so that a forged RST can be told from a true one (RFC 5961).
 *
 * "Forward" is the direction of the packet that made the session.
 */

enum tcp_state {
	TCP_STATE_NONE, /* the session is not TCP's */
	/* Opening: the ends have not yet convinced each other. */
	TCP_STATE_NEW,           /* the session's first packet is still to be looked at */
	TCP_STATE_SYN_SENT,      /* forward has sent a SYN */
	TCP_STATE_PICKED_UP,     /* it was there before the gateway; forward has been heard */
	TCP_STATE_CROSSED,       /* a SYN each, a simultaneous open (RFC 793 section 3.4) */
	TCP_STATE_CROSSED_ACKED, /* ... and forward has acknowledged the other's */
	TCP_STATE_SYN_RECEIVED,  /* reverse has acknowledged forward's SYN */
	TCP_STATE_REFUSED,       /* a RST came before it was open */
	/* From here on each end has acknowledged what the other sent. */
	TCP_STATE_ESTABLISHED,
	TCP_STATE_FORWARD_CLOSED, /* forward has sent a FIN */
	TCP_STATE_REVERSE_CLOSED,
	TCP_STATE_CLOSING, /* both have */
	TCP_STATE_RESET,   /* a RST came; its receiver may not have taken it */
	TCP_STATES,

	TCP_STATE_ANEW = TCP_STATES, /* no state: the packet belongs to a connection after this */
};

/* What a packet's flags make it. */
enum tcp_kind {
	TCP_KIND_SYN,
	TCP_KIND_SYN_ACK,
	TCP_KIND_ACK, /* with data or without */
	TCP_KIND_FIN,
	TCP_KIND_RST,
	TCP_KINDS,
	TCP_KIND_INVALID = TCP_KINDS, /* flags that contradict one another */
};

/* Which timer a session is subject to. */
enum tcp_phase {
	TCP_PHASE_OPENING,
	TCP_PHASE_OPEN,
	TCP_PHASE_CLOSING,
	TCP_PHASE_RESET,
};

enum {
	TCP_SHIFT_NONE = UINT8_MAX, /* the SYN has no window scale option */
	/* Of these flags an established connection's packets have ACK alone. */
	TCP_WATCHED = RTE_TCP_FIN_FLAG | RTE_TCP_SYN_FLAG | RTE_TCP_RST_FLAG | RTE_TCP_ACK_FLAG,
};

/* What is read of a packet, host order. */
struct tcp_segment {
	uint32_t sequence;
	uint32_t acknowledged;
	uint32_t length; /* of its payload, bytes */
	uint16_t window; /* as it stands there, without its shift */
	uint8_t shift;   /* of a SYN, or TCP_SHIFT_NONE */
	uint8_t kind;    /* enum tcp_kind */
	bool acknowledges;
};

/* The packet has a TCP header in its first segment. */
static inline const struct rte_tcp_hdr *
tcp_header(const struct packet *packet)
{
	return (const void *)((const uint8_t *)packet->ip + rte_ipv4_hdr_len(packet->ip));
}

/*
 * A packet of that flow came by. True: it changes nothing, and tcp_pass() is to note it. False:
 * tcp_advance() has to look at it.
 *
 * Of a flow that is not TCP's, nothing is special; what is noted then means nothing, and `header`
 * is anything that is as long. So no branch depends on which protocol comes next.
 */
static inline bool
tcp_is_steady(const struct rte_tcp_hdr *header, const struct flow *flow)
{
	return likely(flow->flags & FLOW_STEADY) &&
	       likely(((header->tcp_flags ^ RTE_TCP_ACK_FLAG) & flow->tcp_watched) == 0);
}

/*
 * When it came, and what its sender acknowledged: what stands between the two in the header, the
 * flow has its time for.
 */
static inline void
tcp_pass(const struct rte_tcp_hdr *header, struct flow *flow, uint32_t second)
{
	const unsigned int between = 32;
	uint64_t note;

	_Static_assert(
		offsetof(struct rte_tcp_hdr, rx_win) - offsetof(struct rte_tcp_hdr, recv_ack) ==
			offsetof(struct flow, tcp_window) - offsetof(struct flow, tcp_expected),
		"both lie in the header as in the flow");
	_Static_assert(offsetof(struct flow, last_seen) == offsetof(struct flow, tcp_expected) + 4,
		       "the time is right behind 32 bits");
	memcpy(&note, &header->recv_ack, sizeof(note));
	note &= ~((uint64_t)UINT16_MAX << between);
	note |= (uint64_t)(uint16_t)second << between;
	memcpy(&flow->tcp_expected, &note, sizeof(note));
}

enum tcp_kind tcp_kind_of(uint8_t flags);
/* Whether a packet of no session may open one; loose: also one of a connection under way. */
bool tcp_opens(enum tcp_kind kind, bool loose);

static inline enum tcp_phase
tcp_phase_of(enum tcp_state state)
{
	static const uint8_t phases[TCP_STATES] = {
		[TCP_STATE_NONE] = TCP_PHASE_OPEN,
		[TCP_STATE_NEW] = TCP_PHASE_OPENING,
		[TCP_STATE_SYN_SENT] = TCP_PHASE_OPENING,
		[TCP_STATE_PICKED_UP] = TCP_PHASE_OPENING,
		[TCP_STATE_CROSSED] = TCP_PHASE_OPENING,
		[TCP_STATE_CROSSED_ACKED] = TCP_PHASE_OPENING,
		[TCP_STATE_SYN_RECEIVED] = TCP_PHASE_OPENING,
		[TCP_STATE_REFUSED] = TCP_PHASE_RESET,
		[TCP_STATE_ESTABLISHED] = TCP_PHASE_OPEN,
		/* The other side may go on sending for as long as it likes. */
		[TCP_STATE_FORWARD_CLOSED] = TCP_PHASE_OPEN,
		[TCP_STATE_REVERSE_CLOSED] = TCP_PHASE_OPEN,
		[TCP_STATE_CLOSING] = TCP_PHASE_CLOSING,
		[TCP_STATE_RESET] = TCP_PHASE_RESET,
	};

	return (enum tcp_phase)phases[state];
}

struct tcp_segment tcp_segment_read(const struct packet *packet);
/* The state after an event; `reverse`: it comes from the side that did not begin. */
enum tcp_state tcp_state_after(enum tcp_state state, enum tcp_kind kind, bool reverse);
/*
 * Takes a segment of that flow, whose kind is valid: notes in both flows what it tells, and returns
 * the state that it leads to.
 */
enum tcp_state tcp_advance(enum tcp_state state, const struct tcp_segment *segment,
			   struct flow *flow, struct flow *twin);
/* A state has been reached: whether the session's next packets may be steady ones. */
void tcp_settle(enum tcp_state state, struct flow *flow, struct flow *twin);

/* Both ends have taken part in the handshake, or the session is not TCP's. */
static inline bool
tcp_is_confirmed(enum tcp_state state)
{
	return state == TCP_STATE_NONE || state >= TCP_STATE_ESTABLISHED;
}
