/* SPDX-License-Identifier: BSD-3-Clause */
#include "changing.h"

/* What becomes of the sessions of VIPs that are gone, without a packet of theirs. */

static void
vip_lost(struct change *change)
{
	change->worker->snapshot = &change->after.snapshot;
	change->after.snapshot.vip_losses++;
}

static void
held_let_go(struct change *change)
{
	change->worker->now_seconds += 70; /* the longest hold-down is 65 s */
	while (!session_expire(change->worker))
		;
	assert_int_equal(change->worker->counters.sessions_held, 0);
}

static void
without_a_loss_nothing_ends(void **state)
{
	struct change *change = *state;

	session_open(change, outbound(IPPROTO_TCP));
	/* A sweep looks where it was told to: this is nothing that a snapshot says. */
	change->after.vips[ONE].present = false;
	change->worker->snapshot = &change->after.snapshot;
	assert_true(session_sweep(change->worker));
	assert_non_null(flow_of(change, outbound(IPPROTO_TCP)));
}

static void
sessions_of_a_vip_that_is_removed_end(void **state)
{
	struct change *change = *state;

	session_open(change, inside());
	session_open(change, outbound(IPPROTO_TCP));
	session_open(change, inbound(IPPROTO_TCP, 443));
	change->after.snapshot.hold_downs.fin = 65;
	change->after.vips[ONE].present = false;
	vip_lost(change);
	while (!session_sweep(change->worker))
		;
	assert_non_null(flow_of(change, inside()));
	assert_null(flow_of(change, outbound(IPPROTO_TCP)));
	assert_null(flow_of(change, inbound(IPPROTO_TCP, 443)));
	/* The port of the outbound one is held. */
	assert_int_equal(change->worker->counters.sessions_held, 1);
	/* A held one is over already. */
	vip_lost(change);
	while (!session_sweep(change->worker))
		;
	assert_int_equal(change->worker->counters.sessions_ended, 2);
	held_let_go(change);
}

/* By the callee's VIP and by the caller's. */
static void
sessions_of_a_vip_that_is_moved_end(void **state)
{
	struct change *change = *state;

	session_open(change, hairpin());
	session_open(change, outbound(IPPROTO_UDP));
	change->after.vips[TWO].network ^= 1;
	vip_lost(change);
	while (!session_sweep(change->worker))
		;
	assert_null(flow_of(change, hairpin()));
	assert_non_null(flow_of(change, outbound(IPPROTO_UDP)));
	held_let_go(change);
}

static void
a_call_looks_at_so_many_and_a_loss_begins_anew(void **state)
{
	const uint32_t calls = 62; /* that look at 16 of the table's 1000 records */
	struct change *change = *state;

	vip_lost(change);
	for (uint32_t i = 0; i < calls; i++)
		assert_false(session_sweep(change->worker));
	session_open(change, outbound(IPPROTO_TCP));
	change->worker->snapshot = &change->after.snapshot;
	change->after.vips[ONE].present = false;
	vip_lost(change);
	for (uint32_t i = 0; i < calls; i++)
		assert_false(session_sweep(change->worker));
	assert_true(session_sweep(change->worker));
	assert_true(session_sweep(change->worker));
	assert_null(flow_of(change, outbound(IPPROTO_TCP)));
	held_let_go(change);
}

/* Where many are the VIP's, a call is as short. */
static void
a_call_ends_so_many(void **state)
{
	struct change *change = *state;
	struct flow_key key = outbound(IPPROTO_UDP);

	for (uint16_t port = 1; port <= 9; port++) {
		key.destination_port = rte_cpu_to_be_16(port);
		session_open(change, key);
	}
	change->after.snapshot.hold_downs.udp = 0;
	change->after.vips[ONE].present = false;
	vip_lost(change);
	assert_false(session_sweep(change->worker));
	assert_int_equal(change->worker->counters.sessions_ended, 4);
	assert_false(session_sweep(change->worker));
	assert_int_equal(change->worker->counters.sessions_ended, 8);
	assert_false(session_sweep(change->worker));
	assert_int_equal(change->worker->counters.sessions_ended, 9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CHANGE(without_a_loss_nothing_ends),
		WITH_CHANGE(sessions_of_a_vip_that_is_removed_end),
		WITH_CHANGE(sessions_of_a_vip_that_is_moved_end),
		WITH_CHANGE(a_call_looks_at_so_many_and_a_loss_begins_anew),
		WITH_CHANGE(a_call_ends_so_many),
	};

	test_eal_start("512");
	return cmocka_run_group_tests(tests, fabric_setup, fabric_teardown);
}
