/* SPDX-License-Identifier: BSD-3-Clause */
#include "connecting.h"

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

/* A SYN without the window scale option, and no answer to it yet: the window is as it stands there.
 */
static void
before_the_other_syn_windows_are_not_shifted(void **state)
{
	struct connection connection;

	(void)state;
	connection_begin(&connection);
	says(&connection, FORWARD, S, 999, 0, 8191);
	says(&connection, FORWARD, A, 1000, 5000, 8191);
	assert_int_equal(says(&connection, REVERSE, R, 5000 + 8192, 0, 0), TCP_STATE_SYN_SENT);
	assert_int_equal(says(&connection, REVERSE, R, 5000 + 8191, 0, 0), TCP_STATE_REFUSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc5961_3_a_reset_has_to_be_in_the_window),
		cmocka_unit_test(rfc5961_3_windows_wrap),
		cmocka_unit_test(rfc5961_3_windows_are_scaled_when_both_agree),
		cmocka_unit_test(rfc5961_3_a_refusal_acknowledges_the_syn),
		cmocka_unit_test(rfc5961_4_a_challenge_and_its_reset),
		cmocka_unit_test(rfc7857_2_2_a_reset_that_was_not_taken),
		cmocka_unit_test(before_the_other_syn_windows_are_not_shifted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
