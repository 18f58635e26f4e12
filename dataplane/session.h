/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decide.h"
#include "flow.h"
#include "tcp.h"
#include "unanswered.h"

/*
 * The sessions of one worker: both directions in the flow table, what is rarely read in a cold
 * record, and a wheel of one slot a second on which every session waits for the moment at which it
 * could be idle. Only when that moment comes are its entries looked at: one that was used since
 * goes back on the wheel. The sessions of a slot are in several chains, which are gone along in
 * turns: of a chain alone each record could only be fetched when the one before it is there.
 *
 * The port of a translated session that is over is *held* for a while: the forward entry is gone,
 * so that its host's next packet begins a new session with another port, and the other stays,
 * dropping what still comes, so that nobody gets packets that are not his.
 *
 * Sessions that nobody has answered yet have a share of the table, those that were begun outside
 * and those from inside one each: neither side's floods take the other's room (unanswered.h).
 */

enum {
	SESSION_NONE = UINT32_MAX,
	SESSION_WHEEL_SLOTS = 8192, /* a power of two, over the longest timeout */
	SESSION_TIMEOUT_MAX = 8000, /* seconds */
	SESSION_WHEEL_CHAINS = 4,   /* of a slot */
	SESSION_EXPIRE_BUDGET = 4,  /* looked at in one call, beside one for each that was begun */
	SESSION_AHEAD = 16,         /* ... and fetched ahead of that; a power of two */
	SESSION_AHEAD_STEP = 4,     /* sessions between what is fetched and what that leads to */
	SESSION_SWEEP_BUDGET = 16,  /* records looked at in one call, where a VIP is gone */
	SESSION_SWEEP_ENDS = 4,     /* ... until so many sessions have ended */
	SESSION_UNANSWERED_SHARE = 8, /* one in so many of each side */
};

enum session_flags {
	SESSION_IN_USE = 1 << 0,
	SESSION_HELD = 1 << 1, /* it is over; its one entry is that of the replies */
	SESSION_UNANSWERED = 1 << 2,
	SESSION_TCP_RESET = 1 << 3, /* both ends are told when it is over */
};

struct session {
	/* Of the packet that made it; the other direction is its twin. Held: of the replies. */
	uint32_t flow;
	uint32_t previous; /* on the wheel */
	uint32_t next;     /* on the wheel, or the next free record */
	union {
		uint32_t deadline;   /* second at which it ends, used or not; 0: none */
		uint32_t unanswered; /* SESSION_UNANSWERED: its place among those */
	};
	uint32_t inbound_rule; /* id, or INBOUND_RULE_NONE */
	uint16_t inbound_vip;  /* or VIP_NONE */
	uint16_t outbound_vip; /* or VIP_NONE: its source port is not from a pool */
	uint16_t idle_timeout; /* seconds, while it is open */
	uint16_t chain;        /* of the wheel */
	uint16_t host;         /* of an outbound session: its place on the VIP */
	uint8_t tcp_state;     /* enum tcp_state */
	uint8_t flags;         /* enum session_flags */
};

_Static_assert(SESSION_WHEEL_SLOTS *SESSION_WHEEL_CHAINS <= UINT16_MAX, "session.chain is one");
_Static_assert(sizeof(struct session) == 32, "two fit a cache line");

/* What is fetched ahead of those that are looked at, of one slot of the wheel. */
struct session_ahead {
	uint32_t slot; /* the second that it is of */
	/* By chain, the session to go on with, whose record is fetched; or SESSION_NONE. */
	uint32_t next[SESSION_WHEEL_CHAINS];
	uint32_t count;                  /* of those reached so far; wraps */
	uint32_t reached[SESSION_AHEAD]; /* the last of them, by count */
};

struct session_table {
	struct flow_table flows;
	struct unanswered unanswered[2]; /* begun in a virtual network, and outside */
	struct session *sessions;        /* and in front of them the one that SESSION_NONE names */
	uint32_t capacity;
	uint32_t free;
	uint32_t used;      /* records, those of held sessions too */
	uint32_t clock;     /* the second whose slot is looked at next */
	uint32_t removals;  /* sessions that ended or moved, held ones that were let go; wraps */
	uint32_t caught_up; /* the second in which nothing was due any more */
	uint64_t begun;     /* counters.sessions_created, when sessions were last looked at */
	uint32_t *chains;   /* of each slot: the first session of each */
	uint32_t turn;      /* of the chains; wraps */
	struct session_ahead ahead;
	uint32_t vip_losses; /* of the snapshot that the sweep goes by */
	uint32_t swept;      /* records that it has come by; all: it is done */
	/* Until this second there may be connections of VIPs for which there was no room. */
	uint32_t stateless_until;
};

struct worker;

/* now: seconds on the worker's clock. 0 or -ENOMEM. */
int session_table_init(struct session_table *table, uint32_t capacity, uint64_t seed, uint32_t now,
		       int socket);
void session_table_release(struct session_table *table);
size_t session_table_bytes(const struct session_table *table);

/* Of the replies to a packet of that key; its destination port may still have to be drawn. */
struct flow_key session_reply_key(const struct flow_key *key, const struct decision *decision);
/*
 * Remembers what was decided for a packet of that key: draws the port, installs both directions.
 * *flow is the entry of the packet's direction; else a reason, and nothing is changed.
 */
enum drop_reason session_create(struct worker *worker, const struct flow_key *key,
				const struct decision *decision, uint32_t *flow);
/* The session is over; its port is held as long as it has to be. */
void session_end(struct worker *worker, uint32_t session);
/* The same, but its port is free. */
void session_end_at_once(struct worker *worker, uint32_t session);
/* The same, and its ends are told, if that is wanted and they have a connection. */
void session_end_and_tell(struct worker *worker, uint32_t session);
/* A held session's time has come: its port is free. */
void session_let_go(struct worker *worker, uint32_t session);

/* revalidate.c */

/*
 * The snapshot has changed since the sessions of n <= DECIDE_BURST flows were decided: decides them
 * again, keeping their translation and backend. Nothing is changed yet.
 */
void session_decide_again(const struct worker *worker, const uint32_t *flows,
			  struct decision *decisions, unsigned int n);
/*
 * What was decided so comes into force for the session of that flow; what can not be kept ends the
 * session. Its flows may be at other places afterwards: find them again if there were removals.
 */
void session_settle_again(struct worker *worker, uint32_t flow, const struct decision *decision);

/* session_reroute.c */

/*
 * The snapshot has changed since the sessions of n <= DECIDE_BURST flows were decided. Where only
 * the fabric's routes did, the flows that lead where they led are of the snapshot afterwards.
 */
void session_reroute(struct worker *worker, const uint32_t *flows, unsigned int n);
/* The flow is of the snapshot. Its owner, known by the one before, is forgotten. */
void session_renew_flow(const struct worker *worker, struct flow *flow);

/* session_expect.c */

/*
 * Fetches what session_create() reads first for those of the decisions that are sessions, n <=
 * DECIDE_BURST: they will be created in this order, if nothing comes between.
 */
void session_expect(const struct worker *worker, const struct decide_request *requests,
		    const struct decision *decisions, unsigned int n);

/* session_unanswered.c */

/* Another session that is begun in that zone would be one too many, so that one gives way to it. */
bool session_gives_way(const struct session_table *table, uint16_t zone);
/* Makes room for it. */
void session_give_way(struct worker *worker, uint16_t zone);
void session_await_answer(struct session_table *table, uint32_t session);
/* It is confirmed: both ends have taken part, in TCP's case in its handshake. */
void session_take_answer(struct session_table *table, uint32_t session);

/* session_tcp.c */

enum session_step {
	SESSION_GOES_ON,
	SESSION_ANEW,     /* the packet is the first of a new connection; the session is to end */
	SESSION_NONSENSE, /* the packet's TCP flags contradict one another */
};

/* A packet of that flow that is not steady (tcp.h) is about to be sent on. */
enum session_step session_take_segment(struct worker *worker, const struct packet *packet,
				       struct flow *flow);

/* session_wheel.c */

/*
 * Has the session looked at in that second; sooner if the wheel does not reach so far, and as soon
 * as possible if that second is over.
 */
void session_wheel_add(struct session_table *table, uint32_t session, uint32_t second);
void session_wheel_remove(struct session_table *table, uint32_t session);
/* The second in which it is looked at. */
uint32_t session_wheel_second(const struct session_table *table, uint32_t session);
/* A session of the slot that is looked at, or SESSION_NONE: the slot is empty. */
uint32_t session_wheel_next(struct session_table *table);
/*
 * A session of that slot is about to be looked at: goes one further, ahead of those that are, and
 * fetches what is read of it and of some before it when they end, of each what the step before has
 * brought.
 */
void session_wheel_fetch(struct session_table *table);

/* session_age.c: when sessions end by themselves */

/* How long it may be idle, seconds, in the state that it is in. */
uint32_t session_timeout(const struct worker *worker, const struct session *session);
/* How long it has not been used, seconds. */
uint32_t session_idle(const struct worker *worker, const struct session *session);
/* Its time may be over sooner now than it would be looked at: has it looked at then. */
void session_schedule(struct worker *worker, uint32_t session);
/* Puts a deadline on a session; it ends then even if it is used. */
void session_set_deadline(struct worker *worker, uint32_t session, uint32_t second);
/*
 * Ends what has been idle too long. True: nothing is due. A call looks at a few sessions, so that
 * no packet waits long for it, and at one more for each that was begun since the call before: they
 * end as fast as they begin. Rounds of full bursts take less than 4000 cycles, so that a million
 * that are due at once are looked at within a second. A packet that comes before its session is
 * looked at uses it.
 */
bool session_expire(struct worker *worker);
/* Sets where the flow leads: flow.egress is an adjacency that it keeps, or a reason to drop. */
void session_set_egress(struct worker *worker, struct flow *flow, const struct egress *egress);
/* The flow leads there already. */
bool session_leads_to(const struct worker *worker, const struct flow *flow,
		      const struct egress *egress);
/* Lets the adjacency go. */
void session_clear_egress(struct worker *worker, struct flow *flow);

/* session_sweep.c */

/* The session was by a VIP that was removed, or moved to another network. */
bool session_has_lost_vip(const struct worker *worker, const struct session *session);
/*
 * When VIPs are gone, ends their sessions and tells their ends, a bounded number of records a call.
 * True: there are none left.
 */
bool session_sweep(struct worker *worker);

/* session_ports.c */

/* Takes the ports of what was decided for a packet of that key; sets reply's destination port. */
enum drop_reason session_take_ports(struct worker *worker, const struct flow_key *key,
				    const struct decision *decision, struct flow_key *reply);
/* Gives them back: there is no session. */
void session_untake_ports(struct worker *worker, const struct flow_key *key,
			  const struct decision *decision, const struct flow_key *reply);
/* The session of these two entries is over: its mappings let its peers in no more. */
void session_close_mappings(struct worker *worker, const struct flow *out, const struct flow *back);
/* Its port may be given to others; back: the entry of its replies. */
void session_return_port(struct worker *worker, const struct session *session,
			 const struct flow *back);
