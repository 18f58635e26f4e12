/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <rte_common.h>

#include "bytes.h"
#include "dataplane/endpoint.h"
#include "eal.h"

#define HOST     RTE_BE32(IP4(10, 0, 1, 4))
#define NEIGHBOR RTE_BE32(IP4(10, 0, 1, 5))

static void
ports_that_end_before_they_begin_are_refused(void **state)
{
	const struct endpoint wrong = { .address = HOST, .first_port = 2, .last_port = 1 };

	(void)state;
	errno = 0;
	assert_null(endpoint_table_build(&wrong, 1));
	assert_int_equal(errno, EINVAL);
}

static void
an_empty_table_has_none(void **state)
{
	struct endpoint_table *table = endpoint_table_build(NULL, 0);

	(void)state;
	assert_non_null(table);
	assert_null(endpoint_find(table, 1, HOST, IPPROTO_TCP, RTE_BE16(443)));
	endpoint_table_free(table);
	endpoint_table_free(NULL);
}

/* The rule's id, or 0. */
static uint32_t
found(const struct endpoint_table *table, uint16_t zone, rte_be32_t address, uint8_t protocol,
      uint16_t port)
{
	const struct endpoint *endpoint =
		endpoint_find(table, zone, address, protocol, rte_cpu_to_be_16(port));

	return endpoint == NULL ? 0 : endpoint->rule;
}

static void
every_part_of_the_endpoint_counts(void **state)
{
	const struct endpoint endpoints[] = {
		{ HOST, 1, IPPROTO_TCP, 443, 443, 7, 8443, 11 },
		{ NEIGHBOR, 1, IPPROTO_TCP, 443, 443, 7, 8443, 12 },
		{ HOST, 1, IPPROTO_UDP, 1000, 1009, 7, 2000, 13 },
		{ HOST, 2, IPPROTO_TCP, 443, 443, 8, 443, 14 },
		{ HOST, 1, IPPROTO_ICMP, 0, 0, 7, 0, 15 },
	};
	struct endpoint_table *table = endpoint_table_build(endpoints, RTE_DIM(endpoints));

	(void)state;
	assert_non_null(table);
	assert_int_equal(found(table, 1, HOST, IPPROTO_TCP, 443), 11);
	assert_int_equal(found(table, 1, NEIGHBOR, IPPROTO_TCP, 443), 12);
	assert_int_equal(found(table, 2, HOST, IPPROTO_TCP, 443), 14);
	assert_int_equal(found(table, 3, HOST, IPPROTO_TCP, 443), 0);
	assert_int_equal(found(table, 2, NEIGHBOR, IPPROTO_TCP, 443), 0);
	assert_int_equal(found(table, 1, HOST, IPPROTO_TCP, 442), 0);
	assert_int_equal(found(table, 1, HOST, IPPROTO_TCP, 444), 0);
	assert_int_equal(found(table, 1, HOST, IPPROTO_UDP, 443), 0);
	assert_int_equal(found(table, 1, HOST, IPPROTO_UDP, 999), 0);
	assert_int_equal(found(table, 1, HOST, IPPROTO_UDP, 1000), 13);
	assert_int_equal(found(table, 1, HOST, IPPROTO_UDP, 1009), 13);
	assert_int_equal(found(table, 1, HOST, IPPROTO_UDP, 1010), 0);
	assert_int_equal(found(table, 1, HOST, IPPROTO_ICMP, 0), 15);
	assert_int_equal(found(table, 1, HOST, IPPROTO_ICMP, 1), 0);
	assert_int_equal(endpoint_find(table, 1, HOST, IPPROTO_TCP, RTE_BE16(443))->vip, 7);
	assert_int_equal(endpoint_find(table, 1, HOST, IPPROTO_TCP, RTE_BE16(443))->vip_port, 8443);
	endpoint_table_free(table);
}

static void
of_two_that_overlap_the_later_wins(void **state)
{
	const struct endpoint endpoints[] = {
		{ HOST, 1, IPPROTO_TCP, 1, 100, 7, 1, 11 },
		{ NEIGHBOR, 1, IPPROTO_TCP, 1, 100, 7, 1, 12 },
		{ HOST, 1, IPPROTO_TCP, 50, 60, 8, 50, 13 },
	};
	struct endpoint_table *table = endpoint_table_build(endpoints, RTE_DIM(endpoints));

	(void)state;
	assert_non_null(table);
	assert_int_equal(found(table, 1, HOST, IPPROTO_TCP, 49), 11);
	assert_int_equal(found(table, 1, HOST, IPPROTO_TCP, 50), 13);
	assert_int_equal(found(table, 1, HOST, IPPROTO_TCP, 60), 13);
	assert_int_equal(found(table, 1, HOST, IPPROTO_TCP, 61), 11);
	assert_int_equal(found(table, 1, NEIGHBOR, IPPROTO_TCP, 50), 12);
	endpoint_table_free(table);
}

static void
all_of_many_are_found(void **state)
{
	enum {
		HOSTS = 3000,
	};
	static struct endpoint endpoints[HOSTS];
	struct endpoint_table *table;

	(void)state;
	for (uint32_t i = 0; i < HOSTS; i++)
		endpoints[i] = (struct endpoint){
			.address = rte_cpu_to_be_32(IP4(10, 0, 0, 0) + i / 3),
			.zone = (uint16_t)(1 + i % 3),
			.protocol = IPPROTO_TCP,
			.first_port = 80,
			.last_port = 80,
			.rule = i + 1,
		};
	table = endpoint_table_build(endpoints, HOSTS);
	assert_non_null(table);
	for (uint32_t i = 0; i < HOSTS; i++)
		assert_int_equal(found(table, endpoints[i].zone, endpoints[i].address, IPPROTO_TCP,
				       80),
				 i + 1);
	assert_int_equal(found(table, 1, rte_cpu_to_be_32(IP4(10, 0, 0, 0) + HOSTS / 3),
			       IPPROTO_TCP, 80),
			 0);
	endpoint_table_free(table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_that_end_before_they_begin_are_refused),
		cmocka_unit_test(an_empty_table_has_none),
		cmocka_unit_test(every_part_of_the_endpoint_counts),
		cmocka_unit_test(of_two_that_overlap_the_later_wins),
		cmocka_unit_test(all_of_many_are_found),
	};

	test_eal_start("64");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
