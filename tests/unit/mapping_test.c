/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/mapping.h"

#include "changing.h"

static const struct mapping_key outside = {
	.protocol = IPPROTO_UDP,
	.vip = RTE_BE32(ADDRESS_ONE),
	.port = RTE_BE16(1030),
};
static const struct mapping_owner owner_of = {
	.address = RTE_BE32(HOST),
	.port = RTE_BE16(5000),
	.zone = APP,
	.vip = ONE,
	.host = 3,
};

static struct flow_table *
flows_of(const struct change *change)
{
	return &change->worker->sessions.flows;
}

static uint16_t
port_of(const struct change *change, uint8_t protocol, uint32_t vip, struct mapping_owner owner)
{
	return rte_be_to_cpu_16(
		mapping_find_port(flows_of(change), protocol, rte_cpu_to_be_32(vip), &owner));
}

static void
what_was_never_made_is_not_there(void **state)
{
	struct change *change = *state;
	struct mapping_owner owner;

	assert_int_equal(port_of(change, IPPROTO_UDP, ADDRESS_ONE, owner_of), 0);
	assert_false(mapping_find_owner(flows_of(change), &outside, &owner));
	assert_false(mapping_lets_in(flows_of(change), &outside, RTE_BE32(CLIENT)));
	mapping_return(change->worker, &outside);
	mapping_close(flows_of(change), &outside, RTE_BE32(CLIENT));
	assert_int_equal(flows_of(change)->used, 0);
}

/* Found from both ends, and by nothing that differs in anything. */
static void
both_ends_lead_to_each_other(void **state)
{
	struct change *change = *state;
	struct mapping_key wrong = outside;
	struct mapping_owner owner;

	assert_true(mapping_take(change->worker, &outside, &owner_of));
	assert_int_equal(port_of(change, IPPROTO_UDP, ADDRESS_ONE, owner_of), 1030);
	assert_true(mapping_find_owner(flows_of(change), &outside, &owner));
	assert_int_equal(owner.address, owner_of.address);
	assert_int_equal(owner.port, owner_of.port);
	assert_int_equal(owner.zone, APP);
	assert_int_equal(owner.vip, ONE);
	assert_int_equal(owner.host, 3);

	assert_int_equal(port_of(change, IPPROTO_TCP, ADDRESS_ONE, owner_of), 0);
	assert_int_equal(port_of(change, IPPROTO_UDP, ADDRESS_TWO, owner_of), 0);
	owner.zone = TEST;
	assert_int_equal(port_of(change, IPPROTO_UDP, ADDRESS_ONE, owner), 0);
	owner = owner_of;
	owner.port = RTE_BE16(5001);
	assert_int_equal(port_of(change, IPPROTO_UDP, ADDRESS_ONE, owner), 0);
	wrong.protocol = IPPROTO_TCP;
	assert_false(mapping_find_owner(flows_of(change), &wrong, &owner));
	wrong = outside;
	wrong.port = RTE_BE16(1031);
	assert_false(mapping_find_owner(flows_of(change), &wrong, &owner));
	mapping_return(change->worker, &outside);
}

static void
it_lasts_as_long_as_its_sessions(void **state)
{
	struct change *change = *state;
	const struct snat_host_usage *usage =
		&change->before.pools[ONE].host_page.hosts[owner_of.host];

	for (unsigned int i = 0; i < 3; i++)
		assert_true(mapping_take(change->worker, &outside, &owner_of));
	assert_int_equal(flows_of(change)->used, 2);
	assert_int_equal(usage->ports[SNAT_UDP], 1);
	assert_int_equal(change->worker->counters.snat_ports_taken, 1);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(port_of(change, IPPROTO_UDP, ADDRESS_ONE, owner_of), 1030);
		mapping_return(change->worker, &outside);
	}
	assert_int_equal(port_of(change, IPPROTO_UDP, ADDRESS_ONE, owner_of), 0);
	assert_int_equal(flows_of(change)->used, 0);
	assert_int_equal(usage->ports[SNAT_UDP], 0);
	assert_int_equal(change->worker->counters.snat_ports_returned, 1);
}

static void
addresses_are_let_in_while_there_are_sessions_with_them(void **state)
{
	struct change *change = *state;
	struct mapping_key other = outside;

	other.port = RTE_BE16(1031);
	for (unsigned int i = 0; i < 2; i++)
		assert_true(mapping_open(flows_of(change), &outside, RTE_BE32(CLIENT)));
	assert_true(mapping_open(flows_of(change), &outside, RTE_BE32(ROUTER)));
	assert_int_equal(flows_of(change)->used, 2);
	assert_false(mapping_lets_in(flows_of(change), &other, RTE_BE32(CLIENT)));
	assert_false(mapping_lets_in(flows_of(change), &outside, RTE_BE32(CLIENT + 1)));
	for (unsigned int i = 0; i < 2; i++) {
		assert_true(mapping_lets_in(flows_of(change), &outside, RTE_BE32(CLIENT)));
		mapping_close(flows_of(change), &outside, RTE_BE32(CLIENT));
	}
	assert_false(mapping_lets_in(flows_of(change), &outside, RTE_BE32(CLIENT)));
	assert_true(mapping_lets_in(flows_of(change), &outside, RTE_BE32(ROUTER)));
	mapping_close(flows_of(change), &outside, RTE_BE32(ROUTER));
	assert_int_equal(flows_of(change)->used, 0);
}

/* A full table makes nothing, and leaves nothing of what it began. */
static void
a_full_table_makes_no_mapping(void **state)
{
	struct change *change = *state;
	struct flow_table *flows = flows_of(change);
	struct flow_key filler = flows_fill(flows);
	uint32_t before = flows->used;
	unsigned int made = 0;

	/* A key whose place is free needs none of the overflow that is used up. */
	for (uint16_t port = 1024; port < 1524; port++) {
		struct mapping_key key = outside;
		struct mapping_owner owner = owner_of;

		key.port = rte_cpu_to_be_16(port);
		owner.port = key.port;
		if (mapping_take(change->worker, &key, &owner)) {
			made++;
			mapping_return(change->worker, &key);
		}
		assert_int_equal(flows->used, before);
	}
	assert_in_range(made, 0, 499);
	while (flows->used > 0)
		flows_make_room(flows, &filler);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CHANGE(what_was_never_made_is_not_there),
		WITH_CHANGE(both_ends_lead_to_each_other),
		WITH_CHANGE(it_lasts_as_long_as_its_sessions),
		WITH_CHANGE(addresses_are_let_in_while_there_are_sessions_with_them),
		WITH_CHANGE(a_full_table_makes_no_mapping),
	};

	test_eal_start("512");
	return cmocka_run_group_tests(tests, fabric_setup, fabric_teardown);
}
