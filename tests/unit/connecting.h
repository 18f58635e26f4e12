/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/tcp.h"

/* What tests of TCP connections share. */

#define F RTE_TCP_FIN_FLAG
#define S RTE_TCP_SYN_FLAG
#define R RTE_TCP_RST_FLAG
#define P RTE_TCP_PSH_FLAG
#define A RTE_TCP_ACK_FLAG
#define U RTE_TCP_URG_FLAG
#define E RTE_TCP_ECE_FLAG
#define C RTE_TCP_CWR_FLAG

/* A connection, and who speaks in it. */
enum side {
	FORWARD,
	REVERSE,
};

struct connection {
	enum tcp_state state;
	struct flow flows[2];
};

static inline void
connection_begin(struct connection *connection)
{
	memset(connection, 0, sizeof(*connection));
	connection->state = TCP_STATE_NEW;
	connection->flows[REVERSE].flags = FLOW_REVERSE;
	connection->flows[FORWARD].tcp_watched = connection->flows[REVERSE].tcp_watched =
		TCP_WATCHED;
}

/* The state after that segment of that side, without options or data. */
static inline enum tcp_state
says(struct connection *connection, enum side side, uint8_t flags, uint32_t sequence,
     uint32_t acknowledged, uint16_t window)
{
	const struct tcp_segment segment = {
		.sequence = sequence,
		.acknowledged = acknowledged,
		.window = window,
		.shift = TCP_SHIFT_NONE,
		.kind = (uint8_t)tcp_kind_of(flags),
		.acknowledges = flags & A,
	};

	assert_int_not_equal(segment.kind, TCP_KIND_INVALID);
	connection->state = tcp_advance(connection->state, &segment, &connection->flows[side],
					&connection->flows[!side]);
	return connection->state;
}

static inline void
syn_with(struct connection *connection, enum side side, uint8_t flags, uint32_t sequence,
	 uint32_t acknowledged, uint16_t window, uint8_t shift, uint32_t length)
{
	const struct tcp_segment segment = {
		.sequence = sequence,
		.acknowledged = acknowledged,
		.length = length,
		.window = window,
		.shift = shift,
		.kind = (uint8_t)tcp_kind_of(flags),
		.acknowledges = flags & A,
	};

	connection->state = tcp_advance(connection->state, &segment, &connection->flows[side],
					&connection->flows[!side]);
}

/* Forward has sent 1000 ... 1099, reverse 5000 ... 5299; windows are 8192 and 4096. */
static inline void
connection_open(struct connection *connection)
{
	connection_begin(connection);
	assert_int_equal(says(connection, FORWARD, S, 999, 0, 8192), TCP_STATE_SYN_SENT);
	assert_int_equal(says(connection, REVERSE, S | A, 4999, 1000, 4096),
			 TCP_STATE_SYN_RECEIVED);
	assert_int_equal(says(connection, FORWARD, A, 1000, 5000, 8192), TCP_STATE_ESTABLISHED);
	assert_int_equal(says(connection, FORWARD, A | P, 1000, 5000, 8192), TCP_STATE_ESTABLISHED);
	assert_int_equal(says(connection, REVERSE, A | P, 5000, 1100, 4096), TCP_STATE_ESTABLISHED);
	assert_int_equal(says(connection, FORWARD, A, 1100, 5300, 8192), TCP_STATE_ESTABLISHED);
}
