/* SPDX-License-Identifier: BSD-3-Clause */
#include "changing.h"
#include "dataplane/mapping.h"
#include "dataplane/recall.h"

/* The world's VIP ONE is of profile rfc; sessions are decided and remembered as workers do it. */

static int
mapped_setup(void **state)
{
	struct change *change;
	int rc = change_setup(state);

	if (rc != 0)
		return rc;
	change = *state;
	change->before.vips[ONE].rfc = change->after.vips[ONE].rfc = true;
	change->before.snapshot.mapped = change->after.snapshot.mapped = true;
	/* The owner of a port is asked for by its address. */
	for (uint32_t i = 0; i < 59; i++)
		change->before.pools[ONE].hosts[i] = change->after.pools[ONE].hosts[i] = HOST + i;
	return 0;
}

/* All sessions end: nothing may be left in the flow table, nor be counted. */
static int
mapped_teardown(void **state)
{
	struct change *change = *state;
	struct worker *worker = change->worker;
	struct snat_host_page none = { 0 };
	bool empty;

	for (uint32_t wait = 0; wait < 10; wait++) {
		worker->now_seconds += 1000;
		while (!session_expire(worker))
			continue;
	}
	empty = worker->sessions.flows.used == 0 &&
		worker->counters.snat_ports_taken == worker->counters.snat_ports_returned;
	for (unsigned int i = 0; i < SNAT_PAGE_HOSTS; i++)
		change->before.pools[ONE].host_page.hosts[i].exhausted = 0;
	empty = empty && memcmp(&change->before.pools[ONE].host_page, &none, sizeof(none)) == 0;
	return change_teardown(state) == 0 && empty ? 0 : -1;
}

#define MAPPED(test) cmocka_unit_test_setup_teardown(test, mapped_setup, mapped_teardown)

static enum drop_reason
open_session(struct change *change, struct flow_key key, struct flow **flow)
{
	struct decide_request request = { .key = key };
	struct decision decision;
	enum drop_reason reason;
	uint32_t index;

	recall_fill(change->worker, &request);
	decide(change->worker->snapshot, &request, &decision, 1);
	if (decision.verdict != VERDICT_SESSION)
		return decision.reason;
	reason = session_create(change->worker, &key, &decision, &index);
	if (reason == DROP_NONE && flow != NULL)
		*flow = flow_at(&change->worker->sessions.flows, index);
	return reason;
}

static uint16_t
outside_port(struct change *change, struct flow_key key)
{
	struct flow *flow = NULL;

	assert_int_equal(open_session(change, key, &flow), DROP_NONE);
	return rte_be_to_cpu_16(flow->source_port);
}

/* A block of 64 ports is 64 endpoints, each towards any number of destinations. */
static void
rfc4787_req3_no_port_is_shared(void **state)
{
	struct change *change = *state;
	bool taken[64] = { false };

	for (uint16_t i = 0; i < 20; i++) {
		uint16_t port = outside_port(change, world_key(APP, IPPROTO_UDP, HOST,
							       (uint16_t)(5000 + i), CLIENT, 53));

		assert_in_range(port, 1024, 1087);
		assert_false(taken[port - 1024]);
		taken[port - 1024] = true;
		assert_int_equal(outside_port(change, world_key(APP, IPPROTO_UDP, HOST,
								(uint16_t)(5000 + i), ROUTER, 99)),
				 port);
	}
	assert_int_equal(change->worker->counters.snat_ports_taken, 20);
}

static void
an_exhausted_block_serves_the_endpoints_that_have_a_port(void **state)
{
	struct change *change = *state;
	struct flow_key key = world_key(APP, IPPROTO_UDP, HOST, 0, CLIENT, 53);
	uint64_t tries;

	change->before.vips[ONE].snat.unit = 8;
	for (uint16_t i = 0; i < 8; i++) {
		key.source_port = rte_cpu_to_be_16((uint16_t)(5000 + i));
		assert_int_equal(open_session(change, key, NULL), DROP_NONE);
	}
	key.source_port = RTE_BE16(6000);
	assert_int_equal(open_session(change, key, NULL), DROP_snat_ports_exhausted);
	tries = change->worker->snat.tries;
	/* Whatever it goes to: no port is looked at. */
	for (uint32_t i = 0; i < 20; i++) {
		key.destination = rte_cpu_to_be_32(CLIENT + i);
		assert_int_equal(open_session(change, key, NULL), DROP_snat_ports_exhausted);
	}
	assert_int_equal(change->worker->snat.tries, tries);
	key.source_port = RTE_BE16(5003);
	assert_int_equal(open_session(change, key, NULL), DROP_NONE);
}

static void
only_who_was_sent_to_comes_in(void **state)
{
	struct change *change = *state;
	uint16_t port = outside_port(change, world_key(APP, IPPROTO_UDP, HOST, 5000, CLIENT, 53));
	struct flow_key inward = world_key(ZONE_FABRIC, IPPROTO_UDP, CLIENT, 99, ADDRESS_ONE, port);
	struct flow *flow = NULL;

	assert_int_equal(open_session(change, inward, &flow), DROP_NONE);
	assert_int_equal(rte_be_to_cpu_32(flow->destination), HOST);
	assert_int_equal(rte_be_to_cpu_16(flow->destination_port), 5000);
	inward.source = rte_cpu_to_be_32(CLIENT + 1);
	assert_int_equal(open_session(change, inward, NULL), DROP_vip_filtered);
	inward.protocol = IPPROTO_TCP;
	assert_int_equal(open_session(change, inward, NULL), DROP_vip_session_missing);
	/* Not by a VIP that has no mappings any more. */
	change->before.vips[ONE].rfc = false;
	inward = world_key(ZONE_FABRIC, IPPROTO_UDP, CLIENT, 98, ADDRESS_ONE, port);
	assert_int_equal(open_session(change, inward, NULL), DROP_vip_session_missing);
	change->before.vips[ONE].rfc = true;
	/* Nor by a port that another host has now. */
	change->before.pools[ONE].hosts[0] = HOST + 100;
	assert_int_equal(open_session(change, inward, NULL), DROP_vip_session_missing);
}

/* What came in by a mapping goes on while the mapping may have its port, and ends with it. */
static void
sessions_by_a_mapping_are_decided_again(void **state)
{
	struct change *change = *state;
	uint16_t port = outside_port(change, world_key(APP, IPPROTO_UDP, HOST, 5000, CLIENT, 53));
	struct flow_key inward = world_key(ZONE_FABRIC, IPPROTO_UDP, CLIENT, 99, ADDRESS_ONE, port);

	assert_int_equal(open_session(change, inward, NULL), DROP_NONE);
	change->worker->snapshot = &change->after.snapshot;
	decide_again(change, flow_of(change, inward));
	assert_non_null(flow_of(change, inward));
	assert_int_equal(flow_of(change, inward)->decided_from,
			 change->after.snapshot.decided_from);

	change->after.snapshot.decided_from++;
	change->after.pools[ONE].units[port / SNAT_CHUNK_PORTS] = SNAT_UNIT_NONE;
	decide_again(change, flow_of(change, inward));
	assert_null(flow_of(change, inward));
}

/* A session that can not be made leaves nothing behind, whichever of its entries had no room. */
static void
a_full_table_leaves_no_mapping(void **state)
{
	enum {
		ENTRIES = 5 /* two of the mapping, one that lets the peer in, two of the session */
	};
	struct change *change = *state;
	struct flow_table *flows = &change->worker->sessions.flows;
	struct flow_key filler = flows_fill(flows);
	struct flow_key key = world_key(APP, IPPROTO_UDP, HOST, 0, CLIENT, 53);
	uint32_t filled = flows->used;

	for (uint16_t room = 0; room <= ENTRIES; room++) {
		struct flow *flow = NULL;
		enum drop_reason reason;

		key.source_port = rte_cpu_to_be_16(room);
		reason = open_session(change, key, &flow);
		if (room < ENTRIES) {
			assert_int_equal(reason, DROP_session_table_full);
			assert_int_equal(flows->used, filled - room);
			flows_make_room(flows, &filler);
		} else {
			assert_int_equal(reason, DROP_NONE);
			assert_int_equal(flows->used, filled);
			session_end(change->worker, flow->session);
			assert_int_equal(flows->used, filled - room);
		}
	}
	while (flows->used > 0)
		flows_make_room(flows, &filler);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		MAPPED(rfc4787_req3_no_port_is_shared),
		MAPPED(an_exhausted_block_serves_the_endpoints_that_have_a_port),
		MAPPED(only_who_was_sent_to_comes_in),
		MAPPED(sessions_by_a_mapping_are_decided_again),
		MAPPED(a_full_table_leaves_no_mapping),
	};

	test_eal_start("512");
	return cmocka_run_group_tests(tests, fabric_setup, fabric_teardown);
}
