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
static const uint16_t shares[] = { 0, 1, 3 }; /* of workers 0 and 1, on demand */
static const struct snat_ports blocks = { .unit = 8, .unit_count = 3, .starts = starts };
static const struct snat_ports demand = {
	.on_demand = true, .unit = 8, .unit_count = 3, .starts = starts, .shares = shares
};

static struct snat_host_page host_pages[2];
static struct snat_chunk_page chunk_pages[2];
static const struct snat_usage usage = { .hosts = { host_pages }, .chunks = { chunk_pages } };

/* Nothing is in use. Ports up to 2047 have counters, for two workers. */
static const struct snat_usage *
counting_make(void)
{
	memset(host_pages, 0, sizeof(host_pages));
	memset(chunk_pages, 0, sizeof(chunk_pages));
	return &usage;
}

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
draw_from(const struct snat_ports *pool, struct flow_table *flows, struct snat *snat,
	  const struct decision *decision, uint32_t peer)
{
	struct flow_key reply = reply_from(peer);

	if (!snat_port_draw(snat, flows, pool, decision, &reply))
		return 0;
	assert_int_not_equal(flow_insert(flows, &reply), FLOW_NONE);
	return rte_be_to_cpu_16(reply.destination_port);
}

static uint16_t
draw(struct flow_table *flows, struct snat *snat, const struct decision *decision, uint32_t peer)
{
	return draw_from(&blocks, flows, snat, decision, peer);
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

/* A worker draws from every chunk of its own, and from no other one's. */
static void
on_demand_workers_draw_from_their_share(void **state)
{
	const struct decision all = { .first_unit = 0, .unit_count = 3 };
	struct flow_table flows;

	(void)state;
	assert_int_equal(flow_table_init(&flows, ENTRIES, 1, SOCKET_ID_ANY), 0);
	for (uint16_t worker = 0; worker < 2; worker++) {
		struct snat snat = { .secret = 1, .worker = worker };
		unsigned int units[3] = { 0 };

		for (unsigned int i = 0; i < (worker == 0 ? 8 : 16); i++) {
			uint16_t port = draw_from(&demand, &flows, &snat, &all, 1);

			units[port >= 2000 ? 2 : port >= 1040 ? 1 : 0]++;
		}
		assert_int_equal(units[0], worker == 0 ? 8 : 0);
		assert_int_equal(units[1], worker == 0 ? 0 : 8);
		assert_int_equal(units[2], worker == 0 ? 0 : 8);
		assert_int_equal(draw_from(&demand, &flows, &snat, &all, 1), 0);
	}
	flow_table_release(&flows);
}

/* Who comes for an exhausted pool again and again costs a look-up, and no search. */
static void
an_exhausted_pool_is_searched_once(void **state)
{
	const struct decision all = { .first_unit = 0, .unit_count = 3 };
	struct snat snat = { .secret = 1 };
	struct flow_key reply = reply_from(1);
	struct flow_table flows;
	uint64_t tries;

	(void)state;
	assert_int_equal(flow_table_init(&flows, ENTRIES, 1, SOCKET_ID_ANY), 0);
	for (unsigned int i = 0; i < 24; i++)
		assert_int_not_equal(draw(&flows, &snat, &all, 1), 0);
	tries = snat.tries;
	assert_int_equal(draw(&flows, &snat, &all, 1), 0);
	assert_int_equal(snat.tries - tries, 24);
	tries = snat.tries;
	for (unsigned int i = 0; i < 1000; i++)
		assert_int_equal(draw(&flows, &snat, &all, 1), 0);
	assert_int_equal(snat.tries, tries);
	/* A first port elsewhere is found at once. */
	assert_int_not_equal(draw(&flows, &snat, &all, 2), 0);
	assert_int_equal(snat.tries - tries, 1);

	/* One search for each port that is given back. */
	tries = snat.tries;
	reply.destination_port = rte_cpu_to_be_16(2003);
	flow_remove(&flows, flow_find(&flows, &reply));
	snat_forget(&snat);
	assert_int_equal(draw(&flows, &snat, &all, 1), 2003);
	assert_in_range(snat.tries - tries, 1, 24);
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
	flow_remove(&flows, flow_find(&flows, &reply));
	assert_int_equal(draw(&flows, &snat, &block, 1), 0);
	/* Other destinations and other blocks are not concerned. */
	assert_in_range(draw(&flows, &snat, &block, 2), 1040, 1047);

	snat_port_return(&snat, counting_make(), 0, reply);
	assert_int_equal(draw(&flows, &snat, &block, 1), 1043);

	assert_int_equal(draw(&flows, &snat, &block, 1), 0);
	flow_remove(&flows, flow_find(&flows, &reply));
	snat_forget(&snat);
	assert_int_equal(draw(&flows, &snat, &block, 1), 1043);
	flow_table_release(&flows);
}

/* What waits for an inbound rule is not drawn, though it is free. */
static void
reserved_ports_are_not_drawn(void **state)
{
	static struct snat_reserved reserved = { .some = 1 };
	struct snat_ports pool = blocks;
	const struct decision all = { .first_unit = 0, .unit_count = 3 };
	struct snat snat = { .secret = 1 };
	struct flow_table flows;

	(void)state;
	reserved.chunks[1040 / 8 / 64] = 1ULL << 1040 / 8 % 64;
	pool.reserved = &reserved;
	assert_int_equal(flow_table_init(&flows, ENTRIES, 1, SOCKET_ID_ANY), 0);
	for (unsigned int i = 0; i < 16; i++) {
		uint16_t port = draw_from(&pool, &flows, &snat, &all, 1);

		assert_true((port >= 1024 && port <= 1031) || (port >= 2000 && port <= 2007));
	}
	assert_int_equal(draw_from(&pool, &flows, &snat, &all, 1), 0);
	flow_table_release(&flows);
}

/* Counted for the worker, at the host's place and the port's chunk. */
static void
what_is_in_use_is_counted(void **state)
{
	struct snat snat = { .secret = 1, .worker = 1 };
	struct flow_key reply = reply_from(1);
	const struct snat_host_usage *host;

	(void)state;
	counting_make();
	host = snat_usage_host(&usage, 1, 7);
	reply.destination_port = rte_cpu_to_be_16(1047);
	snat_port_take(&snat, &usage, 7, &reply);
	reply.protocol = 17;
	snat_port_take(&snat, &usage, 7, &reply);
	reply.protocol = 1;
	snat_port_take(&snat, &usage, 7, &reply);
	assert_int_equal(host->ports[SNAT_TCP], 1);
	assert_int_equal(host->ports[SNAT_UDP], 1);
	assert_int_equal(host->ports[SNAT_ICMP], 1);
	assert_int_equal(*snat_usage_chunk(&usage, 1, 1040), 3);
	assert_int_equal(*snat_usage_chunk(&usage, 1, 1039), 0);
	assert_int_equal(*snat_usage_chunk(&usage, 0, 1040), 0);
	snat_count_exhausted(&snat, &usage, 7);
	assert_int_equal(host->exhausted, 1);

	snat_port_return(&snat, &usage, 7, reply);
	reply.protocol = 6;
	snat_port_return(&snat, &usage, 7, reply);
	assert_int_equal(host->ports[SNAT_TCP], 0);
	assert_int_equal(host->ports[SNAT_UDP], 1);
	assert_int_equal(host->ports[SNAT_ICMP], 0);
	assert_int_equal(*snat_usage_chunk(&usage, 1, 1040), 1);
	assert_true(snat_host_in_use(host));
}

/* RFC 4787 REQ-2: by the VIP that its sessions have, of those that its subnet has. */
static void
a_host_is_paired_while_it_has_sessions(void **state)
{
	const struct snapshot_subnet subnets[] = {
		{ 0 },
		{ .prefix = 0x0a000100, .vip_count = 2, .vips = { { 1, 0 }, { 0, 2 } } },
	};
	const struct snapshot_vip vips[] = { { .snat.host_count = 20 }, { .snat.host_count = 5 } };
	static struct snat_host_page others[2];
	const struct snat_usage other = { .hosts = { others } };
	const struct snat_usage *const usages[] = { &usage, &other };
	const struct snapshot snapshot = { .subnets = subnets, .vips = vips, .usage = usages };
	struct snat snat = { .secret = 1, .worker = 1 };

	(void)state;
	counting_make();
	assert_int_equal(snat_paired_vip(&snat, &snapshot, 1, RTE_BE32(0x0a000106)), VIP_NONE);
	host_pages[1].hosts[4].ports[SNAT_UDP] = 1; /* 10.0.1.6 is third of its subnet */
	assert_int_equal(snat_paired_vip(&snat, &snapshot, 1, RTE_BE32(0x0a000106)), 0);
	assert_int_equal(snat_paired_vip(&snat, &snapshot, 1, RTE_BE32(0x0a000107)), VIP_NONE);
	others[1].hosts[2].ports[SNAT_TCP] = 1;
	assert_int_equal(snat_paired_vip(&snat, &snapshot, 1, RTE_BE32(0x0a000106)), 1);
	/* What another worker has does not count, and addresses that no host has have no place. */
	host_pages[0].hosts[3].ports[SNAT_UDP] = 1;
	assert_int_equal(snat_paired_vip(&snat, &snapshot, 1, RTE_BE32(0x0a000105)), VIP_NONE);
	assert_int_equal(snat_paired_vip(&snat, &snapshot, 1, RTE_BE32(0x0a000101)), VIP_NONE);
}

/* The ports of one connection's peer tell nothing of the next one's. */
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

enum {
	PORTS = 64,
	ROUNDS = 640,
};

/*
 * 63 degrees of freedom: 99.99 % of uniform choices stay below 113, and few below 25, which would
 * be too even to be true.
 */
static void
expect_uniform(const unsigned int *counts)
{
	double expected = (double)ROUNDS / PORTS, sum = 0;

	for (unsigned int i = 0; i < PORTS; i++)
		sum += (counts[i] - expected) * (counts[i] - expected) / expected;
	assert_true(sum > 25 && sum < 113);
}

/*
 * A port that is alone free to be chosen again and again: the first choice, and the step from one
 * choice to the next, are uniform, towards one destination and towards many.
 */
static void
rfc6056_choice_is_unguessable(void **state)
{
	static const uint16_t first[] = { 1024 };
	const struct snat_ports pool = { .unit = PORTS, .unit_count = 1, .starts = first };
	const struct decision block = { .unit_count = 1 };

	(void)state;
	for (uint32_t step = 0; step < 2; step++) {
		unsigned int choices[PORTS] = { 0 }, steps[PORTS] = { 0 };
		struct snat snat = { .secret = 20260101 };
		struct flow_table flows;
		uint16_t before = 1024;

		assert_int_equal(flow_table_init(&flows, ENTRIES, 1, SOCKET_ID_ANY), 0);
		for (unsigned int i = 0; i < ROUNDS; i++) {
			struct flow_key reply = reply_from(1 + step * i);
			uint16_t port;

			assert_true(snat_port_draw(&snat, &flows, &pool, &block, &reply));
			port = rte_be_to_cpu_16(reply.destination_port);
			choices[port - 1024]++;
			steps[(port - before + PORTS) % PORTS]++;
			before = port;
		}
		expect_uniform(choices);
		expect_uniform(steps);
		flow_table_release(&flows);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_pool_has_no_port),
		cmocka_unit_test(a_block_serves_each_destination_once_per_port),
		cmocka_unit_test(on_demand_workers_draw_from_their_share),
		cmocka_unit_test(an_exhausted_pool_is_searched_once),
		cmocka_unit_test(exhaustion_is_remembered_until_a_port_is_given_back),
		cmocka_unit_test(reserved_ports_are_not_drawn),
		cmocka_unit_test(what_is_in_use_is_counted),
		cmocka_unit_test(a_host_is_paired_while_it_has_sessions),
		cmocka_unit_test(the_order_depends_on_the_secret_alone),
		cmocka_unit_test(rfc6056_choice_is_unguessable),
	};

	test_eal_start("32");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
