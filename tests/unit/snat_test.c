/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <rte_memory.h>

#include "dataplane/snat.h"
#include "eal.h"

enum {
	ENTRIES = 4096
};

static const uint16_t starts[] = { 1024, 1040, 2000 };
static const struct snat_ports pool = { .unit = 8, .unit_count = 3, .starts = starts };

static struct flow_key
reply_from(uint32_t peer)
{
	return (struct flow_key){
		.source = peer,
		.destination = 7,
		.source_port = 443,
		.protocol = 6,
		.family = 4,
	};
}

/* Draws and takes a port towards a peer; 0: none was free. Host order. */
static uint16_t
draw(struct flow_table *flows, struct snat *snat, const struct decision *decision, uint32_t peer)
{
	struct flow_key reply = reply_from(peer);

	if (!snat_port_draw(snat, flows, &pool, decision, &reply))
		return 0;
	assert_int_not_equal(flow_insert(flows, &reply), FLOW_NONE);
	return rte_be_to_cpu_16(reply.destination_port);
}

static void
an_empty_pool_has_no_port(void **state)
{
	const struct decision none = { .unit_count = 0 };
	struct snat snat = { .secret = 1 };
	struct flow_table flows;

	(void)state;
	assert_int_equal(flow_table_init(&flows, ENTRIES, 1, SOCKET_ID_ANY), 0);
	assert_int_equal(draw(&flows, &snat, &none, 1), 0);
	flow_table_release(&flows);
}

static void
a_block_serves_each_destination_once_per_port(void **state)
{
	const struct decision block = { .first_unit = 1, .unit_count = 1 };
	struct snat snat = { .secret = 1 };
	struct flow_table flows;

	(void)state;
	assert_int_equal(flow_table_init(&flows, ENTRIES, 1, SOCKET_ID_ANY), 0);
	for (uint32_t peer = 1; peer <= 3; peer++) {
		uint16_t taken = 0;

		for (unsigned int i = 0; i < 8; i++) {
			uint16_t port = draw(&flows, &snat, &block, peer);

			assert_in_range(port, 1040, 1047);
			taken |= (uint16_t)(1U << (port - 1040));
		}
		assert_int_equal(taken, 0xff);
		assert_int_equal(draw(&flows, &snat, &block, peer), 0);
	}
	flow_table_release(&flows);
}

static void
on_demand_draws_from_every_unit(void **state)
{
	const struct decision all = { .first_unit = 0, .unit_count = 3 };
	struct snat snat = { .secret = 1 };
	struct flow_table flows;
	unsigned int units[3] = { 0 };

	(void)state;
	assert_int_equal(flow_table_init(&flows, ENTRIES, 1, SOCKET_ID_ANY), 0);
	for (unsigned int i = 0; i < 24; i++) {
		uint16_t port = draw(&flows, &snat, &all, 1);

		units[port >= 2000 ? 2 : port >= 1040 ? 1 : 0]++;
	}
	assert_int_equal(units[0], 8);
	assert_int_equal(units[1], 8);
	assert_int_equal(units[2], 8);
	assert_int_equal(draw(&flows, &snat, &all, 1), 0);
	flow_table_release(&flows);
}

/* A search in vain is not made again, until it could go better. */
static void
exhaustion_is_remembered_until_a_port_is_given_back(void **state)
{
	const struct decision block = { .first_unit = 1, .unit_count = 1 };
	struct snat snat = { .secret = 1 };
	struct flow_key reply = reply_from(1);
	struct flow_table flows;

	(void)state;
	assert_int_equal(flow_table_init(&flows, ENTRIES, 1, SOCKET_ID_ANY), 0);
	for (unsigned int i = 0; i < 8; i++)
		assert_int_not_equal(draw(&flows, &snat, &block, 1), 0);
	assert_int_equal(draw(&flows, &snat, &block, 1), 0);

	/* Behind its back a port becomes free: it does not look. */
	reply.destination_port = rte_cpu_to_be_16(1043);
	flow_remove(&flows, flow_find(&flows, &reply, flow_hash(&flows, &reply)));
	assert_int_equal(draw(&flows, &snat, &block, 1), 0);
	/* Other destinations and other blocks are not concerned. */
	assert_in_range(draw(&flows, &snat, &block, 2), 1040, 1047);

	snat_port_return(&snat, reply);
	assert_int_equal(draw(&flows, &snat, &block, 1), 1043);

	assert_int_equal(draw(&flows, &snat, &block, 1), 0);
	flow_remove(&flows, flow_find(&flows, &reply, flow_hash(&flows, &reply)));
	snat_forget(&snat);
	assert_int_equal(draw(&flows, &snat, &block, 1), 1043);
	flow_table_release(&flows);
}

/* rfc6056: the ports of one connection's peer tell nothing of the next one's. */
static void
the_order_depends_on_the_secret_alone(void **state)
{
	const struct decision all = { .first_unit = 0, .unit_count = 3 };
	uint16_t order[3][24];
	const uint64_t secrets[3] = { 1, 1, 2 };

	(void)state;
	for (unsigned int round = 0; round < 3; round++) {
		struct snat snat = { .secret = secrets[round] };
		struct flow_table flows;

		assert_int_equal(flow_table_init(&flows, ENTRIES, 1, SOCKET_ID_ANY), 0);
		for (unsigned int i = 0; i < 24; i++)
			order[round][i] = draw(&flows, &snat, &all, i + 1);
		flow_table_release(&flows);
	}
	assert_memory_equal(order[0], order[1], sizeof(order[0]));
	assert_memory_not_equal(order[0], order[2], sizeof(order[0]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_pool_has_no_port),
		cmocka_unit_test(a_block_serves_each_destination_once_per_port),
		cmocka_unit_test(on_demand_draws_from_every_unit),
		cmocka_unit_test(exhaustion_is_remembered_until_a_port_is_given_back),
		cmocka_unit_test(the_order_depends_on_the_secret_alone),
	};

	test_eal_start("32");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
