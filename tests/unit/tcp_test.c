/* SPDX-License-Identifier: BSD-3-Clause */
#include "connecting.h"

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
#define XSYN TCP_STATE_CROSSED
#define CACK TCP_STATE_CROSSED_ACKED
#define RECV TCP_STATE_SYN_RECEIVED
#define REFU TCP_STATE_REFUSED
#define OPEN TCP_STATE_ESTABLISHED
#define FCLO TCP_STATE_FORWARD_CLOSED
#define RCLO TCP_STATE_REVERSE_CLOSED
#define ENDS TCP_STATE_CLOSING
#define RSET TCP_STATE_RESET
#define ANEW TCP_STATE_ANEW

/* Every state and event. */
static void
the_machine(void **state)
{
	static const uint8_t after[TCP_STATES][2][TCP_KINDS] = {
		/*         forward: SYN SYN+ACK ACK FIN RST         reverse: the same */
		[NEW] = { { SENT, NEW, PICK, PICK, NEW }, { NEW, NEW, NEW, NEW, NEW } },
		[SENT] = { { SENT, SENT, SENT, SENT, REFU }, { XSYN, RECV, SENT, SENT, REFU } },
		[PICK] = { { SENT, PICK, PICK, PICK, REFU }, { PICK, PICK, OPEN, RCLO, REFU } },
		[XSYN] = { { XSYN, CACK, CACK, XSYN, REFU }, { XSYN, RECV, RECV, XSYN, REFU } },
		[CACK] = { { CACK, CACK, CACK, CACK, REFU }, { CACK, OPEN, OPEN, RCLO, REFU } },
		[RECV] = { { RECV, OPEN, OPEN, FCLO, REFU }, { RECV, RECV, RECV, RECV, REFU } },
		[REFU] = { { ANEW, REFU, REFU, REFU, REFU }, { ANEW, REFU, REFU, REFU, REFU } },
		[OPEN] = { { OPEN, OPEN, OPEN, FCLO, RSET }, { OPEN, OPEN, OPEN, RCLO, RSET } },
		[FCLO] = { { FCLO, FCLO, FCLO, FCLO, RSET }, { FCLO, FCLO, FCLO, ENDS, RSET } },
		[RCLO] = { { RCLO, RCLO, RCLO, ENDS, RSET }, { RCLO, RCLO, RCLO, RCLO, RSET } },
		[ENDS] = { { ANEW, ENDS, ENDS, ENDS, ENDS }, { ANEW, ENDS, ENDS, ENDS, ENDS } },
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
		[XSYN] = { TCP_PHASE_OPENING, false, false },
		[CACK] = { TCP_PHASE_OPENING, false, false },
		[RECV] = { TCP_PHASE_OPENING, false, false },
		[REFU] = { TCP_PHASE_RESET, false, false },
		[OPEN] = { TCP_PHASE_OPEN, true, true },
		[FCLO] = { TCP_PHASE_OPEN, true, true },
		[RCLO] = { TCP_PHASE_OPEN, true, true },
		[ENDS] = { TCP_PHASE_CLOSING, true, true },
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
		cmocka_unit_test(a_connection_is_picked_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
