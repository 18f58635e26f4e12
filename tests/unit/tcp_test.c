/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/tcp.h"

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

static void
connection_begin(struct connection *connection)
{
	memset(connection, 0, sizeof(*connection));
	connection->state = TCP_STATE_NEW;
	connection->flows[REVERSE].flags = FLOW_REVERSE;
	connection->flows[FORWARD].tcp_watched = connection->flows[REVERSE].tcp_watched =
		TCP_WATCHED;
}

/* The state after that segment of that side, without options or data. */
static enum tcp_state
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

static void
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
static void
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

/* Of each of SYN, FIN, RST, ACK the combinations that mean something, whatever else is set. */
static void
flags_that_contradict_one_another_are_invalid(void **state)
{
	static const struct {
		uint8_t flags;
		enum tcp_kind kind;
	} valid[] = {
		{ S, TCP_KIND_SYN },     { S | A, TCP_KIND_SYN_ACK }, { A, TCP_KIND_ACK },
		{ F | A, TCP_KIND_FIN }, { R, TCP_KIND_RST },         { R | A, TCP_KIND_RST },
	};

	(void)state;
	assert_int_equal(tcp_kind_of(0), TCP_KIND_INVALID);
	assert_int_equal(tcp_kind_of(F), TCP_KIND_INVALID);
	assert_int_equal(tcp_kind_of(F | P | U), TCP_KIND_INVALID);
	assert_int_equal(tcp_kind_of(S | F), TCP_KIND_INVALID);
	assert_int_equal(tcp_kind_of(S | R), TCP_KIND_INVALID);
	assert_int_equal(tcp_kind_of(S | F | A), TCP_KIND_INVALID);
	assert_int_equal(tcp_kind_of(F | R), TCP_KIND_INVALID);
	assert_int_equal(tcp_kind_of(UINT8_MAX), TCP_KIND_INVALID);
	for (unsigned int flags = 0; flags <= UINT8_MAX; flags++) {
		enum tcp_kind expected = TCP_KIND_INVALID;

		for (size_t i = 0; i < RTE_DIM(valid); i++) {
			if ((flags & (unsigned int)~(P | U | E | C)) == valid[i].flags)
				expected = valid[i].kind;
		}
		assert_int_equal(tcp_kind_of((uint8_t)flags), expected);
	}
}

static void
only_a_syn_opens(void **state)
{
	static const bool opens[2][TCP_KINDS + 1] = {
		{ [TCP_KIND_SYN] = true },
		{ [TCP_KIND_SYN] = true, [TCP_KIND_ACK] = true, [TCP_KIND_FIN] = true },
	};

	(void)state;
	for (unsigned int kind = 0; kind <= TCP_KIND_INVALID; kind++) {
		assert_int_equal(tcp_opens((enum tcp_kind)kind, false), opens[0][kind]);
		assert_int_equal(tcp_opens((enum tcp_kind)kind, true), opens[1][kind]);
	}
}

#define NEW  TCP_STATE_NEW
#define SENT TCP_STATE_SYN_SENT
#define PICK TCP_STATE_PICKED_UP
#define CROS TCP_STATE_CROSSED
#define CACK TCP_STATE_CROSSED_ACKED
#define RECV TCP_STATE_SYN_RECEIVED
#define REFU TCP_STATE_REFUSED
#define OPEN TCP_STATE_ESTABLISHED
#define FCLO TCP_STATE_FORWARD_CLOSED
#define RCLO TCP_STATE_REVERSE_CLOSED
#define CLOS TCP_STATE_CLOSING
#define RSET TCP_STATE_RESET
#define ANEW TCP_STATE_ANEW

/* Every state and event. */
static void
the_machine(void **state)
{
	static const uint8_t after[TCP_STATES][2][TCP_KINDS] = {
		/*         forward: SYN SYN+ACK ACK FIN RST         reverse: the same */
		[NEW] = { { SENT, NEW, PICK, PICK, NEW }, { NEW, NEW, NEW, NEW, NEW } },
		[SENT] = { { SENT, SENT, SENT, SENT, REFU }, { CROS, RECV, SENT, SENT, REFU } },
		[PICK] = { { SENT, PICK, PICK, PICK, REFU }, { PICK, PICK, OPEN, RCLO, REFU } },
		[CROS] = { { CROS, CACK, CACK, CROS, REFU }, { CROS, RECV, RECV, CROS, REFU } },
		[CACK] = { { CACK, CACK, CACK, CACK, REFU }, { CACK, OPEN, OPEN, RCLO, REFU } },
		[RECV] = { { RECV, OPEN, OPEN, FCLO, REFU }, { RECV, RECV, RECV, RECV, REFU } },
		[REFU] = { { ANEW, REFU, REFU, REFU, REFU }, { ANEW, REFU, REFU, REFU, REFU } },
		[OPEN] = { { OPEN, OPEN, OPEN, FCLO, RSET }, { OPEN, OPEN, OPEN, RCLO, RSET } },
		[FCLO] = { { FCLO, FCLO, FCLO, FCLO, RSET }, { FCLO, FCLO, FCLO, CLOS, RSET } },
		[RCLO] = { { RCLO, RCLO, RCLO, CLOS, RSET }, { RCLO, RCLO, RCLO, RCLO, RSET } },
		[CLOS] = { { ANEW, CLOS, CLOS, CLOS, CLOS }, { ANEW, CLOS, CLOS, CLOS, CLOS } },
		[RSET] = { { ANEW, RSET, OPEN, FCLO, RSET }, { ANEW, RSET, OPEN, RCLO, RSET } },
	};

	(void)state;
	for (unsigned int from = TCP_STATE_NEW; from < TCP_STATES; from++) {
		for (unsigned int kind = 0; kind < TCP_KINDS; kind++) {
			for (unsigned int side = FORWARD; side <= REVERSE; side++)
				assert_int_equal(tcp_state_after((enum tcp_state)from,
								 (enum tcp_kind)kind,
								 side == REVERSE),
						 after[from][side][kind]);
		}
	}
}

static void
each_state_has_its_timer(void **state)
{
	static const struct {
		enum tcp_phase phase;
		bool confirmed, steady;
	} expected[TCP_STATES] = {
		[TCP_STATE_NONE] = { TCP_PHASE_OPEN, true, true },
		[NEW] = { TCP_PHASE_OPENING, false, false },
		[SENT] = { TCP_PHASE_OPENING, false, false },
		[PICK] = { TCP_PHASE_OPENING, false, false },
		[CROS] = { TCP_PHASE_OPENING, false, false },
		[CACK] = { TCP_PHASE_OPENING, false, false },
		[RECV] = { TCP_PHASE_OPENING, false, false },
		[REFU] = { TCP_PHASE_RESET, false, false },
		[OPEN] = { TCP_PHASE_OPEN, true, true },
		[FCLO] = { TCP_PHASE_OPEN, true, true },
		[RCLO] = { TCP_PHASE_OPEN, true, true },
		[CLOS] = { TCP_PHASE_CLOSING, true, true },
		[RSET] = { TCP_PHASE_RESET, true, false },
	};

	(void)state;
	for (unsigned int i = TCP_STATE_NONE; i < TCP_STATES; i++) {
		struct flow flows[2] = { { .flags = FLOW_REFRESHES }, { .flags = FLOW_STEADY } };

		assert_int_equal(tcp_phase_of((enum tcp_state)i), expected[i].phase);
		assert_int_equal(tcp_is_confirmed((enum tcp_state)i), expected[i].confirmed);
		tcp_settle((enum tcp_state)i, &flows[0], &flows[1]);
		assert_int_equal(flows[0].flags,
				 FLOW_REFRESHES | (expected[i].steady ? FLOW_STEADY : 0));
		assert_int_equal(flows[1].flags, expected[i].steady ? FLOW_STEADY : 0);
	}
}

static void
rfc5382_req2_three_way_handshake(void **state)
{
	struct connection connection;

	(void)state;
	connection_begin(&connection);
	assert_int_equal(says(&connection, FORWARD, S, 999, 0, 8192), TCP_STATE_SYN_SENT);
	assert_int_equal(says(&connection, FORWARD, S, 999, 0, 8192), TCP_STATE_SYN_SENT);
	assert_int_equal(says(&connection, REVERSE, S | A, 4999, 1000, 4096),
			 TCP_STATE_SYN_RECEIVED);
	assert_int_equal(says(&connection, REVERSE, S | A, 4999, 1000, 4096),
			 TCP_STATE_SYN_RECEIVED);
	assert_int_equal(says(&connection, FORWARD, A, 1000, 5000, 8192), TCP_STATE_ESTABLISHED);
}

static void
rfc5382_req2_simultaneous_open(void **state)
{
	/* RFC 793 figure 8; in the second the answers cross too, in the third come plain ACKs. */
	struct connection connection;

	(void)state;
	for (unsigned int first = FORWARD; first <= REVERSE; first++) {
		uint32_t numbers[2][2] = { { 99, 300 }, { 299, 100 } };

		for (unsigned int answers = 0; answers < 2; answers++) {
			uint8_t flags = answers == 0 ? S | A : A;

			connection_begin(&connection);
			says(&connection, FORWARD, S, 99, 0, 8192);
			assert_int_equal(says(&connection, REVERSE, S, 299, 0, 8192),
					 TCP_STATE_CROSSED);
			assert_int_equal(says(&connection, first, flags, numbers[first][0],
					      numbers[first][1], 8192),
					 first == FORWARD ? TCP_STATE_CROSSED_ACKED
							  : TCP_STATE_SYN_RECEIVED);
			assert_int_equal(says(&connection, !first, flags, numbers[!first][0],
					      numbers[!first][1], 8192),
					 TCP_STATE_ESTABLISHED);
		}
	}
}

static void
rfc5382_req2_half_closed_for_long(void **state)
{
	struct connection connection;

	(void)state;
	connection_open(&connection);
	assert_int_equal(says(&connection, FORWARD, F | A, 1100, 5300, 8192),
			 TCP_STATE_FORWARD_CLOSED);
	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(says(&connection, REVERSE, A | P, 5300 + i, 1101, 4096),
				 TCP_STATE_FORWARD_CLOSED);
	assert_int_equal(tcp_phase_of(connection.state), TCP_PHASE_OPEN);
	assert_int_equal(says(&connection, REVERSE, F | A, 5400, 1101, 4096), TCP_STATE_CLOSING);
	assert_int_equal(says(&connection, FORWARD, A, 1101, 5401, 8192), TCP_STATE_CLOSING);
	/* A FIN whose acknowledgement was lost. */
	assert_int_equal(says(&connection, REVERSE, F | A, 5400, 1101, 4096), TCP_STATE_CLOSING);
}

/* RFC 793 figure 14: both at once. */
static void
rfc5382_req2_simultaneous_close(void **state)
{
	struct connection connection;

	(void)state;
	connection_open(&connection);
	assert_int_equal(says(&connection, FORWARD, F | A, 1100, 5300, 8192),
			 TCP_STATE_FORWARD_CLOSED);
	assert_int_equal(says(&connection, REVERSE, F | A, 5300, 1100, 4096), TCP_STATE_CLOSING);
}

/* Who sends with a false address does not see the answer, and can not acknowledge it. */
static void
a_guess_opens_nothing(void **state)
{
	static const uint32_t wrong[] = { 0, 4999, 5000 + 8192 + 1, 5000U + (1U << 31) };
	struct connection connection;

	(void)state;
	connection_begin(&connection);
	says(&connection, FORWARD, S, 999, 0, 8192);
	/* An answer to something else, such as an older connection's. */
	assert_int_equal(says(&connection, REVERSE, S | A, 4999, 1001, 4096), TCP_STATE_SYN_SENT);
	assert_int_equal(says(&connection, REVERSE, S | A, 4999, 999, 4096), TCP_STATE_SYN_SENT);
	assert_int_equal(says(&connection, FORWARD, A, 1000, 5000, 8192), TCP_STATE_SYN_SENT);
	says(&connection, REVERSE, S | A, 4999, 1000, 4096);
	for (size_t i = 0; i < RTE_DIM(wrong); i++) {
		assert_int_equal(says(&connection, FORWARD, A, 1000, wrong[i], 8192),
				 TCP_STATE_SYN_RECEIVED);
		assert_int_equal(says(&connection, FORWARD, F | A, 1000, wrong[i], 8192),
				 TCP_STATE_SYN_RECEIVED);
	}
	/* The answer may have had data with it. */
	assert_int_equal(says(&connection, FORWARD, A, 1000, 5000 + 8192, 8192),
			 TCP_STATE_ESTABLISHED);
}

/* RFC 7413: a SYN's data may be acknowledged, or not. */
static void
a_syn_with_data(void **state)
{
	struct connection connection;

	(void)state;
	for (uint32_t taken = 0; taken <= 500; taken += 250) {
		connection_begin(&connection);
		syn_with(&connection, FORWARD, S, 999, 0, 8192, TCP_SHIFT_NONE, 500);
		assert_int_equal(says(&connection, REVERSE, S | A, 4999, 1501, 4096),
				 TCP_STATE_SYN_SENT);
		assert_int_equal(says(&connection, REVERSE, S | A, 4999, 1000 + taken, 4096),
				 TCP_STATE_SYN_RECEIVED);
	}
}

static void
rfc5961_3_a_reset_has_to_be_in_the_window(void **state)
{
	static const struct {
		enum side side;
		uint32_t sequence;
		bool counts;
	} cases[] = {
		/* Reverse takes 1100 and 4096 bytes more, forward 5300 and 8192. */
		{ FORWARD, 1099, false },       { FORWARD, 1100, true },
		{ FORWARD, 1100 + 4096, true }, { FORWARD, 1100 + 4097, false },
		{ FORWARD, 0, false },          { FORWARD, 1100U + (1U << 31), false },
		{ REVERSE, 5299, false },       { REVERSE, 5300, true },
		{ REVERSE, 5300 + 8192, true }, { REVERSE, 5300 + 8193, false },
		{ REVERSE, UINT32_MAX, false },
	};

	(void)state;
	for (size_t i = 0; i < RTE_DIM(cases); i++) {
		struct connection connection;

		connection_open(&connection);
		assert_int_equal(says(&connection, cases[i].side, R, cases[i].sequence, 0, 0),
				 cases[i].counts ? TCP_STATE_RESET : TCP_STATE_ESTABLISHED);
	}
}

/* Windows wrap around with the sequence numbers. */
static void
rfc5961_3_windows_wrap(void **state)
{
	struct connection connection;

	(void)state;
	connection_begin(&connection);
	says(&connection, FORWARD, S, UINT32_MAX - 10, 0, 8192);
	says(&connection, REVERSE, S | A, 4999, UINT32_MAX - 9, 4096);
	says(&connection, FORWARD, A, UINT32_MAX - 9, 5000, 8192);
	assert_int_equal(says(&connection, FORWARD, R, 5000, 0, 0), TCP_STATE_ESTABLISHED);
	assert_int_equal(says(&connection, FORWARD, R, 4000, 0, 0), TCP_STATE_RESET);
}

static void
rfc5961_3_windows_are_scaled_when_both_agree(void **state)
{
	static const struct {
		uint8_t forward, reverse;
		uint32_t room; /* of reverse, whose window is 1000 */
	} cases[] = {
		{ 7, 2, 4000 },
		{ 7, 0, 1000 },
		{ TCP_SHIFT_NONE, 2, 1000 },
		{ 7, TCP_SHIFT_NONE, 1000 },
	};

	(void)state;
	for (size_t i = 0; i < RTE_DIM(cases); i++) {
		struct connection connection;

		connection_begin(&connection);
		syn_with(&connection, FORWARD, S, 999, 0, 65535, cases[i].forward, 0);
		syn_with(&connection, REVERSE, S | A, 4999, 1000, 65535, cases[i].reverse, 0);
		/* The window in a SYN itself is not scaled; it may be rounded up. */
		says(&connection, REVERSE, R, 5000 + 65535 + 127 + 1, 0, 0);
		assert_int_equal(connection.state, TCP_STATE_SYN_RECEIVED);
		says(&connection, FORWARD, A, 1000, 5000, 512);
		says(&connection, FORWARD, R, 1000 + 65535 + 3 + 1, 0, 0);
		assert_int_equal(connection.state, TCP_STATE_ESTABLISHED);
		says(&connection, REVERSE, A, 5000, 1000, 1000);
		says(&connection, FORWARD, R, 1000 + cases[i].room + 1, 0, 0);
		assert_int_equal(connection.state, TCP_STATE_ESTABLISHED);
		says(&connection, FORWARD, R, 1000 + cases[i].room, 0, 0);
		assert_int_equal(connection.state, TCP_STATE_RESET);
	}
}

/* RFC 793 section 3.4: a SYN is refused by a RST that acknowledges it. */
static void
rfc5961_3_a_refusal_acknowledges_the_syn(void **state)
{
	struct connection connection;

	(void)state;
	connection_begin(&connection);
	syn_with(&connection, FORWARD, S, 999, 0, 8192, TCP_SHIFT_NONE, 10);
	assert_int_equal(says(&connection, REVERSE, R, 1000, 0, 0), TCP_STATE_SYN_SENT);
	assert_int_equal(says(&connection, REVERSE, R | A, 0, 999, 0), TCP_STATE_SYN_SENT);
	assert_int_equal(says(&connection, REVERSE, R | A, 0, 1011, 0), TCP_STATE_SYN_SENT);
	assert_int_equal(says(&connection, REVERSE, R | A, 0, 1010, 0), TCP_STATE_REFUSED);
	/* Nothing but a SYN comes after it. */
	assert_int_equal(says(&connection, REVERSE, S | A, 4999, 1000, 4096), TCP_STATE_REFUSED);
	assert_int_equal(says(&connection, FORWARD, A, 1000, 5000, 4096), TCP_STATE_REFUSED);
	assert_int_equal(says(&connection, FORWARD, S, 1, 0, 4096), TCP_STATE_ANEW);

	connection_begin(&connection);
	says(&connection, FORWARD, S, 999, 0, 8192);
	assert_int_equal(says(&connection, FORWARD, R, 1001, 0, 0), TCP_STATE_SYN_SENT);
	assert_int_equal(says(&connection, FORWARD, R, 1000, 0, 0), TCP_STATE_REFUSED);
}

/* A server that remembers an older connection challenges the SYN, and is reset by the client. */
static void
rfc5961_4_a_challenge_and_its_reset(void **state)
{
	struct connection connection;

	(void)state;
	connection_open(&connection);
	/* The client has lost its memory, and begins again. */
	assert_int_equal(says(&connection, FORWARD, S, 70000, 0, 8192), TCP_STATE_ESTABLISHED);
	assert_int_equal(says(&connection, REVERSE, A, 5300, 1100, 4096), TCP_STATE_ESTABLISHED);
	assert_int_equal(says(&connection, FORWARD, R, 1100, 0, 0), TCP_STATE_RESET);
	assert_int_equal(says(&connection, FORWARD, S, 70000, 0, 8192), TCP_STATE_ANEW);
}

/* RFC 7857 section 2.2: whoever goes on talking has not been reset. */
static void
rfc7857_2_2_a_reset_that_was_not_taken(void **state)
{
	struct connection connection;

	(void)state;
	connection_open(&connection);
	assert_int_equal(says(&connection, FORWARD, R, 1200, 0, 0), TCP_STATE_RESET);
	assert_int_equal(says(&connection, REVERSE, A, 5300, 1100, 4096), TCP_STATE_ESTABLISHED);
	assert_int_equal(says(&connection, REVERSE, R, 5400, 0, 0), TCP_STATE_RESET);
	assert_int_equal(says(&connection, REVERSE, R, 5400, 0, 0), TCP_STATE_RESET);
	assert_int_equal(says(&connection, FORWARD, F | A, 1100, 5300, 4096),
			 TCP_STATE_FORWARD_CLOSED);
}

/* A connection that was there before: nothing is known but what its ends say from now on. */
static void
a_connection_is_picked_up(void **state)
{
	struct connection connection;

	(void)state;
	connection_begin(&connection);
	assert_int_equal(says(&connection, FORWARD, A, 1000, 5000, 100), TCP_STATE_PICKED_UP);
	assert_int_equal(says(&connection, FORWARD, A, 2000, 5000, 100), TCP_STATE_PICKED_UP);
	/* Any shift may have been agreed on, up to 14. */
	assert_int_equal(says(&connection, REVERSE, R, 5000 + (100 << 14) + 1, 0, 0),
			 TCP_STATE_PICKED_UP);
	assert_int_equal(says(&connection, REVERSE, A, 5000, 2000, 1), TCP_STATE_ESTABLISHED);
	assert_int_equal(says(&connection, FORWARD, R, 2000 + (1 << 14) + 1, 0, 0),
			 TCP_STATE_ESTABLISHED);
	assert_int_equal(says(&connection, FORWARD, R, 2000, 0, 0), TCP_STATE_RESET);

	/* The other end knows nothing of it any more. */
	connection_begin(&connection);
	says(&connection, FORWARD, F | A, 1000, 5000, 100);
	assert_int_equal(says(&connection, REVERSE, R, 5000, 0, 0), TCP_STATE_REFUSED);

	/* A SYN begins it as if there had been nothing. */
	connection_begin(&connection);
	says(&connection, FORWARD, A, 1000, 5000, 100);
	assert_int_equal(says(&connection, FORWARD, S, 999, 0, 8192), TCP_STATE_SYN_SENT);
	assert_int_equal(says(&connection, REVERSE, S | A, 7, 1000, 8192), TCP_STATE_SYN_RECEIVED);
}

/* Reading packets. */

struct read_packet {
	struct rte_mbuf mbuf;
	struct packet packet;
	uint8_t bytes[128];
};

/* An IPv4 packet with that TCP header, `cut` bytes of which are in the mbuf's first segment. */
static void
packet_make(struct read_packet *read, const struct rte_tcp_hdr *header, const void *options,
	    uint16_t option_length, uint16_t payload, uint16_t cut)
{
	const struct rte_ipv4_hdr ip = { .version_ihl = 0x46 }; /* and four bytes of options */
	uint16_t offset = 4 * 6;

	memset(read, 0, sizeof(*read));
	memcpy(read->bytes, &ip, sizeof(ip));
	memcpy(read->bytes + offset, header, sizeof(*header));
	memcpy(read->bytes + offset + sizeof(*header), options, option_length);
	read->mbuf.buf_addr = read->bytes;
	read->mbuf.data_len = (uint16_t)(offset + cut);
	read->packet.mbuf = &read->mbuf;
	read->packet.ip = (struct rte_ipv4_hdr *)read->bytes;
	read->packet.ip_length = (uint16_t)(offset + sizeof(*header) + option_length + payload);
}

static const struct rte_tcp_hdr syn_header = {
	.sent_seq = RTE_BE32(0x01020304),
	.recv_ack = RTE_BE32(0x05060708),
	.data_off = 0x80,
	.tcp_flags = S | E | C,
	.rx_win = RTE_BE16(0x0a0b),
};

static void
segments_are_read(void **state)
{
	static const uint8_t options[] = { 2, 4, 5, 0xb4, 1, 3, 3, 7, 0, 0, 0, 0 };
	struct read_packet read;
	struct tcp_segment segment;

	(void)state;
	packet_make(&read, &syn_header, options, sizeof(options), 5, 20 + sizeof(options));
	segment = tcp_segment_read(&read.packet);
	assert_int_equal(segment.sequence, 0x01020304);
	assert_int_equal(segment.acknowledged, 0x05060708);
	assert_int_equal(segment.window, 0x0a0b);
	assert_int_equal(segment.kind, TCP_KIND_SYN);
	assert_false(segment.acknowledges);
	assert_int_equal(segment.shift, 7);
	assert_int_equal(segment.length, 5);
}

static void
options_are_read_within_their_bounds(void **state)
{
	static const struct {
		uint8_t options[12];
		uint16_t cut; /* bytes of them in the first segment */
		uint8_t shift;
	} cases[] = {
		{ { 3, 3, 15 }, 12, 14 }, /* RFC 7323 section 2.3 */
		{ { 0, 3, 3, 7 }, 12, TCP_SHIFT_NONE },
		{ { 3, 2, 7 }, 12, TCP_SHIFT_NONE },
		{ { 3, 4, 7, 0 }, 12, TCP_SHIFT_NONE },
		{ { 2, 0, 3, 3, 7 }, 12, TCP_SHIFT_NONE }, /* would never end */
		{ { 2, 1, 3, 3, 7 }, 12, TCP_SHIFT_NONE },
		{ { 2, 200, 3, 3, 7 }, 12, TCP_SHIFT_NONE },
		{ { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3 }, 12, TCP_SHIFT_NONE },
		{ { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3 }, 12, TCP_SHIFT_NONE },
		{ { 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 7 }, 12, 7 },
		{ { 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 7 }, 11, TCP_SHIFT_NONE },
		{ { 3, 3, 7 }, 0, TCP_SHIFT_NONE },
	};
	struct read_packet read;
	struct rte_tcp_hdr header = syn_header;

	(void)state;
	for (size_t i = 0; i < RTE_DIM(cases); i++) {
		packet_make(&read, &syn_header, cases[i].options, sizeof(cases[i].options), 0,
			    (uint16_t)(20 + cases[i].cut));
		assert_int_equal(tcp_segment_read(&read.packet).shift, cases[i].shift);
	}
	/* Options of a packet that is no SYN mean nothing here. */
	header.tcp_flags = A;
	packet_make(&read, &header, cases[0].options, 12, 0, 32);
	assert_int_equal(tcp_segment_read(&read.packet).shift, TCP_SHIFT_NONE);
}

static void
lengths_that_lie_are_not_believed(void **state)
{
	static const uint8_t options[4] = { 3, 3, 7 };
	struct rte_tcp_hdr header = syn_header;
	struct read_packet read;

	(void)state;
	header.data_off = 0xf0; /* longer than the packet */
	packet_make(&read, &header, options, sizeof(options), 0, 24);
	assert_int_equal(tcp_segment_read(&read.packet).length, 0);
	assert_int_equal(tcp_segment_read(&read.packet).shift, 7);
	header.data_off = 0x40; /* shorter than a header */
	packet_make(&read, &header, options, sizeof(options), 0, 24);
	assert_int_equal(tcp_segment_read(&read.packet).length, 4);
	assert_int_equal(tcp_segment_read(&read.packet).shift, TCP_SHIFT_NONE);
}

static void
steady_packets_note_what_they_acknowledge(void **state)
{
	struct rte_tcp_hdr header = syn_header;
	struct flow flow = { .flags = FLOW_STEADY, .tcp_watched = TCP_WATCHED };
	struct read_packet read;

	(void)state;
	for (unsigned int flags = 0; flags <= UINT8_MAX; flags++) {
		bool steady = (flags & (F | S | R | A)) == A;

		header.tcp_flags = (uint8_t)flags;
		packet_make(&read, &header, "", 0, 0, 20);
		flow.tcp_expected = flow.tcp_window = 1;
		assert_int_equal(tcp_is_steady(&read.packet, &flow), steady);
		assert_int_equal(flow.tcp_expected, steady ? 0x05060708 : 1);
		assert_int_equal(flow.tcp_window, steady ? 0x0a0b : 1);
		/* While a connection opens, nothing is. */
		flow.flags = 0;
		assert_false(tcp_is_steady(&read.packet, &flow));
		flow.flags = FLOW_STEADY;
		/* Of another protocol, everything is. */
		flow.tcp_watched = 0;
		assert_true(tcp_is_steady(&read.packet, &flow));
		flow.tcp_watched = TCP_WATCHED;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flags_that_contradict_one_another_are_invalid),
		cmocka_unit_test(only_a_syn_opens),
		cmocka_unit_test(the_machine),
		cmocka_unit_test(each_state_has_its_timer),
		cmocka_unit_test(rfc5382_req2_three_way_handshake),
		cmocka_unit_test(rfc5382_req2_simultaneous_open),
		cmocka_unit_test(rfc5382_req2_half_closed_for_long),
		cmocka_unit_test(rfc5382_req2_simultaneous_close),
		cmocka_unit_test(a_guess_opens_nothing),
		cmocka_unit_test(a_syn_with_data),
		cmocka_unit_test(rfc5961_3_a_reset_has_to_be_in_the_window),
		cmocka_unit_test(rfc5961_3_windows_wrap),
		cmocka_unit_test(rfc5961_3_windows_are_scaled_when_both_agree),
		cmocka_unit_test(rfc5961_3_a_refusal_acknowledges_the_syn),
		cmocka_unit_test(rfc5961_4_a_challenge_and_its_reset),
		cmocka_unit_test(rfc7857_2_2_a_reset_that_was_not_taken),
		cmocka_unit_test(a_connection_is_picked_up),
		cmocka_unit_test(segments_are_read),
		cmocka_unit_test(options_are_read_within_their_bounds),
		cmocka_unit_test(lengths_that_lie_are_not_believed),
		cmocka_unit_test(steady_packets_note_what_they_acknowledge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
